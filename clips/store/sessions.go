package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// addSession keeps a session. Those of anybody that have expired are removed.
func addSession(ctx context.Context, tx pgx.Tx, p clips.Person, session clips.Session, hash [32]byte) error {
	if _, err := tx.Exec(ctx, `delete from clipsheet.sessions where expires_at <= now()`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into clipsheet.sessions (person_id, token_hash, agent, address, expires_at)
		values ($1, $2, $3, $4, $5)`, p.ID, hash[:], cleaned(session.Agent), session.Address, session.ExpiresAt)
	return err
}

// InSession finds who is signed in with the token of that hash. A session that has expired, or was not used for idle,
// is not found, nor is one of somebody who may not sign in any more. Use is noted to the minute.
func (s *Store) InSession(ctx context.Context, hash [32]byte, idle time.Duration) (p clips.Person, session clips.Session, err error) {
	var unnoted bool
	err = s.pool.QueryRow(ctx, `
		select `+personColumns+`, s.id, s.person_id, s.agent, s.address, s.created_at, s.seen_at, s.expires_at,
			s.seen_at < now() - interval '1 minute'
		from clipsheet.sessions s
		join clipsheet.people p on p.id = s.person_id
		where s.token_hash = $1 and s.expires_at > now() and s.seen_at > now() - $2::interval and p.deactivated_at is null`,
		hash[:], idle).Scan(append(append(personFields(&p), sessionFields(&session)...), &unnoted)...)
	if err == nil && unnoted {
		_, err = s.pool.Exec(ctx, `
			with s as (update clipsheet.sessions set seen_at = now() where id = $1)
			update clipsheet.people set seen_at = now() where id = $2`, session.ID, p.ID)
	}
	return p, session, explain("find the session", err)
}

func sessionFields(s *clips.Session) []any {
	return []any{&s.ID, &s.PersonID, &s.Agent, &s.Address, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt}
}

// Sessions lists those of a person that have not expired, the last used first.
func (s *Store) Sessions(ctx context.Context, person int64) ([]clips.Session, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, person_id, agent, address, created_at, seen_at, expires_at
		from clipsheet.sessions
		where person_id = $1 and expires_at > now()
		order by seen_at desc, id desc`, person)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one clips.Session, err error) {
		return one, row.Scan(sessionFields(&one)...)
	})
	return all, explain("list the sessions", err)
}

// EndSession ends one session of whoever by is. One that is gone is no error.
func (s *Store) EndSession(ctx context.Context, id int64, by clips.Act) error {
	return s.endSessions(ctx, by, "signed out", `id = $2`, id)
}

// EndSessions ends all sessions of whoever by is.
func (s *Store) EndSessions(ctx context.Context, by clips.Act) error {
	return s.endSessions(ctx, by, "signed out everywhere", `true`)
}

func (s *Store) endSessions(ctx context.Context, by clips.Act, what, which string, args ...any) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `delete from clipsheet.sessions where person_id = $1 and `+which, append([]any{by.PersonID}, args...)...)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		by.What, by.Subject = what, by.Who
		return note(ctx, tx, by)
	})
	return explain("end the session", err)
}
