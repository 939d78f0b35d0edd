package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

type personPage struct {
	clips.Person
	Roles   []clips.Role
	Granted []grant
	Came    *moment
	Seen    *moment
	Access  string // as the page shows it
	Own     bool   // whoever reads it
	Wrong   string
}

// grant is a source that a person may read, or may not.
type grant struct {
	Source string
	Given  bool
}

func (s *site) person(w http.ResponseWriter, r *http.Request, who clips.Person) {
	p, err := s.People.Person(r.Context(), idOf(r))
	s.showPerson(w, r, who, p, err, nil)
}

// showPerson shows somebody; err says why they are not there, wrong why they were not changed.
func (s *site) showPerson(w http.ResponseWriter, r *http.Request, who, p clips.Person, err, wrong error) {
	switch {
	case errors.Is(err, clips.ErrNotFound):
		notFound(w)
		return
	case err != nil:
		s.fault(w, r, err)
		return
	}
	page := personPage{Person: p, Roles: clips.Roles(), Granted: s.grants(p), Access: accessOf(p), Own: p.ID == who.ID,
		Came: s.moment(p.CreatedAt, time.UTC), Seen: s.moment(p.SeenAt, time.UTC)}
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		status, page.Wrong = statusOfChange(wrong), clips.NoticeOf(wrong)
	}
	s.show(w, r, who, "person.html", status, p.Email, page)
}

// grants are the sources there are, and those somebody was given that are gone.
func (s *site) grants(p clips.Person) []grant {
	names := slices.Concat(s.SourceNames(), p.Sources)
	slices.Sort(names)
	var all []grant
	for _, name := range slices.Compact(names) {
		all = append(all, grant{name, slices.Contains(p.Sources, name)})
	}
	return all
}

// changePerson gives somebody a role and sources.
func (s *site) changePerson(w http.ResponseWriter, r *http.Request, who clips.Person) {
	role, err := clips.ParseRole(r.FormValue("role"))
	if err != nil {
		p, missing := s.People.Person(r.Context(), idOf(r))
		s.showPerson(w, r, who, p, missing, err)
		return
	}
	s.change(w, r, who, func(p *clips.Person) error {
		was := accessOf(*p)
		p.Role, p.Sources = role, nil
		if r.FormValue("reads") == "some" {
			p.Sources = slices.Compact(slices.Sorted(slices.Values(r.Form["source"])))
			if p.Sources == nil {
				p.Sources = []string{}
			}
		}
		if r.Form.Has("was") && r.FormValue("was") != was {
			return editedMeanwhile("Somebody else has changed what %s may do meanwhile: below is what they saved. "+
				"You chose %s: save that again if it still holds.", p.Email, accessOf(*p))
		}
		return nil
	})
}

// accessOf is a role and the sources that go with it, in words.
func accessOf(p clips.Person) string {
	switch {
	case p.Sources == nil:
		return p.Role.String() + " of all sources"
	case len(p.Sources) == 0:
		return p.Role.String() + " of no source"
	}
	return p.Role.String() + " of " + strings.Join(p.Sources, ", ")
}

func (s *site) deactivatePerson(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.change(w, r, who, func(p *clips.Person) error { p.DeactivatedAt = s.Now(); return nil })
}

func (s *site) activatePerson(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.change(w, r, who, func(p *clips.Person) error { p.DeactivatedAt = time.Time{}; return nil })
}

func (s *site) change(w http.ResponseWriter, r *http.Request, who clips.Person, change func(*clips.Person) error) {
	_, err := s.People.ChangePerson(r.Context(), idOf(r), s.actor(r, who), change)
	if err == nil {
		seeOther(w, "/people/"+chi.URLParam(r, "id"))
		return
	}
	p, missing := s.People.Person(r.Context(), idOf(r))
	s.showPerson(w, r, who, p, missing, err)
}

// idOf is the number in an address; 0, which nothing has, when it is none.
func idOf(r *http.Request) int64 {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
