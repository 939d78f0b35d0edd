package web_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web"
)

// company is a world where people sign in.
type company struct {
	*world
	provider *vouchers
	origin   string
}

func newCompany(t *testing.T, change ...func(*web.Options)) *company {
	t.Helper()
	c := &company{world: newWorld(t), provider: newVouchers(t)}
	server := httptest.NewUnstartedServer(nil)
	c.origin = "http://" + server.Listener.Addr().String()
	c.options.Local, c.options.Metrics, c.options.BaseURL, c.options.People = false, nil, c.origin, c.store
	c.options.Accounts, c.options.Origin = noAccounts{}, c.origin
	c.options.SignIn = &web.SignIn{Issuer: c.provider.URL, ClientID: voucherClient, ClientSecret: func() string { return voucherSecret },
		Domains: []string{"example.com"}, Idle: time.Hour, Longest: 24 * time.Hour}
	for _, f := range change {
		f(&c.options)
	}
	server.Config.Handler = web.New(c.options)
	server.Start()
	t.Cleanup(server.Close)
	c.server = server
	return c
}

// noAccounts are the Google accounts of a company that has none.
type noAccounts struct{ web.Accounts }

func (noAccounts) List(context.Context) ([]clips.Account, error) { return nil, nil }
func (noAccounts) Connectable() bool                             { return false }
func (noAccounts) Disconnect(context.Context, string) (bool, error) {
	return false, clips.ErrNotFound
}
func (noAccounts) Begin(context.Context, string, string) (string, error) {
	return "", clips.ErrNotFound
}
func (noAccounts) Finish(context.Context, url.Values, string) (clips.Account, error) {
	return clips.Account{}, clips.ErrNotFound
}

// browser is one of a person's, with its cookies.
type browser struct {
	*company
	http *http.Client
}

func (c *company) browser() *browser {
	c.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.Fatal(err)
	}
	return &browser{c, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, address string, form url.Values, headers ...string) reply {
	b.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.origin + address
	}
	req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.http.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	return read(b, resp)
}

func (b *browser) get(address string) reply { b.Helper(); return b.do(http.MethodGet, address, nil) }

func (b *browser) post(address string, form url.Values) reply {
	b.Helper()
	return b.do(http.MethodPost, address, form)
}

// leave begins to sign in and gives the provider's address.
func (b *browser) leave(form url.Values) string {
	b.Helper()
	r := b.post("/signin", form)
	b.want(r, http.StatusOK, "To the sign-in")
	_, address, _ := strings.Cut(r.header.Get("Refresh"), "url=")
	return address
}

// back gives the address with which the provider sends the browser back.
func (b *browser) back(address string) string {
	b.Helper()
	r := b.get(address)
	if r.status != http.StatusFound {
		b.Fatalf("the provider says %d: %s", r.status, r.body)
	}
	return r.header.Get("Location")
}

// signIn goes all the way.
func (b *browser) signIn(form url.Values) reply { b.Helper(); return b.get(b.back(b.leave(form))) }

// as is a browser in which somebody of a role is signed in.
func (c *company) as(role clips.Role) *browser {
	c.Helper()
	email := role.String() + "@example.com"
	if _, err := c.store.AddPerson(c.Context(), clips.Person{Email: email, Role: role}, clips.Act{Who: "test"}); err != nil {
		c.Fatal(err)
	}
	c.provider.is(email)
	b := c.browser()
	if r := b.signIn(nil); r.status != http.StatusSeeOther {
		c.Fatalf("%s is not signed in: %d %s", email, r.status, r.body)
	}
	return b
}

// signedIn tells whether a browser is let in.
func (b *browser) signedIn() bool {
	b.Helper()
	return b.get("/accounts").status != http.StatusSeeOther // it may still be for others
}

