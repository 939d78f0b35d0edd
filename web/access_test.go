package web_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
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

	"GET /signin":          clips.RoleNone,
	"GET /signin/callback": clips.RoleNone,
	"POST /signin":         clips.RoleNone,
	"POST /signout":        clips.RoleReader,

	"GET /me":                      clips.RoleReader,
	"POST /me/sessions/{id}/end":   clips.RoleReader,
	"POST /me/keys":                clips.RoleReader,
	"POST /me/keys/{id}/revoke":    clips.RoleReader,
	"POST /me/keys/{id}/rotate":    clips.RoleReader,
	"GET /keys":                    clips.RoleAdmin,
	"POST /keys/{id}/revoke":       clips.RoleAdmin,
	"GET /audit":                   clips.RoleAdmin,
	"GET /audit.csv":               clips.RoleAdmin,
	"GET /people":                  clips.RoleAdmin,
	"POST /people":                 clips.RoleAdmin,
	"GET /people/{id}":             clips.RoleAdmin,
	"POST /people/{id}":            clips.RoleAdmin,
	"POST /people/{id}/activate":   clips.RoleAdmin,
	"POST /people/{id}/deactivate": clips.RoleAdmin,

	"GET /settings":                     clips.RoleAdmin,
	"GET /search":                       clips.RoleReader,
	"GET /search.json":                  clips.RoleReader,
	"GET /events":                       clips.RoleReader,
	"GET /runs":                         clips.RoleReader,
	"GET /workbooks":                    clips.RoleReader,
	"GET /workbooks/{name}/result.xlsx": clips.RoleReader,
	"GET /sources":                      clips.RoleAuthor,
	"POST /sources/{name}/check":        clips.RoleAuthor,
	"GET /syncs":                        clips.RoleReader,
	"GET /syncs/new":                    clips.RoleAuthor,
	"GET /syncs/{name}":                 clips.RoleReader,
	"GET /syncs/{name}/edit":            clips.RoleAuthor,
	"GET /syncs/{name}/remove":          clips.RoleAuthor,
	"GET /syncs/{name}/tab":             clips.RoleAuthor,
	"POST /syncs/{name}/tab":            clips.RoleAuthor,
	"GET /syncs/{name}/undo":            clips.RoleAuthor,
	"POST /syncs":                       clips.RoleAuthor,
	"POST /syncs/new/preview":           clips.RoleAuthor,
	"POST /syncs/new/spreadsheet":       clips.RoleAuthor,
	"POST /syncs/{name}/edit":           clips.RoleAuthor,
	"POST /syncs/{name}/edit/preview":   clips.RoleAuthor,
	"POST /syncs/{name}/pause":          clips.RoleAuthor,
	"POST /syncs/{name}/preview":        clips.RoleAuthor,
	"POST /syncs/{name}/remove":         clips.RoleAuthor,
	"POST /syncs/{name}/resume":         clips.RoleAuthor,
	"POST /syncs/{name}/run":            clips.RoleAuthor,
	"POST /syncs/{name}/undo":           clips.RoleAuthor,

	"GET /accounts":                 clips.RoleAdmin,
	"GET /accounts/google/callback": clips.RoleAdmin,
	"POST /accounts/connect":        clips.RoleAdmin,
	"POST /accounts/disconnect":     clips.RoleAdmin,

	"GET /clips/{slug}":                             clips.RoleReader,
	"GET /clips/{slug}/made":                        clips.RoleReader,
	"GET /clips/{slug}/rows":                        clips.RoleReader,
	"GET /clips/{slug}/download/{format}":           clips.RoleReader,
	"GET /clips/{slug}/download/{format}/progress":  clips.RoleReader,
	"GET /clips/new":                                clips.RoleAuthor,
	"POST /clips/new":                               clips.RoleAuthor,
	"GET /clips/{slug}/edit":                        clips.RoleAuthor,
	"POST /clips/{slug}/edit":                       clips.RoleAuthor,
	"POST /clips/{slug}/retire":                     clips.RoleAuthor,
	"GET /clips/{slug}/revisions":                   clips.RoleReader,
	"GET /clips/{slug}/revisions/{number}":          clips.RoleReader,
	"POST /clips/{slug}/revisions/{number}/restore": clips.RoleAuthor,
	"POST /clips/{slug}/access":                     clips.RoleAuthor,
	"GET /tables":                                   clips.RoleAuthor,
	"POST /clips/{slug}/links":                      clips.RoleAuthor,
	"POST /clips/{slug}/links/{id}/rotate":          clips.RoleAuthor,
	"POST /clips/{slug}/links/{id}/revoke":          clips.RoleAuthor,
}

