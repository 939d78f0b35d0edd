package store_test

import (
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	accounttest.TestStore(t, func(t *testing.T) account.Store {
		s, _ := open(t)
		return s
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
