package web

import (
	"net/http"
	"time"

	"clipsheet/clips"
)

// apiAccount is a Google identity that syncs write as.
type apiAccount struct {
	Name      string            `json:"name"` // what syncs call it
	Kind      clips.AccountKind `json:"kind"`
	Email     string            `json:"email,omitempty"` // whom people share their spreadsheets with
	Works     bool              `json:"works"`
	Message   string            `json:"message,omitempty"` // why it does not
	ExpiresAt *time.Time        `json:"expires_at"`        // when Google ends the permission, if it said so
}

func (s *site) accountOperations() []operation {
	if s.Accounts == nil {
		return nil
	}
	return []operation{{method: "GET", path: "/accounts", least: clips.RoleAuthor, do: s.apiAccounts, answer: apiAccount{}, list: true,
		summary: "Google accounts that syncs write as. People connect them, on the page /accounts"}}
}

func (s *site) apiAccounts(_ http.ResponseWriter, r *http.Request, _ clips.Person) (any, error) {
	all, err := s.Accounts.List(r.Context())
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(a clips.Account) string { return a.Name }, func(a clips.Account) apiAccount {
		return apiAccount{a.Name, a.Kind, a.Email, a.Broken == "", a.Broken, momentOrNull(a.ExpiresAt)}
	})
}
