package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// SaveState keeps what a browser was sent to Google with. Those that have expired are removed.
func (s *Store) SaveState(ctx context.Context, state clips.AccountState) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from clipsheet.account_states where expires_at <= now()`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into clipsheet.account_states (hash, session, account, sealed, expires_at)
			values ($1, $2, $3, $4, $5)`,
			state.Hash[:], state.Session[:], cleaned(state.Account), list(state.Sealed), state.ExpiresAt)
		return err
	})
	return explain("remember a browser", err)
}

// TakeState finds a state and removes it, so that of any number of callers one gets it. An expired one is not found.
func (s *Store) TakeState(ctx context.Context, hash [32]byte) (clips.AccountState, error) {
	state := clips.AccountState{Hash: hash}
	var session []byte
	err := s.pool.QueryRow(ctx, `
		delete from clipsheet.account_states
		where hash = $1 and expires_at > now()
		returning session, account, sealed, expires_at`,
		hash[:]).Scan(&session, &state.Account, &state.Sealed, &state.ExpiresAt)
	copy(state.Session[:], session)
	return state, explain("remember a browser", err)
}
