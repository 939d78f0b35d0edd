package account_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"clipsheet/clips"
)

func TestDisconnectedAccountIsRevoked(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		a := w.connect("finance")
		source := w.source("finance")
		token := w.token(source)
		revoked, err := w.Disconnect(t.Context(), "finance")
		if err != nil || !revoked || w.google.takes(token) || w.google.count("/revoke") != 1 {
			t.Errorf("revoked %t: %v", revoked, err)
		}
		if _, _, err := w.store.SealedToken(t.Context(), a.ID); !errors.Is(err, clips.ErrNotFound) {
			t.Errorf("its token is kept: %v", err)
		}
		_, err = source.Token()
		wantKind(t, err, clips.KindAccount, "was disconnected")
		_, err = w.Source(t.Context(), "finance")
		wantKind(t, err, clips.KindAccount, "no Google account")
		if _, err := w.Disconnect(t.Context(), "finance"); !errors.Is(err, clips.ErrNotFound) {
			t.Errorf("disconnected twice: %v", err)
		}
	})
}

func TestAccountIsGoneAlthoughItCannotBeRevoked(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		source := w.source("finance")
		token := w.token(source)
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusServiceUnavailable) })
		if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || revoked {
			t.Errorf("revoked %t: %v", revoked, err)
		}
		_, err := source.Token()
		wantKind(t, err, clips.KindAccount, "was disconnected")
		wantKind(t, w.RevokeRetired(t.Context()), clips.KindUnavailable)
		if all, _ := w.store.Accounts(t.Context()); len(all) != 1 || all[0].RetiredAt.IsZero() || !w.google.takes(token) {
			t.Errorf("kept %+v", all)
		}

		w.Accounts = w.process(w.cfg, w.key) // another process goes on
		w.google.set(func() { w.google.before = nil })
		if err := w.RevokeRetired(t.Context()); err != nil || w.google.takes(token) {
			t.Errorf("not revoked: %v", err)
		}
		if all, _ := w.store.Accounts(t.Context()); len(all) != 0 {
			t.Errorf("kept %+v", all)
		}
	})
}

// troubleAt answers one path in Google's place.
func troubleAt(path string, status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			w.WriteHeader(status)
		}
		return r.URL.Path == path
	}
}

func TestRevocationIsTriedForAMonth(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusBadRequest) })
		if _, err := w.Disconnect(t.Context(), "finance"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * 24 * time.Hour)
		if err := w.RevokeRetired(t.Context()); err == nil {
			t.Error("given up within a month")
		}
		time.Sleep(time.Second)
		if err := w.RevokeRetired(t.Context()); err != nil {
			t.Error(err)
		}
		if all, _ := w.store.Accounts(t.Context()); len(all) != 0 {
			t.Errorf("kept %+v", all)
		}
	})
}

func TestPermissionThatEndedIsAsGoodAsRevoked(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() { w.google.endPermissions("1094") })
		if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || !revoked {
			t.Errorf("revoked %t: %v", revoked, err)
		}
	})
}

// To Google, all permissions of one person are one.
func TestRevocationSparesThePersonsOtherAccount(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.connect("sales")
		if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || !revoked {
			t.Errorf("revoked %t: %v", revoked, err)
		}
		hour()
		w.token(w.source("sales"))
		if _, err := w.Disconnect(t.Context(), "sales"); err != nil || w.google.count("/revoke") != 1 {
			t.Errorf("%d revocations: %v", w.google.count("/revoke"), err)
		}
	})
}

func TestLateRevocationSparesAnAccountConnectedAnew(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusBadGateway) })
		if _, err := w.Disconnect(t.Context(), "finance"); err != nil {
			t.Fatal(err)
		}
		w.google.set(func() { w.google.before = nil })
		w.connect("finance")
		if err := w.RevokeRetired(t.Context()); err != nil {
			t.Error(err)
		}
		hour()
		w.token(w.source("finance"))
		if all, _ := w.store.Accounts(t.Context()); len(all) != 1 {
			t.Errorf("kept %+v", all)
		}
	})
}

func TestPersonWithoutAnAccountLeftIsRevoked(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.before = troubleAt("/revoke", http.StatusBadGateway) })
		var token string
		for range 2 {
			w.connect("finance")
			token = w.token(w.source("finance"))
			if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || revoked {
				t.Fatalf("revoked %t: %v", revoked, err)
			}
		}
		w.google.set(func() { w.google.before = nil })
		if err := w.RevokeRetired(t.Context()); err != nil || w.google.takes(token) {
			t.Errorf("not revoked: %v", err)
		}
		if all, _ := w.store.Accounts(t.Context()); len(all) != 0 {
			t.Errorf("kept %+v", all)
		}
	})
}

func TestServiceAccountHasNothingToRevoke(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		w.token(w.source("robot"))
		if revoked, err := w.Disconnect(t.Context(), "robot"); err != nil || !revoked || w.google.count("/revoke") != 0 {
			t.Errorf("revoked %t: %v", revoked, err)
		}
	})
}

// Google has taken the permission back, and the store is away when that is to be noted.
func TestRevokedAccountIsDeletedLater(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool { w.store.Fail(errAway); return false }
		})
		if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || revoked {
			t.Errorf("revoked %t: %v", revoked, err)
		}
		w.store.Fail(nil)
		w.google.set(func() { w.google.before = nil })
		if err := w.RevokeRetired(t.Context()); err != nil {
			t.Error(err)
		}
		if all, _ := w.store.Accounts(t.Context()); len(all) != 0 {
			t.Errorf("kept %+v", all)
		}
	})
}
