package web

import (
	"net/http"
	"net/url"

	"clipsheet/clips"
)

// hereAdmin is whoever sits at this machine, when there is no sign-in.
var hereAdmin = clips.Person{Email: "local", Name: "local", Role: clips.RoleAdmin}

// signedIn lets in people of at least a role, and tells the page who it is. What changes something is refused when
// another site sent it, so pages need not look.
func (s *site) signedIn(least clips.Role, page func(http.ResponseWriter, *http.Request, clips.Person)) http.HandlerFunc {
	let := func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.whoIs(w, r)
		switch {
		case !ok:
		case who.Role < least:
			refused(w, r, "This page needs the role "+least.String()+", and yours is "+who.Role.String()+
				". An admin can change it, on the page People.")
		default:
			page(w, r, who)
		}
	}
	return s.ownForms().Handler(http.HandlerFunc(let)).ServeHTTP
}

// whoIs finds out who asks. When nobody may, it has answered.
func (s *site) whoIs(w http.ResponseWriter, r *http.Request) (clips.Person, bool) {
	if !s.isOurName(r.Host) {
		notFound(w)
		return clips.Person{}, false
	}
	if !s.Local || !fromHere(r) {
		refused(w, r, "This page is for people at the machine it runs on.")
		return clips.Person{}, false
	}
	return hereAdmin, true
}

// ownForms refuses forms that another site sends with our reader's cookies.
func (s *site) ownForms() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if base, err := url.Parse(s.BaseURL); err == nil && base.Host != "" {
		p.AddTrustedOrigin(base.Scheme + "://" + base.Host) // a proxy may have changed the Host that we see
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refused(w, r, "Another site sent this form. Open the page here, and send it from there.")
	}))
	return p
}

// refused is the answer to somebody who may not.
func refused(w http.ResponseWriter, r *http.Request, why string) {
	showPage(w, r, "error.html", http.StatusForbidden, problem{Title: "Not for you", Text: why})
}
