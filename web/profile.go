package web

import (
	"net/http"
	"time"

	"clipsheet/clips"
)

// profilePage is what somebody sees of themselves.
type profilePage struct {
	clips.Person
	Sessions []sessionLine
}

type sessionLine struct {
	clips.Session
	Began, Seen *moment
	Here        bool
}

func (s *site) profile(w http.ResponseWriter, r *http.Request, who clips.Person) {
	_, here, err := s.inSession(r)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	all, err := s.People.Sessions(r.Context(), who.ID)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	page := profilePage{Person: who}
	for _, one := range all {
		if one.SeenAt.Before(s.Now().Add(-s.SignIn.Idle)) {
			continue // ended by itself
		}
		page.Sessions = append(page.Sessions, sessionLine{one, s.moment(one.CreatedAt, time.UTC), s.moment(one.SeenAt, time.UTC),
			one.ID == here.ID})
	}
	s.show(w, r, who, "profile.html", http.StatusOK, "You", page)
}

// endSession signs another browser of the same person out.
func (s *site) endSession(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if err := s.People.EndSession(r.Context(), idOf(r), s.actor(r, who)); err != nil {
		s.fault(w, r, err)
		return
	}
	seeOther(w, "/me")
}
