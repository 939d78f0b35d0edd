package account_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
)

func TestAddressAsksForALastingPermission(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		address, err := w.Begin(t.Context(), "finance", browser)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme+"://"+u.Host+u.Path != "http://google.test/auth" {
			t.Fatalf("address %s: %v", address, err)
		}
		q := u.Query()
		for key, want := range map[string]string{"access_type": "offline", "prompt": "consent", "response_type": "code",
			"code_challenge_method": "S256", "client_id": clientID, "redirect_uri": redirectURL,
			"scope": "openid email " + account.ScopeDriveFile, "login_hint": ""} {
			if q.Get(key) != want {
				t.Errorf("%s is %q, want %q", key, q.Get(key), want)
			}
		}
		if len(q.Get("state")) != 43 || len(q.Get("code_challenge")) != 43 {
			t.Errorf("state %q, challenge %q", q.Get("state"), q.Get("code_challenge"))
		}
		if again, _ := w.Begin(t.Context(), "finance", browser); again == address {
			t.Error("two browsers leave with the same state")
		}
	})
}

func TestAccountIsConnected(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		before := time.Now()
		a := w.connect("finance")
		if a.ID == 0 || a.Name != "finance" || a.Kind != clips.AccountOAuth || a.Email != "ann@example.com" || a.Subject != "1094" ||
			!a.ConnectedAt.Equal(before) || !a.ExpiresAt.IsZero() || a.Broken != "" || !slices.Contains(a.Scopes, account.ScopeDriveFile) {
			t.Errorf("connected %+v", a)
		}
		if account.Warning(a) != "" {
			t.Errorf("warning %q", account.Warning(a))
		}
		w.token(w.source("finance"))
		if n := w.google.count("/token"); n != 1 {
			t.Errorf("%d calls for tokens, though the first is good for an hour", n)
		}
		if w.google.count("/userinfo") != 0 {
			t.Error("Google was asked who it is although it had told")
		}
	})
}

func TestAccountWithoutANameHasItsEmail(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		if a := w.connect(""); a.Name != "ann@example.com" {
			t.Errorf("connected %+v", a)
		}
	})
}

func TestConfiguredScopesAreAskedFor(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.cfg.Scopes = []string{account.ScopeSpreadsheets}
		w.Accounts = w.process(w.cfg, w.key)
		a := w.connect("finance")
		if !slices.Contains(a.Scopes, account.ScopeSpreadsheets) || slices.Contains(a.Scopes, account.ScopeDriveFile) {
			t.Errorf("allowed %q", a.Scopes)
		}
		w.google.set(func() { w.google.noScope = true })
		if a := w.connect("finance"); !slices.Equal(a.Scopes, []string{"openid", "email", account.ScopeSpreadsheets}) {
			t.Errorf("allowed %q, though nothing else was said", a.Scopes)
		}
	})
}

func TestWayBackWorksOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		query := w.leave("finance")
		if _, err := w.Finish(t.Context(), query, browser); err != nil {
			t.Fatal(err)
		}
		_, err := w.Finish(t.Context(), query, browser)
		wantKind(t, err, clips.KindParameter, "used before", "connect the account again")
		if w.google.count("/token") != 1 {
			t.Error("Google was asked about it again")
		}
	})
}

func TestWayBackIsForItsBrowserAndTenMinutes(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		for name, back := range map[string]func(url.Values) (clips.Account, error){
			"another browser": func(q url.Values) (clips.Account, error) { return w.Finish(t.Context(), q, browser+"2") },
			"no browser":      func(q url.Values) (clips.Account, error) { return w.Finish(t.Context(), q, "") },
			"too late": func(q url.Values) (clips.Account, error) {
				time.Sleep(10 * time.Minute)
				return w.Finish(t.Context(), q, browser)
			},
			"no state": func(q url.Values) (clips.Account, error) { q.Del("state"); return w.Finish(t.Context(), q, browser) },
			"other state": func(q url.Values) (clips.Account, error) {
				q.Set("state", "x")
				return w.Finish(t.Context(), q, browser)
			},
		} {
			query := w.leave("finance")
			_, err := back(query)
			wantKind(t, err, clips.KindParameter, "connect the account again from here")
			if all, _ := w.store.Accounts(t.Context()); len(all) != 0 || w.google.count("/token") != 0 {
				t.Errorf("%s: connected all the same", name)
			}
		}
		query := w.leave("finance")
		time.Sleep(10*time.Minute - time.Second)
		if _, err := w.Finish(t.Context(), query, browser); err != nil {
			t.Errorf("just in time: %v", err)
		}
	})
}

func TestWhoGoesAwayMeanwhileIsConnected(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		query := w.leave("finance")
		ctx, cancel := context.WithCancel(t.Context())
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool { cancel(); time.Sleep(time.Second); return false }
		})
		if _, err := w.Finish(ctx, query, browser); err != nil {
			t.Error(err)
		}
		w.kept("finance")
	})
}