// keyRoutes are those of the API: no cookie counts there, a key does.
var keyRoutes = map[string]clips.Role{
	"GET /api/v1/openapi.json":                             clips.RoleNone,
	"GET /api/v1/me":                                       clips.RoleReader,
	"GET /api/v1/clips":                                    clips.RoleReader,
	"POST /api/v1/clips":                                   clips.RoleAuthor,
	"GET /api/v1/clips/{slug}":                             clips.RoleReader,
	"PUT /api/v1/clips/{slug}":                             clips.RoleAuthor,
	"DELETE /api/v1/clips/{slug}":                          clips.RoleAuthor,
	"GET /api/v1/clips/{slug}/revisions":                   clips.RoleReader,
	"GET /api/v1/clips/{slug}/runs":                        clips.RoleReader,
	"GET /api/v1/clips/{slug}/result.{format}":             clips.RoleReader,
	"GET /api/v1/workbooks":                                clips.RoleReader,
	"GET /api/v1/workbooks/{name}/result.xlsx":             clips.RoleReader,
	"GET /api/v1/links":                                    clips.RoleAuthor,
	"POST /api/v1/links":                                   clips.RoleAuthor,
	"POST /api/v1/links/{id}/rotate":                       clips.RoleAuthor,
	"DELETE /api/v1/links/{id}":                            clips.RoleAuthor,
	"GET /api/v1/syncs":                                    clips.RoleReader,
	"GET /api/v1/syncs/{name}":                             clips.RoleReader,
	"GET /api/v1/syncs/{name}/runs":                        clips.RoleReader,
	"POST /api/v1/syncs/{name}/run":                        clips.RoleAuthor,
	"POST /api/v1/syncs/{name}/pause":                      clips.RoleAuthor,
	"POST /api/v1/syncs/{name}/resume":                     clips.RoleAuthor,
	"GET /api/v1/clips/{slug}/revisions/{number}":          clips.RoleReader,
	"POST /api/v1/clips/{slug}/revisions/{number}/restore": clips.RoleAuthor,
	"POST /api/v1/clips/{slug}/copy":                       clips.RoleAuthor,
	"POST /api/v1/syncs":                                   clips.RoleAuthor,
	"POST /api/v1/syncs/dry-run":                           clips.RoleAuthor,
	"PUT /api/v1/syncs/{name}":                             clips.RoleAuthor,
	"DELETE /api/v1/syncs/{name}":                          clips.RoleAuthor,
	"POST /api/v1/syncs/{name}/dry-run":                    clips.RoleAuthor,
	"POST /api/v1/syncs/{name}/undo":                       clips.RoleAuthor,
	"GET /api/v1/runs":                                     clips.RoleReader,
	"GET /api/v1/sources":                                  clips.RoleAuthor,
	"GET /api/v1/sources/{name}":                           clips.RoleAuthor,
	"POST /api/v1/sources/{name}/check":                    clips.RoleAuthor,
	"GET /api/v1/sources/{name}/tables":                    clips.RoleAuthor,
	"POST /api/v1/sources/{name}/explain":                  clips.RoleAuthor,
	"GET /api/v1/accounts":                                 clips.RoleAuthor,
	"GET /api/v1/people":                                   clips.RoleAdmin,
	"POST /api/v1/people":                                  clips.RoleAdmin,
	"GET /api/v1/people/{id}":                              clips.RoleAdmin,
	"PUT /api/v1/people/{id}":                              clips.RoleAdmin,
	"GET /api/v1/keys":                                     clips.RoleReader,
	"POST /api/v1/keys/{id}/rotate":                        clips.RoleReader,
	"DELETE /api/v1/keys/{id}":                             clips.RoleReader,
	"GET /api/v1/audit":                                    clips.RoleAdmin,
}

