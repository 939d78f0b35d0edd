package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// CreateKey keeps a key of k.PersonID with its label, role and expiry; hash is of its secret. Nobody makes one that may
// more than they may.
func (s *Store) CreateKey(ctx context.Context, k clips.APIKey, hash [32]byte, by clips.Act) (clips.APIKey, error) {
	if err := storable("The label", k.Label); err != nil {
		return k, err
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		maker, err := personBy(ctx, tx, `p.id = $1 and p.deactivated_at is null for share`, k.PersonID)
		if err != nil {
			return err
		}
		if k.Role > maker.Role {
			return refuse("A key cannot have the role %s, since yours is %s: choose that, or a lesser one.", k.Role, maker.Role)
		}
		err = tx.QueryRow(ctx, `
			insert into clipsheet.api_keys (person_id, token_hash, label, role, expires_at)
			values ($1, $2, $3, $4, $5)
			returning id, created_at`, k.PersonID, hash[:], k.Label, k.Role.String(), moment(&k.ExpiresAt)).Scan(&k.ID, &k.CreatedAt)
		if err != nil {
			return err
		}
		by.What, by.Subject, by.After = "key made", keyInWords(k), k.Role.String()
		return note(ctx, tx, by)
	})
	return k, explain("make the key", err)
}

func keyInWords(k clips.APIKey) string { return fmt.Sprintf("key %d, %s", k.ID, k.Label) }

// Keys lists the keys of a person, or those of everybody when person is 0, that were not revoked; also those that have
// expired. The last made comes first.
func (s *Store) Keys(ctx context.Context, person int64) ([]clips.APIKey, error) {
	rows, _ := s.pool.Query(ctx, `
		select k.id, k.person_id, p.email, k.label, k.role, k.created_at, k.expires_at, k.last_used_at
		from clipsheet.api_keys k
		join clipsheet.people p on p.id = k.person_id
		where ($1 = 0 or k.person_id = $1) and k.revoked_at is null
		order by k.id desc`, person)
	all, err := pgx.CollectRows(rows, scanKey)
	return all, explain("list the keys", err)
}

func scanKey(row pgx.CollectableRow) (k clips.APIKey, err error) {
	return k, row.Scan(&k.ID, &k.PersonID, &k.Holder, &k.Label, (*role)(&k.Role), &k.CreatedAt, moment(&k.ExpiresAt), moment(&k.LastUsedAt))
}

// RotateKey makes a key in place of one of whoever by is: with its label and role, for as long as that was to live. The old
// one goes on for the grace. One that is revoked, or somebody else's, is ErrNotFound.
func (s *Store) RotateKey(ctx context.Context, id int64, hash [32]byte, grace time.Duration, by clips.Act) (k clips.APIKey, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			with old as (
				update clipsheet.api_keys
				set expires_at = least(expires_at, now() + $3::interval)
				where id = $1 and person_id = $2 and revoked_at is null
				returning person_id, label, role, created_at, expires_at
			), was as (
				select k.expires_at - k.created_at as life
				from clipsheet.api_keys k
				where k.id = $1
			), made as (
				insert into clipsheet.api_keys (person_id, token_hash, label, role, expires_at)
				select old.person_id, $4, old.label, old.role, now() + was.life
				from old, was
				returning *
			)
			select k.id, k.person_id, p.email, k.label, k.role, k.created_at, k.expires_at, k.last_used_at
			from made k
			join clipsheet.people p on p.id = k.person_id`, id, by.PersonID, grace, hash[:])
		if k, err = pgx.CollectExactlyOneRow(rows, scanKey); err != nil {
			return err
		}
		by.What, by.Subject = "key rotated", keyInWords(k)
		by.Before, by.After = fmt.Sprintf("key %d", id), fmt.Sprintf("key %d", k.ID)
		return note(ctx, tx, by)
	})
	return k, explain("rotate the key", err)
}

// RevokeKey ends a key of whoever by is. One that is gone is no error.
func (s *Store) RevokeKey(ctx context.Context, id int64, by clips.Act) error {
	return s.revokeKey(ctx, id, by.PersonID, by)
}

// RevokeAnyKey ends a key, whosesoever it is. One that is gone is no error.
func (s *Store) RevokeAnyKey(ctx context.Context, id int64, by clips.Act) error {
	return s.revokeKey(ctx, id, 0, by)
}

func (s *Store) revokeKey(ctx context.Context, id, holder int64, by clips.Act) error {
	return explain("revoke the key", s.write(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			update clipsheet.api_keys k
			set revoked_at = now()
			from clipsheet.people p
			where k.id = $1 and p.id = k.person_id and ($2 = 0 or k.person_id = $2) and k.revoked_at is null
			returning k.id, k.person_id, p.email, k.label, k.role, k.created_at, k.expires_at, k.last_used_at`, id, holder)
		gone, err := pgx.CollectRows(rows, scanKey)
		if err != nil || len(gone) == 0 {
			return err
		}
		by.What, by.Subject = "key revoked", keyInWords(gone[0])
		if gone[0].PersonID != by.PersonID {
			by.Before = "of " + gone[0].Holder
		}
		return note(ctx, tx, by)
	}))
}

// WithKey finds whom the key of that hash acts for, in the role that both have: the key's, or the person's when that has
// become less. A key that is revoked or has expired is not found, nor is one of somebody who may not sign in. Use is noted
// to the minute.
func (s *Store) WithKey(ctx context.Context, hash [32]byte) (p clips.Person, err error) {
	var key int64
	var least role
	var unnoted bool
	err = s.pool.QueryRow(ctx, `
		select `+personColumns+`, k.id, k.role, k.last_used_at is null or k.last_used_at < now() - interval '1 minute'
		from clipsheet.api_keys k
		join clipsheet.people p on p.id = k.person_id
		where k.token_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
			and p.deactivated_at is null`,
		hash[:]).Scan(append(personFields(&p), &key, &least, &unnoted)...)
	if err == nil && unnoted {
		_, err = s.pool.Exec(ctx, `update clipsheet.api_keys set last_used_at = now() where id = $1`, key)
	}
	p.Role = min(p.Role, clips.Role(least))
	return p, explain("find the key", err)
}
