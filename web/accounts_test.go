package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
	"clipsheet/sheets/simulator"
	"clipsheet/web"
)

// googled is a world with a Google beside it, and a browser.
type googled struct {
	*world
	google  *simulator.Simulator
	browser *http.Client
	origin  string
}

// accountsOf is what the web asks of accounts.
type accountsOf struct {
	*account.Accounts
	store account.Store
}

func (a accountsOf) Connectable() bool { return true }

func (a accountsOf) List(ctx context.Context) ([]clips.Account, error) { return a.store.Accounts(ctx) }

func newGoogled(t *testing.T) *googled {
	t.Helper()
	g := &googled{world: newWorld(t), google: simulator.New(simulator.Options{})}
	t.Cleanup(g.google.Close)
	google := httptest.NewServer(g.google)
	t.Cleanup(google.Close)
	g.google.AddUser("ann@example.com")

	server := httptest.NewUnstartedServer(nil)
	g.origin = "http://" + server.Listener.Addr().String()
	g.google.AddClient(simulator.Client{ID: "client", Secret: "s3cret", Redirects: []string{g.origin + web.CallbackPath}, Project: "1"})
	sealer, err := account.NewSealer("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	if err != nil {
		t.Fatal(err)
	}
	at, store := simulator.EndpointsAt(google.URL), &accounttest.Memory{}
	accounts, err := account.New(account.Config{ClientID: "client", ClientSecret: account.Hide("s3cret"), RedirectURL: g.origin + web.CallbackPath,
		Endpoints: account.Endpoints{Auth: at.Auth, Token: at.Token, Revoke: at.Revoke, UserInfo: at.UserInfo}}, store, sealer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(accounts.Close)
	g.options.Accounts, g.options.Origin, g.options.Metrics = accountsOf{accounts, store}, g.origin, nil
	server.Config.Handler = web.New(g.options)
	server.Start()
	t.Cleanup(server.Close)
	g.server = server
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	g.browser = &http.Client{Jar: jar}
	return g
}

// send posts a form as the page does.
func (g *googled) send(path string, form url.Values, headers ...string) reply {
	g.Helper()
	req, err := http.NewRequest(http.MethodPost, g.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return g.do(req)
}

func (g *googled) visit(address string) reply {
	g.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		g.Fatal(err)
	}
	return g.do(req)
}

func (g *googled) do(req *http.Request) reply {
	g.Helper()
	resp, err := g.browser.Do(req)
	if err != nil {
		g.Fatal(err)
	}
	return read(g, resp)
}

// leave begins to connect an account, and gives Google's address.
func (g *googled) leave(name string) string {
	g.Helper()
	r := g.send("/accounts/connect", url.Values{"name": {name}})
	g.want(r, http.StatusOK, "To Google")
	_, address, _ := strings.Cut(r.header.Get("Refresh"), "url=")
	return address
}

func TestConnectingAnAccount(t *testing.T) {
	g := newGoogled(t)
	g.want(g.visit(g.origin+"/accounts"), http.StatusOK, "There are none yet", g.origin+web.CallbackPath)
	back, err := g.google.Consent(g.leave(""), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	g.want(g.visit(back), http.StatusOK, "ann@example.com is connected", "Works, since")
	g.want(g.visit(back), http.StatusConflict, "used before")
	if strings.Contains(g.log.String(), "code=") {
		t.Error("the log has the code")
	}

	refused, err := g.google.Deny(g.leave("ann@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	g.want(g.visit(refused), http.StatusConflict, "not allowed on Google")
	g.want(g.send("/accounts/disconnect", url.Values{"name": {"ann@example.com"}}), http.StatusOK, "is disconnected")
	g.want(g.visit(g.origin+"/accounts"), http.StatusOK, "There are none yet")
}

func TestAnAccountIsConnectedByTheBrowserThatBegan(t *testing.T) {
	g := newGoogled(t)
	back, err := g.google.Consent(g.leave(""), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	g.browser.Jar, _ = cookiejar.New(nil)
	g.want(g.visit(back), http.StatusConflict, "another browser")
	g.want(g.visit(g.origin+"/accounts"), http.StatusOK, "There are none yet")
}

func TestAccountsAreForPeopleAtThisMachine(t *testing.T) {
	g := newGoogled(t)
	if r := g.send("/accounts/connect", url.Values{}, "Sec-Fetch-Site", "cross-site"); r.status != http.StatusForbidden {
		t.Errorf("from another site: %d", r.status)
	}
	g.want(g.get("/accounts", "X-Forwarded-For", "203.0.113.7"), http.StatusNotFound)
	g.want(g.get("/accounts", "Host", "evil.example.com"), http.StatusNotFound)
	if r := g.get("/accounts?x=1", "Host", "localhost:1"); r.status != http.StatusFound || r.header.Get("Location") != g.origin+"/accounts?x=1" {
		t.Errorf("under another name of this machine: %d to %q", r.status, r.header.Get("Location"))
	}
	g.options.Local, g.options.Metrics = false, nil
	away := newSite(t, g.world)
	away.want(away.get("/accounts"), http.StatusNotFound)
}
