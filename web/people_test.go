package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestPeoplePage(t *testing.T) {
	c := newCompany(t, func(o *web.Options) { o.SourceNames = func() []string { return []string{"crm", "erp"} } })
	admin := c.as(clips.RoleAdmin)
	c.want(admin.get("/people"), http.StatusOK, "admin@example.com", "all sources", "example.com can sign in")

	c.want(admin.post("/people", url.Values{"email": {" Bob@Example.com "}, "role": {"author"}}), http.StatusSeeOther)
	c.want(admin.get("/people"), http.StatusOK, "bob@example.com", "author", "never")
	for _, bad := range []url.Values{{"email": {"bob@example.com"}, "role": {"reader"}}, {"email": {"bob"}, "role": {"reader"}},
		{"email": {"eve@example.com"}, "role": {"owner"}}, {"email": {"eve@exam\x00ple.com"}, "role": {"reader"}}} {
		c.want(admin.post("/people", bad), http.StatusBadRequest, "role=alert")
	}

	c.provider.is("bob@example.com")
	bob := c.browser()
	bob.signIn(nil)
	page := fmt.Sprintf("/people/%d", c.people()["bob@example.com"].ID)
	c.want(admin.get(page), http.StatusOK, "<option selected>author</option>", `value="crm"`, `value="erp"`, "Ann &lt;b&gt;")
	c.want(admin.post(page, url.Values{"role": {"reader"}, "reads": {"some"}, "source": {"erp"}}), http.StatusSeeOther)
	if p := c.people()["bob@example.com"]; p.Role != clips.RoleReader || !slices.Equal(p.Sources, []string{"erp"}) {
		t.Errorf("bob is %v and reads %q", p.Role, p.Sources)
	}
	if bob.signedIn() {
		t.Error("a session goes on with what it may no longer do")
	}
	c.want(admin.get(page), http.StatusOK, `value="erp" checked`, `value="some" checked`)
	c.want(admin.post(page, url.Values{"role": {"root"}}), http.StatusBadRequest, "choose reader")
	c.want(admin.post(page, url.Values{"role": {"admin"}, "reads": {"all"}, "was": {"author of all sources"}}), http.StatusPreconditionFailed,
		"Somebody else has changed", "You chose admin of all sources", `value="erp" checked`, `name=was value="reader of erp"`)

	c.want(admin.post(page+"/deactivate", nil), http.StatusSeeOther)
	c.want(admin.get(page), http.StatusOK, "Let them in again")
	c.want(bob.signIn(nil), http.StatusForbidden, "deactivated")
	c.want(admin.post(page+"/activate", nil), http.StatusSeeOther)
	if r := bob.signIn(nil); r.status != http.StatusSeeOther {
		t.Errorf("let in again, and yet %d", r.status)
	}
	c.want(admin.get("/people/99"), http.StatusNotFound)
	c.want(admin.get("/people/x"), http.StatusNotFound)
	c.want(admin.post("/people/99", url.Values{"role": {"admin"}}), http.StatusNotFound)
}

func TestTheLastAdminStays(t *testing.T) {
	c := newCompany(t)
	admin := c.as(clips.RoleAdmin)
	page := fmt.Sprintf("/people/%d", c.people()["admin@example.com"].ID)
	c.want(admin.post(page+"/deactivate", nil), http.StatusBadRequest, "only admin")
	c.want(admin.post(page, url.Values{"role": {"reader"}, "reads": {"all"}}), http.StatusBadRequest, "only admin")
	if !admin.signedIn() {
		t.Error("what was refused ended the session")
	}
	admin.post("/people", url.Values{"email": {"second@example.com"}, "role": {"admin"}})
	c.want(admin.post(page, url.Values{"role": {"reader"}, "reads": {"all"}}), http.StatusSeeOther)
}

func TestProfile(t *testing.T) {
	c := newCompany(t)
	here := c.as(clips.RoleReader)
	there := c.browser()
	there.signIn(nil)
	p := c.people()["reader@example.com"]
	c.want(here.get("/me"), http.StatusOK, "reader@example.com", "this one", "Sign out there", "Go-http-client", "127.0.0.1")

	other := c.as(clips.RoleAdmin)
	sessions, err := c.store.Sessions(t.Context(), p.ID)
	if err != nil || len(sessions) != 2 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	for _, session := range sessions { // somebody else's are not theirs to end
		other.post(fmt.Sprintf("/me/sessions/%d/end", session.ID), nil)
	}
	if !here.signedIn() || !there.signedIn() {
		t.Error("somebody ended the session of another")
	}
	_, rest, _ := strings.Cut(here.get("/me").body, `action="/me/sessions/`)
	id, _, _ := strings.Cut(rest, "/")
	c.want(here.post("/me/sessions/"+id+"/end", nil), http.StatusSeeOther)
	if !here.signedIn() || there.signedIn() {
		t.Errorf("signed out there: here is %v, there is %v", here.signedIn(), there.signedIn())
	}
}
