package simulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/sheets/simulator"
)

const (
	spreadsheets = "https://www.googleapis.com/auth/spreadsheets"
	driveFile    = "https://www.googleapis.com/auth/drive.file"
	emailScope   = "https://www.googleapis.com/auth/userinfo.email"
)

// app is a program that asks people for consent, with Google's own OAuth client.
func (w *world) app(edit ...func(*simulator.Client)) *oauth2.Config {
	client := simulator.Client{ID: "app", Secret: "hush", Redirects: []string{"http://localhost/callback"}}
	for _, e := range edit {
		e(&client)
	}
	w.AddClient(client)
	to := simulator.EndpointsAt(w.server.URL)
	return &oauth2.Config{ClientID: "app", ClientSecret: "hush", RedirectURL: "http://localhost/callback", Scopes: []string{spreadsheets},
		Endpoint: oauth2.Endpoint{AuthURL: to.Auth, TokenURL: to.Token, AuthStyle: oauth2.AuthStyleInParams}}
}

// consent goes the whole way, and gives the token.
func (w *world) consent(c *oauth2.Config, options ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	w.t.Helper()
	back, err := w.Consent(c.AuthCodeURL("state", options...), ann)
	if err != nil {
		w.t.Fatal(err)
	}
	return c.Exchange(w.t.Context(), codeOf(w.t, back))
}

func codeOf(t testing.TB, back string) string {
	t.Helper()
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(back, "http://localhost/callback?") || u.Query().Get("state") != "state" {
		t.Fatalf("led back to %s", back)
	}
	return u.Query().Get("code")
}

// dead is the code and the words of the token endpoint's refusal.
func dead(t testing.TB, err error) string {
	t.Helper()
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		t.Fatalf("%T %v", err, err)
	}
	return e.ErrorCode + ": " + e.ErrorDescription
}

func TestAPersonConsents(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	verifier := oauth2.GenerateVerifier()
	back, err := w.Consent(c.AuthCodeURL("state", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier)), ann)
	if err != nil {
		t.Fatal(err)
	}
	code := codeOf(t, back)
	_, err = c.Exchange(t.Context(), code, oauth2.VerifierOption("wrong"))
	want(t, dead(t, err), "invalid_grant: Invalid code verifier.")
	token, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshToken == "" || token.Extra("scope") != spreadsheets || token.Extra("refresh_token_expires_in") != nil {
		t.Errorf("%+v", token)
	}
	_, err = c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	want(t, dead(t, err), "invalid_grant: Malformed auth code.")

	s, err := gsheets.NewService(t.Context(), option.WithEndpoint(w.server.URL+"/"), option.WithTokenSource(c.TokenSource(t.Context(), token)))
	if err != nil {
		t.Fatal(err)
	}
	if err := raw(s, w.id, "A1", "hello"); err != nil {
		t.Fatal(err)
	}
}

// TestARefreshTokenComesOnce, on the first consent, unless the app asks for consent again.
func TestARefreshTokenComesOnce(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	for i, test := range []struct {
		options []oauth2.AuthCodeOption
		refresh bool
	}{
		{nil, false},
		{[]oauth2.AuthCodeOption{oauth2.AccessTypeOffline}, false}, // since the first consent was without
		{[]oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.SetAuthURLParam("prompt", "consent")}, true},
		{[]oauth2.AuthCodeOption{oauth2.AccessTypeOffline}, false},
	} {
		token, err := w.consent(c, test.options...)
		if err != nil {
			t.Fatal(err)
		}
		if (token.RefreshToken != "") != test.refresh {
			t.Errorf("consent %d: refresh token %q", i, token.RefreshToken)
		}
	}
	w.Revoke(ann)
	if token, err := w.consent(c, oauth2.AccessTypeOffline); err != nil || token.RefreshToken == "" {
		t.Error("after a revocation the next consent is the first again", err)
	}
}

