package web_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"clipsheet/clips"
)

const bookID = "1AbC-d_EfGhIjKlMnOpQrStUv"

// Tabs are those of every spreadsheet, or what is in the way.
func (s *syncsOf) Tabs(_ context.Context, account, spreadsheet string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []string{"Mine", "Board <1>", "Cash"}, s.err
}

func (s *syncsOf) CreateSpreadsheet(_ context.Context, account, title string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = account + ": " + title
	return bookID, s.err
}

// field finds the inputs and the chosen options of the form of a page.
var field = regexp.MustCompile(`<input([^>]*)>|<select name="?([a-z_.]+)"?[^>]*>(.*?)</select>`)

var attribute = regexp.MustCompile(`(name|value|type)=("[^"]*"|[^ >]*)`)

// form is what a browser would send of the first form of a page that has fields, if nobody changes anything.
func form(r reply) url.Values {
	_, body, _ := strings.Cut(r.body, `class="form column"`)
	body, _, _ = strings.Cut(body, "</form>")
	values := url.Values{}
	for _, found := range field.FindAllStringSubmatch(strings.ReplaceAll(body, "\n", " "), -1) {
		if found[2] != "" {
			chosen := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(found[3])
			if chosen == nil {
				chosen = []string{"", ""}
			}
			values.Set(found[2], html.UnescapeString(chosen[1]))
			continue
		}
		at := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(found[1], -1) {
			at[a[1]] = html.UnescapeString(strings.Trim(a[2], `"`))
		}
		if at["type"] != "radio" || strings.Contains(found[1], " checked") {
			values.Set(at["name"], at["value"])
		}
	}
	return values
}

// fill is form with some fields changed, in pairs.
func fill(r reply, changes ...string) url.Values {
	values := form(r)
	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values
}

func (s *syncing) post(path string, values url.Values) reply {
	s.Helper()
	resp, err := s.server.Client().Transport.RoundTrip(must(http.NewRequest(http.MethodPost, s.server.URL+path, strings.NewReader(values.Encode()))))
	if err != nil {
		s.Fatal(err)
	}
	return read(s, resp)
}

