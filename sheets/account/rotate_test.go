package account_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

func TestKeyIsRotated(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		w.connect("finance")
		w.connect("sales")
		w.token(w.source("robot"))
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusBadGateway) })
		w.google.set(func() { w.google.person = person{"2000", "bob@example.com"} })
		w.connect("retired")
		if _, err := w.Disconnect(t.Context(), "retired"); err != nil {
			t.Fatal(err)
		}
		w.google.set(func() { w.google.before = nil })

		now := newKey()
		rotating := w.process(w.cfg, now+"\n"+w.key)
		if n, err := rotating.Rotate(t.Context()); n != 4 || err != nil {
			t.Errorf("sealed %d anew: %v", n, err)
		}
		if n, err := rotating.Rotate(t.Context()); n != 0 || err != nil {
			t.Errorf("sealed %d anew again: %v", n, err)
		}
		w.Accounts = w.process(w.cfg, now)
		if err := w.CheckKeys(t.Context()); err != nil {
			t.Error(err)
		}
		hour()
		for _, name := range []string{"finance", "sales", "robot"} {
			w.token(w.source(name))
		}
		if err := w.RevokeRetired(t.Context()); err != nil || w.google.count("/revoke") != 2 {
			t.Errorf("%d revocations: %v", w.google.count("/revoke"), err)
		}
	})
}

func TestRotationGoesOnWhereItWasStopped(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		for _, name := range []string{"a", "b", "c"} {
			w.connect(name)
		}
		both := newKey() + "\n" + w.key
		sealer, err := account.NewSealer(both)
		if err != nil {
			t.Fatal(err)
		}
		stopped, err := account.New(w.cfg, &stopping{Memory: w.store, after: 1}, sealer)
		if err != nil {
			t.Fatal(err)
		}
		defer stopped.Close()
		if n, err := stopped.Rotate(t.Context()); n != 1 || !errors.Is(err, errStopped) {
			t.Errorf("sealed %d anew: %v", n, err)
		}
		if err := w.process(w.cfg, both).CheckKeys(t.Context()); err != nil {
			t.Error(err)
		}
		if n, err := w.process(w.cfg, both).Rotate(t.Context()); n != 2 || err != nil {
			t.Errorf("sealed %d anew: %v", n, err)
		}
	})
}

var errStopped = errors.New("stopped")

// stopping is a store that is away after some updates.
type stopping struct {
	*accounttest.Memory
	after int
}

func (s *stopping) UpdateSealed(ctx context.Context, id int64, old, new []byte) (bool, error) {
	if s.after--; s.after < 0 {
		return false, errStopped
	}
	return s.Memory.UpdateSealed(ctx, id, old, new)
}

// A key is rotated while servers renew tokens, and some of those renewals find the token sealed anew under their hands.
func TestRotationLosesNoRenewal(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.rotates = true })
		connected := w.connect("finance")
		now := newKey()
		both := now + "\n" + w.key
		server, rotating := w.process(w.cfg, both), w.process(w.cfg, both)
		source, err := server.Source(t.Context(), "finance")
		if err != nil {
			t.Fatal(err)
		}
		hour()
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool {
				if n, err := rotating.Rotate(context.Background()); n != 1 || err != nil {
					t.Errorf("sealed %d anew: %v", n, err)
				}
				return false
			}
		})
		before := w.google.count("/token")
		token := w.token(source)
		w.google.set(func() { w.google.before = nil })
		if n := w.google.count("/token") - before; n != 1 {
			t.Errorf("asked %d times", n)
		}
		w.Accounts = w.process(w.cfg, now)
		if w.token(w.source("finance")) != token || !sealer(t, now).Current(w.sealed(connected.ID)) {
			t.Error("the token that was renewed meanwhile is not kept")
		}
		hour()
		w.token(w.source("finance"))
	})
}

// The other way round: a token is renewed while it is being sealed anew.
func TestRenewalLosesNoRotation(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		connected := w.connect("finance")
		now := newKey()
		store := &whenUpdated{Memory: w.store}
		rotating, err := account.New(w.cfg, store, sealer(t, now, w.key))
		if err != nil {
			t.Fatal(err)
		}
		defer rotating.Close()
		hour()
		var renewed string
		store.then = func() { store.then = nil; renewed = w.token(w.source("finance")) }
		if n, err := rotating.Rotate(t.Context()); n != 1 || err != nil {
			t.Errorf("sealed %d anew: %v", n, err)
		}
		w.Accounts = w.process(w.cfg, now)
		if w.token(w.source("finance")) != renewed || !sealer(t, now).Current(w.sealed(connected.ID)) {
			t.Error("the token that was renewed meanwhile is not kept")
		}
	})
}

// whenUpdated does something just before a token is replaced.
type whenUpdated struct {
	*accounttest.Memory
	then func()
}

func (s *whenUpdated) UpdateSealed(ctx context.Context, id int64, old, new []byte) (bool, error) {
	if s.then != nil {
		s.then()
	}
	return s.Memory.UpdateSealed(ctx, id, old, new)
}

func TestKeysOfRetiredAccountsDoNotStopAStart(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusBadGateway) })
		if _, err := w.Disconnect(t.Context(), "finance"); err != nil {
			t.Fatal(err)
		}
		if err := w.process(w.cfg, newKey()).CheckKeys(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestMissingKeyIsNamedAndHarmsNothing(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		a := w.connect("finance")
		before := w.sealed(a.ID)
		lost := w.process(w.cfg, newKey())
		err := lost.CheckKeys(t.Context())
		wantKind(t, err, clips.KindAccount, "sealed with key", "add the missing key as a further line")
		if err == nil || !bytes.Contains([]byte(err.Error()), []byte(`account "finance"`)) {
			t.Errorf("error %v", err)
		}
		hour()
		source, err := lost.Source(t.Context(), "finance")
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				_, err := source.Token()
				wantKind(t, err, clips.KindAccount, "sealed with key")
			})
		}
		all.Wait()
		_, err = lost.Rotate(t.Context())
		wantKind(t, err, clips.KindAccount, "sealed with key")
		if kept := w.kept("finance"); kept.Broken != "" || !bytes.Equal(w.sealed(a.ID), before) || w.google.count("/token") != 1 {
			t.Errorf("kept %+v", kept)
		}
		if err := w.CheckKeys(t.Context()); err != nil {
			t.Error(err)
		}
		w.token(w.source("finance"))
	})
}

// Whoever can write to the database but has no key cannot put one account's token in another's place.
func TestTokenOfAnotherAccountDoesNotOpen(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		ann := w.connect("finance")
		w.google.set(func() { w.google.person = person{"2000", "bob@example.com"} })
		bob := w.connect("sales")
		if done, err := w.store.UpdateSealed(t.Context(), bob.ID, w.sealed(bob.ID), w.sealed(ann.ID)); !done || err != nil {
			t.Fatal(done, err)
		}
		hour()
		_, err := w.source("sales").Token()
		wantKind(t, err, clips.KindCorrupt, "damaged")
		wantKind(t, w.CheckKeys(t.Context()), clips.KindCorrupt, "damaged")
	})
}
