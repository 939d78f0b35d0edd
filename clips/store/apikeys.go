package store

import (
	"context"
	"fmt"

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

// Keys lists the keys of a person that were not revoked, also those that have expired, the last made first.
func (s *Store) Keys(ctx context.Context, person int64) ([]clips.APIKey, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, person_id, label, role, created_at, expires_at, last_used_at
		from clipsheet.api_keys
		where person_id = $1 and revoked_at is null
		order by id desc`, person)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k clips.APIKey, err error) {
		return k, row.Scan(&k.ID, &k.PersonID, &k.Label, (*role)(&k.Role), &k.CreatedAt, moment(&k.ExpiresAt), moment(&k.LastUsedAt))
	})
	return all, explain("list the keys", err)
}

// RevokeKey ends a key of whoever by is. One that is gone is no error.
func (s *Store) RevokeKey(ctx context.Context, id int64, by clips.Act) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		k := clips.APIKey{ID: id}
		rows, _ := tx.Query(ctx, `
			update clipsheet.api_keys
			set revoked_at = now()
			where id = $1 and person_id = $2 and revoked_at is null
			returning label`, id, by.PersonID)
		labels, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(labels) == 0 {
			return err
		}
		k.Label = labels[0]
		by.What, by.Subject = "key revoked", keyInWords(k)
		return note(ctx, tx, by)
	})
	return explain("revoke the key", err)
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