func (c *company) people() map[string]clips.Person {
	c.Helper()
	all, err := c.store.People(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	by := map[string]clips.Person{}
	for _, p := range all {
		by[p.Email] = p
	}
	return by
}

func TestSignIn(t *testing.T) {
	c := newCompany(t)
	c.provider.is("Ann@Example.com")
	ann := c.browser()
	c.want(ann.get("/signin?back=/clips/cash"), http.StatusOK, `name=back value="/clips/cash"`, "Sign in with 127.0.0.1")
	r := ann.signIn(url.Values{"back": {"/clips/cash?x=1"}})
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/clips/cash?x=1" {
		t.Errorf("after the sign-in: %d, to %q", r.status, r.header.Get("Location"))
	}
	cookie := strings.Join(r.header.Values("Set-Cookie"), "\n")
	for _, want := range []string{"clipsheet=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookies lack %s: %s", want, cookie)
		}
	}
	p := c.people()["ann@example.com"]
	if p.Role != clips.RoleReader || p.Name != "Ann <b>" || p.Sources != nil {
		t.Errorf("a newcomer is %+v", p)
	}
	if !ann.signedIn() {
		t.Error("nobody is signed in")
	}
	c.want(ann.get("/"), http.StatusOK, "Cash &lt;by&gt; account")
	stranger := c.browser()
	if r := stranger.get("/?q=cash"); r.status != http.StatusSeeOther || r.header.Get("Location") != "/signin?back=%2F%3Fq%3Dcash" {
		t.Errorf("a stranger at the front page gets %d, to %q", r.status, r.header.Get("Location"))
	}
	if stranger.signedIn() {
		t.Error("another browser is signed in too")
	}
	log := c.log.String()
	if strings.Contains(log, "s3cret") || strings.Contains(log, "code=") || strings.Contains(log, "state=") {
		t.Error("the log has secrets of the sign-in")
	}
}

func TestCookiesAreBoundToTheHostWithTLS(t *testing.T) {
	c := newCompany(t, func(o *web.Options) { o.BaseURL = "https://clips.example.com" })
	r := c.browser().do(http.MethodPost, "/signin", nil, "X-Forwarded-For", "203.0.113.7")
	c.want(r, http.StatusOK)
	if got := r.header.Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-clipsheet_signin=") || !strings.Contains(got, "Secure") {
		t.Errorf("the cookie is %q", got)
	}
	if to := r.header.Get("Refresh"); !strings.Contains(to, "redirect_uri=https%3A%2F%2Fclips.example.com%2Fsignin%2Fcallback&") {
		t.Errorf("the provider is told to come back otherwise: %s", to)
	}
}

// A provider's answer counts only when all of it is right.
func TestSignInRefusesWhatProvesNothing(t *testing.T) {
	c := newCompany(t)
	for name, lie := range map[string]func(map[string]any){
		"nonce":              func(m map[string]any) { m["nonce"] = "another" },
		"no nonce":           func(m map[string]any) { delete(m, "nonce") },
		"issuer":             func(m map[string]any) { m["iss"] = "https://evil.example.com" },
		"audience":           func(m map[string]any) { m["aud"] = "another-client" },
		"authorized party":   func(m map[string]any) { m["aud"], m["azp"] = []string{"other", voucherClient}, "other" },
		"expired":            func(m map[string]any) { m["exp"] = time.Now().Add(-time.Hour).Unix() },
		"unverified address": func(m map[string]any) { m["email_verified"] = false },
		"no address":         func(m map[string]any) { delete(m, "email") },
		"domain":             func(m map[string]any) { m["email"] = "eve@evil.example" },
		"domain in front":    func(m map[string]any) { m["email"] = "eve@example.com@evil.example" },
		"domain behind":      func(m map[string]any) { m["email"] = "eve@evilexample.com" },
		"organisation":       func(m map[string]any) { m["hd"] = "evil.example" },
		"signature":          func(map[string]any) { c.provider.forged = true },
	} {
		c.provider.is("eve@example.com")
		c.provider.lies(lie)
		eve := c.browser()
		r := eve.signIn(nil)
		c.want(r, http.StatusForbidden, "role=alert")
		if eve.signedIn() || len(c.people()) > 0 {
			t.Fatalf("wrong %s, and yet signed in", name)
		}
	}
}

