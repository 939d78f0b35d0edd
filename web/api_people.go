package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"clipsheet/clips"
)

// apiMember is somebody who may sign in, as admins see them.
type apiMember struct {
	ID      int64      `json:"id"`
	Email   string     `json:"email"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Sources []string   `json:"sources"` // null: all
	Active  bool       `json:"active"`
	SeenAt  *time.Time `json:"seen_at"`
}

// newMember is whom a program lets in before they come.
type newMember struct {
	Email   string   `json:"email"`
	Role    string   `json:"role"`
	Sources []string `json:"sources,omitempty"`
}

// memberChange is what somebody may from now on, all of it.
type memberChange struct {
	Role    string   `json:"role"`
	Sources []string `json:"sources"` // null: all
	Active  bool     `json:"active"`
}

// apiKey is a key of the API. Its secret is there when it was made just now.
type apiKey struct {
	ID         int64      `json:"id"`
	Person     string     `json:"person"`
	Label      string     `json:"label"`
	Role       string     `json:"role"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Secret     string     `json:"secret,omitempty"`
}

// apiAct is a line of the audit log.
type apiAct struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Address string    `json:"address,omitempty"`
	What    string    `json:"what"`
	Subject string    `json:"subject"`
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
}

func (s *site) peopleOperations() []operation {
	if s.People == nil {
		return nil
	}
	const reader, admin = clips.RoleReader, clips.RoleAdmin
	return []operation{
		{method: "GET", path: "/people", least: admin, do: s.apiPeople, summary: "Who may sign in, by address", answer: apiMember{}, list: true},
		{method: "POST", path: "/people", least: admin, do: s.apiAddPerson, summary: "Give somebody a role before they come", body: newMember{}, answer: apiMember{}},
		{method: "GET", path: "/people/{id}", least: admin, do: s.apiPerson, summary: "One of them", answer: apiMember{}},
		{method: "PUT", path: "/people/{id}", least: admin, do: s.apiChangePerson, summary: "Change role, sources and leave to sign in, all of it. Ends their sessions", body: memberChange{}, answer: apiMember{}},
		{method: "GET", path: "/keys", least: reader, do: s.apiKeys, query: []string{"of"}, answer: apiKey{}, list: true,
			summary: "Your keys, newest first; for admins those of everybody with of=everybody"},
		{method: "POST", path: "/keys/{id}/rotate", least: reader, do: s.apiRotateKey, summary: "Replace a key of yours; the old one goes on for a grace", body: rotation{}, answer: apiKey{}},
		{method: "DELETE", path: "/keys/{id}", least: reader, do: s.apiRevokeKey, summary: "Revoke a key of yours; for admins anybody's"},
		{method: "GET", path: "/audit", least: admin, do: s.apiAudit, query: []string{"who", "what", "subject", "from", "until"}, answer: apiAct{}, list: true,
			summary: "Who changed what, newest first; from and until are days, 2026-11-30"},
	}
}

func memberBody(p clips.Person) apiMember {
	return apiMember{ID: p.ID, Email: p.Email, Name: p.Name, Role: p.Role.String(), Sources: p.Sources, Active: p.Active(), SeenAt: momentOrNull(p.SeenAt)}
}

func (s *site) apiPeople(_ http.ResponseWriter, r *http.Request, _ clips.Person) (any, error) {
	all, err := s.People.People(r.Context())
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(p clips.Person) string { return p.Email }, memberBody)
}

func (s *site) apiPerson(_ http.ResponseWriter, r *http.Request, _ clips.Person) (any, error) {
	p, err := s.People.Person(r.Context(), idOf(r))
	if err != nil {
		return nil, err
	}
	return memberBody(p), nil
}

func (s *site) apiAddPerson(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	var said newMember
	if err := readJSON(r, &said); err != nil {
		return nil, err
	}
	role, err := clips.ParseRole(said.Role)
	if err != nil {
		return nil, err
	}
	p, err := s.People.AddPerson(r.Context(), clips.Person{Email: said.Email, Role: role, Sources: said.Sources}, s.actor(r, who))
	if err != nil {
		return nil, err
	}
	return memberBody(p), nil
}