func TestWhatWasNotAllowedIsNotConnected(t *testing.T) {
	for name, test := range map[string]struct {
		google func(g *google)
		kind   clips.Kind
		words  string
	}{
		"denied":          {func(g *google) { g.deny = "access_denied" }, clips.KindAccount, "not allowed on Google's page"},
		"app blocked":     {func(g *google) { g.deny = "admin_policy_enforced" }, clips.KindAccount, "Google Cloud console"},
		"box not ticked":  {func(g *google) { g.untick = []string{account.ScopeDriveFile} }, clips.KindAccount, "tick that box"},
		"second consent":  {func(g *google) { g.noRefresh = true }, clips.KindAccount, "myaccount.google.com/permissions"},
		"code used":       {func(g *google) { g.before = forgetCodes(g) }, clips.KindAccount, "connect the account again"},
		"other client":    {func(g *google) { g.before = always(401, "invalid_client") }, clips.KindAccount, "google.client_secret"},
		"Google is down":  {func(g *google) { g.before = always(503, "") }, clips.KindUnavailable, "does not answer"},
		"no access token": {func(g *google) { g.before = always(200, "") }, clips.KindUnavailable, "does not answer"},
		"token for another client": {func(g *google) { g.claims = func(c map[string]any) { c["aud"] = "other" } },
			clips.KindAccount, "cannot be trusted"},
		"token for several clients": {func(g *google) { g.claims = func(c map[string]any) { c["aud"] = []string{clientID, "other"} } },
			clips.KindAccount, "cannot be trusted"},
		"token about nobody": {func(g *google) { g.claims = func(c map[string]any) { delete(c, "sub") } }, clips.KindAccount, "cannot be trusted"},
		"token of last week": {func(g *google) {
			g.claims = func(c map[string]any) { c["exp"] = time.Now().Add(-6 * time.Minute).Unix() }
		},
			clips.KindAccount, "cannot be trusted"},
		"token without an end": {func(g *google) { g.claims = func(c map[string]any) { delete(c, "exp") } }, clips.KindAccount, "cannot be trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.google.set(func() { test.google(w.google) })
				_, err := w.Finish(t.Context(), w.leave("finance"), browser)
				wantKind(t, err, test.kind, test.words)
				if all, _ := w.store.Accounts(t.Context()); len(all) != 0 {
					t.Errorf("kept %+v", all)
				}
			})
		})
	}
}

// always answers /token in Google's place.
func always(status int, code string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/token" {
			return false
		}
		oauthError(w, status, code, "words")
		return true
	}
}

func forgetCodes(g *google) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			g.set(func() { clear(g.codes) })
		}
		return false
	}
}

func TestGooglesOwnTokensNameGoogle(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.cfg.Endpoints = account.Endpoints{Auth: "http://google.test/auth"}
		w.cfg.Transport = rewrite{w.net.transport}
		w.Accounts = w.process(w.cfg, w.key)
		for issuer, good := range map[string]bool{"https://accounts.google.com": true, "accounts.google.com": true, "http://google.test": false, "": false} {
			w.google.set(func() { w.google.claims = func(c map[string]any) { c["iss"] = issuer } })
			if _, err := w.Finish(t.Context(), w.leave("finance"), browser); (err == nil) != good {
				t.Errorf("issuer %q: %v", issuer, err)
			}
		}
		w.google.set(func() { w.google.noID = true })
		if w.connect("finance"); w.google.count("/userinfo") != 1 {
			t.Error("Google was not asked who it is")
		}

		w.google.set(func() { w.google.audience = "https://oauth2.googleapis.com/token" })
		w.cfg.Service, _ = newServiceKey(t, w)
		w.Accounts = w.process(w.cfg, w.key)
		if _, err := w.Declare(t.Context(), "robot", ""); err != nil {
			t.Fatal(err)
		}
		w.token(w.source("robot"))
	})
}

// rewrite brings calls to Google's own addresses to ours.
type rewrite struct{ http.RoundTripper }

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	here := map[string]string{"https://oauth2.googleapis.com/token": "/token", "https://oauth2.googleapis.com/revoke": "/revoke",
		"https://openidconnect.googleapis.com/v1/userinfo": "/userinfo"}
	req = req.Clone(req.Context())
	req.URL, _ = url.Parse("http://google.test" + here[req.URL.String()])
	return r.RoundTripper.RoundTrip(req)
}

func TestGoogleIsAskedWhoItIs(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.noID = true })
		if a := w.connect("finance"); a.Email != "ann@example.com" || a.Subject != "1094" {
			t.Errorf("connected %+v", a)
		}
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/userinfo" {
					rw.WriteHeader(http.StatusBadGateway)
				}
				return r.URL.Path == "/userinfo"
			}
		})
		_, err := w.Finish(t.Context(), w.leave("other"), browser)
		wantKind(t, err, clips.KindUnavailable)
	})
}

