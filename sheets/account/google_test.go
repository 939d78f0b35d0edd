package account_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// google is an OAuth server as strict as Google's, with one person at the browser, and an API that wants its tokens.
type google struct {
	mu      sync.Mutex
	serial  int
	codes   map[string]code
	refresh map[string]*permission
	access  map[string]access
	keys    map[string]*rsa.PublicKey // of service accounts, by e-mail
	hits    map[string]int            // calls, by path
	last    url.Values                // the last form that came to /token

	person    person
	untick    []string      // scopes the person does not allow
	deny      string        // the error the person comes back with
	life      time.Duration // of access tokens
	rotates   bool          // a refresh token works once
	ends      time.Duration // of permissions; 0 is never, and not told
	noRefresh bool          // as on a second consent
	noID      bool          // no ID token
	noScope   bool          // scopes are not repeated
	claims    func(map[string]any)
	delegates bool // service accounts may act for people
	audience  string

	// before answers in Google's place when it returns true.
	before func(w http.ResponseWriter, r *http.Request) bool
}

type person struct{ subject, email string }

type code struct {
	challenge, redirect string
	scope               []string
	person              person
}

// permission is what a person allowed; all those of one person die together.
type permission struct {
	person person
	scope  []string
	dead   bool
}

type access struct {
	until time.Time
	owner *permission // nil of a service account
}

func newGoogle() *google {
	return &google{codes: map[string]code{}, refresh: map[string]*permission{}, access: map[string]access{},
		keys: map[string]*rsa.PublicKey{}, hits: map[string]int{}, person: person{"1094", "ann@example.com"}, life: time.Hour,
		audience: "http://google.test/token"}
}

// set changes what Google does from now on.
func (g *google) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

func (g *google) count(path string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hits[path]
}

func (g *google) takes(token string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.valid(token)
}

func (g *google) valid(token string) bool {
	a, ok := g.access[token]
	return ok && time.Now().Before(a.until) && (a.owner == nil || !a.owner.dead)
}

// endPermissions is a person who takes everything back.
func (g *google) endPermissions(subject string) {
	for _, p := range g.refresh {
		if p.person.subject == subject {
			p.dead = true
		}
	}
}

// secret makes a text that tests look for where it must not be.
func (g *google) secret(kind string) string {
	g.serial++
	return fmt.Sprintf("%s-%d-%x", kind, g.serial, sha256.Sum256(fmt.Appendf(nil, "%p%d", g, g.serial)))
}

// visit is the person in front of Google's page; it is the query they are sent back with.
func (g *google) visit(t *testing.T, address string) url.Values {
	t.Helper()
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	back, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusFound || err != nil || !strings.HasPrefix(back.String(), redirectURL+"?") {
		t.Fatalf("Google's page answered %d %s, to %q", w.Code, w.Body, back)
	}
	return back.Query()
}

