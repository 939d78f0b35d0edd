package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Accounts are the Google accounts that syncs write as. Begin sends a browser to Google, Finish takes what it comes
// back with; session is what only that browser has.
type Accounts interface {
	List(ctx context.Context) ([]clips.Account, error)
	Connectable() bool // Google knows us as a client that people can allow things to
	Begin(ctx context.Context, name, session string) (address string, err error)
	Finish(ctx context.Context, query url.Values, session string) (clips.Account, error)
	Disconnect(ctx context.Context, name string) (revoked bool, err error)
}

// CallbackPath is where Google sends a browser back to.
const CallbackPath = "/accounts/google/callback"

// sessionCookie tells the browser that left for Google from others. It opens nothing.
const (
	sessionCookie = "clipsheet_connect"
	sessionLife   = 15 * time.Minute
)

type accountsPage struct {
	Accounts []clips.Account
	Callback string // to be registered with Google; empty when nobody can connect an account
	Said     string // what the last action came to
	Wrong    string // what is in its way
}

func (s *site) accountPages(r chi.Router) {
	r.Get("/accounts", s.atHome(s.accounts))
	r.Post("/accounts/connect", s.atHome(s.connectAccount))
	r.Get(CallbackPath, s.atHome(s.accountConnected))
	r.Post("/accounts/disconnect", s.atHome(s.disconnectAccount))
}

// atHome lets admins in; without sign-in only people at this machine, and leads them to the one name of it that Google knows, since cookies
// belong to a name.
func (s *site) atHome(page func(http.ResponseWriter, *http.Request, clips.Person)) http.HandlerFunc {
	if s.SignIn != nil {
		return s.signedIn(clips.RoleAdmin, page)
	}
	home, err := url.Parse(s.Origin)
	protected := http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page(w, r, hereAdmin)
	}))
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case err != nil || !s.Local || !fromHere(r) || !s.isOurName(r.Host):
			notFound(w)
		case r.Host != home.Host && r.Method == http.MethodGet:
			w.Header().Set("Location", s.Origin+r.URL.RequestURI())
			w.WriteHeader(http.StatusFound)
		default:
			protected.ServeHTTP(w, r)
		}
	}
}

func (s *site) accounts(w http.ResponseWriter, r *http.Request, _ clips.Person) {
	s.showAccounts(w, r, http.StatusOK, accountsPage{})
}

func (s *site) showAccounts(w http.ResponseWriter, r *http.Request, status int, p accountsPage) {
	all, err := s.Accounts.List(r.Context())
	if err != nil {
		visitOf(r).err = err
		status, p.Wrong = http.StatusServiceUnavailable, clips.NoticeOf(err)
	}
	p.Accounts = all
	if s.Accounts.Connectable() {
		p.Callback = s.Origin + CallbackPath
	}
	showPage(w, r, "accounts.html", status, p)
}

// refuseAccount shows what is in the way of an action on accounts.
func (s *site) refuseAccount(w http.ResponseWriter, r *http.Request, err error) {
	visitOf(r).err = err
	s.showAccounts(w, r, http.StatusConflict, accountsPage{Wrong: clips.NoticeOf(err)})
}

func (s *site) connectAccount(w http.ResponseWriter, r *http.Request, _ clips.Person) {
	session := rand.Text()
	address, err := s.Accounts.Begin(r.Context(), strings.TrimSpace(r.FormValue("name")), session)
	if err != nil {
		s.refuseAccount(w, r, err)
		return
	}
	// Lax, since the way back is a link from Google's page.
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: session, Path: "/accounts", MaxAge: int(sessionLife.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.Origin, "https:")})
	// Not a redirect, since browsers hold the target of a form against the policy of its page.
	w.Header().Set("Refresh", "0; url="+address)
	showPage(w, r, "leave.html", http.StatusOK, address)
}

func (s *site) accountConnected(w http.ResponseWriter, r *http.Request, who clips.Person) {
	session := ""
	if c, err := r.Cookie(sessionCookie); err == nil {
		session = c.Value
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/accounts", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	account, err := s.Accounts.Finish(r.Context(), r.URL.Query(), session)
	if err == nil {
		err = s.note(r, who, "account connected", account.Name, "", account.Email)
	}
	if err != nil {
		s.refuseAccount(w, r, err)
		return
	}
	s.showAccounts(w, r, http.StatusOK, accountsPage{Said: account.Name + " is connected. Syncs may name it as their account."})
}

func (s *site) disconnectAccount(w http.ResponseWriter, r *http.Request, who clips.Person) {
	name := r.FormValue("name")
	revoked, err := s.Accounts.Disconnect(r.Context(), name)
	if err == nil {
		err = s.note(r, who, "account disconnected", name, "", "")
	}
	if err != nil {
		s.refuseAccount(w, r, err)
		return
	}
	said := name + " is disconnected, and its permission given back to Google."
	if !revoked {
		said = name + " is disconnected. Google does not answer at the moment; the permission is given back when it does."
	}
	s.showAccounts(w, r, http.StatusOK, accountsPage{Said: said})
}
