package simulator_test

import (
	"bufio"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestPagesShowWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.typed("A1", []any{"<b>Name</b>", "=1+1", "=1/0"})
	_, index := w.send("GET", "/", "", "")
	if !strings.Contains(index, `<a href="/spreadsheets/d/`+w.id+`/edit">Budget</a>`) || !strings.Contains(index, ann) {
		t.Error(index)
	}
	_, page := w.send("GET", "/spreadsheets/d/"+w.id+"/edit", "", "")
	for _, part := range []string{"&lt;b&gt;Name&lt;/b&gt;", `data-at="B1" data-typed="=1&#43;1"`, `>2</td>`, "Function DIVIDE parameter 2 cannot be zero.", `aria-current="page">Sheet1`, "Rows 1 to 60 of 1000"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if err := w.As(ann).Do(w.id, `{"addSheet":{"properties":{"sheetId":5,"title":"~stage","hidden":true,"gridProperties":{"rowCount":3,"columnCount":2}}}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"k","metadataValue":"v","visibility":"DOCUMENT","location":{"dimensionRange":{"sheetId":5,"dimension":"COLUMNS","startIndex":1,"endIndex":2}}}}}`); err != nil {
		t.Fatal(err)
	}
	_, page = w.send("GET", "/spreadsheets/d/"+w.id+"/edit?tab=5", "", "")
	if !strings.Contains(page, "Rows 1 to 3 of 3") || !strings.Contains(page, "metadata k on column B: v") {
		t.Error(page)
	}
	for _, missing := range []string{"/spreadsheets/d/nothing/edit", "/nowhere", "/pages/layout.html"} {
		if status, _ := w.send("GET", missing, "", ""); status != 404 {
			t.Errorf("%s: %d", missing, status)
		}
	}
}

// TestPagesRunNoScriptsButTheirOwn: nothing inline, so that the policy can forbid it.
func TestPagesRunNoScriptsButTheirOwn(t *testing.T) {
	w := newWorld(t)
	inline := regexp.MustCompile(`<script>|<script [^>]*[^r]>[^<]|<style| style=| on[a-z]+=`)
	for _, path := range []string{"/", "/spreadsheets/d/" + w.id + "/edit", "/nowhere"} {
		a, err := http.Get(w.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'; script-src 'self'; style-src 'self'") {
			t.Errorf("%s: %s", path, policy)
		}
		if _, page := w.send("GET", path, "", ""); inline.MatchString(page) {
			t.Errorf("%s has %s", path, inline.FindString(page))
		}
	}
	for path, kind := range map[string]string{"/pages/style.css": "text/css; charset=utf-8", "/pages/live.js": "text/javascript; charset=utf-8"} {
		a, err := http.Get(w.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		want(t, a.Header.Get("Content-Type"), kind)
	}
}

// fill sends a form as a browser does, and gives the status and where it leads.
func (w *world) fill(path string, origin string, form url.Values) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", origin)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := browser.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	a.Body.Close()
	return a.StatusCode, a.Header.Get("Location")
}

func TestAVisitorEdits(t *testing.T) {
	w := newWorld(t)
	base := "/spreadsheets/d/" + w.id
	status, to := w.fill(base+"/cell", "same-origin", url.Values{"tab": {"0"}, "cell": {"b2"}, "value": {"=20*2"}, "from": {"1"}})
	if status != http.StatusSeeOther || to != base+"/edit?tab=0&from=1&cell=b2" {
		t.Errorf("%d %s", status, to)
	}
	want(t, w.shows("B2"), "40")
	status, _ = w.fill(base+"/tab", "same-origin", url.Values{"tab": {"0"}, "title": {"Renamed"}})
	if snapshot, _ := w.Spreadsheet(w.id); status != http.StatusSeeOther || snapshot.Tabs()[0].Title != "Renamed" {
		t.Errorf("%d %+v", status, snapshot.Tabs())
	}
	for name, form := range map[string]url.Values{
		"a range":   {"tab": {"0"}, "cell": {"A1:B2"}, "value": {"x"}},
		"no cell":   {"tab": {"0"}, "cell": {"ZZZ9"}, "value": {"x"}},
		"no tab":    {"tab": {"9"}, "cell": {"A1"}, "value": {"x"}},
		"no number": {"tab": {"0"}, "cell": {"\"><script>"}, "value": {"x"}},
	} {
		if status, _ := w.fill(base+"/cell", "same-origin", form); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _ := w.fill(base+"/cell", "cross-site", url.Values{"tab": {"0"}, "cell": {"A1"}, "value": {"x"}}); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	want(t, w.shows("A1"), "")
}

func TestAnOpenPageIsToldOfChanges(t *testing.T) {
	w := newWorld(t)
	a, err := http.Get(w.server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	lines := bufio.NewScanner(a.Body)
	next := func() string {
		for lines.Scan() {
			if lines.Text() != "" {
				return lines.Text()
			}
		}
		return "the end"
	}
	want(t, next(), "data: 0")
	w.typed("A1", []any{1})
	want(t, next(), "data: 1")
	w.Close() // or the server would wait for the page
	want(t, next(), "the end")
}
