package simulator

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clipsheet/sheets/simulator/internal/wire"
)

// form is the form in the body of a request, or its query.
func (x *Exchange) form() url.Values {
	if form, err := url.ParseQuery(string(x.body)); err == nil && len(form) > 0 {
		return form
	}
	return x.r.URL.Query()
}

// serveToken gives out access tokens: for a code, for a refresh token, or for what a service account has signed.
func (s *Simulator) serveToken(x *Exchange) (Answer, error) {
	form := x.form()
	var m *wire.Message
	var err error
	switch grant := form.Get("grant_type"); {
	case x.r.Method != http.MethodPost:
		err = &oauthError{http.StatusMethodNotAllowed, "invalid_request", "Method not allowed"}
	case grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
		m, err = s.tokenForAssertion(form.Get("assertion"), baseOf(x.r)+x.r.URL.Path)
	case grant == "authorization_code", grant == "refresh_token":
		m, err = s.tokenForClient(x, form)
	default:
		err = &oauthError{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: " + grant}
	}
	if e, ok := errors.AsType[*oauthError](err); ok {
		return e.answer(), nil
	}
	return answerJSON(http.StatusOK, m, true), err
}

func (s *Simulator) tokenForClient(x *Exchange, form url.Values) (*wire.Message, error) {
	id, key := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := x.r.BasicAuth(); ok {
		id, key = unescaped(user), unescaped(password)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	client := s.clients[id]
	if client == nil || id == "" {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "The OAuth client was not found."}
	}
	if client.Secret != key {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "Unauthorized"}
	}
	if form.Get("grant_type") == "refresh_token" {
		return s.refresh(form, client)
	}
	return s.redeem(form, client)
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// redeem takes an authorization code, which is good once.
func (s *Simulator) redeem(form url.Values, client *Client) (*wire.Message, error) {
	c := s.codes[form.Get("code")]
	if c == nil || c.client != client.ID || !s.now().Before(c.made.Add(codeLife)) {
		return nil, invalidGrant("Malformed auth code.")
	}
	if form.Get("redirect_uri") != c.redirect {
		return nil, &oauthError{http.StatusBadRequest, "redirect_uri_mismatch", refreshedVainly}
	}
	if !c.verified(form.Get("code_verifier")) {
		return nil, invalidGrant("Invalid code verifier.")
	}
	delete(s.codes, form.Get("code"))
	p := s.people[c.email]
	if p == nil {
		return nil, invalidGrant(refreshedVainly)
	}
	var g *grant
	if c.offline {
		g = s.grantFor(c)
	}
	m := s.tokenMessage(s.issue(c.email, client.ID, c.scopes, g), c.scopes)
	if g != nil {
		m.Set("refresh_token", g.token)
		if client.Testing {
			m.Set("refresh_token_expires_in", int(testingLife.Seconds())-1)
		}
	}
	return m, nil
}

// verified holds the verifier against the challenge the code was asked for with.
func (c *code) verified(verifier string) bool {
	switch c.method {
	case "S256":
		sum := sha256.Sum256([]byte(verifier))
		return base64.RawURLEncoding.EncodeToString(sum[:]) == c.challenge
	case "plain":
		return verifier == c.challenge
	}
	return verifier == ""
}

func (s *Simulator) refresh(form url.Values, client *Client) (*wire.Message, error) {
	g := s.grants[form.Get("refresh_token")]
	if refused := s.refusal(g, client); refused != nil {
		return nil, refused
	}
	scopes := g.scopes
	if asked := shortScopes(form.Get("scope")); len(asked) > 0 {
		for _, scope := range asked {
			if !slices.Contains(g.scopes, scope) {
				return nil, &oauthError{http.StatusBadRequest, "invalid_scope", "Some requested scopes were invalid."}
			}
		}
		scopes = asked
	}
	g.used = s.now()
	return s.tokenMessage(s.issue(g.email, client.ID, scopes, g), scopes), nil
}

func (s *Simulator) tokenMessage(token string, scopes []string) *wire.Message {
	return wire.New("access_token", token, "expires_in", int(accessLife.Seconds())-1,
		"scope", longScopes(scopes), "token_type", "Bearer")
}

// tokenForAssertion takes what a service account has signed, for itself or, with domain-wide delegation, for a user.
func (s *Simulator) tokenForAssertion(assertion, audience string) (*wire.Message, error) {
	claims, robot, err := s.readAssertion(assertion)
	if err != nil {
		return nil, err
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	scopes := shortScopes(claims.Scope)
	switch {
	case claims.Audience != audience && claims.Audience != "https://oauth2.googleapis.com/token":
		return nil, invalidGrant("Invalid JWT: Audience is not the token endpoint.")
	case claims.Expires <= now.Unix() || claims.Expires > claims.Issued+3600 || claims.Issued > now.Unix()+300:
		return nil, invalidGrant("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
			"Check your iat and exp values in the JWT claim.")
	case len(scopes) == 0:
		return nil, &oauthError{http.StatusBadRequest, "invalid_scope", "Empty or missing scope not allowed."}
	}
	email := robot.Email
	if claims.Subject != "" && claims.Subject != robot.Email {
		if !robot.mayActFor(claims.Subject, scopes) {
			return nil, &oauthError{http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens " +
				"using this method, or client not authorized for any of the scopes requested."}
		}
		if email = claims.Subject; s.people[email] == nil {
			return nil, invalidGrant("Invalid email or User ID")
		}
	}
	token := s.issue(email, robot.clientID(), scopes, nil)
	return wire.New("access_token", token, "expires_in", int(accessLife.Seconds())-1, "token_type", "Bearer"), nil
}

func (a *ServiceAccount) mayActFor(email string, scopes []string) bool {
	_, domain, _ := strings.Cut(email, "@")
	if a.delegated == nil || !strings.EqualFold(domain, a.domain) {
		return false
	}
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(a.delegated, scope) })
}