func (s *site) apiChangePerson(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	var said memberChange
	if err := readJSON(r, &said); err != nil {
		return nil, err
	}
	role, err := clips.ParseRole(said.Role)
	if err != nil {
		return nil, err
	}
	p, err := s.People.ChangePerson(r.Context(), idOf(r), s.actor(r, who), func(p *clips.Person) error {
		p.Role, p.Sources = role, said.Sources
		switch {
		case said.Active:
			p.DeactivatedAt = time.Time{}
		case p.Active():
			p.DeactivatedAt = s.Now()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return memberBody(p), nil
}

func keyBody(k clips.APIKey) apiKey {
	return apiKey{ID: k.ID, Person: k.Holder, Label: k.Label, Role: k.Role.String(), CreatedAt: k.CreatedAt.UTC(),
		ExpiresAt: momentOrNull(k.ExpiresAt), LastUsedAt: momentOrNull(k.LastUsedAt)}
}

// errNoOwnKeys is for whoever sits at this machine without a sign-in: nobody's are no keys.
var errNoOwnKeys = badRequest("Nobody has signed in here, so there are no keys of yours.")

func (s *site) apiKeys(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	holder := who.ID
	switch of := r.URL.Query().Get("of"); {
	case of == "everybody" && who.Role == clips.RoleAdmin:
		holder = 0
	case of != "":
		return nil, badRequest("of is %q: an admin may say everybody, and others leave it out.", of)
	case holder == 0:
		return nil, errNoOwnKeys
	}
	all, err := s.People.Keys(r.Context(), holder)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(k clips.APIKey) string { return strconv.FormatInt(k.ID, 10) }, keyBody)
}

func (s *site) apiRotateKey(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	grace, err := graceOf(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.apiFindKey(r, who, who.ID); err != nil {
		return nil, err
	}
	secret := clips.NewKey()
	k, err := s.People.RotateKey(r.Context(), idOf(r), secret.Hash(), grace, s.actor(r, who))
	if err != nil {
		return nil, err
	}
	body := keyBody(k)
	body.Secret = secret.Reveal()
	return body, nil
}

// apiFindKey finds the key that an address names, of a person or, for 0, of anybody. A key has no power over one that may
// more than it may, or whoever found the lesser one would have both.
func (s *site) apiFindKey(r *http.Request, who clips.Person, holder int64) (clips.APIKey, error) {
	all, err := s.People.Keys(r.Context(), holder)
	if err != nil {
		return clips.APIKey{}, err
	}
	at := slices.IndexFunc(all, func(k clips.APIKey) bool { return k.ID == idOf(r) })
	switch {
	case at < 0:
		return clips.APIKey{}, clips.ErrNotFound
	case all[at].Role > who.Role:
		return clips.APIKey{}, apiError{http.StatusForbidden, "forbidden", "That key may more than this one: use one that may as much, or the page /me."}
	}
	return all[at], nil
}

func (s *site) apiRevokeKey(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	holder, revoke := who.ID, s.People.RevokeKey
	if who.Role == clips.RoleAdmin {
		holder, revoke = 0, s.People.RevokeAnyKey
	}
	if _, err := s.apiFindKey(r, who, holder); err != nil {
		return nil, err
	}
	if err := revoke(r.Context(), idOf(r), s.actor(r, who)); err != nil {
		return nil, err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil, nil
}

// apiAudit is the log. Its cursor is the number of the last line that was shown.
func (s *site) apiAudit(_ http.ResponseWriter, r *http.Request, _ clips.Person) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	f, err := actFilter(r.URL.Query())
	if err != nil {
		return nil, err
	}
	if text := r.URL.Query().Get("cursor"); text != "" {
		if f.Below, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, badRequest("cursor is %q, which is none of ours: begin again without one.", text)
		}
	}
	f.Most = limit + 1
	items := []apiAct{}
	err = s.People.Acts(r.Context(), f, func(a clips.Act) error {
		items = append(items, apiAct{a.ID, a.At.UTC(), a.Who, a.Address, a.What, a.Subject, a.Before, a.After})
		return nil
	})
	page := apiPage{Items: items}
	if len(items) > limit {
		page.Items, page.Next = items[:limit], strconv.FormatInt(items[limit-1].ID, 10)
	}
	return page, err
}
