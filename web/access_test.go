package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// routes says of every route who may use it: the least role, or RoleNone for everybody. A new route is a new line.
var routes = map[string]clips.Role{
	"GET /":            clips.RoleNone, // names nothing to strangers
	"GET /assets/*":    clips.RoleNone,
	"* /d/*":           clips.RoleNone, // whoever has the token
	"GET /healthz":     clips.RoleNone,
	"GET /metrics":     clips.RoleNone, // the operator says who
	"GET /readyz":      clips.RoleNone,
	"GET /robots.txt":  clips.RoleNone,
	"HEAD /":           clips.RoleNone,
	"HEAD /healthz":    clips.RoleNone,
	"HEAD /metrics":    clips.RoleNone,
	"HEAD /readyz":     clips.RoleNone,
	"HEAD /robots.txt": clips.RoleNone,
}

// TestEveryRouteSaysWhoMayUseIt walks the router, so that no route is forgotten.
func TestEveryRouteSaysWhoMayUseIt(t *testing.T) {
	w := newWorld(t)
	found := map[string]bool{}
	err := chi.Walk(w.server.Config.Handler.(chi.Routes), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		name := method + " " + path
		if path == "/d/*" {
			name = "* " + path
		}
		found[name] = true
		if _, ok := routes[name]; !ok {
			t.Errorf("%s is in no line of routes: say there who may use it", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range routes {
		if !found[name] {
			t.Errorf("routes has a line for %s, which is not there", name)
		}
	}
}

// TestLocalPagesAreForThisMachine asks for each page from here, from elsewhere, and from another site.
func TestLocalPagesAreForThisMachine(t *testing.T) {
	w := newWorld(t)
	for name, least := range routes {
		if least == clips.RoleNone {
			continue
		}
		method, path := sample(name)
		if r := w.ask(method, path); refusedBy(r) {
			t.Errorf("%s is refused to whoever sits here: %d %.200s", name, r.status, r.body)
		}
		if r := w.ask(method, path, "X-Forwarded-For", "203.0.113.7"); !refusedBy(r) {
			t.Errorf("%s is shown to somebody elsewhere: %d %.200s", name, r.status, r.body)
		}
		if r := w.ask(method, path, "Host", "evil.example.com"); r.status != http.StatusNotFound {
			t.Errorf("%s answers to a name that is not ours: %d", name, r.status)
		}
		if method == http.MethodGet {
			continue
		}
		for _, site := range []string{"cross-site", "same-site"} {
			if r := w.ask(method, path, "Sec-Fetch-Site", site, "Origin", "https://evil.example.com"); !refusedBy(r) {
				t.Errorf("%s takes a form of another site (%s): %d", name, site, r.status)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// sample is a request of a route; what its address names need not be there.
func sample(name string) (method, path string) {
	method, path, _ = strings.Cut(name, " ")
	return method, placeholder.ReplaceAllString(path, "1")
}

// refusedBy tells whether an answer says that one may not, or leads to the page to sign in.
func refusedBy(r reply) bool {
	to, err := url.Parse(r.header.Get("Location"))
	return r.status == http.StatusForbidden || r.status == http.StatusUnauthorized || err == nil && to.Path == "/signin"
}
