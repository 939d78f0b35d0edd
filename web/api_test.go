package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/web"
)

// keyed is the store, with keys that a test made up.
type keyed struct {
	*store.Store
	holders map[[32]byte]clips.Person
}

func (k keyed) WithKey(_ context.Context, hash [32]byte) (clips.Person, error) {
	who, ok := k.holders[hash]
	if !ok {
		return clips.Person{}, clips.ErrNotFound
	}
	return who, nil
}

// program is one that has a key, and sits elsewhere.
type program struct {
	*world
	key clips.Token
}

func newProgram(t *testing.T, who clips.Person, change ...func(*web.Options)) program {
	t.Helper()
	key := clips.NewToken()
	w := newWorld(t, append(change, func(o *web.Options) {
		o.People = keyed{o.Store.(*store.Store), map[[32]byte]clips.Person{key.Hash(): who}}
	})...)
	return program{w, key}
}

func (p program) do(method, path, body string, headers ...string) reply {
	p.Helper()
	req, err := http.NewRequest(method, p.server.URL+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key.Reveal())
	req.Header.Set("X-Forwarded-For", "203.0.113.7")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.server.Client().Transport.RoundTrip(req)
	if err != nil {
		p.Fatal(err)
	}
	return read(p, resp)
}

// read decodes what a good answer holds.
func (p program) json(method, path, body string, into any, headers ...string) reply {
	p.Helper()
	r := p.do(method, path, body, headers...)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" {
		p.Fatalf("%s %s: %d %s: %s", method, path, r.status, r.header.Get("Content-Type"), r.body)
	}
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		p.Fatalf("%s %s: %v: %s", method, path, err, r.body)
	}
	return r
}

// refusedWith wants an error of a status and code.
func (p program) refusedWith(r reply, status int, code string) {
	p.Helper()
	var body struct{ Error, Message string }
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.status != status || body.Error != code || body.Message == "" {
		p.Errorf("want %d %s, got %d %v: %s", status, code, r.status, err, r.body)
	}
}

var author = clips.Person{ID: 7, Email: "author@example.com", Role: clips.RoleAuthor}

func TestAPIShowsClipsPageByPage(t *testing.T) {
	p := newProgram(t, author)
	type list struct {
		Items []struct {
			Slug     string
			Declared bool
			Revision struct {
				Number int
				SQL    string
				Params []struct{ Name, Type string }
			}
			LastRun *struct{ State string } `json:"last_run"`
		}
		Next string
	}
	var first, second, found list
	p.json("GET", "/api/v1/clips?limit=1", "", &first)
	p.json("GET", "/api/v1/clips?limit=1&cursor="+first.Next, "", &second)
	p.json("GET", "/api/v1/clips?q=revenue", "", &found)
	if first.Items[0].Slug != "cash" || second.Items[0].Slug != "revenue" || second.Next != "" || len(found.Items) != 1 {
		t.Errorf("pages: %+v %+v %+v", first, second, found)
	}
	if got := found.Items[0].Revision; got.Number != 1 || len(got.Params) != 3 || got.Params[0].Type != "choice" {
		t.Errorf("revenue: %+v", got)
	}
	p.refusedWith(p.do("GET", "/api/v1/clips?limit=0", ""), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("GET", "/api/v1/clips?cursor=gone", ""), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("GET", "/api/v1/clips/gone", ""), http.StatusNotFound, "not_found")
	p.refusedWith(p.do("GET", "/api/v1/nothing", ""), http.StatusNotFound, "not_found")
	p.refusedWith(p.do("PUT", "/api/v1/clips", ""), http.StatusMethodNotAllowed, "method_not_allowed")
	var revisions struct{ Items []struct{ Number int } }
	if p.json("GET", "/api/v1/clips/cash/revisions", "", &revisions); len(revisions.Items) != 1 {
		t.Errorf("revisions: %+v", revisions)
	}
}