// allRoutes are those of pages and of the API.
func allRoutes() map[string]clips.Role {
	all := maps.Clone(routes)
	maps.Copy(all, keyRoutes)
	return all
}

// TestEveryRouteSaysWhoMayUseIt walks the router, so that no route is forgotten.
func TestEveryRouteSaysWhoMayUseIt(t *testing.T) {
	found, routes := routesOf(t, newCompany(t).server), allRoutes()
	for name := range found {
		if _, ok := routes[name]; !ok {
			t.Errorf("%s is in no line of routes: say there who may use it", name)
		}
	}
	for name := range routes {
		if !found[name] {
			t.Errorf("routes has a line for %s, which is not there", name)
		}
	}
}

// routesOf lists the routes of a server as routes names them.
func routesOf(t *testing.T, server *httptest.Server) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := chi.Walk(server.Config.Handler.(chi.Routes), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if path == "/d/*" {
			method = "*"
		}
		found[method+" "+path] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestEveryRouteForEveryRole asks for each page as a visitor and as a person of each role.
func TestEveryRouteForEveryRole(t *testing.T) {
	c := newCompany(t)
	browsers := map[clips.Role]*browser{clips.RoleNone: c.browser()}
	for _, role := range clips.Roles() {
		browsers[role] = c.as(role)
	}
	for name, least := range routes {
		method, path := sample(name)
		if least == clips.RoleNone || path == "/signout" {
			continue
		}
		for role, b := range browsers {
			r := b.do(method, path, nil)
			if got, want := refusedBy(r), role < least; got != want {
				t.Errorf("%s, for role %v: refused is %v, want %v: %d %.200s", name, role, got, want, r.status, r.body)
			}
		}
		if method == http.MethodGet {
			continue
		}
		for _, site := range []string{"cross-site", "same-site"} {
			if r := browsers[clips.RoleAdmin].do(method, path, nil, "Sec-Fetch-Site", site); !refusedBy(r) {
				t.Errorf("%s takes a form of another site (%s): %d", name, site, r.status)
			}
		}
	}
}

// TestEveryRouteForEveryKey asks for each address of the API with no key, with a cookie, and with a key of each role.
func TestEveryRouteForEveryKey(t *testing.T) {
	c := newCompany(t)
	admin := c.as(clips.RoleAdmin)
	keys := map[clips.Role]string{}
	who, err := c.store.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range clips.Roles() {
		key := clips.NewKey()
		if _, err := c.store.CreateKey(t.Context(), clips.APIKey{PersonID: who[0].ID, Label: "test", Role: role}, key.Hash(), clips.Act{Who: "test"}); err != nil {
			t.Fatal(err)
		}
		keys[role] = key.Reveal()
	}
	for name, least := range keyRoutes {
		method, path := sample(name)
		if least == clips.RoleNone {
			continue
		}
		if r := admin.do(method, path, nil); r.status != http.StatusUnauthorized {
			t.Errorf("%s takes a cookie for a key: %d", name, r.status)
		}
		for role, key := range keys {
			r := c.world.ask(method, path, "Authorization", "Bearer "+key)
			if got, want := refusedBy(r), role < least; got != want {
				t.Errorf("%s, with a key for role %v: refused is %v, want %v: %d %.200s", name, role, got, want, r.status, r.body)
			}
		}
	}
}

// TestLocalPagesAreForThisMachine asks for each page from here, from elsewhere, and from another site.
func TestLocalPagesAreForThisMachine(t *testing.T) {
	w, routes := newWorld(t), allRoutes()
	for name := range routesOf(t, w.server) {
		if routes[name] == clips.RoleNone {
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
	return method, placeholder.ReplaceAllString(path, "0")
}

// refusedBy tells whether an answer says that one may not, or leads to the page to sign in.
func refusedBy(r reply) bool {
	to, err := url.Parse(r.header.Get("Location"))
	return r.status == http.StatusForbidden || r.status == http.StatusUnauthorized || err == nil && to.Path == "/signin"
}
