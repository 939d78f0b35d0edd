package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// SaveSignIn keeps what a browser was sent away to sign in with; hash is of what its cookie holds. Those that have
// expired are removed.
func (s *Store) SaveSignIn(ctx context.Context, hash [32]byte, in clips.SignIn) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from clipsheet.sign_ins where expires_at <= now()`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into clipsheet.sign_ins (browser_hash, back, invitation, expires_at)
			values ($1, $2, $3, $4)`, hash[:], cleaned(in.Back), list(in.Invitation), in.ExpiresAt)
		return err
	})
	return explain("remember a browser", err)
}

// TakeSignIn finds it and removes it, so that of any number of callers one gets it. An expired one is not found.
func (s *Store) TakeSignIn(ctx context.Context, hash [32]byte) (in clips.SignIn, err error) {
	err = s.pool.QueryRow(ctx, `
		delete from clipsheet.sign_ins
		where browser_hash = $1 and expires_at > now()
		returning back, invitation, expires_at`, hash[:]).Scan(&in.Back, &in.Invitation, &in.ExpiresAt)
	return in, explain("remember a browser", err)
}

// Invite keeps an invitation to become the first admin, and tells whether one was needed.
func (s *Store) Invite(ctx context.Context, hash [32]byte, until time.Time) (needed bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		admins, err := lockAdmins(ctx, tx)
		if needed = len(admins) == 0; err != nil || !needed {
			return err
		}
		_, err = tx.Exec(ctx, `insert into clipsheet.invitations (token_hash, expires_at) values ($1, $2)`, hash[:], until)
		return err
	})
	return needed, explain("invite an admin", err)
}

// Enter signs somebody in who was vouched for: as who they were before, else as a new reader, or as admin with a good
// invitation. hash is of the token of their new session.
func (s *Store) Enter(
	ctx context.Context, id clips.Identity, invitation []byte, session clips.Session, hash [32]byte,
) (p clips.Person, err error) {
	if err := storable("Your name or address", id.Issuer, id.Subject, id.Email, id.Name); err != nil {
		return p, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		by := clips.Act{Who: id.Email, Address: session.Address}
		if p, err = findOrAdd(ctx, tx, id, by); err != nil {
			return err
		}
		by.PersonID = p.ID
		if len(invitation) > 0 {
			if err := takeInvitation(ctx, tx, invitation); err != nil {
				return err
			}
			was := p
			p.Role, p.Sources = clips.RoleAdmin, nil
			if err := savePerson(ctx, tx, by, was, p); err != nil {
				return err
			}
		}
		if err := addSession(ctx, tx, p, session, hash); err != nil {
			return err
		}
		by.What, by.Subject = "signed in", id.Email
		return note(ctx, tx, by)
	})
	return p, explain("sign somebody in", err)
}

// findOrAdd finds the person of an identity, by what the provider calls them and then by their address.
func findOrAdd(ctx context.Context, tx pgx.Tx, id clips.Identity, by clips.Act) (clips.Person, error) {
	var known int64
	var issuer, subject string
	err := tx.QueryRow(ctx, `
		select id, issuer, subject
		from clipsheet.people
		where issuer = $1 and subject = $2 or email = $3
		order by issuer = $1 and subject = $2 desc
		limit 1
		for update`, id.Issuer, id.Subject, id.Email).Scan(&known, &issuer, &subject)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return addReader(ctx, tx, id, by)
	case err != nil:
		return clips.Person{}, err
	case issuer == id.Issuer && subject != "" && subject != id.Subject:
		return clips.Person{}, &clips.Error{Kind: clips.KindPermission, Notice: "Somebody else has signed in as " + id.Email +
			" before, and the address is yours now: ask an admin to let you in under another."}
	}
	rows, _ := tx.Query(ctx, `
		update clipsheet.people p
		set email = $2, name = $3, issuer = $4, subject = $5, seen_at = now()
		where id = $1 and deactivated_at is null
		returning `+personColumns, known, id.Email, id.Name, id.Issuer, id.Subject)
	p, err := pgx.CollectExactlyOneRow(rows, scanPerson)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, &clips.Error{Kind: clips.KindPermission, Notice: "Your account here is deactivated: ask an admin, if that is a mistake."}
	}
	return p, err
}

func addReader(ctx context.Context, tx pgx.Tx, id clips.Identity, by clips.Act) (clips.Person, error) {
	rows, _ := tx.Query(ctx, `
		insert into clipsheet.people as p (email, name, role, issuer, subject, seen_at)
		values ($1, $2, 'reader', $3, $4, now())
		on conflict (email) do update set seen_at = now() where p.subject = excluded.subject   -- in two windows at once
		returning `+personColumns, id.Email, id.Name, id.Issuer, id.Subject)
	p, err := pgx.CollectExactlyOneRow(rows, scanPerson)
	if err != nil {
		return p, err
	}
	by.PersonID, by.What, by.Subject, by.After = p.ID, "person came", id.Email, p.Role.String()
	return p, note(ctx, tx, by)
}

// takeInvitation uses an invitation up, and with it all others. With an admin about, none is good.
func takeInvitation(ctx context.Context, tx pgx.Tx, hash []byte) error {
	admins, err := lockAdmins(ctx, tx)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `delete from clipsheet.invitations where token_hash = $1 and expires_at > now()`, hash)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 || len(admins) > 0 {
		return &clips.Error{Kind: clips.KindPermission, Notice: "The link for the first admin was used already, or is too old. " +
			"Without an admin, a start of clipsheet serve prints a new one."}
	}
	_, err = tx.Exec(ctx, `delete from clipsheet.invitations`)
	return err
}
