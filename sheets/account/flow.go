package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"clipsheet/clips"
)

const (
	stateLife    = 10 * time.Minute // from leaving for Google to coming back
	sessionLeast = 16               // characters of what tells one browser from another
	finishTime   = time.Minute
	nameMost     = 100
)

// Begin sends a browser to Google: to the address, at which a person allows the account of that name, which may be
// new; an empty name is the e-mail of whoever it turns out to be. The session is a random text that only this browser
// has, such as a cookie: when it comes back, it must be the same one, or someone could connect their own account for
// another.
func (a *Accounts) Begin(ctx context.Context, name, session string) (address string, err error) {
	switch {
	case a.cfg.ClientID == "":
		return "", errNoClient()
	case len(session) < sessionLeast:
		return "", errors.New("begin to connect an account: the browser has no session")
	case len(name) > nameMost || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return "", &clips.Error{Kind: clips.KindParameter, Notice: "That is no name for an account: write a short one, on one line."}
	}
	hint, err := a.emailOf(ctx, name)
	if err != nil {
		return "", err
	}
	state, verifier := newState(), oauth2.GenerateVerifier()
	hash := sha256.Sum256([]byte(state))
	err = a.store.SaveState(ctx, clips.AccountState{Hash: hash, Session: sha256.Sum256([]byte(session)), Account: name,
		Sealed: a.sealer.Seal(forState, string(hash[:]), []byte(verifier)), ExpiresAt: time.Now().Add(stateLife)})
	if err != nil {
		return "", fmt.Errorf("begin to connect an account: %w", err)
	}
	// A refresh token comes with the first consent only, unless it is asked for again.
	options := []oauth2.AuthCodeOption{oauth2.AccessTypeOffline, oauth2.ApprovalForce, oauth2.S256ChallengeOption(verifier)}
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	client := oauth2.Config{ClientID: a.cfg.ClientID, RedirectURL: a.cfg.RedirectURL, Scopes: a.asked(),
		Endpoint: oauth2.Endpoint{AuthURL: a.cfg.Endpoints.Auth}}
	return client.AuthCodeURL(state, options...), nil
}

