package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Of people p, in the order of personFields.
const personColumns = `
	p.id, p.email, p.name, p.role, p.sources, p.created_at, p.seen_at, p.deactivated_at`

func personFields(p *clips.Person) []any {
	return []any{&p.ID, &p.Email, &p.Name, (*role)(&p.Role), &p.Sources, &p.CreatedAt, moment(&p.SeenAt), moment(&p.DeactivatedAt)}
}

func scanPerson(row pgx.CollectableRow) (p clips.Person, err error) {
	return p, row.Scan(personFields(&p)...)
}

// role is kept by its name.
type role clips.Role

// Scan reads the name.
func (r *role) Scan(src any) error {
	name, _ := src.(string)
	parsed, err := clips.ParseRole(name)
	*r = role(parsed)
	return err
}

// People lists everybody who may sign in or once could, by address.
func (s *Store) People(ctx context.Context) ([]clips.Person, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+personColumns+`
		from clipsheet.people p
		order by p.email collate "C"`)
	all, err := pgx.CollectRows(rows, scanPerson)
	return all, explain("list the people", err)
}

// Person finds somebody.
func (s *Store) Person(ctx context.Context, id int64) (clips.Person, error) {
	p, err := personBy(ctx, s.pool, `p.id = $1`, id)
	return p, explain("find the person", err)
}

func personBy(ctx context.Context, db querier, where string, args ...any) (clips.Person, error) {
	rows, _ := db.Query(ctx, `select `+personColumns+` from clipsheet.people p where `+where, args...)
	return pgx.CollectExactlyOneRow(rows, scanPerson)
}

// ChangePerson gives somebody the role, the sources and the leave to sign in that change makes of those they have. What
// differs is noted as an act of by, and ends their sessions. The last admin stays one. An error of change is the answer.
func (s *Store) ChangePerson(ctx context.Context, id int64, by clips.Act, change func(*clips.Person) error) (clips.Person, error) {
	var now clips.Person
	err := s.write(ctx, func(tx pgx.Tx) error {
		// All admins are locked in one order, so that of two who remove each other one is told no.
		admins, err := lockAdmins(ctx, tx)
		if err != nil {
			return err
		}
		was, err := personBy(ctx, tx, `p.id = $1 for update`, id)
		if err != nil {
			return err
		}
		now = was
		if err := change(&now); err != nil {
			return err
		}
		if err := storable("A source", now.Sources...); err != nil {
			return err
		}
		if goes := now.Role < clips.RoleAdmin || !now.Active(); goes && len(admins) == 1 && admins[0] == id {
			return refuse("%s is the only admin: make somebody else one first.", was.Email)
		}
		return savePerson(ctx, tx, by, was, now)
	})
	return now, explain("change the person", err)
}

func lockAdmins(ctx context.Context, tx pgx.Tx) ([]int64, error) {
	rows, _ := tx.Query(ctx, `
		select p.id
		from clipsheet.people p
		where p.role = 'admin' and p.deactivated_at is null
		order by p.id
		for update`)
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func savePerson(ctx context.Context, tx pgx.Tx, by clips.Act, was, now clips.Person) error {
	acts := differences(was, now)
	if len(acts) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `
		update clipsheet.people
		set role = $2, sources = $3, deactivated_at = $4
		where id = $1`, was.ID, now.Role.String(), now.Sources, moment(&now.DeactivatedAt)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from clipsheet.sessions where person_id = $1`, was.ID); err != nil {
		return err
	}
	for _, act := range acts {
		by.What, by.Subject, by.Before, by.After = act.What, was.Email, act.Before, act.After
		if err := note(ctx, tx, by); err != nil {
			return err
		}
	}
	return nil
}

// differences are what changed about a person, as the audit log says it.
func differences(was, now clips.Person) []clips.Act {
	var acts []clips.Act
	for _, d := range []clips.Act{
		{What: "role changed", Before: was.Role.String(), After: now.Role.String()},
		{What: "sources changed", Before: sourcesInWords(was), After: sourcesInWords(now)},
		{What: "sign-in changed", Before: activeInWords(was), After: activeInWords(now)},
	} {
		if d.Before != d.After {
			acts = append(acts, d)
		}
	}
	return acts
}

func sourcesInWords(p clips.Person) string {
	switch {
	case p.Sources == nil:
		return "all sources"
	case len(p.Sources) == 0:
		return "no source"
	}
	return strings.Join(p.Sources, ", ")
}

func activeInWords(p clips.Person) string {
	if p.Active() {
		return "may sign in"
	}
	return "deactivated"
}

// AddPerson lets somebody in before they come: the first time they sign in, they have that role.
func (s *Store) AddPerson(ctx context.Context, p clips.Person, by clips.Act) (clips.Person, error) {
	p.Email = strings.ToLower(strings.TrimSpace(p.Email))
	if name, domain, ok := strings.Cut(p.Email, "@"); !ok || name == "" || domain == "" {
		return p, refuse("%q is not an e-mail address: write it as name@example.com.", p.Email)
	}
	if err := storable("The address", append(p.Sources, p.Email)...); err != nil {
		return p, err
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			insert into clipsheet.people (email, role, sources)
			values ($1, $2, $3)
			on conflict (email) do nothing`, p.Email, p.Role.String(), p.Sources)
		if err == nil && tag.RowsAffected() == 0 {
			err = refuse("%s is in the list already.", p.Email)
		}
		if err != nil {
			return err
		}
		by.What, by.Subject, by.After = "person added", p.Email, fmt.Sprintf("%s, %s", p.Role, sourcesInWords(p))
		if err := note(ctx, tx, by); err != nil {
			return err
		}
		p, err = personBy(ctx, tx, `p.email = $1`, p.Email)
		return err
	})
	return p, explain("add the person", err)
}