// The way back is worth something once, for a while, in the browser that began.
func TestSignInBelongsToTheBrowserThatBegan(t *testing.T) {
	c := newCompany(t)
	c.provider.is("ann@example.com")
	ann, eve := c.browser(), c.browser()
	back := ann.back(ann.leave(nil))
	c.want(eve.get(back), http.StatusForbidden, "another browser")
	eve.leave(nil)
	c.want(eve.get(back), http.StatusForbidden, "another browser")
	other, _, _ := strings.Cut(back, "state=")
	c.want(ann.get(other+"state=wrong"), http.StatusForbidden, "another browser")
	c.want(ann.get(other), http.StatusForbidden, "another browser")
	if r := ann.get(back); r.status != http.StatusSeeOther {
		t.Errorf("in the browser that began: %d %s", r.status, r.body)
	}
	c.want(ann.get(back), http.StatusForbidden, "begin again")

	late := ann.back(ann.leave(nil))
	pgtest.Exec(t, c.dsn, `update clipsheet.sign_ins set expires_at = now()`)
	c.want(ann.get(late), http.StatusForbidden, "begin again")
}

func TestSignInTellsWhenItWasDeclined(t *testing.T) {
	c := newCompany(t)
	ann := c.browser()
	address, err := url.Parse(ann.leave(nil))
	if err != nil {
		t.Fatal(err)
	}
	r := ann.get("/signin/callback?error=access_denied&error_description=%3Cb%3Eloudly&state=" + address.Query().Get("state"))
	c.want(r, http.StatusForbidden, "did not sign you in")
	if strings.Contains(r.body, "loudly") {
		t.Error("the page shows what the address says")
	}
}

func TestSignInLeadsNowhereElse(t *testing.T) {
	c := newCompany(t)
	c.provider.is("ann@example.com")
	for _, evil := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
		"/%5cevil.example/..//", "///evil.example", "/\t/evil.example", "evil", "", "/signin", "http:/evil"} {
		r := c.browser().signIn(url.Values{"back": {evil}})
		if to := r.header.Get("Location"); r.status != http.StatusSeeOther || to != "/" && !strings.HasPrefix(to, "/%5cevil") {
			t.Errorf("back to %q leads to %d %q", evil, r.status, to)
		}
	}
}

