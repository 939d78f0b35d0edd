package simulator

import (
	"slices"
	"strings"
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

// person is a Google account: of a person, or of a service.
type person struct {
	email   string
	sub     string
	robot   *ServiceAccount // nil: a person
	consent map[string]bool // the clients that were given consent once, "client scope"
}

// Client is an app registered with Google.
type Client struct {
	ID, Secret string
	Redirects  []string // the exact addresses a consent may lead back to
	Project    string   // its number
	Testing    bool     // "External" and in "Testing": refresh tokens live seven days
	NoSheets   bool     // the Sheets API is not enabled in the project
}

// AddUser makes an account of a person.
func (s *Simulator) AddUser(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(email, nil)
}

func (s *Simulator) add(email string, robot *ServiceAccount) *person {
	p := &person{email: email, sub: itoa(100_000_000 + len(s.people)), robot: robot, consent: map[string]bool{}}
	s.people[email] = p
	return p
}

// RemoveUser deletes an account: its tokens die, its files stay.
func (s *Simulator) RemoveUser(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people, email)
	s.forgetTokens(email)
}

// AddClient registers an app. Without a project it gets one.
func (s *Simulator) AddClient(c Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Project == "" {
		c.Project = itoa(1_000_000 + len(s.clients))
	}
	s.clients[c.ID] = &c
}

// caller is who makes a call, by its access token.
type caller struct {
	email  string
	client *Client
	scopes []string
	robot  bool
}

// fileScoped tells whether the caller sees only files that the app made or that were picked with it.
func (c caller) fileScoped() bool {
	return !slices.ContainsFunc(c.scopes, func(scope string) bool {
		switch scope {
		case "drive", "drive.readonly", "spreadsheets", "spreadsheets.readonly":
			return true
		}
		return false
	})
}

// shortScopes are the last parts of scopes, the way the discovery document's table has them:
// https://www.googleapis.com/auth/drive.file is drive.file.
func shortScopes(scopes string) []string {
	all := strings.Fields(scopes)
	for i, scope := range all {
		all[i] = scope[strings.LastIndexByte(scope, '/')+1:]
	}
	return all
}

// accessToken is an access token that was given out.
type accessToken struct {
	email, client string
	scopes        []string
	expires       time.Time
	expired       bool // before its time
	grant         *grant
}

const accessLife = time.Hour

// AccessToken gives out an access token without asking anybody, for tests that are not about OAuth. Scopes are full
// addresses or their last parts; none is spreadsheets. It lives an hour.
func (s *Simulator) AccessToken(email string, scopes ...string) string {
	return s.AccessTokenFor("", email, scopes...)
}

// AccessTokenFor is AccessToken for an app.
func (s *Simulator) AccessTokenFor(clientID, email string, scopes ...string) string {
	if len(scopes) == 0 {
		scopes = []string{"spreadsheets"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people[email] == nil {
		s.add(email, nil)
	}
	return s.issue(email, clientID, shortScopes(strings.Join(scopes, " ")), nil)
}

// issue makes an access token. The caller holds the lock.
func (s *Simulator) issue(email, client string, scopes []string, g *grant) string {
	token := secret("ya29.")
	s.access[token] = &accessToken{email: email, client: client, scopes: scopes, expires: s.now().Add(accessLife), grant: g}
	return token
}

// ExpireAccess makes the access tokens of an account expire now, whatever they said.
func (s *Simulator) ExpireAccess(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.access {
		t.expired = t.expired || t.email == email
	}
}

// callerOf is who an access token belongs to, good or not.
func (s *Simulator) callerOf(token string) caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.access[token]
	if t == nil {
		return caller{client: s.nobody}
	}
	who := caller{email: t.email, client: s.clientNamed(t.client), scopes: t.scopes}
	if p := s.people[t.email]; p != nil && p.robot != nil {
		who.robot = true
		if t.client == "" {
			who.client = s.clientNamed(p.robot.clientID())
		}
	}
	return who
}

func (s *Simulator) emailOf(token string) string { return s.callerOf(token).email }

// alive tells whether an access token is good now.
func (s *Simulator) alive(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.access[token]
	return t != nil && !t.expired && s.now().Before(t.expires) && s.people[t.email] != nil
}

// forbidden says why a caller may not use a method, for tokens that are good.
func (c caller) forbidden(scopes []string) error {
	if !slices.ContainsFunc(c.scopes, func(scope string) bool { return slices.Contains(scopes, scope) }) {
		e := refuse("PERMISSION_DENIED", "Request had insufficient authentication scopes.",
			errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", wire.New("service", "sheets.googleapis.com")))
		e.reason = "insufficientPermissions"
		return e
	}
	return nil
}
