package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
)

// with asks as a program with a key does, and reads a good answer.
func (c *company) with(key, method, path, body string, into any) reply {
	c.Helper()
	req, err := http.NewRequest(method, c.origin+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	r := read(c, resp)
	if into != nil {
		if err := json.Unmarshal([]byte(r.body), into); err != nil || r.status != http.StatusOK {
			c.Fatalf("%s %s: %d %v %s", method, path, r.status, err, r.body)
		}
	}
	return r
}

func TestAPIKeepsPeople(t *testing.T) {
	c := newCompany(t)
	c.as(clips.RoleAdmin)
	admin := c.key("admin@example.com", clips.RoleAdmin)
	type member struct {
		ID          int64
		Email, Role string
		Sources     []string
		Active      bool
	}
	var ann, same member
	c.with(admin, "POST", "/people", `{"email": "Ann@Example.com", "role": "author", "sources": ["erp"]}`, &ann)
	if ann.Email != "ann@example.com" || ann.Role != "author" || len(ann.Sources) != 1 || !ann.Active {
		t.Errorf("added: %+v", ann)
	}
	path := fmt.Sprintf("/people/%d", ann.ID)
	c.with(admin, "GET", path, "", &same)
	c.with(admin, "PUT", path, `{"role": "reader", "sources": null, "active": false}`, &ann)
	if same.Email != ann.Email || ann.Role != "reader" || ann.Sources != nil || ann.Active {
		t.Errorf("changed: %+v", ann)
	}
	var all struct{ Items []member }
	if c.with(admin, "GET", "/people?limit=1", "", &all); len(all.Items) != 1 || all.Items[0].Email != "admin@example.com" {
		t.Errorf("people: %+v", all)
	}
	for _, ask := range [][3]string{
		{"POST", "/people", `{"email": "no address", "role": "reader"}`}, {"POST", "/people", `{"email": "x@example.com", "role": "king"}`},
		{"PUT", fmt.Sprintf("/people/%d", c.people()["admin@example.com"].ID), `{"role": "reader", "active": true}`}, // the only one
	} {
		if r := c.with(admin, ask[0], ask[1], ask[2], nil); r.status != http.StatusBadRequest {
			t.Errorf("%q: %d %s", ask, r.status, r.body)
		}
	}
	if r := c.with(admin, "GET", "/people/999", "", nil); r.status != http.StatusNotFound {
		t.Errorf("nobody: %d %s", r.status, r.body)
	}
	var acts struct {
		Items []struct{ Who, What, Subject string }
		Next  string
	}
	c.with(admin, "GET", "/audit?subject=ann@example.com&limit=2", "", &acts)
	if len(acts.Items) != 2 || acts.Items[0].Who != "admin@example.com" || acts.Next == "" {
		t.Errorf("the log: %+v", acts)
	}
	next := acts.Next
	acts.Next = ""
	c.with(admin, "GET", "/audit?subject=ann@example.com&limit=2&cursor="+next, "", &acts)
	if len(acts.Items) != 2 || acts.Items[1].What != "person added" || acts.Next != "" {
		t.Errorf("the rest of the log: %+v", acts)
	}
}

func TestAPIRotatesAndRevokesKeys(t *testing.T) {
	c := newCompany(t)
	c.as(clips.RoleAdmin)
	c.as(clips.RoleAuthor)
	admin, author, lesser := c.key("admin@example.com", clips.RoleAdmin), c.key("author@example.com", clips.RoleAuthor), c.key("author@example.com", clips.RoleReader)
	type key struct {
		ID                          int64
		Person, Label, Role, Secret string
	}
	list := func(with, query string) (keys []key) {
		t.Helper()
		var all struct{ Items []key }
		c.with(with, "GET", "/keys"+query, "", &all)
		return all.Items
	}
	own, everybodys := list(author, ""), list(admin, "?of=everybody")
	if len(own) != 2 || own[1].Role != "author" || len(everybodys) != 3 || everybodys[0].Person != "author@example.com" || own[0].Secret != "" {
		t.Fatalf("keys: %+v, %+v", own, everybodys)
	}
	if r := c.with(author, "GET", "/keys?of=everybody", "", nil); r.status != http.StatusBadRequest {
		t.Errorf("everybody's for an author: %d %s", r.status, r.body)
	}
	path := func(k key) string { return fmt.Sprintf("/keys/%d", k.ID) }
	refused := func(status int, with, method, path string) {
		t.Helper()
		if r := c.with(with, method, path, "", nil); r.status != status {
			t.Errorf("%s %s: %d, not %d: %s", method, path, r.status, status, r.body)
		}
	}
	refused(http.StatusForbidden, lesser, "POST", path(own[1])+"/rotate") // or it would become the greater
	refused(http.StatusForbidden, lesser, "DELETE", path(own[1]))
	refused(http.StatusNotFound, admin, "POST", path(own[1])+"/rotate") // nobody has another's secret
	refused(http.StatusNotFound, author, "DELETE", path(everybodys[2]))

	var newer, newest key
	c.with(author, "POST", path(own[1])+"/rotate", `{"grace_seconds": 3600}`, &newer)
	if newer.Role != "author" || newer.Label != own[1].Label || !strings.HasPrefix(newer.Secret, "clipsheet_") {
		t.Errorf("rotated: %+v", newer)
	}
	refused(http.StatusOK, author, "GET", "/me") // for the grace
	refused(http.StatusOK, newer.Secret, "GET", "/me")
	c.with(newer.Secret, "POST", path(newer)+"/rotate", "", &newest)
	refused(http.StatusUnauthorized, newer.Secret, "GET", "/me")
	refused(http.StatusNoContent, newest.Secret, "DELETE", path(newest))
	refused(http.StatusUnauthorized, newest.Secret, "GET", "/me")
	refused(http.StatusNoContent, admin, "DELETE", path(own[0]))
	refused(http.StatusUnauthorized, lesser, "GET", "/me")
	c.want(c.with(admin, "GET", "/audit?what=key", "", nil), http.StatusOK, `"key rotated"`, `"before":"of author@example.com"`)
	if strings.Contains(c.log.String(), newest.Secret) {
		t.Error("a key is in the log")
	}
}