func must(r *http.Request, err error) *http.Request {
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (s *syncing) next(values url.Values) reply {
	s.Helper()
	return s.get("/syncs/new?" + values.Encode())
}

// TestASyncIsMadeInFourSteps goes the way of a new user without scripts, from page to page by its forms alone.
func TestASyncIsMadeInFourSteps(t *testing.T) {
	s := newSyncing(t)
	page := s.get("/syncs/new")
	s.want(page, http.StatusOK, "Google account that writes", "robot@example.com", "Cash &lt;by&gt; account", `aria-current="step">Account`)
	page = s.next(fill(page, "clip", "revenue"))
	s.want(page, http.StatusOK, "Address of the spreadsheet", `<code class=copy>robot@example.com`)
	page = s.next(fill(page, "spreadsheet", "https://docs.google.com/spreadsheets/d/"+bookID+"/edit#gid=0"))
	s.want(page, http.StatusOK, "Parameters of the clip", `name="p.limit"`, "start of month", `value="Revenue"`)
	page = s.next(fill(page, "p.limit", "10", "tab", "Revenue <now>"))
	s.want(page, http.StatusOK, "Name of the sync", `value="revenue"`)
	page = s.next(fill(page, "name", "revenue-to-board", "when", "weekdays", "clock", "08:05", "timezone", "Europe/Berlin"))
	s.want(page, http.StatusOK, "Monday to Friday at 08:05", "08:05")
	if got := strings.Count(page.body, "<time "); got != 5 {
		t.Errorf("the page shows %d times, not the next five", got)
	}
	s.syncs.changes = clips.Pushed{Rows: 3, Cells: 12, Sample: []clips.CellChange{{Tab: "Revenue <now>", Cell: "A1", After: "region"}}}
	preview := s.post("/syncs/new/preview", form(page))
	s.want(preview, http.StatusOK, "12 cells would change", "Save and run now", "Revenue &lt;now&gt;")
	if all, err := s.store.Syncs(t.Context()); err != nil || len(all) != 2 {
		t.Fatalf("a preview kept the sync: %d, %v", len(all), err)
	}
	if got := s.syncs.asked; got.Spreadsheet != bookID || got.Params["limit"] != "10" {
		t.Errorf("the preview was of %+v", got)
	}
	values := form(reply{body: strings.Replace(preview.body, `action="/syncs"`, `class="form column"`, 1)})
	values.Set("then", "run")
	if r := s.post("/syncs", values); r.status != http.StatusSeeOther || r.header.Get("Location") != "/syncs/revenue-to-board" {
		t.Fatalf("saving answers %d, %q: %.500s", r.status, r.header.Get("Location"), r.body)
	}
	sync, err := s.store.Sync(t.Context(), "revenue-to-board")
	if err != nil {
		t.Fatal(err)
	}
	if sync.Declared || sync.Spreadsheet != bookID || sync.Tab != "Revenue <now>" || sync.At != "A1" || sync.Mode != clips.SyncReplace || sync.Account != "service" ||
		sync.Schedule != "5 8 * * mon-fri" || sync.TimeZone != "Europe/Berlin" || len(sync.Params) != 1 || sync.Params["limit"] != "10" {
		t.Errorf("the sync is %+v", sync)
	}
	if runs := s.runs("revenue-to-board"); len(runs) != 1 || runs[0].Asked != "web" {
		t.Errorf("it was to run at once: %+v", runs)
	}
}

func TestAStepSaysWhatIsMissing(t *testing.T) {
	s := newSyncing(t)
	whole := url.Values{"clip": {"revenue"}, "account": {"service"}, "spreadsheet": {bookID}, "tab": {"T"}, "at": {"A1"}, "mode": {"replace"}, "p.limit": {"1"},
		"name": {"fine"}, "when": {"every 1h"}, "timezone": {"UTC"}}
	s.want(s.post("/syncs/new/preview", whole), http.StatusOK)
	for _, c := range []struct{ field, value, says string }{
		{"clip", "nothing", "Choose the clip"},
		{"spreadsheet", "", "Paste the address"},
		{"spreadsheet", "https://example.com/x", "no address of a Google spreadsheet"},
		{"tab", " ", "Give the tab a name"},
		{"at", "1A", "written like A1"},
		{"as_of_cell", "Sheet!A1", "written like A1"},
		{"mode", "<odd>", "Choose how rows become cells"},
		{"mode", "upsert", "by which columns a row is found"},
		{"keep", "-1", "0 keeps all"},
		{"p.limit", "", "limit"},
		{"p.limit", "many", "limit"},
		{"name", "No good", "small letters"},
		{"name", "new", "not “new”"},
		{"timezone", "Mars/Base", "is no time zone"},
	} {
		values := url.Values{}
		for name, v := range whole {
			values[name] = v
		}
		values.Set(c.field, c.value)
		for _, path := range []string{"/syncs/new/preview", "/syncs"} {
			s.want(s.post(path, values), http.StatusUnprocessableEntity, c.says)
		}
	}
	whole.Set("when", "own")
	whole.Set("schedule", "every blue moon")
	s.want(s.post("/syncs", whole), http.StatusUnprocessableEntity, "cannot be used", "every blue moon")
	whole.Set("schedule", "every 2h")
	whole.Set("name", "board")
	s.want(s.post("/syncs", whole), http.StatusUnprocessableEntity, "There is a sync &#34;board&#34; already")
	if all, err := s.store.Syncs(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d syncs were kept, %v", len(all), err)
	}
}

func TestANewSpreadsheetIsMadeOnTheWay(t *testing.T) {
	s := newSyncing(t)
	page := s.next(fill(s.get("/syncs/new"), "clip", "cash"))
	s.want(page, http.StatusOK, "Or in a new spreadsheet")
	values := form(page)
	values.Set("title", "Cash, for us")
	r := s.post("/syncs/new/spreadsheet", values)
	if r.status != http.StatusSeeOther || s.syncs.made != "service: Cash, for us" {
		t.Fatalf("status %d, made %q: %.300s", r.status, s.syncs.made, r.body)
	}
	s.want(s.get(r.header.Get("Location")), http.StatusOK, `aria-current="step">Table`, bookID)
	s.syncs.err = &clips.Error{Kind: clips.KindAccount, Notice: "The account has to be connected again."}
	s.want(s.post("/syncs/new/spreadsheet", values), http.StatusConflict, "The account has to be connected again.")
}

func TestASyncOfTheApplicationIsEditedAndRemoved(t *testing.T) {
	s := newSyncing(t)
	page := s.get("/syncs/mine/edit")
	s.want(page, http.StatusOK, `value="Mine"`)
	values := fill(page, "spreadsheet", bookID, "tab", "Ours", "when", "daily", "clock", "06:00")
	s.want(s.post("/syncs/mine/edit/preview", values), http.StatusOK, "Every day at 06:00")
	if s.syncs.asked.Tab != "Ours" || s.syncs.asked.Target == "" || s.syncs.asked.ID == 0 {
		t.Errorf("the preview was of %+v", s.syncs.asked)
	}
	if r := s.post("/syncs/mine/edit", values); r.status != http.StatusSeeOther {
		t.Fatalf("saving answers %d: %.500s", r.status, r.body)
	}
	sync, err := s.store.Sync(t.Context(), "mine")
	if err != nil || sync.Tab != "Ours" || sync.Schedule != "0 6 * * *" || sync.Edition != 2 {
		t.Errorf("it is %+v, %v", sync, err)
	}
	again := s.get("/syncs/mine/edit")
	s.want(again, http.StatusOK, `value="daily" selected`, `value="06:00"`)
	s.want(s.post("/syncs/mine/edit", fill(again, "tab", "")), http.StatusUnprocessableEntity, "Give the tab a name")
	s.want(s.get("/syncs/mine/remove"), http.StatusOK, "stays there")
	if r := s.post("/syncs/mine/remove", nil); r.status != http.StatusSeeOther || r.header.Get("Location") != "/syncs" {
		t.Errorf("removing answers %d", r.status)
	}
	s.want(s.get("/syncs/mine"), http.StatusNotFound)
}

func TestWhoEditsSecondLosesNothing(t *testing.T) {
	s := newSyncing(t)
	page := s.get("/syncs/mine/edit")
	if r := s.post("/syncs/mine/edit", fill(page, "spreadsheet", bookID, "tab", "First")); r.status != http.StatusSeeOther {
		t.Fatalf("the first is answered %d: %.300s", r.status, r.body)
	}
	second := s.post("/syncs/mine/edit", fill(page, "spreadsheet", bookID, "tab", "Second"))
	s.want(second, http.StatusPreconditionFailed, "Somebody else has changed this sync", "“First”", `value="Second"`)
	if r := s.post("/syncs/mine/edit", form(second)); r.status != http.StatusSeeOther {
		t.Errorf("saving again, knowingly, is answered %d: %.300s", r.status, r.body)
	}
	if sync, err := s.store.Sync(t.Context(), "mine"); err != nil || sync.Tab != "Second" {
		t.Errorf("it is %+v, %v", sync, err)
	}
}

func TestASyncOfTheConfigIsCopiedRatherThanEdited(t *testing.T) {
	s := newSyncing(t)
	for _, path := range []string{"/syncs/board/edit", "/syncs/board/remove"} {
		s.want(s.get(path), http.StatusConflict, "Declared in the config file", "/syncs/new?copy=board")
		s.want(s.post(path, url.Values{}), http.StatusConflict, "Declared in the config file")
	}
	page := s.get("/syncs/new?copy=board")
	s.want(page, http.StatusOK, `name="name" value="board-copy"`, `name="at" value="B3"`, `name="when" value="weekdays"`)
	if values := form(page); values.Get("spreadsheet") != "" || values.Get("clip") != "cash" {
		t.Errorf("the copy begins with %v", values)
	}
}
