package web

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"clipsheet/clips"
)

// hereAdmin is whoever sits at this machine, when there is no sign-in.
var hereAdmin = clips.Person{Email: "local", Name: "local", Role: clips.RoleAdmin}

// signedIn lets in people of at least a role, and tells the page who it is. What changes something is refused when
// another site sent it, so pages need not look.
func (s *site) signedIn(least clips.Role, page func(http.ResponseWriter, *http.Request, clips.Person)) http.HandlerFunc {
	return s.ownForms(func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.whoIs(w, r)
		switch {
		case !ok:
		case who.Role < least:
			refused(w, r, "This page needs the role "+least.String()+", and yours is "+who.Role.String()+
				". An admin can change it, on the page People.")
		default:
			page(w, r, who)
		}
	})
}

// whoIs finds out who asks. When nobody may, it has answered.
func (s *site) whoIs(w http.ResponseWriter, r *http.Request) (clips.Person, bool) {
	if s.Local && fromHere(r) {
		return hereAdmin, true
	}
	if s.SignIn == nil {
		refused(w, r, "This page is for people at the machine it runs on.")
		return clips.Person{}, false
	}
	who, _, err := s.inSession(r)
	switch {
	case err == nil:
		return who, true
	case !errors.Is(err, clips.ErrNotFound):
		s.fault(w, r, err)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		seeOther(w, "/signin?"+url.Values{"back": {r.URL.RequestURI()}}.Encode())
	default:
		showPage(w, r, "error.html", http.StatusUnauthorized, problem{Title: "You are signed out",
			Text: "Nothing was changed. Sign in in another window, then send this form again."})
	}
	return clips.Person{}, false
}

// inSession finds who is signed in with the browser's cookie; clips.ErrNotFound is nobody.
func (s *site) inSession(r *http.Request) (clips.Person, clips.Session, error) {
	token := clips.Token(s.cookie(r, sessionCookieName))
	if token == "" {
		return clips.Person{}, clips.Session{}, clips.ErrNotFound
	}
	return s.People.InSession(r.Context(), token.Hash(), s.SignIn.Idle)
}

// ownForms answers to our own names alone, and refuses forms that another site sends with our reader's cookies.
func (s *site) ownForms(page http.HandlerFunc) http.HandlerFunc {
	p := http.NewCrossOriginProtection()
	if base, err := url.Parse(s.BaseURL); err == nil && base.Host != "" {
		p.AddTrustedOrigin(base.Scheme + "://" + base.Host) // a proxy may have changed the Host that we see
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refused(w, r, "Another site sent this form. Open the page here, and send it from there.")
	}))
	protected := p.Handler(page)
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.isOurName(r.Host) {
			notFound(w)
			return
		}
		protected.ServeHTTP(w, r)
	}
}

// actor is somebody as the audit log names them.
func (s *site) actor(r *http.Request, who clips.Person) clips.Act {
	return clips.Act{PersonID: who.ID, Who: who.Email, Address: whence(r)}
}

// whence is where a request comes from, for people to read: through a proxy on this machine, as that says.
func whence(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if addr, err := netip.ParseAddr(strings.TrimSpace(said[len(said)-1])); err == nil && at.Addr().Unmap().IsLoopback() {
		return addr.String()
	}
	return at.Addr().Unmap().String()
}

// The cookies of people, and of browsers that are away to sign in.
const (
	sessionCookieName = "clipsheet"
	signInCookie      = "clipsheet_signin"
)

// cookieName has the prefix by which browsers make sure that no other site, nor a page without TLS, has set a cookie.
func (s *site) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

func (s *site) secure() bool { return strings.HasPrefix(s.BaseURL, "https:") }

func (s *site) cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(s.cookieName(name)); err == nil {
		return c.Value
	}
	return ""
}

// setCookie gives the browser a cookie for a while; none at all takes it back. Lax, since people come by links: from
// the provider, from a chat.
func (s *site) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	c := &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
	if life <= 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// refused is the answer to somebody who may not.
func refused(w http.ResponseWriter, r *http.Request, why string) {
	showPage(w, r, "error.html", http.StatusForbidden, problem{Title: "Not for you", Text: why})
}

// fault is the answer when something on our side is in the way.
func (s *site) fault(w http.ResponseWriter, r *http.Request, err error) {
	visitOf(r).err = err
	showPage(w, r, "error.html", http.StatusServiceUnavailable, problem{Title: "This page cannot be made at the moment",
		Text: clips.NoticeOf(err), ID: visitOf(r).id})
}
