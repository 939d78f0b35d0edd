package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"
)

// keyLives are how long a key can work, by what the form says.
var keyLives = map[string]time.Duration{"30": 30 * 24 * time.Hour, "90": 90 * 24 * time.Hour, "365": 365 * 24 * time.Hour, "never": 0}

// makeKey makes a key for programs of whoever asks, and shows it this once.
func (s *site) makeKey(w http.ResponseWriter, r *http.Request, who clips.Person) {
	key, err := keyOf(r, who, s.Now())
	token := clips.NewKey()
	if err == nil {
		key, err = s.People.CreateKey(r.Context(), key, token.Hash(), s.actor(r, who))
	}
	if err != nil {
		visitOf(r).err = err
		s.showProfile(w, r, who, statusOfChange(err), profilePage{Wrong: clips.NoticeOf(err)})
		return
	}
	s.showProfile(w, r, who, http.StatusOK, profilePage{Made: key.Label, Secret: token.Reveal()})
}

// keyOf reads the form of a new key.
func keyOf(r *http.Request, who clips.Person, now time.Time) (k clips.APIKey, err error) {
	k = clips.APIKey{PersonID: who.ID, Label: strings.TrimSpace(r.FormValue("label"))}
	if k.Label == "" || len(k.Label) > 200 {
		return k, &clips.Error{Kind: clips.KindParameter, Notice: "A key needs a label: say in a few words which program it is for."}
	}
	life, ok := keyLives[r.FormValue("days")]
	if !ok {
		return k, &clips.Error{Kind: clips.KindParameter, Notice: "Choose how long the key works, from the list."}
	}
	if life > 0 {
		k.ExpiresAt = now.Add(life)
	}
	k.Role, err = clips.ParseRole(r.FormValue("role"))
	return k, err
}

func (s *site) revokeKey(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if err := s.People.RevokeKey(r.Context(), idOf(r), s.actor(r, who)); err != nil {
		s.fault(w, r, err)
		return
	}
	seeOther(w, "/me")
}

// keyGraces are how long a key goes on that was rotated, so that there is time to change the programs that have it.
var keyGraces = []choice{{"24h", "a day"}, {"168h", "a week"}, {"0", "not at all"}}

// rotateKey makes a key in place of one of somebody's own, and shows it this once.
func (s *site) rotateKey(w http.ResponseWriter, r *http.Request, who clips.Person) {
	var key clips.APIKey
	token := clips.NewKey()
	grace, err := time.ParseDuration(r.FormValue("grace"))
	if !slices.ContainsFunc(keyGraces, func(c choice) bool { return c.Value == r.FormValue("grace") }) || err != nil {
		err = badRequest("Choose from the list how long the old key goes on.")
	} else {
		key, err = s.People.RotateKey(r.Context(), idOf(r), token.Hash(), grace, s.actor(r, who))
	}
	switch {
	case errors.Is(err, clips.ErrNotFound):
		seeOther(w, "/me#keys") // it was ended meanwhile, as the list says
	case err != nil:
		visitOf(r).err = err
		s.showProfile(w, r, who, statusOfChange(err), profilePage{Wrong: clips.NoticeOf(err)})
	default:
		s.showProfile(w, r, who, http.StatusOK, profilePage{Made: key.Label, Secret: token.Reveal()})
	}
}

// keysPage lists everybody's keys.
type keysPage struct{ Keys []keyLine }

func (s *site) allKeys(w http.ResponseWriter, r *http.Request, who clips.Person) {
	keys, err := s.keysOf(r, 0)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.show(w, r, who, "keys.html", http.StatusOK, "API keys", keysPage{keys})
}

func (s *site) revokeAnyKey(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if err := s.People.RevokeAnyKey(r.Context(), idOf(r), s.actor(r, who)); err != nil {
		s.fault(w, r, err)
		return
	}
	seeOther(w, "/keys")
}