func TestSignInGivesANewSession(t *testing.T) {
	c := newCompany(t)
	c.provider.is("ann@example.com")
	ann := c.browser()
	site, err := url.Parse(c.origin)
	if err != nil {
		t.Fatal(err)
	}
	token := func() string {
		for _, cookie := range ann.http.Jar.Cookies(site) {
			if cookie.Name == "clipsheet" {
				return cookie.Value
			}
		}
		return ""
	}
	planted := clips.NewToken().Reveal()
	ann.http.Jar.SetCookies(site, []*http.Cookie{{Name: "clipsheet", Value: planted, Path: "/"}})
	ann.signIn(nil)
	first := token()
	if first == planted || first == "" {
		t.Fatal("the session is one that somebody planted")
	}
	ann.signIn(nil)
	if second := token(); second == first {
		t.Error("a sign-in keeps the session there was")
	}
	p := c.people()["ann@example.com"]
	if all, err := c.store.Sessions(t.Context(), p.ID); err != nil || len(all) != 1 {
		t.Errorf("%d sessions are left, want the new one: %v", len(all), err)
	}
	for _, hash := range pgtest.Query(t, c.dsn, `select encode(token_hash, 'escape') from clipsheet.sessions`) {
		if strings.Contains(hash, token()) {
			t.Error("the token itself is kept")
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	c := newCompany(t)
	for what, sql := range map[string]string{
		"not used for long":  `update clipsheet.sessions set seen_at = now() - interval '61 minutes'`,
		"older than allowed": `update clipsheet.sessions set expires_at = now()`,
		"of somebody who may not sign in": `update clipsheet.people set deactivated_at = now()
			where email = (select p.email from clipsheet.sessions s join clipsheet.people p on p.id = s.person_id)`,
	} {
		c.provider.is("ann." + strings.ReplaceAll(what, " ", "-") + "@example.com")
		ann := c.browser()
		ann.signIn(nil)
		pgtest.Exec(t, c.dsn, sql)
		if ann.signedIn() {
			t.Errorf("a session %s goes on", what)
		}
		pgtest.Exec(t, c.dsn, `delete from clipsheet.sessions`)
	}

	c.provider.is("bob@example.com")
	here, there := c.browser(), c.browser()
	here.signIn(nil)
	there.signIn(nil)
	c.want(here.post("/signout", nil), http.StatusSeeOther)
	if here.signedIn() {
		t.Error("signed out, and yet in")
	}
	here.signIn(nil)
	c.want(here.post("/signout", url.Values{"everywhere": {"1"}}), http.StatusSeeOther)
	if here.signedIn() || there.signedIn() {
		t.Error("signed out everywhere, and yet in")
	}
}

func TestFirstAdmin(t *testing.T) {
	c := newCompany(t)
	invite := func() (clips.Token, bool) {
		token := clips.NewToken()
		needed, err := c.store.Invite(t.Context(), token.Hash(), time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return token, needed
	}
	first, needed := invite()
	second, _ := invite()
	if !needed {
		t.Fatal("nobody is admin, and no invitation is needed")
	}
	c.provider.is("eve@evil.example")
	c.want(c.browser().signIn(url.Values{"first": {first.Reveal()}}), http.StatusForbidden, "example.com")
	c.provider.is("ann@example.com")
	c.want(c.browser().signIn(url.Values{"first": {"made-up"}}), http.StatusForbidden, "used already")
	if len(c.people()) > 0 {
		t.Error("a wrong invitation makes somebody a reader")
	}
	ann := c.browser()
	c.want(ann.get("/signin?first="+first.Reveal()), http.StatusOK, "first admin", first.Reveal())
	ann.signIn(url.Values{"first": {first.Reveal()}})
	if p := c.people()["ann@example.com"]; p.Role != clips.RoleAdmin {
		t.Errorf("the first admin is %v", p.Role)
	}
	c.provider.is("bob@example.com")
	for _, used := range []clips.Token{first, second} {
		c.want(c.browser().signIn(url.Values{"first": {used.Reveal()}}), http.StatusForbidden, "used already")
	}
	if _, needed := invite(); needed {
		t.Error("there is an admin, and another invitation")
	}
}

func TestAnAddressThatGotAnotherOwnerIsRefused(t *testing.T) {
	c := newCompany(t)
	c.provider.is("ann@example.com")
	c.browser().signIn(nil)
	c.provider.is("ann@example.com", "sub", "somebody-new")
	c.want(c.browser().signIn(nil), http.StatusForbidden, "Somebody else")

	c.provider.is("ann.married@example.com", "sub", "sub-ann@example.com")
	if r := c.browser().signIn(nil); r.status != http.StatusSeeOther {
		t.Errorf("the same person with a new address: %d", r.status)
	}
	if all := c.people(); len(all) != 1 || all["ann.married@example.com"].ID == 0 {
		t.Errorf("people are %v", all)
	}
}

func TestSignInWhileTheProviderIsDown(t *testing.T) {
	c := newCompany(t)
	c.provider.Close()
	c.want(c.browser().post("/signin", nil), http.StatusServiceUnavailable, "does not answer", "auth.issuer")
}

func TestSignInIsForOurOwnFormsAndNames(t *testing.T) {
	c := newCompany(t)
	for _, path := range []string{"/signin", "/signout"} {
		r := c.browser().do(http.MethodPost, path, nil, "Sec-Fetch-Site", "cross-site")
		c.want(r, http.StatusForbidden, "Another site")
	}
	c.want(c.world.get("/signin", "Host", "evil.example.com"), http.StatusNotFound)
}
