package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// filled is what a page sends: names and values in pairs.
func filled(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func (c *company) change(email string, change func(*clips.Person)) {
	c.Helper()
	if _, err := c.store.ChangePerson(c.Context(), c.people()[email].ID, clips.Act{Who: "test"}, func(p *clips.Person) error { change(p); return nil }); err != nil {
		c.Fatal(err)
	}
}

func TestAPIKeys(t *testing.T) {
	c := newCompany(t)
	ann := c.as(clips.RoleAuthor)
	c.want(ann.get("/me"), http.StatusOK, "API keys", "<option>author</option>")
	made := func(role, days string) string {
		t.Helper()
		r := ann.post("/me/keys", filled("label", "nightly <job>", "role", role, "days", days))
		c.want(r, http.StatusOK, "shown this once", "nightly &lt;job&gt;")
		_, rest, _ := strings.Cut(r.body, "<pre tabindex=0>")
		key, _, _ := strings.Cut(rest, "</pre>")
		if !strings.HasPrefix(key, "clipsheet_") || len(key) != len("clipsheet_")+43 {
			t.Fatalf("the key is %q", key)
		}
		return key
	}
	with := func(key string) reply {
		t.Helper()
		return c.world.get("/api/v1/me", "Authorization", "Bearer "+key)
	}
	key, reader := made("author", "90"), made("reader", "never")
	c.want(with(key), http.StatusOK, `{"email":"author@example.com","name":"Ann \u003cb\u003e","role":"author","sources":null}`)
	c.want(with(reader), http.StatusOK, `"role":"reader"`)
	if strings.Contains(ann.get("/me").body, key) || strings.Contains(c.log.String(), key) {
		t.Error("a key is shown twice")
	}

	for _, bad := range []string{"", "clipsheet_made-up", strings.TrimPrefix(key, "clipsheet_")} {
		r := with(bad)
		c.want(r, http.StatusUnauthorized, `"error":"unauthorized"`)
		if r.header.Get("WWW-Authenticate") != "Bearer" {
			t.Error("nothing says how to get in")
		}
	}
	if r := ann.get("/api/v1/me"); r.status != http.StatusUnauthorized {
		t.Errorf("a cookie opens the interface for programs: %d", r.status)
	}
	c.want(ann.post("/me/keys", filled("label", "x", "role", "admin", "days", "30")), http.StatusBadRequest, "yours is author")
	c.want(ann.post("/me/keys", filled("label", " ", "role", "reader", "days", "30")), http.StatusBadRequest, "needs a label")
	c.want(ann.post("/me/keys", filled("label", "x", "role", "reader", "days", "31")), http.StatusBadRequest, "from the list")

	id := c.people()["author@example.com"].ID
	keys, err := c.store.Keys(t.Context(), id)
	if err != nil || len(keys) != 2 || keys[1].LastUsedAt.IsZero() || keys[1].ExpiresAt.IsZero() || !keys[0].ExpiresAt.IsZero() {
		t.Fatalf("the keys are %+v, %v", keys, err)
	}
	c.as(clips.RoleAdmin).post(fmt.Sprintf("/me/keys/%d/revoke", keys[1].ID), nil)
	c.want(with(key), http.StatusOK) // somebody else's is not theirs to end

	// A key may never more than its maker.
	c.change("author@example.com", func(p *clips.Person) { p.Role, p.Sources = clips.RoleReader, []string{"erp"} })
	c.want(with(key), http.StatusOK, `"role":"reader","sources":["erp"]`)
	c.change("author@example.com", func(p *clips.Person) { p.DeactivatedAt = p.CreatedAt })
	c.want(with(key), http.StatusUnauthorized)
	c.change("author@example.com", func(p *clips.Person) { p.DeactivatedAt = time.Time{} })
	c.want(with(key), http.StatusOK)

	c.provider.is("author@example.com")
	ann.signIn(nil)
	c.want(ann.post(fmt.Sprintf("/me/keys/%d/revoke", keys[1].ID), nil), http.StatusSeeOther)
	c.want(with(key), http.StatusUnauthorized)
	c.want(with(reader), http.StatusOK)
	pgtest.Exec(t, c.dsn, `update clipsheet.api_keys set expires_at = now()`)
	c.want(with(reader), http.StatusUnauthorized)
}

func TestKeysAreRotatedAndAdminsEndThem(t *testing.T) {
	c := newCompany(t)
	ann, admin := c.as(clips.RoleAuthor), c.as(clips.RoleAdmin)
	first := c.key("author@example.com", clips.RoleAuthor)
	works := func(key string) bool {
		t.Helper()
		return c.world.get("/api/v1/me", "Authorization", "Bearer "+key).status == http.StatusOK
	}
	rotated := func(id, grace string) string {
		t.Helper()
		r := ann.post("/me/keys/"+id+"/rotate", filled("grace", grace))
		c.want(r, http.StatusOK, "shown this once")
		_, rest, _ := strings.Cut(r.body, "<pre tabindex=0>")
		key, _, _ := strings.Cut(rest, "</pre>")
		return key
	}
	second := rotated("1", "24h")
	if !works(first) || !works(second) {
		t.Error("not both work during the grace")
	}
	third := rotated("2", "0")
	if works(second) || !works(third) {
		t.Error("without a grace the old one works, or the new one does not")
	}
	c.want(ann.post("/me/keys/3/rotate", filled("grace", "9999h")), http.StatusBadRequest, "from the list")
	if r := admin.post("/me/keys/3/rotate", filled("grace", "0")); r.status != http.StatusSeeOther || !works(third) {
		t.Errorf("somebody else rotates it: %d", r.status)
	}
	c.want(admin.get("/people"), http.StatusOK, `href="/keys"`)
	c.want(admin.get("/keys"), http.StatusOK, "author@example.com", "/keys/3/revoke", "expired")
	if r := admin.post("/keys/3/revoke", nil); r.status != http.StatusSeeOther || works(third) {
		t.Errorf("an admin does not end it: %d", r.status)
	}
	c.want(admin.get("/audit?what=key"), http.StatusOK, "key rotated", "of author@example.com")
}
