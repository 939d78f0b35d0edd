package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
)

// hits are what a search says, as "Kind Name".
type hits struct {
	Items []struct{ Kind, Name, About, Address string }
	More  int
}

func (h hits) names() (all []string) {
	for _, item := range h.Items {
		all = append(all, item.Kind+" "+item.Name)
	}
	return all
}

func hitsOf(t testing.TB, r reply) (h hits) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &h); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %v: %s", r.status, err, r.body)
	}
	return h
}

func (w *world) search(query string) hits {
	w.Helper()
	return hitsOf(w, w.get("/search.json?q="+url.QueryEscape(query)))
}

func TestSearchFindsEverything(t *testing.T) {
	s := newSyncing(t)
	s.run("mine", "web", wrote)
	for query, want := range map[string]string{
		"cash":              "Clip Cash <by> account",
		"on each account &": "Clip Cash <by> account", // in the description
		"select account":    "Clip Cash <by> account", // in the SQL
		"board":             "Sync board",
		"erp":               "Source erp",
		"new cl":            "Action New clip",
		"google account":    "Action Connect a Google account",
		"api keys":          "", // nobody signs in here
		"failed runs":       "Action Runs that failed",
	} {
		got := s.search(query).names()
		if want == "" && len(got) != 0 || want != "" && !slices.Contains(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	if got := s.search("cash").Items[0]; got.Address != "/clips/cash" || got.Kind != "Clip" {
		t.Errorf("the best is %+v", got)
	}
	page := s.get("/search?q=cash")
	s.want(page, http.StatusOK, `value="cash"`, `<a href="/clips/cash">Cash &lt;by&gt; account</a>`, "found, the best first")
	s.want(s.get("/search?q=%3Cscript%3E"), http.StatusOK, "Nothing has all of these words", `value="&lt;script&gt;"`)
	s.want(s.get("/"), http.StatusOK, `role=search action="/search"`, "search.js")
}

func TestSearchFindsRunsByTheirNumber(t *testing.T) {
	s := newSyncing(t)
	s.want(s.get(s.link("cash")+".csv"), http.StatusOK)
	s.run("mine", "web", wrote)
	for _, query := range []string{"run 1", "#1", "1", "Run #1"} {
		got := s.search(query).names()
		if len(got) < 2 || !slices.Contains(got[:2], "Run Run 1 of mine") || !slices.Contains(got[:2], "Run Run 1 of Cash <by> account") {
			t.Errorf("%q finds %q", query, got)
		}
	}
	if got := s.search("run 99999999").Items; len(got) != 0 {
		t.Errorf("a run that is not there is found: %+v", got)
	}
	s.want(s.get("/runs?id=1"), http.StatusOK, "Run 1 alone", "/syncs/mine", "/clips/cash")
	s.want(s.get("/runs?id=99999999"), http.StatusOK, "Nothing ran that fits")
}

func TestSearchWithoutWordsShowsWhatWasInUse(t *testing.T) {
	w := newWorld(t)
	w.want(w.get(w.link("cash")+".csv"), http.StatusOK)
	if got := w.search("").names(); got[0] != "Clip Cash <by> account" || !slices.Contains(got, "Action New clip") || slices.Contains(got, "Clip Revenue") {
		t.Errorf("what ran last is %q", got)
	}
	got := hitsOf(t, w.get("/search.json?recent=/clips/revenue&recent=/clips/gone&recent=/clips/cash&recent=/clips/cash")).names()
	if !slices.Equal(got[:2], []string{"Clip Revenue", "Clip Cash <by> account"}) || slices.Contains(got[2:], "Clip Revenue") {
		t.Errorf("what the browser remembers is %q", got)
	}
	w.want(w.get("/search"), http.StatusOK, "what there is to do", `href="/clips/cash"`)
}

// What somebody may not see is not found, not by any word of it, nor by the address that a browser remembers.
func TestSearchFindsNothingThatOneMayNotSee(t *testing.T) {
	c := newCompany(t)
	c.clips[0].Visibility = clips.VisibleToAuthors
	c.clips = append(c.clips, clips.Clip{Slug: "payroll", Title: "Payroll", Owner: "eve@example.com", Visibility: clips.VisibleToOwner, Declared: true,
		Revision: clips.Revision{Source: "hr", SQL: "select salary"}})
	c.apply()
	browsers := map[clips.Role]*browser{}
	for _, role := range clips.Roles() {
		browsers[role] = c.as(role)
	}
	all := "Clip Cash <by> account, Clip Payroll, Clip Revenue, Source erp, Person Ann <b>, Action New clip, Action API keys, Action Add a person"
	for role, hidden := range map[clips.Role]string{
		clips.RoleReader: "Clip Cash <by> account, Clip Payroll, Source erp, Person Ann <b>, Action New clip, Action Add a person",
		clips.RoleAuthor: "Clip Payroll, Person Ann <b>, Action Add a person",
		clips.RoleAdmin:  "",
	} {
		for _, name := range strings.Split(all, ", ") {
			kind, words, _ := strings.Cut(name, " ")
			for _, query := range []string{"q=" + url.QueryEscape(words), "recent=/clips/cash&recent=/clips/payroll&recent=/clips/revenue"} {
				if strings.HasPrefix(query, "recent") && kind != "Clip" {
					continue
				}
				got := slices.Contains(hitsOf(t, browsers[role].get("/search.json?"+query)).names(), name)
				if want := !slices.Contains(strings.Split(hidden, ", "), name); got != want {
					t.Errorf("a person of role %v finds %s by %s: %v", role, name, query, got)
				}
			}
		}
	}
	if got := hitsOf(t, browsers[clips.RoleReader].get("/search.json?q=limit")).names(); len(got) != 0 {
		t.Errorf("a reader finds %q by its SQL", got)
	}
	if got := hitsOf(t, browsers[clips.RoleAuthor].get("/search.json?q=limit")).names(); !slices.Equal(got, []string{"Clip Revenue"}) {
		t.Errorf("an author finds %q by its SQL", got)
	}
	c.change("author@example.com", func(p *clips.Person) { p.Sources = []string{"hr"} })
	c.provider.is("author@example.com")
	author := c.browser()
	author.signIn(nil)
	for _, query := range []string{"q=revenue", "q=erp", "q=limit", "recent=/clips/revenue"} {
		for _, name := range hitsOf(t, author.get("/search.json?"+query)).names() {
			if !strings.HasPrefix(name, "Action ") {
				t.Errorf("an author who may not read the source finds %s by %s", name, query)
			}
		}
	}
}

func TestSearchIsQuickAmongTenThousandClips(t *testing.T) {
	w := newWorld(t)
	for i := range 10_000 {
		w.clips = append(w.clips, clips.Clip{Slug: fmt.Sprintf("clip-%05d", i), Title: fmt.Sprintf("Revenue of region %d", i), Declared: true,
			Description: "What came in, by month.", Revision: clips.Revision{Source: "erp", SQL: strings.Repeat("select region, sum(amount) from invoices group by 1 ", 8)}})
	}
	w.apply()
	began := time.Now()
	got := w.search("region 9999")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v", took)
	} else {
		t.Logf("it took %v", took)
	}
	if len(got.Items) != 1 || got.Items[0].Address != "/clips/clip-09999" {
		t.Errorf("found %q", got.names())
	}
	if many := w.search("of region"); len(many.Items) != 20 || many.More != 9980 {
		t.Errorf("%d are shown, %d are not", len(many.Items), many.More)
	}
	page := w.get("/search?q=of+region")
	w.want(page, http.StatusOK, "10,000 things found", "And 9,900 more")
}