func newState() string {
	var b [32]byte
	rand.Read(b[:]) // never returns an error
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// emailOf is who the account of that name was, when there is one that a person may connect again.
func (a *Accounts) emailOf(ctx context.Context, name string) (string, error) {
	have, err := a.store.Account(ctx, name)
	switch {
	case errors.Is(err, clips.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find the Google account %q: %w", name, err)
	case have.Kind != clips.AccountOAuth:
		return "", errServiceName(name)
	}
	return have.Email, nil
}

// Finish takes what Google sends the browser back with, the query of the redirect, and connects the account: Google
// is asked for its tokens, which are sealed and saved. Nothing is saved unless everything needed was allowed. Going
// away meanwhile does not stop it, since the code would be lost.
func (a *Accounts) Finish(ctx context.Context, query url.Values, session string) (clips.Account, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	name, verifier, err := a.comeBack(ctx, query.Get("state"), session)
	if err != nil {
		return clips.Account{}, err
	}
	if code := query.Get("error"); code != "" {
		return clips.Account{}, errNotAllowed(code)
	}
	r, err := a.ask(ctx, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {query.Get("code")},
		"code_verifier": {verifier},
		"redirect_uri":  {a.cfg.RedirectURL},
		"client_id":     {a.cfg.ClientID},
		"client_secret": {a.cfg.ClientSecret.Reveal()},
	})
	if refused, ok := errors.AsType[*refusal](err); ok {
		return clips.Account{}, errNoExchange(refused)
	}
	if err != nil {
		return clips.Account{}, err
	}
	connected, err := a.newAccount(ctx, name, r)
	if err != nil {
		return clips.Account{}, err
	}
	return a.connect(ctx, connected, r.tokens(Secret{}))
}

// comeBack takes the state that a browser left with, which works once, in time, and for that browser. All that can be
// wrong with it looks the same from outside.
func (a *Accounts) comeBack(ctx context.Context, state, session string) (name, verifier string, err error) {
	hash := sha256.Sum256([]byte(state))
	s, err := a.store.TakeState(ctx, hash)
	if errors.Is(err, clips.ErrNotFound) {
		return "", "", errOtherBrowser()
	}
	if err != nil {
		return "", "", fmt.Errorf("connect an account: %w", err)
	}
	browser := sha256.Sum256([]byte(session))
	if subtle.ConstantTimeCompare(browser[:], s.Session[:]) != 1 || !time.Now().Before(s.ExpiresAt) {
		return "", "", errOtherBrowser()
	}
	opened, err := a.sealer.Open(forState, string(hash[:]), s.Sealed)
	if err != nil {
		return "", "", fmt.Errorf("connect an account: %w", err)
	}
	return s.Account, string(opened), nil
}

// newAccount is what was allowed, if it is enough.
func (a *Accounts) newAccount(ctx context.Context, name string, r reply) (clips.Account, error) {
	scopes, err := a.granted(r)
	if err != nil {
		return clips.Account{}, err
	}
	if r.RefreshToken == "" {
		return clips.Account{}, &clips.Error{Kind: clips.KindAccount, Notice: "Google gave no lasting permission: remove the program " +
			"at myaccount.google.com/permissions, then connect the account again."}
	}
	who, err := a.identify(ctx, r)
	if err != nil {
		return clips.Account{}, err
	}
	connected := clips.Account{Name: name, Kind: clips.AccountOAuth, Email: who.email, Subject: who.subject, Scopes: scopes,
		ConnectedAt: r.asked.Truncate(time.Microsecond)}
	if name == "" {
		connected.Name = who.email
	}
	if life := seconds(r.RefreshExpiresIn); life > 0 {
		connected.ExpiresAt = connected.ConnectedAt.Add(life)
	}
	if connected.Name == "" {
		return clips.Account{}, &clips.Error{Kind: clips.KindParameter,
			Notice: "Google did not tell whose account that is: connect it again, under a name of your own."}
	}
	return connected, nil
}

// granted are the scopes that were allowed: on Google's page people can untick each. A reply that names none allows
// what was asked for.
func (a *Accounts) granted(r reply) ([]string, error) {
	if r.Scope == "" {
		return a.asked(), nil
	}
	scopes := strings.Fields(r.Scope)
	for _, needed := range a.cfg.Scopes {
		if !slices.Contains(scopes, needed) {
			return nil, &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf("The account was not connected, since %s was not "+
				"allowed: connect it again, and tick that box on Google's page.", boxOf(needed))}
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes), nil
}

// boxOf is how Google's page words a scope.
func boxOf(scope string) string {
	switch scope {
	case ScopeDriveFile:
		return `"See, edit, create and delete only the specific Google Drive files you use with this app"`
	case ScopeSpreadsheets:
		return `"See, edit, create and delete all your Google Sheets spreadsheets"`
	}
	return scope
}

// connect saves the account. One of that name that was another person's stays: its syncs would begin to write as
// someone else. What Google gave for it before is not revoked, since that would end the new permission with it.
func (a *Accounts) connect(ctx context.Context, connected clips.Account, t tokens) (clips.Account, error) {
	have, err := a.store.Account(ctx, connected.Name)
	switch {
	case errors.Is(err, clips.ErrNotFound):
	case err != nil:
		return clips.Account{}, fmt.Errorf("find the Google account %q: %w", connected.Name, err)
	case have.Kind != clips.AccountOAuth:
		return clips.Account{}, errServiceName(connected.Name)
	case have.Subject != connected.Subject && have.Subject != "" && connected.Subject != "":
		return clips.Account{}, &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf("The account %q is that of %s, and you signed in "+
			"as %s: choose the other on Google's page, or connect this one under another name.",
			have.Name, orSomeone(have.Email), orSomeone(connected.Email))}
	}
	saved, err := a.store.SaveAccount(ctx, connected, func(id int64) ([]byte, error) { return a.sealer.sealTokens(id, t), nil })
	if err != nil {
		return clips.Account{}, fmt.Errorf("save the Google account %q: %w", connected.Name, err)
	}
	a.forget(saved.ID)
	return saved, nil
}

func errServiceName(name string) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(
		"%q is the name of a service account of the config: connect this account under another.", name)}
}

func errOtherBrowser() error {
	return &clips.Error{Kind: clips.KindParameter, Notice: "This way back from Google was used before, is older than ten minutes, or began " +
		"in another browser: connect the account again from here."}
}

// errNotAllowed is for a person who said no, or a page of Google that did.
func errNotAllowed(code string) error {
	notice := "Google did not allow it: look at the app in the Google Cloud console, then connect the account again."
	if code == "access_denied" {
		notice = "The account was not connected, since it was not allowed on Google's page: connect it again when you change your mind. " +
			"While the app is in Testing, only its test users can."
	}
	return &clips.Error{Kind: clips.KindAccount, Notice: notice, Detail: codeOf(reply{Error: code})}
}

func errNoExchange(r *refusal) error {
	notice := "Google no longer takes this way back: connect the account again."
	if r.code != "invalid_grant" {
		notice = "Google gives no token: " + whyClientRefused(r)
	}
	return &clips.Error{Kind: clips.KindAccount, Notice: notice, Detail: r.Error(), Cause: r}
}
