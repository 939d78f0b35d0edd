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
	Keys     []keyLine
	Roles    []clips.Role // those a key can have
	Graces   []choice     // how long a key goes on that was rotated
	Made     string       // the label of a key that was just made
	Secret   string       // and the key itself, shown this once
	Wrong    string
}

type sessionLine struct {
	clips.Session
	Began, Seen *moment
	Here        bool
}

type keyLine struct {
	clips.APIKey
	Came, Expires, Used *moment
	Expired             bool
}

func (s *site) profile(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.showProfile(w, r, who, http.StatusOK, profilePage{})
}

func (s *site) showProfile(w http.ResponseWriter, r *http.Request, who clips.Person, status int, page profilePage) {
	page.Person, page.Roles, page.Graces = who, clips.Roles()[:who.Role], keyGraces
	var err error
	if page.Sessions, err = s.sessionsOf(r, who); err == nil {
		page.Keys, err = s.keysOf(r, who.ID)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.show(w, r, who, "profile.html", status, "You", page)
}

func (s *site) sessionsOf(r *http.Request, who clips.Person) ([]sessionLine, error) {
	_, here, err := s.inSession(r)
	if err != nil {
		return nil, err
	}
	all, err := s.People.Sessions(r.Context(), who.ID)
	var lines []sessionLine
	for _, one := range all {
		if one.SeenAt.Before(s.Now().Add(-s.SignIn.Idle)) {
			continue // ended by itself
		}
		lines = append(lines, sessionLine{one, s.moment(one.CreatedAt, time.UTC), s.moment(one.SeenAt, time.UTC), one.ID == here.ID})
	}
	return lines, err
}

// keysOf lists the keys of a person; those of everybody, for 0.
func (s *site) keysOf(r *http.Request, holder int64) ([]keyLine, error) {
	all, err := s.People.Keys(r.Context(), holder)
	var lines []keyLine
	for _, k := range all {
		expired := !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(s.Now())
		lines = append(lines, keyLine{k, s.moment(k.CreatedAt, time.UTC), s.moment(k.ExpiresAt, time.UTC), s.moment(k.LastUsedAt, time.UTC), expired})
	}
	return lines, err
}

// endSession signs another browser of the same person out.
func (s *site) endSession(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if err := s.People.EndSession(r.Context(), idOf(r), s.actor(r, who)); err != nil {
		s.fault(w, r, err)
		return
	}
	seeOther(w, "/me")
}