func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	g.mu.Lock()
	g.hits[r.URL.Path]++
	if r.URL.Path == "/token" {
		g.last = r.PostForm
	}
	before := g.before
	g.mu.Unlock()
	if before != nil && before(w, r) { // without the lock: it may wait
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch r.Method + r.URL.Path {
	case "GET/auth":
		g.auth(w, r)
	case "POST/token":
		g.token(w, r)
	case "POST/revoke":
		g.revoke(w, r)
	case "GET/userinfo":
		g.userInfo(w, r)
	case "POST/api":
		g.api(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (g *google) auth(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for key, want := range map[string]string{"client_id": clientID, "redirect_uri": redirectURL, "response_type": "code",
		"access_type": "offline", "prompt": "consent", "code_challenge_method": "S256"} {
		if q.Get(key) != want {
			http.Error(w, fmt.Sprintf("%s is %q", key, q.Get(key)), http.StatusBadRequest)
			return
		}
	}
	back := url.Values{"state": {q.Get("state")}}
	if g.deny != "" {
		back.Set("error", g.deny)
	} else {
		back.Set("code", g.secret("4/code"))
		allowed := slices.DeleteFunc(strings.Fields(q.Get("scope")), func(s string) bool { return slices.Contains(g.untick, s) })
		g.codes[back.Get("code")] = code{q.Get("code_challenge"), q.Get("redirect_uri"), allowed, g.person}
	}
	w.Header().Set("Location", redirectURL+"?"+back.Encode())
	w.WriteHeader(http.StatusFound)
}

func (g *google) token(w http.ResponseWriter, r *http.Request) {
	f := r.PostForm
	if grant := f.Get("grant_type"); grant == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		g.fromAssertion(w, f.Get("assertion"))
	} else if f.Get("client_id") != clientID || f.Get("client_secret") != clientSecret {
		oauthError(w, http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
	} else if grant == "authorization_code" {
		g.fromCode(w, f)
	} else if grant == "refresh_token" {
		g.fromRefresh(w, f.Get("refresh_token"))
	} else {
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+grant)
	}
}

func (g *google) fromCode(w http.ResponseWriter, f url.Values) {
	c, ok := g.codes[f.Get("code")]
	delete(g.codes, f.Get("code"))
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge || f.Get("redirect_uri") != c.redirect {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Malformed auth code.")
		return
	}
	p := &permission{person: c.person, scope: c.scope}
	reply := g.grant(p)
	if !g.noRefresh {
		reply["refresh_token"] = g.secret("1//refresh")
		g.refresh[reply["refresh_token"].(string)] = p
	}
	if g.ends > 0 {
		reply["refresh_token_expires_in"] = int(g.ends.Seconds())
	}
	if !g.noID {
		reply["id_token"] = g.idToken(c.person)
	}
	writeJSON(w, http.StatusOK, reply)
}

// grant makes an access token.
func (g *google) grant(p *permission) map[string]any {
	token := g.secret("ya29.access")
	g.access[token] = access{time.Now().Add(g.life), p}
	reply := map[string]any{"access_token": token, "expires_in": int(g.life.Seconds()), "token_type": "Bearer"}
	if p != nil && !g.noScope {
		reply["scope"] = strings.ReplaceAll(strings.Join(p.scope, " "), " email ", " https://www.googleapis.com/auth/userinfo.email ")
	}
	return reply
}

func (g *google) fromRefresh(w http.ResponseWriter, token string) {
	p, ok := g.refresh[token]
	if !ok || p.dead {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
		return
	}
	reply := g.grant(p)
	if g.rotates {
		delete(g.refresh, token)
		reply["refresh_token"] = g.secret("1//refresh")
		g.refresh[reply["refresh_token"].(string)] = p
	}
	writeJSON(w, http.StatusOK, reply)
}

func (g *google) idToken(p person) string {
	claims := map[string]any{"iss": "http://google.test", "aud": clientID, "sub": p.subject, "email": p.email, "email_verified": true,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	if g.claims != nil {
		g.claims(claims)
	}
	text, _ := json.Marshal(claims)
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(text) + "." + encode([]byte("signature"))
}

// fromAssertion checks what a service account signed.
func (g *google) fromAssertion(w http.ResponseWriter, assertion string) {
	var c struct {
		Iss, Scope, Aud, Sub string
		Iat, Exp             int64
	}
	parts := strings.Split(assertion, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err != nil || len(parts) != 3 || json.Unmarshal(text, &c) != nil {
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT")
		return
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	key := g.keys[c.Iss]
	now := time.Now().Unix()
	switch {
	case key == nil:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid grant: account not found")
	case rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT Signature.")
	case c.Iat > now || c.Exp < now || c.Exp > c.Iat+3600:
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.")
	case c.Aud != g.audience || c.Scope != "https://www.googleapis.com/auth/spreadsheets":
		oauthError(w, http.StatusBadRequest, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
	case c.Sub != "" && !g.delegates:
		oauthError(w, http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method.")
	case c.Sub != "" && !strings.HasSuffix(c.Sub, "@example.com"):
		oauthError(w, http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	default:
		writeJSON(w, http.StatusOK, g.grant(nil))
	}
}

// revoke ends all permissions of the person whose token it is, as Google does.
func (g *google) revoke(w http.ResponseWriter, r *http.Request) {
	p, ok := g.refresh[r.PostForm.Get("token")]
	if !ok || p.dead {
		oauthError(w, http.StatusBadRequest, "invalid_token", "Token expired or revoked")
		return
	}
	g.endPermissions(p.person.subject)
	writeJSON(w, http.StatusOK, map[string]any{})
}

func (g *google) userInfo(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !g.valid(token) {
		oauthError(w, http.StatusUnauthorized, "invalid_request", "Invalid Credentials")
		return
	}
	p := g.access[token].owner.person
	writeJSON(w, http.StatusOK, map[string]any{"sub": p.subject, "email": p.email, "email_verified": true})
}

// api says how much it was sent.
func (g *google) api(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !g.valid(token) {
		oauthError(w, http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"read": r.ContentLength})
}

func oauthError(w http.ResponseWriter, status int, code, words string) {
	writeJSON(w, status, map[string]any{"error": code, "error_description": words})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
