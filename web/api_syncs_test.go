package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestAPIWritesSyncs(t *testing.T) {
	var syncs *syncsOf
	p := newProgram(t, author, func(o *web.Options) { syncs = o.Syncs.(*syncsOf) })
	body := func(changes ...string) string {
		fields := map[string]string{"spreadsheet": `"1aBcDeFgHiJkLmNoPqRsTuVwXyZ"`, "tab": `"Cash"`, "at": `"A1"`, "mode": `"replace"`}
		for i := 0; i < len(changes); i += 2 {
			fields[changes[i]] = changes[i+1]
		}
		var parts []string
		for name, value := range fields {
			parts = append(parts, fmt.Sprintf("%q: %s", name, value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	type sync struct {
		Name, Clip, Spreadsheet, Tab, Schedule, Period, Mode string
		Keep                                                 int
		Declared                                             bool
	}
	var made, changed sync
	r := p.json("POST", "/api/v1/syncs", body("name", `"mine"`, "clip", `"cash"`, "spreadsheet",
		`"https://docs.google.com/spreadsheets/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ/edit#gid=0"`), &made)
	if made != (sync{Name: "mine", Clip: "cash", Spreadsheet: "1aBcDeFgHiJkLmNoPqRsTuVwXyZ", Tab: "Cash", Mode: "replace"}) {
		t.Errorf("made: %s", r.body)
	}
	tag := r.header.Get("ETag")
	var shown sync
	if r := p.json("GET", "/api/v1/syncs/mine", "", &shown); r.header.Get("ETag") != tag || shown != made {
		t.Errorf("it is shown as %s under %s, not %s", r.body, r.header.Get("ETag"), tag)
	}
	r = p.json("PUT", "/api/v1/syncs/mine", body("mode", `"snapshot"`, "period", `"month"`, "keep", "12", "schedule", `"every 1h"`), &changed, "If-Match", tag)
	if changed.Period != "month" || changed.Keep != 12 || changed.Schedule != "every 1h" || r.header.Get("ETag") == tag {
		t.Errorf("changed: %s", r.body)
	}
	p.refusedWith(p.do("PUT", "/api/v1/syncs/mine", body(), "If-Match", tag), http.StatusPreconditionFailed, "edited")
	p.refusedWith(p.do("PUT", "/api/v1/syncs/mine", body()), http.StatusPreconditionRequired, "no_match")
	for name, wrong := range map[string]string{
		"another clip":     body("clip", `"revenue"`),
		"another name":     body("name", `"other"`),
		"no tab":           body("tab", `""`),
		"no cell":          body("at", `"first"`),
		"no mode":          body("mode", `"merge"`),
		"no key":           body("mode", `"upsert"`),
		"no period":        body("mode", `"snapshot"`, "period", `"decade"`),
		"a period of none": body("period", `"month"`),
		"no schedule":      body("schedule", `"now and then"`),
		"no parameter":     body("params", `{"nothing": "1"}`),
		"no spreadsheet":   body("spreadsheet", `"https://example.com"`),
	} {
		if r := p.do("PUT", "/api/v1/syncs/mine", wrong, "If-Match", `"2"`); r.status != http.StatusBadRequest || !strings.Contains(r.body, "bad_parameter") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	p.refusedWith(p.do("POST", "/api/v1/syncs", body("name", `"mine"`, "clip", `"cash"`)), http.StatusBadRequest, "bad_parameter") // taken
	p.refusedWith(p.do("POST", "/api/v1/syncs", body("name", `"New One"`, "clip", `"cash"`)), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("POST", "/api/v1/syncs", body("name", `"new-one"`, "clip", `"gone"`)), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("POST", "/api/v1/syncs", body("colour", `"red"`)), http.StatusBadRequest, "bad_json")

	syncs.changes = clips.Pushed{Rows: 3, Cells: 40, Sample: []clips.CellChange{{Tab: "Cash", Cell: "B2", Before: "1", After: "2"}}}
	var dry struct {
		Rows, Cells int64
		CellCount   int64 `json:"cells_changed"`
		Sample      []clips.CellChange
		Notes       []string
	}
	for path, body := range map[string]string{"/api/v1/syncs/mine/dry-run": "", "/api/v1/syncs/dry-run": body("name", `"new-one"`, "clip", `"cash"`)} {
		p.json("POST", path, body, &dry)
		if dry.Rows != 3 || dry.CellCount != 40 || len(dry.Sample) != 1 || dry.Sample[0].After != "2" || dry.Notes == nil {
			t.Errorf("%s: %+v", path, dry)
		}
	}
	p.refusedWith(p.do("GET", "/api/v1/syncs/new-one", ""), http.StatusNotFound, "not_found") // trying keeps nothing
	p.refusedWith(p.do("POST", "/api/v1/syncs/mine/undo", ""), http.StatusBadRequest, "bad_parameter")
	s := &syncing{world: p.world}
	s.run("mine", "web", wrote)
	var run struct{ State, Asked string }
	if p.json("POST", "/api/v1/syncs/mine/undo", "", &run); run.State != "queued" || run.Asked != "undo" {
		t.Errorf("undo: %+v", run)
	}
	if r := p.do("DELETE", "/api/v1/syncs/mine", ""); r.status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.status, r.body)
	}
	p.refusedWith(p.do("GET", "/api/v1/syncs/mine", ""), http.StatusNotFound, "not_found")
}

func TestAPILeavesSyncsOfTheConfigFileAlone(t *testing.T) {
	p := newProgram(t, author)
	board := clips.Sync{Name: "board", Clip: clips.Clip{Slug: "cash"}, Spreadsheet: "S", Tab: "T", At: "A1", Mode: clips.SyncReplace}
	if _, err := p.store.Apply(t.Context(), p.clips, board); err != nil {
		t.Fatal(err)
	}
	p.refusedWith(p.do("PUT", "/api/v1/syncs/board", "{}", "If-Match", `"1"`), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("DELETE", "/api/v1/syncs/board", ""), http.StatusBadRequest, "bad_parameter")
}

func TestAPICopiesAndRestoresClips(t *testing.T) {
	p := newProgram(t, author)
	type clip struct {
		Slug, Title, Owner string
		Declared           bool
		Revision           struct {
			Number       int
			SQL, Message string
		}
	}
	var made, again clip
	r := p.json("POST", "/api/v1/clips/cash/copy", `{"slug": "my-cash", "title": "My cash"}`, &made)
	if made.Slug != "my-cash" || made.Title != "My cash" || made.Owner != author.Email || made.Declared || made.Revision.Number != 1 ||
		made.Revision.SQL != "select account" || made.Revision.Message != "copied from cash, revision 1" {
		t.Errorf("copy: %s", r.body)
	}
	p.refusedWith(p.do("POST", "/api/v1/clips/cash/copy", `{"slug": "my-cash"}`), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("POST", "/api/v1/clips/cash/copy", `{"slug": "My Cash"}`), http.StatusBadRequest, "bad_parameter")
	p.refusedWith(p.do("POST", "/api/v1/clips/gone/copy", `{"slug": "x"}`), http.StatusNotFound, "not_found")

	r = p.json("PUT", "/api/v1/clips/my-cash", `{"title": "My cash", "source": "erp", "sql": "select 2", "message": "second"}`, &again, "If-Match", r.header.Get("ETag"))
	newest := r.header.Get("ETag")
	var revision struct{ SQL string }
	if p.json("GET", "/api/v1/clips/my-cash/revisions/1", "", &revision); revision.SQL != "select account" {
		t.Errorf("revision 1: %+v", revision)
	}
	p.refusedWith(p.do("GET", "/api/v1/clips/my-cash/revisions/3", ""), http.StatusNotFound, "not_found")
	p.refusedWith(p.do("POST", "/api/v1/clips/my-cash/revisions/1/restore", ""), http.StatusPreconditionRequired, "no_match")
	p.refusedWith(p.do("POST", "/api/v1/clips/my-cash/revisions/1/restore", "", "If-Match", `"1"`), http.StatusPreconditionFailed, "edited")
	p.json("POST", "/api/v1/clips/my-cash/revisions/1/restore", "", &again, "If-Match", newest)
	if again.Revision.Number != 3 || again.Revision.SQL != "select account" || again.Revision.Message != "revision 1 restored" {
		t.Errorf("restored: %+v", again)
	}
}

// A clip that moved here from a source that the key may not read keeps what it ran there to itself.
func TestAPIShowsNoRevisionOfAnotherSource(t *testing.T) {
	p := newProgram(t, clips.Person{ID: 7, Email: "a@example.com", Role: clips.RoleAuthor, Sources: []string{"erp"}})
	moved := clips.Clip{Slug: "moved", Title: "Moved", Declared: true, Revision: clips.Revision{Source: "hr", SQL: "select salary"}}
	for _, source := range []string{"hr", "erp"} {
		moved.Revision.Source = source
		if _, err := p.store.Apply(t.Context(), append(p.clips, moved)); err != nil {
			t.Fatal(err)
		}
	}
	var all struct{ Items []struct{ Number int } }
	if p.json("GET", "/api/v1/clips/moved/revisions", "", &all); len(all.Items) != 1 || all.Items[0].Number != 2 {
		t.Errorf("revisions: %+v", all)
	}
	p.refusedWith(p.do("GET", "/api/v1/clips/moved/revisions/1", ""), http.StatusNotFound, "not_found")
	p.refusedWith(p.do("POST", "/api/v1/clips/moved/revisions/1/restore", "", "If-Match", `"2"`), http.StatusNotFound, "not_found")
}