// refreshed uses a refresh token, the access token being old.
func refreshed(c *oauth2.Config, token *oauth2.Token) (*oauth2.Token, error) {
	return c.TokenSource(context.Background(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
}

func TestRefreshTokensDie(t *testing.T) {
	offline := []oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.ApprovalForce}
	for name, test := range map[string]struct {
		testing bool
		kill    func(*world, *oauth2.Config)
		words   string
	}{
		"alive":              {kill: func(w *world, _ *oauth2.Config) { w.clock.pass(30 * 24 * time.Hour) }},
		"revoked":            {kill: func(w *world, _ *oauth2.Config) { w.Revoke(ann) }, words: "invalid_grant: Token has been expired or revoked."},
		"an app in Testing":  {testing: true, kill: func(w *world, _ *oauth2.Config) { w.clock.pass(7 * 24 * time.Hour) }, words: "invalid_grant: Token has been expired or revoked."},
		"a day before that":  {testing: true, kill: func(w *world, _ *oauth2.Config) { w.clock.pass(6 * 24 * time.Hour) }},
		"unused half a year": {kill: func(w *world, _ *oauth2.Config) { w.clock.pass(181 * 24 * time.Hour) }, words: "invalid_grant: Token has been expired or revoked."},
		"the account gone":   {kill: func(w *world, _ *oauth2.Config) { w.RemoveUser(ann) }, words: "invalid_grant: Bad Request"},
		"one of too many": {kill: func(w *world, c *oauth2.Config) {
			for range 100 {
				w.clock.pass(time.Second)
				if _, err := w.consent(c, offline...); err != nil {
					w.t.Error(err)
				}
			}
		}, words: "invalid_grant: Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.app(func(c *simulator.Client) { c.Testing = test.testing })
			token, err := w.consent(c, offline...)
			if err != nil {
				t.Fatal(err)
			}
			if says := token.Extra("refresh_token_expires_in") != nil; says != test.testing {
				t.Errorf("it says when it dies: %v", says)
			}
			test.kill(w, c)
			fresh, err := refreshed(c, token)
			if test.words != "" {
				want(t, dead(t, err), test.words)
				return
			}
			if err != nil || fresh.AccessToken == "" || fresh.RefreshToken != token.RefreshToken {
				t.Errorf("%+v %v", fresh, err)
			}
		})
	}
}

func TestARefreshCanBeRefusedInAnyWording(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	token, err := w.consent(c, oauth2.AccessTypeOffline)
	if err != nil {
		t.Fatal(err)
	}
	w.Inject(simulator.Fault{Method: "oauth.token", Effect: simulator.InvalidGrant("")})
	_, err = refreshed(c, token)
	want(t, dead(t, err), "invalid_grant: ")
	if _, err = refreshed(c, token); err != nil {
		t.Error(err)
	}
}

