package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"clipsheet/clips"
)

// bearer finds whom a program acts for that sends a key. clips.ErrNotFound is nobody: no key, or none that works.
func (s *site) bearer(r *http.Request) (clips.Person, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || key == "" {
		return clips.Person{}, clips.ErrNotFound
	}
	return s.People.WithKey(r.Context(), clips.Token(strings.TrimSpace(key)).Hash())
}

// withKey lets programs in whose key has at least a role. They get JSON, whatever becomes of it, and no cookie counts.
func (s *site) withKey(least clips.Role, work func(http.ResponseWriter, *http.Request, clips.Person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := s.bearer(r)
		switch {
		case errors.Is(err, clips.ErrNotFound):
			w.Header().Set("WWW-Authenticate", "Bearer")
			answerJSON(w, http.StatusUnauthorized, problem{Code: "unauthorized",
				Text: "Send a key that works as Authorization: Bearer KEY; they are made on the page /me."})
		case err != nil:
			visitOf(r).err = err
			answerJSON(w, http.StatusServiceUnavailable, problem{Code: string(clips.KindOf(err)), Text: clips.NoticeOf(err), ID: visitOf(r).id})
		case who.Role < least:
			answerJSON(w, http.StatusForbidden, problem{Code: "forbidden",
				Text: "This needs a key of the role " + least.String() + ", and this one's is " + who.Role.String() + "."})
		default:
			work(w, r, who)
		}
	}
}

// apiMe tells a program whom it acts for.
func (s *site) apiMe(w http.ResponseWriter, _ *http.Request, who clips.Person) {
	answerJSON(w, http.StatusOK, struct {
		Email   string   `json:"email"`
		Name    string   `json:"name"`
		Role    string   `json:"role"`
		Sources []string `json:"sources"` // null: all
	}{who.Email, who.Name, who.Role.String(), who.Sources})
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is made of strings
	}
	answer(w, status, "application/json", string(text)+"\n")
}