func TestAPIResultsAreThoseOfLinks(t *testing.T) {
	p := newProgram(t, author)
	linked := p.ask("GET", p.link("cash")+".csv?_sep=;")
	r := p.do("GET", "/api/v1/clips/cash/result.csv?_sep=;", "")
	if r.status != http.StatusOK || r.body != linked.body || r.header.Get("X-Clip-Digest") == "" || r.header.Get("ETag") != linked.header.Get("ETag") {
		t.Errorf("result.csv: %d %v: %s", r.status, r.header, r.body)
	}
	p.refusedWith(p.do("GET", "/api/v1/clips/revenue/result.json?limit=many", ""), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("GET", "/api/v1/clips/cash/result.html", ""), http.StatusNotFound, "not_found")
	var runs struct {
		Items []struct {
			State string
			Rows  int
		}
	}
	if p.json("GET", "/api/v1/clips/cash/runs", "", &runs); len(runs.Items) != 1 || runs.Items[0].State != "done" || runs.Items[0].Rows != 3 {
		t.Errorf("runs: %+v", runs)
	}
	p.follow.set(nil, &clips.Error{Kind: clips.KindPermission, Notice: "The role may not read that."})
	p.refusedWith(p.do("GET", "/api/v1/clips/revenue/result.json?limit=5", ""), http.StatusServiceUnavailable, "permission")
}

func TestAPIMakesRotatesAndRevokesLinks(t *testing.T) {
	p := newProgram(t, author)
	type link struct {
		ID        int64
		Clip      string
		Addresses map[string]string
		RevokedAt *string `json:"revoked_at"`
	}
	var made, newer link
	p.json("POST", "/api/v1/links", `{"clip": "cash", "label": "Board", "formats": ["csv"]}`, &made)
	path := func(l link) string { return strings.TrimPrefix(l.Addresses["csv"], "https://clips.example.com") }
	if r := p.ask("GET", path(made)); len(made.Addresses) != 1 || r.status != http.StatusOK {
		t.Errorf("the new link: %+v: %d", made, r.status)
	}
	p.json("POST", fmt.Sprintf("/api/v1/links/%d/rotate", made.ID), `{"grace_seconds": 3600}`, &newer)
	if old, now := p.ask("GET", path(made)), p.ask("GET", path(newer)); old.status != http.StatusOK || now.status != http.StatusOK {
		t.Errorf("during the grace the old one answers %d, and the new one %d", old.status, now.status)
	}
	if r := p.do("DELETE", fmt.Sprintf("/api/v1/links/%d", newer.ID), ""); r.status != http.StatusNoContent || r.body != "" {
		t.Errorf("revoke: %d %s", r.status, r.body)
	}
	if r := p.ask("GET", path(newer)); r.status != http.StatusNotFound {
		t.Errorf("the revoked link answers %d", r.status)
	}
	all := p.do("GET", "/api/v1/links?clip=cash", "")
	var list struct{ Items []link }
	json.Unmarshal([]byte(all.body), &list)
	if len(list.Items) != 2 || list.Items[1].RevokedAt == nil || strings.Contains(all.body, "addresses") {
		t.Errorf("links: %s", all.body)
	}
	for body, code := range map[string]string{
		`{"clip": "cash", "lable": "x"}`:       "bad_json",
		`{}`:                                   "bad_parameter",
		`{"clip": "cash", "formats": ["pdf"]}`: "bad_parameter",
		`{"clip": "revenue", "params": {"limit": "many"}}`:       "bad_parameter",
		`{"clip": "cash", "params": {"region": "all"}}`:          "bad_parameter",
		`{"clip": "cash", "expires_at": "2020-01-01T00:00:00Z"}`: "bad_parameter",
	} {
		p.refusedWith(p.do("POST", "/api/v1/links", body), http.StatusBadRequest, code)
	}
	p.refusedWith(p.do("POST", "/api/v1/links", `{"clip": "gone"}`), http.StatusNotFound, "not_found")
	p.refusedWith(p.do("DELETE", "/api/v1/links/999", ""), http.StatusNotFound, "not_found")
}

