package store_test

import (
	"context"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

// accounts is a store as package account knows it.
type accounts struct{ *store.Store }

func (a accounts) SaveState(ctx context.Context, s account.State) error {
	return a.Store.SaveState(ctx, clips.AccountState(s))
}

func (a accounts) TakeState(ctx context.Context, hash [32]byte) (account.State, error) {
	s, err := a.Store.TakeState(ctx, hash)
	return account.State(s), err
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	accounttest.TestStore(t, func(t *testing.T) account.Store {
		s, _ := open(t)
		return accounts{s}
	})
}

func TestAnAccountThatCannotBeStoredSaysSo(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	_, err := s.SaveAccount(t.Context(), clips.Account{Name: "a\x00b"}, nil)
	wantSays(t, err, "NUL character")
}

func TestAnExpiredStateIsNotTaken(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	state := clips.AccountState{Hash: [32]byte{1}, ExpiresAt: time.Now().Add(time.Hour)}
	if err := s.SaveState(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, dsn, `update clipsheet.account_states set expires_at = now()`)
	_, err := s.TakeState(t.Context(), state.Hash)
	wantNotFound(t, err)
}
