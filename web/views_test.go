package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// view is a page in some state.
type view struct {
	path string
	then func(*tab) // what is done there to get it into the state; may be nil
}

// views are all pages of an office, each in the states it can be in. A new page is a new line.
var views = []view{
	{path: "/"},
	{path: "/?q=nothing-is-called-this"},
	{path: "/search?q=cash"},
	{path: "/search?q=nothing-is-called-this"},
	{path: "/clips/open-invoices", then: func(t *tab) { t.wait(`document.querySelector("[role=grid]")`) }},
	{path: "/clips/revenue"},
	{path: "/clips/not-there"},
	{path: "/clips/open-invoices", then: func(t *tab) { // a new link
		t.MustEval(`() => document.querySelector("#links form[action$='/links']").submit()`)
		t.wait(`document.querySelector(".notice.good pre")`)
	}},
	{path: "/clips/new", then: func(t *tab) { t.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`) }},
	{path: "/clips/open-invoices/edit", then: func(t *tab) { t.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`) }},
	{path: "/clips/open-invoices/made"},
	{path: "/clips/cash/edit"},
	{path: "/clips/open-invoices/revisions"},
	{path: "/clips/open-invoices/revisions/2"},
	{path: "/clips/open-invoices/revisions/99"},
	{path: "/tables?source=erp"},
	{path: "/syncs"},
	{path: "/syncs/new"},
	{path: "/syncs/new?step=2&clip=open-invoices&account=service"},
	{path: "/syncs/new?step=3&clip=open-invoices&account=service&spreadsheet=" + bookID},
	{path: "/syncs/new?step=4&clip=open-invoices&account=service&spreadsheet=" + bookID + "&tab=T&at=A1&mode=replace"},
	{path: "/syncs/mine"},
	{path: "/syncs/board"},
	{path: "/syncs/mine", then: func(t *tab) {
		t.MustEval(`() => document.querySelector("form[action$='/preview']").submit()`)
		t.wait(`document.querySelector("h1")?.textContent === "What would change"`)
	}},
	{path: "/syncs/mine/edit"},
	{path: "/syncs/mine/tab"},
	{path: "/syncs/mine/remove"},
	{path: "/syncs/mine/undo"},
	{path: "/syncs/not-there"},
	{path: "/runs"},
	{path: "/runs?state=canceled"},
	{path: "/workbooks"},
	{path: "/sources", then: func(t *tab) {
		t.MustEval(`() => { for (const d of document.querySelectorAll("details")) d.open = true }`)
	}},
	{path: "/accounts"},
	{path: "/people"},
	{path: "/people/1"},
	{path: "/keys"},
	{path: "/settings"},
	{path: "/me"},
	{path: "/audit"},
}

// failing are pages of an office whose follower answers every query with an error.
var failing = []view{
	{path: "/clips/open-invoices"},
	{path: "/clips/new", then: func(t *tab) {
		t.wait(`document.querySelector(".cm-content")`)
		t.write("select nothing from cash")
		t.MustElement("#run").MustClick()
		t.wait(`document.querySelector(".notice.bad, .cm-wrong-words")`)
	}},
}

// firstDay are pages of an office in which nothing has happened.
var firstDay = []view{{path: "/"}, {path: "/syncs"}, {path: "/syncs/new"}, {path: "/runs"}, {path: "/accounts"}, {path: "/audit"},
	{path: "/search"}, {path: "/clips/new"}}

// notPages are what a browser reads and does not show as a page of ours.
var notPages = map[string]bool{"/assets/*": true, "/healthz": true, "/metrics": true, "/readyz": true, "/robots.txt": true, "/audit.csv": true,
	"/search.json": true, "/events": true, "/clips/{slug}/rows": true, "/clips/{slug}/download/{format}": true, "/clips/{slug}/download/{format}/progress": true, "/workbooks/{name}/result.xlsx": true,
	"/signin/callback": true, "/accounts/google/callback": true, "/signin": true} // the last by those who have no session

// TestEveryPageIsLookedAt holds the list of views against the routes there are.
func TestEveryPageIsLookedAt(t *testing.T) {
	o := newOffice(t, plain)
	router := o.server.Config.Handler.(chi.Routes)
	seen := map[string]bool{}
	for _, v := range views {
		path, _, _ := strings.Cut(v.path, "?")
		seen[router.Find(chi.NewRouteContext(), http.MethodGet, path)] = true
	}
	for name := range routes {
		method, path, _ := strings.Cut(name, " ")
		if method == http.MethodGet && !notPages[path] && !seen[path] {
			t.Errorf("%s is in no line of views: have it looked at", path)
		}
	}
}

// each goes to views one after the other.
func (o *office) each(t *testing.T, page *tab, all []view, look func(t *testing.T, v view)) {
	for _, v := range all {
		t.Run(v.path, func(t *testing.T) {
			page.Go(o.company.origin + v.path)
			if v.then != nil {
				v.then(page)
			}
			look(t, v)
		})
	}
}

// visitors opens what strangers see: the sign-in, the page of a link, and that of one that asks for what cannot be.
func (o *office) visitors() []view {
	return []view{{path: "/signin"}, {path: o.feed + ".html"}, {path: o.feed + ".html?day=%00"}, {path: o.link("revenue", func(l *clips.Link) {}) + ".html"}}
}
