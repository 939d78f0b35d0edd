package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"clipsheet/clips"
)

// SignIn says who may sign in, and who vouches for them: a provider that speaks OpenID Connect.
type SignIn struct {
	Issuer       string
	ClientID     string
	ClientSecret func() string // a function, into which nothing that prints can look
	Domains      []string      // whose addresses may sign in
	Idle         time.Duration // a session that is not used for so long ends
	Longest      time.Duration // and so does one that is
}

// SignInCallback is where the provider sends a browser back to.
const SignInCallback = "/signin/callback"

// signInPatience is how long a browser may be away at the provider's.
const signInPatience = 10 * time.Minute

type signInPage struct {
	Provider string // its host
	Back     string
	First    string // the token of an invitation to be the first admin
	Wrong    string
	Text     string
}

func (s *site) signInPage(w http.ResponseWriter, r *http.Request) {
	p := signInPage{Back: ownPath(r.FormValue("back")), First: r.FormValue("first")}
	if p.First != "" {
		p.Text = "Whoever signs in with this link becomes the first admin. It works once."
	}
	s.showSignIn(w, r, http.StatusOK, p)
}

func (s *site) showSignIn(w http.ResponseWriter, r *http.Request, status int, p signInPage) {
	if issuer, err := url.Parse(s.SignIn.Issuer); err == nil {
		p.Provider = issuer.Host
	}
	showPage(w, r, "signin.html", status, p)
}

// refuseSignIn says why somebody is not signed in, and offers another try.
func (s *site) refuseSignIn(w http.ResponseWriter, r *http.Request, status int, back string, err error) {
	visitOf(r).err = err
	s.showSignIn(w, r, status, signInPage{Back: ownPath(back), Wrong: clips.NoticeOf(err)})
}

// beginSignIn sends a browser to the provider. All that has to be known when it comes back is made from a secret that
// only its cookie holds: we keep a hash, and a state that another browser brings is worth nothing.
func (s *site) beginSignIn(w http.ResponseWriter, r *http.Request) {
	back := ownPath(r.FormValue("back"))
	if wait := s.strangers.take(peer(r), s.Now()); wait > 0 {
		s.refuseSignIn(w, r, http.StatusTooManyRequests, back, errTooOften)
		return
	}
	browser := clips.NewToken()
	address, err := s.provider.address(r.Context(), browser)
	if err == nil {
		err = s.People.SaveSignIn(r.Context(), browser.Hash(), clips.SignIn{Back: back,
			Invitation: invitation(r.FormValue("first")), ExpiresAt: s.Now().Add(signInPatience)})
	}
	if err != nil {
		s.refuseSignIn(w, r, http.StatusServiceUnavailable, back, err)
		return
	}
	s.setCookie(w, signInCookie, browser.Reveal(), signInPatience)
	// Not a redirect, since browsers hold the target of a form against the policy of its page.
	w.Header().Set("Refresh", "0; url="+address)
	showPage(w, r, "signin_leave.html", http.StatusOK, address)
}

func invitation(token string) []byte {
	if token == "" {
		return nil
	}
	hash := clips.Token(token).Hash()
	return hash[:]
}

// signInReturned is where the provider sends a browser back to. It gets a new session, whatever it came with.
func (s *site) signInReturned(w http.ResponseWriter, r *http.Request) {
	browser := clips.Token(s.cookie(r, signInCookie))
	if !equal(r.FormValue("state"), derived(browser, "state")) {
		s.refuseSignIn(w, r, http.StatusForbidden, "", errStranger)
		return
	}
	s.setCookie(w, signInCookie, "", 0)
	in, err := s.People.TakeSignIn(r.Context(), browser.Hash())
	if errors.Is(err, clips.ErrNotFound) {
		err = errStranger
	}
	if err == nil {
		err = s.enter(w, r, in, browser)
	}
	if err != nil {
		s.refuseSignIn(w, r, statusOfSignIn(err), in.Back, err)
		return
	}
	seeOther(w, ownPath(in.Back))
}

func (s *site) enter(w http.ResponseWriter, r *http.Request, in clips.SignIn, browser clips.Token) error {
	if r.FormValue("error") != "" {
		return errDeclined
	}
	id, err := s.provider.identity(r.Context(), r.FormValue("code"), browser)
	if err != nil {
		return err
	}
	token := clips.NewToken()
	session := clips.Session{Agent: shortened(r.UserAgent(), 200), Address: whence(r), ExpiresAt: s.Now().Add(s.SignIn.Longest)}
	if _, err := s.People.Enter(r.Context(), id, in.Invitation, session, token.Hash()); err != nil {
		return err
	}
	s.leave(r) // the session this browser had, if any
	s.setCookie(w, sessionCookieName, token.Reveal(), s.SignIn.Longest)
	return nil
}

// leave ends the session a browser came with.
func (s *site) leave(r *http.Request) {
	who, session, err := s.inSession(r)
	if err == nil {
		err = s.People.EndSession(context.WithoutCancel(r.Context()), session.ID, s.actor(r, who))
	}
	if err != nil && !errors.Is(err, clips.ErrNotFound) {
		visitOf(r).err = err
	}
}

// signOut ends this session, or with everywhere all of the person's.
func (s *site) signOut(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if r.FormValue("everywhere") == "" {
		s.leave(r)
	} else if err := s.People.EndSessions(r.Context(), s.actor(r, who)); err != nil {
		s.fault(w, r, err)
		return
	}
	s.setCookie(w, sessionCookieName, "", 0)
	seeOther(w, "/signin")
}

var (
	errStranger = &clips.Error{Kind: clips.KindPermission, Notice: "This sign-in began in another browser, or longer than ten " +
		"minutes ago: begin again."}
	errDeclined = &clips.Error{Kind: clips.KindPermission, Notice: "The provider did not sign you in: try again, and allow it " +
		"to tell us your e-mail address."}
	errTooOften = &clips.Error{Kind: clips.KindBusy, Notice: "Too many sign-ins begin from your network: wait a moment."}
)

func statusOfSignIn(err error) int {
	if clips.KindOf(err) == clips.KindPermission {
		return http.StatusForbidden
	}
	return http.StatusServiceUnavailable
}

// derived makes one of the secrets of a sign-in from what the browser's cookie holds.
func derived(browser clips.Token, what string) string {
	mac := hmac.New(sha256.New, []byte(browser.Reveal()))
	mac.Write([]byte(what))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// ownPath is a page of ours to go to after the sign-in; the front page, when it would lead anywhere else.
func ownPath(path string) string {
	u, err := url.Parse(path)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.Opaque != "", u.User != nil,
		!strings.HasPrefix(path, "/"), strings.HasPrefix(u.Path, "//"), strings.ContainsAny(path, "\\\r\n\t"),
		u.Path == "/signin", u.Path == SignInCallback:
		return "/"
	}
	return path
}

func shortened(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}