func TestRevokingATokenEndsTheConsent(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	token, err := w.consent(c, oauth2.AccessTypeOffline)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := w.post("/revoke?token="+token.RefreshToken, "", ""); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	_, err = w.sheetsWith(token.AccessToken).Spreadsheets.Get(w.id).Do()
	if refusal(t, err).Code != 401 {
		t.Error(err)
	}
	_, err = refreshed(c, token)
	want(t, dead(t, err), "invalid_grant: Token has been expired or revoked.")
	if status, body := w.post("/revoke?token="+token.RefreshToken, "", ""); status != 400 || !strings.Contains(body, "invalid_token") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAppsAreHeldToWhatTheyRegistered(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	for change, code := range map[string]string{
		"redirect_uri=http://localhost/callback/": "redirect_uri_mismatch",
		"client_id=other":                         "invalid_client",
		"response_type=token":                     "unsupported_response_type",
		"scope=":                                  "invalid_request",
		"code_challenge_method=S512":              "invalid_request",
	} {
		u, _ := url.Parse(c.AuthCodeURL("state"))
		q := u.Query()
		name, value, _ := strings.Cut(change, "=")
		q.Set(name, value)
		u.RawQuery = q.Encode()
		if _, err := w.Consent(u.String(), ann); err == nil || !strings.HasPrefix(err.Error(), code+":") {
			t.Errorf("%s: %v", change, err)
		}
		status, page := w.send("GET", u.RequestURI(), "", "")
		if status != 400 || !strings.Contains(page, "Error 400: "+code) {
			t.Errorf("%s: %d %s", change, status, page)
		}
	}
	back, err := w.Deny(c.AuthCodeURL("state"))
	if err != nil {
		t.Fatal(err)
	}
	want(t, back, "http://localhost/callback?error=access_denied&state=state")
	wrong := *c
	wrong.ClientSecret = "shout"
	_, err = w.consent(&wrong)
	want(t, dead(t, err), "invalid_client: Unauthorized")
	moved := *c
	back, _ = w.Consent(c.AuthCodeURL("state"), ann)
	moved.RedirectURL = "http://elsewhere"
	_, err = moved.Exchange(t.Context(), codeOf(t, back))
	want(t, dead(t, err), "redirect_uri_mismatch: Bad Request")
	back, _ = w.Consent(c.AuthCodeURL("state"), ann)
	w.clock.pass(11 * time.Minute)
	_, err = c.Exchange(t.Context(), codeOf(t, back))
	want(t, dead(t, err), "invalid_grant: Malformed auth code.")
}

// TestAPersonMayAllowLess than the app asks for, which only the scope of the answer tells.
func TestAPersonMayAllowLess(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	c.Scopes = []string{"openid", emailScope, spreadsheets}
	back, err := w.ConsentTo(c.AuthCodeURL("state"), ann, "openid", emailScope)
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Exchange(t.Context(), codeOf(t, back))
	if err != nil {
		t.Fatal(err)
	}
	if token.Extra("scope") != "openid "+emailScope {
		t.Errorf("scope %v", token.Extra("scope"))
	}
	if _, err := w.sheetsWith(token.AccessToken).Spreadsheets.Get(w.id).Do(); refusal(t, err).Code != 403 {
		t.Error(err)
	}
	status, body := w.send("GET", "/oauth2/v3/userinfo", token.AccessToken, "")
	if status != 200 || !strings.Contains(body, `"email": "ann@example.com"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := w.send("GET", "/oauth2/v3/userinfo", w.AccessToken(ann), ""); status != 401 {
		t.Error("the address is told to who may not see it")
	}
}

func TestTheConsentPageIsAForm(t *testing.T) {
	w := newWorld(t)
	c := w.app()
	c.Scopes = []string{"openid", spreadsheets, driveFile}
	address := c.AuthCodeURL("state", oauth2.SetAuthURLParam("login_hint", bert))
	path := strings.TrimPrefix(address, w.server.URL)
	_, page := w.send("GET", path, "", "")
	for _, part := range []string{`value="ann@example.com" required>`, `value="bert@example.com" required checked>`, `name="grant" value="drive.file" checked`, `name="state" value="state"`, "localhost wants to access your account"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s:\n%s", part, page)
		}
	}
	form := url.Values{"decision": {"allow"}, "account": {bert}, "grant": {"spreadsheets"}}
	u, _ := url.Parse(address)
	for name, values := range u.Query() {
		form[name] = values
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := browser.PostForm(w.server.URL+"/o/oauth2/auth", form)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	token, err := c.Exchange(t.Context(), codeOf(t, a.Header.Get("Location")))
	if err != nil {
		t.Fatal(err)
	}
	if token.Extra("scope") != "openid "+spreadsheets {
		t.Errorf("scope %v", token.Extra("scope"))
	}
	form.Set("decision", "deny")
	a, err = browser.PostForm(w.server.URL+"/o/oauth2/auth", form)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	want(t, a.Header.Get("Location"), "http://localhost/callback?error=access_denied&state=state")
}

func TestAServiceAccountSignsForItself(t *testing.T) {
	w := newWorld(t)
	robot := w.AddServiceAccount("robot@project.iam.gserviceaccount.com")
	conf, err := google.JWTConfigFromJSON(robot.KeyFile(w.server.URL), spreadsheets)
	if err != nil {
		t.Fatal(err)
	}
	service := func() *gsheets.Service {
		s, err := gsheets.NewService(t.Context(), option.WithEndpoint(w.server.URL+"/"), option.WithTokenSource(conf.TokenSource(t.Context())))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := service()
	w.clock.pass(time.Until(w.clock.Now()) * -1) // what it signs is dated by the real clock
	if e := refusal(t, raw(s, w.id, "A1", 1)); e.Code != 403 {
		t.Error(e)
	}
	w.Share(w.id, robot.Email, simulator.Writer)
	if err := raw(s, w.id, "A1", 1); err != nil {
		t.Error(err)
	}
	if _, err := s.Spreadsheets.Create(&gsheets.Spreadsheet{}).Do(); refusal(t, err).Code != 403 {
		t.Error("a service account made a spreadsheet of its own")
	}

	conf.Subject = ann
	_, err = conf.TokenSource(t.Context()).Token()
	if !strings.Contains(err.Error(), "unauthorized_client") {
		t.Error(err)
	}
	w.Delegate(robot, "example.com", spreadsheets)
	w.Share(w.id, robot.Email, "")
	if err := raw(service(), w.id, "A1", "as Ann"); err != nil {
		t.Error(err)
	}
	conf.Scopes = []string{spreadsheets, driveFile}
	if _, err = conf.TokenSource(t.Context()).Token(); !strings.Contains(err.Error(), "unauthorized_client") {
		t.Error(err)
	}
	w.clock.pass(2 * time.Hour)
	conf.Subject = ""
	if _, err = conf.TokenSource(t.Context()).Token(); !strings.Contains(err.Error(), "short-lived token") {
		t.Error(err)
	}
}

func TestAForgedSignatureIsRefused(t *testing.T) {
	w := newWorld(t)
	real, other := w.AddServiceAccount("real@x"), w.AddServiceAccount("other@x")
	conf, err := google.JWTConfigFromJSON(other.KeyFile(w.server.URL), spreadsheets)
	if err != nil {
		t.Fatal(err)
	}
	conf.Email = real.Email
	if _, err = conf.TokenSource(t.Context()).Token(); !strings.Contains(err.Error(), "Invalid JWT Signature.") {
		t.Error(err)
	}
	conf.Email = "nobody@x"
	if _, err = conf.TokenSource(t.Context()).Token(); !strings.Contains(err.Error(), "account not found") {
		t.Error(err)
	}
}

func TestAProjectMustHaveEnabledTheAPI(t *testing.T) {
	w := newWorld(t)
	c := w.app(func(c *simulator.Client) { c.NoSheets, c.Project = true, "42" })
	token, err := w.consent(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.sheetsWith(token.AccessToken).Spreadsheets.Get(w.id).Do()
	e := refusal(t, err)
	if e.Code != 403 || !strings.Contains(asJSON(e.Details), "SERVICE_DISABLED") || e.Errors[0].Reason != "accessNotConfigured" {
		t.Errorf("%+v", e)
	}
}
