package web

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// shell is what stands around the pages of people who are signed in.
type shell struct {
	Title   string
	Who     string
	Tabs    []tab
	SignOut bool
	Query   string // what was searched for
	Body    template.HTML
}

// tab leads to a part of the application.
type tab struct {
	Name, Address string
	Here          bool
	least         clips.Role
}

// tabs are all there can be; a bar has those that somebody may open and that this server has.
var tabs = []tab{
	{Name: "Clips", Address: "/", least: clips.RoleReader},
	{Name: "Syncs", Address: "/syncs", least: clips.RoleReader},
	{Name: "Runs", Address: "/runs", least: clips.RoleReader},
	{Name: "Sources", Address: "/sources", least: clips.RoleAuthor},
	{Name: "Workbooks", Address: "/workbooks", least: clips.RoleReader},
	{Name: "Accounts", Address: "/accounts", least: clips.RoleAdmin},
	{Name: "People", Address: "/people", least: clips.RoleAdmin},
	{Name: "Audit log", Address: "/audit", least: clips.RoleAdmin},
	{Name: "Settings", Address: "/settings", least: clips.RoleAdmin},
}

// appPolicy allows what we serve ourselves and nothing else: no script in a page, no style in a page.
const appPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// show sends a page of the application: the template name, made of data, between the bar and the end.
func (s *site) show(w http.ResponseWriter, r *http.Request, who clips.Person, name string, status int, title string, data any) {
	var body, page bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, data); err != nil {
		panic(err) // a mistake in the template
	}
	around := shell{
		Title:   title,
		Who:     cmp.Or(who.Name, who.Email),
		Tabs:    s.tabs(r, who),
		SignOut: who.ID != 0 && s.has(http.MethodPost, "/signout"),
		Query:   r.URL.Query().Get("q"),
		Body:    template.HTML(body.String()), // a template's, so what is in it is escaped
	}
	if err := pages.ExecuteTemplate(&page, "app.html", around); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Security-Policy", appPolicy)
	w.Header().Set("X-Robots-Tag", "noindex")
	sendHTML(w, r, status, page.String())
}

func (s *site) tabs(r *http.Request, who clips.Person) []tab {
	var all []tab
	for _, t := range tabs {
		if who.Role < t.least || !s.has(http.MethodGet, t.Address) {
			continue
		}
		t.Here = t.Address == r.URL.Path || t.Address != "/" && strings.HasPrefix(r.URL.Path, t.Address+"/") ||
			t.Address == "/" && strings.HasPrefix(r.URL.Path, "/clips/")
		all = append(all, t)
	}
	return all
}

// has tells whether this server has a page, so that nothing leads to one that it has not.
func (s *site) has(method, path string) bool {
	return s.router.Find(chi.NewRouteContext(), method, path) == path
}
