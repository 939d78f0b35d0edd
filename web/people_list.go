package web

import (
	"errors"
	"net/http"
	"time"

	"clipsheet/clips"
)

type peoplePage struct {
	People  []personLine
	Roles   []clips.Role
	Domains []string
	Email   string // as it was given, when it was refused
	Wrong   string
}

type personLine struct {
	clips.Person
	Seen *moment
}

func (s *site) people(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.showPeople(w, r, who, http.StatusOK, peoplePage{})
}

func (s *site) showPeople(w http.ResponseWriter, r *http.Request, who clips.Person, status int, p peoplePage) {
	all, err := s.People.People(r.Context())
	if err != nil {
		s.fault(w, r, err)
		return
	}
	for _, one := range all {
		p.People = append(p.People, personLine{one, s.moment(one.SeenAt, time.UTC)})
	}
	p.Roles, p.Domains = clips.Roles(), s.SignIn.Domains
	s.show(w, r, who, "people.html", status, "People", p)
}

// addPerson lets somebody in with a role before they come.
func (s *site) addPerson(w http.ResponseWriter, r *http.Request, who clips.Person) {
	role, err := clips.ParseRole(r.FormValue("role"))
	if err == nil {
		_, err = s.People.AddPerson(r.Context(), clips.Person{Email: r.FormValue("email"), Role: role}, s.actor(r, who))
	}
	if err != nil {
		visitOf(r).err = err
		s.showPeople(w, r, who, statusOfChange(err), peoplePage{Email: r.FormValue("email"), Wrong: clips.NoticeOf(err)})
		return
	}
	seeOther(w, "/people")
}

// statusOfChange is that of a page which says why something was not changed.
func statusOfChange(err error) int {
	switch {
	case errors.Is(err, clips.ErrEdited):
		return http.StatusPreconditionFailed
	case clips.KindOf(err) == clips.KindParameter:
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}

// seeOther leads from a form that was taken to the page that shows what became of it.
func seeOther(w http.ResponseWriter, address string) {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}
