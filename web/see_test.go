package web_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

// TestWhatSomebodySeesIsDecidedInOnePlace: a page that finds clips by itself would show those that are not for its reader.
func TestWhatSomebodySeesIsDecidedInOnePlace(t *testing.T) {
	may := map[string]string{
		"see.go":      "Store.Clips( Store.Clip( Store.Revisions( Syncs.Sync( Syncs.SyncStatuses( Workbooks.Find( Workbooks.List(", // the place
		"edit.go":     "Syncs.SyncStatuses( Workbooks.Find( Workbooks.List(",                                                       // names what a change breaks, whoever sees it
		"workbook.go": "Workbooks.Find(",                                                                                           // for whoever has its link
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 50 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range strings.Fields(may["see.go"]) {
			if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(text), "s."+call) && !strings.Contains(may[name], call) {
				t.Errorf("%s calls %s…): find it with what is in see.go", name, call)
			}
		}
	}
}

// secret is a company with a clip that only its owner, ana@example.com, is to see; with a run, a link and a sync of it,
// and a workbook it is in.
func secret(t *testing.T) (c *company, ana *browser) {
	shelf := &shelf{title: "Secret pack", slugs: []string{"cash", "secret-pay"}}
	c = newCompany(t, func(o *web.Options) { o.Workbooks = shelf })
	shelf.w = c.world
	ana = c.person("ana@example.com", clips.RoleAuthor)
	r := ana.post("/clips/new", overdue("slug", "secret-pay", "title", "Secret pay", "owner", "ana@example.com", "visibility", "owner", "tags", "secret-tag"))
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/clips/secret-pay" {
		t.Fatalf("%d %v %.2000s", r.status, r.header, r.body)
	}
	c.get(c.link("secret-pay", func(l *clips.Link) { l.Label = "secret link" }) + ".csv")
	err := c.store.CreateSync(t.Context(), clips.Sync{Name: "secret-sync", Clip: clips.Clip{Slug: "secret-pay"}, Account: "service",
		Spreadsheet: "S", Tab: "T", At: "A1", Mode: clips.SyncReplace})
	if err != nil {
		t.Fatal(err)
	}
	return c, ana
}

// person is a browser in which somebody with an address of their own is signed in.
func (c *company) person(email string, role clips.Role) *browser {
	c.Helper()
	if _, err := c.store.AddPerson(c.Context(), clips.Person{Email: email, Role: role}, clips.Act{Who: "test"}); err != nil {
		c.Fatal(err)
	}
	c.provider.is(email)
	b := c.browser()
	if r := b.signIn(nil); r.status != http.StatusSeeOther {
		c.Fatalf("%s is not signed in: %d %s", email, r.status, r.body)
	}
	return b
}

// key is an API key of somebody.
func (c *company) key(email string, role clips.Role) string {
	c.Helper()
	key := clips.NewKey()
	if _, err := c.store.CreateKey(c.Context(), clips.APIKey{PersonID: c.people()[email].ID, Label: "test", Role: role}, key.Hash(), clips.Act{Who: "test"}); err != nil {
		c.Fatal(err)
	}
	return key.Reveal()
}

var secretNames = strings.NewReplacer("{slug}", "secret-pay", "{name}", "secret-sync", "{number}", "1", "{id}", "1", "{format}", "csv")

// TestAClipOfSomebodyElseIsNotThere asks for every page and every address of the API as an author who is not to see a
// clip: what is of it answers like what never was, and lists do not have it.
func TestAClipOfSomebodyElseIsNotThere(t *testing.T) {
	c, ana := secret(t)
	eve, admin := c.person("eve@example.com", clips.RoleAuthor), c.as(clips.RoleAdmin)
	lists := 0
	for name, least := range routes {
		method, path, _ := strings.Cut(name, " ")
		if least == clips.RoleNone || least > clips.RoleAuthor || path == "/signout" || path == "/events" || strings.HasPrefix(path, "/me") {
			continue
		}
		if path = secretNames.Replace(path); path == "/clips/new" {
			path += "?from=secret-pay"
		}
		r := eve.do(method, path, nil)
		if of := strings.Contains(path, "/secret-"); of && r.status != http.StatusNotFound {
			t.Errorf("%s %s answers %d to somebody who is not to see it", method, path, r.status)
		}
		if said := strings.ToLower(strings.ReplaceAll(r.body, "/clips/new?from=secret-pay", "")); strings.Contains(said, "secret") {
			t.Errorf("%s %s speaks of what is not theirs to see: %.3000s", method, path, said)
		}
		if strings.Contains(path, "/secret-") || method != http.MethodGet {
			continue
		}
		if strings.Contains(strings.ToLower(ana.get(path).body), "secret") && strings.Contains(strings.ToLower(admin.get(path).body), "secret") {
			lists++
		}
	}
	if lists < 6 { // clips, runs, syncs, workbooks, the form for a sync, copies, sources
		t.Errorf("its owner and an admin find it on %d pages", lists)
	}
	c.want(ana.get("/clips/secret-pay"), http.StatusOK, "Its owner, ana@example.com, and admins see it", "seen by its owner alone")
	c.want(admin.get("/clips/secret-pay"), http.StatusOK, "seen by its owner alone")
	if never, theirs := eve.get("/clips/no-such-clip"), eve.get("/clips/secret-pay"); never.body != theirs.body {
		t.Errorf("what is not theirs does not answer like what never was")
	}
}

