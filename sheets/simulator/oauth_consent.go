package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authRequest is what an app asks a person for.
type authRequest struct {
	client   *Client
	redirect *url.URL
	scopes   []string
	query    url.Values
}

// authError is an error that is shown and not sent back, since the address to send it to cannot be trusted.
type authError struct{ code, words string }

func (e *authError) Error() string { return e.code + ": " + e.words }

func (s *Simulator) readAuthRequest(q url.Values) (*authRequest, error) {
	s.mu.Lock()
	client := s.clients[q.Get("client_id")]
	s.mu.Unlock()
	if client == nil || client.ID == "" {
		return nil, &authError{"invalid_client", "The OAuth client was not found."}
	}
	if !slices.Contains(client.Redirects, q.Get("redirect_uri")) {
		return nil, &authError{"redirect_uri_mismatch", fmt.Sprintf(
			"The redirect URI in the request, %s, does not match the ones authorized for the OAuth client.", q.Get("redirect_uri"))}
	}
	redirect, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		return nil, &authError{"invalid_request", err.Error()}
	}
	r := &authRequest{client: client, redirect: redirect, scopes: shortScopes(q.Get("scope")), query: q}
	method := q.Get("code_challenge_method")
	switch {
	case q.Get("response_type") != "code":
		return nil, &authError{"unsupported_response_type", "This simulator of Google gives out codes only."}
	case len(r.scopes) == 0:
		return nil, &authError{"invalid_request", "Missing required parameter: scope"}
	case method != "" && method != "S256" && method != "plain":
		return nil, &authError{"invalid_request", "Invalid parameter: code_challenge_method"}
	}
	return r, nil
}

// back is the address that leads back to the app, with an answer.
func (r *authRequest) back(answer ...string) string {
	to := *r.redirect
	q := to.Query()
	for i := 0; i < len(answer); i += 2 {
		q.Set(answer[i], answer[i+1])
	}
	if state := r.query.Get("state"); state != "" {
		q.Set("state", state)
	}
	to.RawQuery = q.Encode()
	return to.String()
}

// allow gives consent for some scopes and leads back with a code. A refresh token comes with it only when the app asks
// for one, and for the first time, or for consent again.
func (s *Simulator) allow(r *authRequest, email string, scopes []string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[email]
	if p == nil || p.robot != nil {
		return "", &authError{"invalid_request", "Couldn’t find the Google account " + email + "."}
	}
	if len(scopes) == 0 {
		return r.back("error", "access_denied"), nil
	}
	first := !p.consent[r.client.ID]
	p.consent[r.client.ID] = true
	method := r.query.Get("code_challenge_method")
	if method == "" && r.query.Get("code_challenge") != "" {
		method = "plain"
	}
	c := &code{
		email: email, client: r.client.ID, redirect: r.query.Get("redirect_uri"), scopes: scopes, made: s.now(),
		challenge: r.query.Get("code_challenge"), method: method,
		offline: r.query.Get("access_type") == "offline" && (first || strings.Contains(r.query.Get("prompt"), "consent")),
	}
	token := secret("4/0A")
	s.codes[token] = c
	return r.back("code", token, "scope", longScopes(scopes)), nil
}

// Consent does what a person does who opens the address an app sends them to and allows everything: it gives the
// address that leads back to the app.
func (s *Simulator) Consent(authURL, email string) (string, error) {
	return s.ConsentTo(authURL, email)
}

// ConsentTo is Consent to some of the scopes only.
func (s *Simulator) ConsentTo(authURL, email string, scopes ...string) (string, error) {
	u, err := url.Parse(authURL)
	if err != nil {
		return "", err
	}
	r, err := s.readAuthRequest(u.Query())
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		return s.allow(r, email, r.scopes)
	}
	return s.allow(r, email, shortScopes(strings.Join(scopes, " ")))
}

// Deny does what a person does who does not allow it.
func (s *Simulator) Deny(authURL string) (string, error) {
	u, err := url.Parse(authURL)
	if err != nil {
		return "", err
	}
	r, err := s.readAuthRequest(u.Query())
	if err != nil {
		return "", err
	}
	return r.back("error", "access_denied"), nil
}

// serveAuthorize shows the consent page and takes the decision.
func (s *Simulator) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.Method == http.MethodPost {
		if err := s.crossSite.Check(r); err != nil {
			s.showError(w, http.StatusForbidden, "That came from another site", "Open the consent page again from the app.")
			return
		}
		if err := r.ParseForm(); err != nil {
			s.showError(w, http.StatusBadRequest, "The form could not be read", "Go back and try again.")
			return
		}
		q = r.PostForm
	}
	request, err := s.readAuthRequest(q)
	if err != nil {
		s.showError(w, http.StatusBadRequest, "Access blocked: this app’s request is invalid", "Error 400: "+err.Error())
		return
	}
	if r.Method != http.MethodPost {
		s.showConsent(w, request)
		return
	}
	to := request.back("error", "access_denied")
	if q.Get("decision") == "allow" {
		chosen := slices.DeleteFunc(slices.Clone(request.scopes), func(scope string) bool {
			return strings.Contains(longScopes([]string{scope}), "/") && !slices.Contains(q["grant"], scope)
		})
		if to, err = s.allow(request, q.Get("account"), chosen); err != nil {
			s.showError(w, http.StatusBadRequest, "Access blocked", err.Error())
			return
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
