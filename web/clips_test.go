package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"clipsheet/clips"
)

func TestClipsAreSearched(t *testing.T) {
	w := newWorld(t)
	w.clips[0].Tags, w.clips[1].Tags = []string{"treasury"}, []string{"sales"}
	w.clips[1].Owner, w.clips[1].Revision.Source = "sales@example.com", "crm"
	w.apply()
	w.want(w.get("/"), http.StatusOK, "Cash &lt;by&gt; account", "Revenue", "never", `<a class=badge href="/?tag=treasury">`,
		"<option>crm</option>", "<option>sales@example.com</option>")
	for search, found := range map[string]string{"q=ACCOUNT+what": "Cash", "q=:region": "Revenue", "owner=sales%40example.com": "Revenue",
		"source=erp": "Cash", "tag=sales": "Revenue"} {
		r := w.get("/?" + search)
		cash, revenue := strings.Contains(r.body, ">Cash &lt;by"), strings.Contains(r.body, ">Revenue</a>")
		if cash != (found == "Cash") || revenue != (found == "Revenue") {
			t.Errorf("%s finds cash %v, revenue %v", search, cash, revenue)
		}
	}
	w.want(w.get("/?q=%3Cb%3E"), http.StatusOK, "No clip has all of that", `value="&lt;b&gt;"`, "Show all 2")
}

func TestClipsSayHowTheyRan(t *testing.T) {
	w := newWorld(t)
	w.get(w.link("cash") + ".csv")
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no table "x".`})
	w.get(w.link("revenue") + ".csv?limit=1")
	w.want(w.get("/"), http.StatusOK, "<td class=number>3</tr>", `<span class="badge bad" title="There is no table &#34;x&#34;.">failed</span>`)
}

// What pages fetch comes from us, is found under a name that changes with it, and is kept.
func TestAssets(t *testing.T) {
	w := newWorld(t)
	page := w.get("/")
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} {
		if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, directive) || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q", csp)
		}
	}
	addresses := regexp.MustCompile(`(?:href|src)="(/assets/[^"]*)"`).FindAllStringSubmatch(page.body, -1)
	if len(addresses) < 3 {
		t.Fatalf("%q", addresses)
	}
	for _, a := range addresses {
		r := w.get(a[1])
		if r.status != http.StatusOK || !strings.Contains(r.header.Get("Cache-Control"), "immutable") || len(r.body) == 0 {
			t.Errorf("%s: %d %v", a[1], r.status, r.header)
		}
	}
	w.want(w.get("/assets/000000000000-app.css"), http.StatusNotFound)
	if strings.Contains(page.body, " style=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(page.body) {
		t.Error("the page needs more than its policy allows")
	}
}

func TestTheBarLeadsToWhatThereIs(t *testing.T) {
	w := newWorld(t)
	page := w.get("/")
	w.want(page, http.StatusOK, `<a href="/" aria-current="page">Clips</a>`, `<span class=who>local</span>`)
	if strings.Contains(page.body, "New clip") != (w.get("/clips/new").status == http.StatusOK) {
		t.Error("the list offers to make a clip where that cannot be done, or does not where it can")
	}
	for _, a := range regexp.MustCompile(`<a href="(/[a-z]*)"`).FindAllStringSubmatch(page.body, -1) {
		if r := w.get(a[1]); r.status != http.StatusOK {
			t.Errorf("the bar leads to %s, which answers %d", a[1], r.status)
		}
	}
}

func TestClipsOfOtherSourcesAreNotThere(t *testing.T) {
	c := newCompany(t)
	elsewhere := clips.Person{Email: "eve@example.com", Role: clips.RoleAuthor, Sources: []string{"other"}}
	if _, err := c.store.AddPerson(t.Context(), elsewhere, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	c.provider.is(elsewhere.Email)
	eve := c.browser()
	eve.signIn(nil)
	c.want(eve.get("/"), http.StatusOK, "There are no clips yet")
	for _, path := range []string{"", "/rows", "/download/csv", "/edit", "/revisions", "/revisions/1"} {
		c.want(eve.get("/clips/cash"+path), http.StatusNotFound, "No such clip")
	}
	for _, path := range []string{"/links", "/links/1/revoke", "/edit", "/retire", "/revisions/1/restore"} {
		c.want(eve.post("/clips/cash"+path, nil), http.StatusNotFound, "No such clip")
	}
	c.want(eve.get("/tables?source=erp"), http.StatusBadRequest, "you may not read it")
	c.want(eve.post("/clips/new", overdue("do", "run")), http.StatusBadRequest, "Choose a source")
	if r := eve.get("/clips/new?from=cash"); strings.Contains(r.body, "select account") {
		t.Error("a copy shows the SQL of a clip that is not theirs to see")
	}
}

func TestReadersReadAndDoNotWrite(t *testing.T) {
	c := newCompany(t)
	c.link("cash")
	page := c.as(clips.RoleReader).get("/clips/cash")
	c.want(page, http.StatusOK, "2461020.16", "/clips/cash/revisions")
	for _, not := range []string{"Make a link", "id=links", "Make my own copy", "/clips/new"} {
		if strings.Contains(page.body, not) {
			t.Errorf("a reader's page has %q", not)
		}
	}
}