func TestAClipOfSomebodyElseIsNotInTheAPI(t *testing.T) {
	c, _ := secret(t)
	c.person("eve@example.com", clips.RoleAuthor)
	eve, ana := c.key("eve@example.com", clips.RoleAuthor), c.key("ana@example.com", clips.RoleReader)
	lists := 0
	for name, least := range keyRoutes {
		method, path, _ := strings.Cut(name, " ")
		if least == clips.RoleNone {
			continue
		}
		if strings.Contains(path, "/workbooks/{name}") {
			path = strings.ReplaceAll(path, "{name}", "pack")
		}
		path = strings.ReplaceAll(path, "/keys/{id}", "/keys/0") // not the one it asks with
		path = secretNames.Replace(path)
		r := c.ask(method, path, "Authorization", "Bearer "+eve)
		if strings.Contains(path, "/secret-") || strings.Contains(path, "/pack/") {
			if r.status != http.StatusNotFound {
				t.Errorf("%s %s answers %d to somebody who is not to see it", method, path, r.status)
			}
		}
		if strings.Contains(strings.ToLower(r.body), "secret") {
			t.Errorf("%s %s speaks of what is not theirs to see: %s", method, path, r.body)
		}
		if method == http.MethodGet && strings.Contains(strings.ToLower(c.ask(method, path, "Authorization", "Bearer "+ana).body), "secret") {
			lists++
		}
	}
	if lists < 4 {
		t.Errorf("its owner finds it at %d addresses", lists)
	}
}

func TestAClipIsHandedOver(t *testing.T) {
	c, ana := secret(t)
	eve, admin := c.person("eve@example.com", clips.RoleAuthor), c.as(clips.RoleAdmin)
	access := func(owner, visibility string) url.Values {
		return url.Values{"owner": {owner}, "visibility": {visibility}}
	}
	c.want(eve.post("/clips/secret-pay/access", access("eve@example.com", "owner")), http.StatusNotFound)
	c.want(ana.post("/clips/secret-pay/access", access("nobody@example.com", "owner")), http.StatusBadRequest, "Nobody signs in here as &#34;nobody@example.com&#34;")
	c.want(ana.post("/clips/secret-pay/access", access("ana@example.com", "us")), http.StatusBadRequest, "choose everyone, authors, admins or owner")
	if r := ana.post("/clips/secret-pay/access", access("eve@example.com", "owner")); r.header.Get("Location") != "/" { // no more hers to see
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	c.want(ana.get("/clips/secret-pay"), http.StatusNotFound)
	c.want(eve.get("/clips/secret-pay"), http.StatusOK, "owner eve@example.com")
	if r := admin.post("/clips/secret-pay/access", access("", "authors")); r.header.Get("Location") != "/clips/secret-pay" {
		t.Errorf("%d %v %s", r.status, r.header, r.body)
	}
	c.want(ana.get("/clips/secret-pay"), http.StatusOK, "seen by authors", "Its owner and admins change that.")
	late := access("ana@example.com", "owner")
	late.Set("was_owner", "ana@example.com") // as it was before eve had it
	late.Set("was_visibility", "owner")
	c.want(admin.post("/clips/secret-pay/access", late), http.StatusPreconditionFailed, "changed by somebody else meanwhile",
		"You chose the owner ana@example.com, for its owner alone", `name=was_owner value="eve@example.com"`, `name=was_visibility value="authors"`)
	c.want(ana.post("/clips/secret-pay/access", access("ana@example.com", "everyone")), http.StatusForbidden, "Only the owner of a clip and admins")
	c.want(c.as(clips.RoleReader).get("/clips/secret-pay"), http.StatusNotFound)
	c.want(eve.post("/clips/cash/access", access("eve@example.com", "owner")), http.StatusForbidden)
	c.want(admin.post("/clips/cash/access", access("eve@example.com", "owner")), http.StatusBadRequest, "declared in the config file")

	// Who edits it changes neither, whatever a form says.
	if r := ana.post("/clips/secret-pay/edit", overdue("do", "confirm", "revision", "1", "owner", "ana@example.com", "visibility", "owner", "message", "more")); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.2000s", r.status, r.body)
	}
	clip, err := c.store.Clip(t.Context(), "secret-pay")
	if err != nil || clip.Owner != "eve@example.com" || clip.Visibility != clips.VisibleToAuthors || clip.Revision.Number != 2 {
		t.Errorf("%+v, %v", clip, err)
	}
	log := admin.get("/audit.csv?subject=secret-pay").body
	for _, want := range []string{"clip handed over,secret-pay,ana@example.com,eve@example.com", "clip visibility changed,secret-pay,owner,authors"} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log does not say %q:\n%s", want, log)
		}
	}
}

func TestTheAPIHandsOver(t *testing.T) {
	c, _ := secret(t)
	c.person("eve@example.com", clips.RoleAuthor)
	put := func(email, change string) reply {
		req, err := http.NewRequest(http.MethodPut, c.server.URL+"/api/v1/clips/secret-pay", strings.NewReader(`{"title":"Pay","source":"erp","sql":"select 1","message":"api"`+change+`}`))
		if err != nil {
			t.Fatal(err)
		}
		clip, err := c.store.Clip(t.Context(), "secret-pay")
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer " + c.key(email, clips.RoleAuthor), "Content-Type": "application/json",
			"If-Match": `"` + string(rune('0'+clip.Revision.Number)) + `"`} {
			req.Header.Set(name, value)
		}
		resp, err := c.server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return read(t, resp)
	}
	c.want(put("ana@example.com", ""), http.StatusOK, `"owner":"ana@example.com"`, `"visibility":"owner"`)
	c.want(put("ana@example.com", `,"visibility":"us"`), http.StatusBadRequest)
	c.want(put("ana@example.com", `,"visibility":"authors"`), http.StatusOK, `"visibility":"authors"`)
	c.want(put("eve@example.com", `,"owner":"eve@example.com"`), http.StatusForbidden, `"forbidden"`)
	c.want(put("eve@example.com", ""), http.StatusOK, `"owner":"ana@example.com"`)
}