func TestAPIWritesClips(t *testing.T) {
	p := newProgram(t, author)
	type clip struct {
		Slug, Owner string
		Declared    bool
		Revision    struct {
			Number               int
			SQL, Author, Message string
			MaxAge               float64 `json:"max_age_seconds"`
			MaxLag               float64 `json:"max_lag_seconds"`
			OnLag                string  `json:"on_lag"`
		}
	}
	body := func(sql, message string) string {
		return fmt.Sprintf(`{"title": "New", "owner": "a@example.com", "source": "erp", "sql": %q, "max_age_seconds": 90, "max_lag_seconds": 30, "on_lag": "fail", "message": %q}`, sql, message)
	}
	var made, changed clip
	r := p.json("POST", "/api/v1/clips", strings.Replace(body("select 1", "first"), "{", `{"slug": "new-one", `, 1), &made)
	if made.Slug != "new-one" || made.Declared || made.Revision.Number != 1 || made.Revision.Author != author.Email || made.Revision.MaxAge != 90 ||
		made.Revision.MaxLag != 30 || made.Revision.OnLag != "fail" {
		t.Errorf("made: %s", r.body)
	}
	tag := r.header.Get("ETag")
	r = p.json("PUT", "/api/v1/clips/new-one", body("select 2", "second"), &changed, "If-Match", tag)
	if changed.Revision.Number != 2 || changed.Revision.SQL != "select 2" || r.header.Get("ETag") == tag {
		t.Errorf("changed: %s", r.body)
	}
	p.refusedWith(p.do("PUT", "/api/v1/clips/new-one", body("select 3", "late"), "If-Match", tag), http.StatusPreconditionFailed, "edited")
	p.refusedWith(p.do("PUT", "/api/v1/clips/new-one", body("select 3", "blind")), http.StatusPreconditionRequired, "no_match")
	p.refusedWith(p.do("PUT", "/api/v1/clips/new-one", body("select 3", ""), "If-Match", `"2"`), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("POST", "/api/v1/clips", body("select 1", "no slug")), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("PUT", "/api/v1/clips/cash", body("select 1", "it is the file's"), "If-Match", `"1"`), http.StatusBadRequest, "bad_parameter")
	p.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: "There is no table."})
	p.refusedWith(p.do("PUT", "/api/v1/clips/new-one", body("select from nothing", "wrong"), "If-Match", `"2"`), http.StatusBadRequest, "sql_error")
	if r := p.do("DELETE", "/api/v1/clips/new-one", ""); r.status != http.StatusNoContent {
		t.Errorf("retire: %d %s", r.status, r.body)
	}
	p.refusedWith(p.do("GET", "/api/v1/clips/new-one", ""), http.StatusNotFound, "not_found")
}

func TestAPIShowsOnlySourcesOfTheKey(t *testing.T) {
	p := newProgram(t, clips.Person{ID: 7, Email: "a@example.com", Role: clips.RoleAuthor, Sources: []string{"crm"}})
	if r := p.do("GET", "/api/v1/clips", ""); !strings.Contains(r.body, `"items":[]`) {
		t.Errorf("clips: %s", r.body)
	}
	for _, path := range []string{"/clips/cash", "/clips/cash/result.csv", "/clips/cash/runs", "/clips/cash/revisions"} {
		p.refusedWith(p.do("GET", "/api/v1"+path, ""), http.StatusNotFound, "not_found")
	}
	p.refusedWith(p.do("POST", "/api/v1/links", `{"clip": "cash"}`), http.StatusNotFound, "not_found")
}

func TestAPIAnswersNobodyWithoutAKey(t *testing.T) {
	p := newProgram(t, clips.Person{ID: 7, Email: "r@example.com", Role: clips.RoleReader})
	r := p.ask("GET", "/api/v1/clips", "X-Forwarded-For", "203.0.113.7")
	if p.refusedWith(r, http.StatusUnauthorized, "unauthorized"); r.header.Get("WWW-Authenticate") == "" {
		t.Error("it does not say how to send a key")
	}
	p.refusedWith(p.ask("GET", "/api/v1/clips", "Authorization", "Bearer wrong"), http.StatusUnauthorized, "unauthorized")
	p.refusedWith(p.do("POST", "/api/v1/links", `{"clip": "cash"}`), http.StatusForbidden, "forbidden")
	if r := p.ask("GET", "/api/v1/clips"); r.status != http.StatusOK {
		t.Errorf("whoever sits at this machine: %d %s", r.status, r.body)
	}
	p.refusedWith(p.ask("POST", "/api/v1/links", "Sec-Fetch-Site", "cross-site"), http.StatusUnauthorized, "unauthorized")
}

// TestAPIDescribesItself holds the document against the routes, and each answer's names against its schema.
func TestAPIDescribesItself(t *testing.T) {
	p := newProgram(t, author)
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]struct {
				Content map[string]struct{ Schema json.RawMessage }
			}
		}
	}
	p.json("GET", "/api/v1/openapi.json", "", &document)
	ids := map[string]bool{}
	for route := range routesOf(t, p.server) {
		method, path, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(path, "/api/v1/") || path == "/api/v1/openapi.json" || strings.HasSuffix(path, "*") {
			continue
		}
		o, ok := document.Paths[path][strings.ToLower(method)]
		if !ok || o.Responses["default"].Content == nil || ids[o.OperationID] {
			t.Errorf("%s is not described, or not by a name of its own: %+v", route, o)
		}
		ids[o.OperationID] = true
	}
	if document.OpenAPI != "3.1.0" || len(ids) < 16 {
		t.Errorf("OpenAPI %s, %d operations", document.OpenAPI, len(ids))
	}
}