func TestNobodyHasToTellWhoItIs(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.noID = true })
		w.cfg.Endpoints.UserInfo = ""
		w.Accounts = w.process(w.cfg, w.key)
		if a := w.connect("finance"); a.Name != "finance" || a.Email != "" || a.Subject != "" {
			t.Errorf("connected %+v", a)
		}
		_, err := w.Finish(t.Context(), w.leave(""), browser)
		wantKind(t, err, clips.KindParameter, "under a name of your own")
	})
}

func TestUnverifiedEmailIsNotTold(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.claims = func(c map[string]any) { c["email_verified"] = false } })
		if a := w.connect("finance"); a.Email != "" || a.Subject != "1094" {
			t.Errorf("connected %+v", a)
		}
	})
}

func TestAppInTestingIsWarnedAbout(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.ends = 7*24*time.Hour - time.Second })
		a := w.connect("finance")
		if got := account.Warning(a); !strings.Contains(got, "ends on 7 January 2000") || !strings.Contains(got, "Testing") {
			t.Errorf("warning %q about %+v", got, a)
		}
		w.google.set(func() { w.google.ends = 30 * 24 * time.Hour })
		if got := account.Warning(w.connect("finance")); !strings.Contains(got, "ends on 31 January 2000") || strings.Contains(got, "Testing") {
			t.Errorf("warning %q", got)
		}
	})
}

func TestAccountIsConnectedAnew(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		first := w.connect("finance")
		source := w.source("finance")
		old := w.token(source)
		address, err := w.Begin(t.Context(), "finance", browser)
		if err != nil || !strings.Contains(address, "login_hint=ann%40example.com") {
			t.Errorf("address %s: %v", address, err)
		}
		w.google.set(func() { w.google.person.email = "ann@example.org" })
		second := w.connect("finance")
		if second.ID != first.ID || second.Email != "ann@example.org" {
			t.Errorf("first %+v, then %+v", first, second)
		}
		if w.source("finance") != source {
			t.Error("the account has two sources")
		}
		if w.token(source) == old {
			t.Error("the source has the token from before")
		}
	})
}

func TestAccountStaysThePersonItWas(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		ann := w.connect("finance")
		w.google.set(func() { w.google.person = person{"2000", "bob@example.com"} })
		_, err := w.Finish(t.Context(), w.leave("finance"), browser)
		wantKind(t, err, clips.KindParameter, "ann@example.com", "bob@example.com", "another name")
		if got := w.kept("finance"); got.Subject != ann.Subject {
			t.Errorf("kept %+v", got)
		}
		w.token(w.source("finance"))
	})
}

func TestServiceAccountIsNotTakenOver(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.cfg.Service, _ = newServiceKey(t, w)
		w.Accounts = w.process(w.cfg, w.key)
		query := w.leave("robot")
		if _, err := w.Declare(t.Context(), "robot", ""); err != nil {
			t.Fatal(err)
		}
		_, err := w.Finish(t.Context(), query, browser)
		wantKind(t, err, clips.KindParameter, "service account", "under another")
		_, err = w.Begin(t.Context(), "robot", browser)
		wantKind(t, err, clips.KindParameter, "service account", "under another")
	})
}

func TestBeginWantsWhatItNeeds(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		if _, err := w.Begin(t.Context(), "finance", "short"); err == nil {
			t.Error("began without a session")
		}
		for _, name := range []string{strings.Repeat("x", 101), "two\nlines"} {
			_, err := w.Begin(t.Context(), name, browser)
			wantKind(t, err, clips.KindParameter, "no name for an account")
		}
		w.cfg.ClientID = ""
		_, err := w.process(w.cfg, w.key).Begin(t.Context(), "finance", browser)
		wantKind(t, err, clips.KindAccount, "google.client_id")
	})
}

func TestRedirectMustBeOneThatGoogleTakes(t *testing.T) {
	for address, good := range map[string]bool{
		"https://clips.example.com/google/back": true, "https://clips.example.com:8443/back": true, "http://localhost:8765/google/back": true,
		"http://127.0.0.1:8765/back": true, "http://[::1]:8765/back": true, "https://localhost/back": true,
		"http://clips.example.com/back": false, "https://10.0.0.7/back": false, "https://[2001:db8::1]/back": false, "": false, "/back": false,
		"ftp://localhost/back": false, "https://clips.example.com/back#x": false, "https://ann:pw@clips.example.com/": false, "https://%zz/": false,
	} {
		a, err := account.New(account.Config{ClientID: clientID, RedirectURL: address}, nil, nil)
		if (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
		if err == nil {
			a.Close()
		}
	}
	a, err := account.New(account.Config{RedirectURL: "none is needed without a client"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
}
