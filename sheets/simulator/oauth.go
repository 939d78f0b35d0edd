package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

// The lives of what OAuth gives out.
const (
	codeLife        = 10 * time.Minute
	testingLife     = 7 * 24 * time.Hour      // of a refresh token of an app in Testing
	unusedLife      = 6 * 30 * 24 * time.Hour // of a refresh token that nobody uses
	mostGrants      = 100                     // of an account and an app; the oldest dies without a word
	refreshedNever  = "Token has been expired or revoked."
	refreshedVainly = "Bad Request" // what Google says when it will not say why
)

// grant is a refresh token that was given out.
type grant struct {
	token, email, client string
	scopes               []string
	made, used           time.Time
	dead                 bool
	why                  string
}

// code is an authorization code on its way to the token endpoint.
type code struct {
	email, client, redirect string
	scopes                  []string
	challenge, method       string
	offline                 bool
	made                    time.Time
}

// oauthError is a refusal of the token endpoint.
type oauthError struct {
	status           int
	code, descriptor string
}

func (e *oauthError) Error() string { return e.code + ": " + e.descriptor }

func (e *oauthError) answer() Answer {
	m := wire.New("error", e.code)
	if e.descriptor != "" {
		m.Set("error_description", e.descriptor)
	}
	return answerJSON(e.status, m, true)
}

func invalidGrant(why string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", why}
}

// Revoke withdraws the consent an account gave, to all apps, as a person does on Google's security page.
func (s *Simulator) Revoke(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetTokens(email)
	if p := s.people[email]; p != nil {
		clear(p.consent)
	}
}

// forgetTokens kills the tokens of an account. The caller holds the lock.
func (s *Simulator) forgetTokens(email string) {
	for _, g := range s.grants {
		if g.email == email {
			g.dead, g.why = true, refreshedNever
		}
	}
	for _, t := range s.access {
		t.expired = t.expired || t.email == email
	}
}

// grantFor makes a refresh token. Beyond the hundredth of an account and an app the oldest dies. The caller holds the
// lock.
func (s *Simulator) grantFor(c *code) *grant {
	var others []*grant
	for _, g := range s.grants {
		if g.email == c.email && g.client == c.client && !g.dead {
			others = append(others, g)
		}
	}
	if len(others) >= mostGrants {
		oldest := slices.MinFunc(others, func(a, b *grant) int { return a.made.Compare(b.made) })
		oldest.dead, oldest.why = true, refreshedVainly
	}
	g := &grant{token: secret("1//"), email: c.email, client: c.client, scopes: c.scopes, made: s.now(), used: s.now()}
	s.grants[g.token] = g
	return g
}

// refusal is why a refresh token gives no access token, or nil.
func (s *Simulator) refusal(g *grant, client *Client) *oauthError {
	switch {
	case g == nil || g.client != client.ID || s.people[g.email] == nil:
		return invalidGrant(refreshedVainly)
	case g.dead:
		return invalidGrant(g.why)
	case client.Testing && !s.now().Before(g.made.Add(testingLife)), !s.now().Before(g.used.Add(unusedLife)):
		return invalidGrant(refreshedNever)
	}
	return nil
}

// serveRevoke ends a token, and with it the whole consent it came from.
func (s *Simulator) serveRevoke(x *Exchange) (Answer, error) {
	token := x.form().Get("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.grants[token]
	if t := s.access[token]; t != nil {
		t.expired = true
		g = t.grant
	} else if g == nil || g.dead {
		return (&oauthError{http.StatusBadRequest, "invalid_token", "Token expired or revoked"}).answer(), nil
	}
	if g != nil {
		g.dead, g.why = true, refreshedNever
		for _, t := range s.access {
			t.expired = t.expired || t.grant == g
		}
		if p := s.people[g.email]; p != nil {
			delete(p.consent, g.client)
		}
	}
	return answerJSON(http.StatusOK, wire.New(), true), nil
}

// serveUserinfo tells whose token it is, to who was let see the address.
func (s *Simulator) serveUserinfo(x *Exchange) (Answer, error) {
	token := bearer(x.r)
	who := s.callerOf(token)
	if !s.alive(token) || !slices.Contains(who.scopes, "email") && !slices.Contains(who.scopes, "userinfo.email") {
		a := (&oauthError{http.StatusUnauthorized, "invalid_request", "Invalid Credentials"}).answer()
		a.Header.Set("Www-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
		return a, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return answerJSON(http.StatusOK, wire.New("sub", s.people[who.email].sub, "email", who.email, "email_verified", true), true), nil
}

// longScopes are scopes the way Google spells them out.
func longScopes(scopes []string) string {
	all := make([]string, len(scopes))
	for i, scope := range scopes {
		switch scope {
		case "openid", "email", "profile":
			all[i] = scope
		default:
			all[i] = "https://www.googleapis.com/auth/" + scope
		}
	}
	return strings.Join(all, " ")
}
