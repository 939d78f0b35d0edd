package account_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

// The whole life of an account over sockets, as in production: without the fake clock, and without a transport of ours.
func TestAccountOverSockets(t *testing.T) {
	t.Parallel()
	g := newGoogle()
	server := httptest.NewServer(g)
	defer server.Close()
	g.audience = server.URL + "/token"
	w := &world{t: t, google: g, store: &accounttest.Memory{}, key: newKey()}
	key, _ := newServiceKey(t, w)
	w.cfg = account.Config{ClientID: clientID, ClientSecret: account.Hide(clientSecret), RedirectURL: redirectURL, Service: key,
		Endpoints: account.Endpoints{Auth: server.URL + "/auth", Token: server.URL + "/token", Revoke: server.URL + "/revoke"}}
	w.Accounts = w.process(w.cfg, w.key)

	w.connect("finance")
	source := w.source("finance")
	g.set(func() { clear(g.access) })
	resp, err := source.Client().Post(server.URL+"/api", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if body := readAll(t, resp); resp.StatusCode != http.StatusOK || !strings.Contains(body, "5") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, err := w.Declare(t.Context(), "robot", ""); err != nil {
		t.Fatal(err)
	}
	w.token(w.source("robot"))
	if revoked, err := w.Disconnect(t.Context(), "finance"); err != nil || !revoked {
		t.Errorf("revoked %t: %v", revoked, err)
	}

	query := w.leave("late")
	server.Close()
	_, err = w.Finish(t.Context(), query, browser)
	wantKind(t, err, clips.KindUnavailable, "does not answer")
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
}
