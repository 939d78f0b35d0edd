package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// In the order of accountFields.
const accountColumns = `
	id, name, kind, email, subject, scopes, connected_at, expires_at, broken, broken_at, retired_at`

func accountFields(a *clips.Account) []any {
	return []any{&a.ID, &a.Name, &a.Kind, &a.Email, &a.Subject, &a.Scopes, moment(&a.ConnectedAt), moment(&a.ExpiresAt),
		&a.Broken, moment(&a.BrokenAt), moment(&a.RetiredAt)}
}

func scanAccount(row pgx.CollectableRow) (a clips.Account, err error) {
	return a, row.Scan(accountFields(&a)...)
}

// Accounts lists all accounts by name, also those that are retired.
func (s *Store) Accounts(ctx context.Context) ([]clips.Account, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+accountColumns+`
		from clipsheet.accounts
		order by name collate "C", id`)
	all, err := pgx.CollectRows(rows, scanAccount)
	return all, explain("list the accounts", err)
}

// Account finds the account in use of that name.
func (s *Store) Account(ctx context.Context, name string) (clips.Account, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+accountColumns+`
		from clipsheet.accounts
		where name = $1 and retired_at is null`, cleaned(name))
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	return a, explain("find the account", err)
}

// SealedToken finds an account, in use or retired, with the sealed token kept for it; nil is none.
func (s *Store) SealedToken(ctx context.Context, id int64) (a clips.Account, sealed []byte, err error) {
	err = s.pool.QueryRow(ctx, `
		select `+accountColumns+`, sealed
		from clipsheet.accounts
		where id = $1`, id).Scan(append(accountFields(&a), &sealed)...)
	return a, sealed, explain("find the token of an account", err)
}

// SaveAccount adds an account, or replaces the one in use of that name, which keeps its ID and works again. seal is
// told the ID, which goes into the seal; account and token are seen by others together, or not at all.
func (s *Store) SaveAccount(
	ctx context.Context, a clips.Account, seal func(id int64) ([]byte, error),
) (clips.Account, error) {
	texts := append([]string{a.Name, a.Email, a.Subject}, a.Scopes...)
	if err := storable("The account "+cleaned(a.Name), texts...); err != nil {
		return clips.Account{}, err
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			insert into clipsheet.accounts (name, kind, email, subject, scopes, connected_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (name) where retired_at is null do update
			set kind = excluded.kind, email = excluded.email, subject = excluded.subject, scopes = excluded.scopes,
				connected_at = excluded.connected_at, expires_at = excluded.expires_at, broken = '', broken_at = null
			returning `+accountColumns,
			a.Name, a.Kind, a.Email, a.Subject, list(a.Scopes), moment(&a.ConnectedAt), moment(&a.ExpiresAt),
		).Scan(accountFields(&a)...)
		if err != nil {
			return err
		}
		sealed, err := seal(a.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update clipsheet.accounts set sealed = $2 where id = $1`, a.ID, sealed)
		return err
	})
	if err != nil {
		return clips.Account{}, explain("save the account", err)
	}
	return a, nil
}

// UpdateSealed replaces a sealed token. It is false, and nothing has changed, when old is not what is kept any more.
func (s *Store) UpdateSealed(ctx context.Context, id int64, old, new []byte) (bool, error) {
	done, err := s.pool.Exec(ctx, `
		update clipsheet.accounts
		set sealed = $3
		where id = $1 and sealed is not distinct from $2`, id, old, new)
	return done.RowsAffected() == 1, explain("save the token of an account", err)
}

// MarkBroken notes why an account does not work; an empty reason says that it works again. It is false, and nothing
// has changed, when sealed is not the token that is kept any more, when the reason is noted already, and when the
// account is retired.
func (s *Store) MarkBroken(ctx context.Context, id int64, sealed []byte, reason string) (bool, error) {
	done, err := s.pool.Exec(ctx, `
		update clipsheet.accounts
		set broken = $3, broken_at = case when $3 = '' then null else now() end
		where id = $1 and sealed is not distinct from $2 and broken <> $3 and retired_at is null`, id, sealed, cleaned(reason))
	return done.RowsAffected() == 1, explain("note the state of an account", err)
}

// RetireAccount takes an account out of use, which frees its name. Its token stays, to be revoked.
func (s *Store) RetireAccount(ctx context.Context, id int64) error {
	_, err := s.pool.Exec(ctx, `
		update clipsheet.accounts
		set retired_at = now()
		where id = $1 and retired_at is null`, id)
	return explain("retire the account", err)
}

// DeleteAccount removes a retired account and its token. One that is gone, or in use, is left and no error.
func (s *Store) DeleteAccount(ctx context.Context, id int64) error {
	_, err := s.pool.Exec(ctx, `
		delete from clipsheet.accounts
		where id = $1 and retired_at is not null`, id)
	return explain("delete the account", err)
}
