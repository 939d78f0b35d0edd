package accounttest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
)

// TestStore holds a store against what account.Store promises. open makes an empty one; times are compared to the
// microsecond, which is as fine as Postgres keeps them.
func TestStore(t *testing.T, open func(t *testing.T) account.Store) {
	tests := map[string]func(t *testing.T, s account.Store){
		"an account is found as it was saved":         testSaved,
		"a name saved again keeps its ID":             testSavedAgain,
		"an account that cannot be sealed is not":     testSealFails,
		"a token is replaced once":                    testUpdated,
		"of many who replace a token one does":        testUpdatedByMany,
		"a reason is noted once, about one token":     testBroken,
		"a retired account frees its name":            testRetired,
		"only a retired account is deleted":           testDeleted,
		"a state is taken once":                       testState,
		"of many who take a state one gets it":        testStateByMany,
		"what is not there is ErrNotFound or nothing": testMissing,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var connected = time.Date(2026, 11, 24, 9, 5, 0, 123456000, time.UTC)

func ann() clips.Account {
	return clips.Account{Name: "finance", Kind: clips.AccountOAuth, Email: "ann@example.com", Subject: "1094",
		Scopes: []string{"openid", account.ScopeDriveFile}, ConnectedAt: connected, ExpiresAt: connected.Add(7 * 24 * time.Hour)}
}

// as seals with a fixed text, which a store cannot tell from a seal.
func as(token string) func(int64) ([]byte, error) {
	return func(int64) ([]byte, error) { return []byte(token), nil }
}

func save(t *testing.T, s account.Store, a clips.Account, token string) clips.Account {
	t.Helper()
	saved, err := s.SaveAccount(t.Context(), a, as(token))
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// kept is what the store has of an account.
func kept(t *testing.T, s account.Store, id int64) (clips.Account, string) {
	t.Helper()
	a, sealed, err := s.SealedToken(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(sealed)
}

// equal compares accounts whatever the zone of their times.
func equal(a, b clips.Account) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Kind == b.Kind && a.Email == b.Email && a.Subject == b.Subject &&
		slices.Equal(a.Scopes, b.Scopes) && a.ConnectedAt.Equal(b.ConnectedAt) && a.ExpiresAt.Equal(b.ExpiresAt) &&
		a.Broken == b.Broken && a.BrokenAt.Equal(b.BrokenAt) && a.RetiredAt.Equal(b.RetiredAt)
}

func testSaved(t *testing.T, s account.Store) {
	var told int64
	want := ann()
	saved, err := s.SaveAccount(t.Context(), want, func(id int64) ([]byte, error) { told = id; return []byte{0, 1, 0xff}, nil })
	if err != nil || saved.ID == 0 || told != saved.ID {
		t.Fatalf("saved as %d, sealed for %d: %v", saved.ID, told, err)
	}
	want.ID = saved.ID
	service, err := s.SaveAccount(t.Context(), clips.Account{Name: "robot", Kind: clips.AccountService, ConnectedAt: connected},
		func(int64) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}

	found, err := s.Account(t.Context(), "finance")
	if err != nil || !equal(found, want) || !equal(saved, want) {
		t.Errorf("found %+v, saved %+v: %v", found, saved, err)
	}
	if a, token := kept(t, s, want.ID); !equal(a, want) || token != "\x00\x01\xff" {
		t.Errorf("kept %+v with token %q", a, token)
	}
	if _, sealed, err := s.SealedToken(t.Context(), service.ID); err != nil || sealed != nil {
		t.Errorf("no token is kept as %q: %v", sealed, err)
	}
	all, err := s.Accounts(t.Context())
	if err != nil || len(all) != 2 || !equal(all[0], want) || !equal(all[1], service) {
		t.Errorf("listed %+v: %v", all, err)
	}
}

func testSavedAgain(t *testing.T, s account.Store) {
	first := save(t, s, ann(), "one")
	if _, err := s.MarkBroken(t.Context(), first.ID, []byte("one"), "revoked"); err != nil {
		t.Fatal(err)
	}
	want := ann()
	want.Email, want.Scopes, want.ExpiresAt = "ann@example.org", []string{account.ScopeSpreadsheets}, time.Time{}
	want.ConnectedAt = connected.Add(time.Hour)
	saved := save(t, s, want, "two")
	want.ID = first.ID
	if a, token := kept(t, s, first.ID); !equal(a, want) || !equal(saved, want) || token != "two" {
		t.Errorf("kept %+v with token %q, saved %+v", a, token, saved)
	}
}

func testSealFails(t *testing.T, s account.Store) {
	broken := errors.New("no key")
	fails := func(int64) ([]byte, error) { return nil, broken }
	if _, err := s.SaveAccount(t.Context(), ann(), fails); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Account(t.Context(), "finance"); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("an account without its token: %v", err)
	}
	saved := save(t, s, ann(), "one")
	other := ann()
	other.Email = "bob@example.com"
	if _, err := s.SaveAccount(t.Context(), other, fails); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if a, token := kept(t, s, saved.ID); !equal(a, saved) || token != "one" {
		t.Errorf("kept %+v with token %q", a, token)
	}
}

func testUpdated(t *testing.T, s account.Store) {
	saved := save(t, s, ann(), "one")
	for _, step := range []struct {
		old, new string
		want     bool
		after    string
	}{
		{"one", "two", true, "two"},
		{"one", "three", false, "two"},
		{"two", "three", true, "three"},
	} {
		done, err := s.UpdateSealed(t.Context(), saved.ID, []byte(step.old), []byte(step.new))
		if a, token := kept(t, s, saved.ID); err != nil || done != step.want || token != step.after || !equal(a, saved) {
			t.Errorf("%s to %s: %t, %v, then %q of %+v", step.old, step.new, done, err, token, a)
		}
	}

	robot, err := s.SaveAccount(t.Context(), clips.Account{Name: "robot", Kind: clips.AccountService},
		func(int64) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	if done, err := s.UpdateSealed(t.Context(), robot.ID, nil, []byte("first")); err != nil || !done {
		t.Errorf("from none: %t, %v", done, err)
	}
	if done, err := s.UpdateSealed(t.Context(), robot.ID, nil, []byte("second")); err != nil || done {
		t.Errorf("from none again: %t, %v", done, err)
	}
}

func testUpdatedByMany(t *testing.T, s account.Store) {
	saved := save(t, s, ann(), "one")
	var done atomic.Int32
	together(8, func(i int) {
		ok, err := s.UpdateSealed(t.Context(), saved.ID, []byte("one"), bytes.Repeat([]byte{byte(i)}, 9))
		if err != nil {
			t.Error(err)
		}
		if ok {
			done.Add(1)
		}
	})
	if done.Load() != 1 {
		t.Errorf("%d of 8 replaced the token", done.Load())
	}
}

func testBroken(t *testing.T, s account.Store) {
	saved := save(t, s, ann(), "one")
	for i, step := range []struct {
		token, reason string
		want          bool
		after         string
	}{
		{"zero", "revoked", false, ""},
		{"one", "revoked", true, "revoked"},
		{"one", "revoked", false, "revoked"},
		{"one", "expired", true, "expired"},
		{"zero", "", false, "expired"},
		{"one", "", true, ""},
		{"one", "", false, ""},
		{"one", "revoked", true, "revoked"},
	} {
		done, err := s.MarkBroken(t.Context(), saved.ID, []byte(step.token), step.reason)
		a, token := kept(t, s, saved.ID)
		if err != nil || done != step.want || a.Broken != step.after || a.BrokenAt.IsZero() != (step.after == "") || token != "one" {
			t.Errorf("step %d: %t, %v, then %+v", i, done, err, a)
		}
	}
	if _, err := s.UpdateSealed(t.Context(), saved.ID, []byte("one"), []byte("two")); err != nil {
		t.Fatal(err)
	}
	if a, _ := kept(t, s, saved.ID); a.Broken != "revoked" {
		t.Errorf("a token that was sealed anew works again: %+v", a)
	}
}

func testRetired(t *testing.T, s account.Store) {
	first := save(t, s, ann(), "one")
	if err := s.RetireAccount(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Account(t.Context(), "finance"); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("a retired account is found: %v", err)
	}
	if a, token := kept(t, s, first.ID); a.RetiredAt.IsZero() || token != "one" {
		t.Errorf("of a retired account %+v is kept, with token %q", a, token)
	}
	if done, err := s.MarkBroken(t.Context(), first.ID, []byte("one"), "revoked"); err != nil || done {
		t.Errorf("a retired account is broken: %t, %v", done, err)
	}
	if done, err := s.UpdateSealed(t.Context(), first.ID, []byte("one"), []byte("two")); err != nil || !done {
		t.Errorf("a retired account is not sealed anew: %t, %v", done, err)
	}
	second := save(t, s, ann(), "three")
	if second.ID == first.ID {
		t.Error("an account has the ID of a retired one")
	}
	if all, err := s.Accounts(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("listed %+v: %v", all, err)
	}
	if err := s.RetireAccount(t.Context(), first.ID); err != nil {
		t.Errorf("retired again: %v", err)
	}
	if a, err := s.Account(t.Context(), "finance"); err != nil || a.ID != second.ID {
		t.Errorf("found %+v, %v", a, err)
	}
}

func testDeleted(t *testing.T, s account.Store) {
	saved := save(t, s, ann(), "one")
	if err := s.DeleteAccount(t.Context(), saved.ID); err != nil {
		t.Errorf("one in use: %v", err)
	}
	kept(t, s, saved.ID)
	if err := s.RetireAccount(t.Context(), saved.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.DeleteAccount(t.Context(), saved.ID); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := s.SealedToken(t.Context(), saved.ID); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("still there: %v", err)
	}
}

func testState(t *testing.T, s account.Store) {
	now := time.Now().Truncate(time.Microsecond)
	old := clips.AccountState{Hash: [32]byte{1}, Session: [32]byte{2}, Sealed: []byte("old"), ExpiresAt: now.Add(-time.Second)}
	want := clips.AccountState{Hash: [32]byte{3}, Session: [32]byte{4}, Account: "finance", Sealed: []byte("new"), ExpiresAt: now.Add(time.Minute)}
	for _, state := range []clips.AccountState{old, want} {
		if err := s.SaveState(t.Context(), state); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.TakeState(t.Context(), old.Hash); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("an expired state is kept: %v", err)
	}
	got, err := s.TakeState(t.Context(), want.Hash)
	if err != nil || got.Hash != want.Hash || got.Session != want.Session || got.Account != want.Account ||
		!bytes.Equal(got.Sealed, want.Sealed) || !got.ExpiresAt.Equal(want.ExpiresAt) {
		t.Errorf("took %+v: %v", got, err)
	}
	if _, err := s.TakeState(t.Context(), want.Hash); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("taken twice: %v", err)
	}
}

func testStateByMany(t *testing.T, s account.Store) {
	if err := s.SaveState(t.Context(), clips.AccountState{Hash: [32]byte{1}, ExpiresAt: time.Now().Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	var got atomic.Int32
	together(8, func(int) {
		if _, err := s.TakeState(t.Context(), [32]byte{1}); err == nil {
			got.Add(1)
		} else if !errors.Is(err, clips.ErrNotFound) {
			t.Error(err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d of 8 took the state", got.Load())
	}
}

func testMissing(t *testing.T, s account.Store) {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, byName := s.Account(ctx, "nobody")
	_, _, byID := s.SealedToken(ctx, 99)
	_, state := s.TakeState(ctx, [32]byte{9})
	for _, err := range []error{byName, byID, state} {
		if !errors.Is(err, clips.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
	updated, err1 := s.UpdateSealed(ctx, 99, nil, []byte("x"))
	marked, err2 := s.MarkBroken(ctx, 99, nil, "revoked")
	if err := errors.Join(err1, err2, s.RetireAccount(ctx, 99), s.DeleteAccount(ctx, 99)); err != nil || updated || marked {
		t.Errorf("%t, %t, %v", updated, marked, err)
	}
	if all, err := s.Accounts(ctx); err != nil || len(all) != 0 {
		t.Errorf("listed %+v: %v", all, err)
	}
}

// together calls do n times at once.
func together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}
