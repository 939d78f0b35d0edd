package web_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
)

// opened is the page as a browser has it, once its scripts have come so far.
func (w *world) opened(path, condition string) string {
	w.Helper()
	page := w.tab(path)
	page.wait(condition)
	return page.MustHTML()
}

// A browser shows 60,000 rows with a few dozen rows of cells, reads them all, and draws those that are few enough.
func TestTheGridInABrowser(t *testing.T) {
	w := newWorld(t)
	long := &table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{
		{Name: "<b>day</b>", Type: clips.Date, OID: 1082, Typmod: -1}, {Name: "amount", Type: clips.Numeric, OID: 1700, Typmod: -1}}}}
	for i := range 60_000 {
		long.rows = append(long.rows, []string{fmt.Sprintf("2026-01-01 %05d", i), fmt.Sprintf("%d.10", i)})
	}
	w.follow.set(long, nil)
	page := w.opened("/clips/cash", `document.querySelector("[aria-rowcount=\"60001\"]") && document.body.textContent.includes("up to 2,000 rows")`)
	if n := strings.Count(page, "<tr aria-rowindex="); n < 20 || n > 200 {
		t.Errorf("%d rows of cells are on the page", n)
	}
	for _, want := range []string{"60,000 rows", `aria-rowcount="60001"`, "&lt;b&gt;day&lt;/b&gt;", `aria-selected="true"`, "up to 2,000 rows"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	w.options.Formats = func(string) map[string]clips.ColumnFormat {
		return map[string]clips.ColumnFormat{"amount": {Label: "Amount, EUR"}, "note": {Hidden: true}}
	}
	w = newSite(t, w)
	few := &table{header: long.header, rows: long.rows[:50]}
	few.header.Columns = append(slices.Clone(few.header.Columns), clips.Column{Name: "note", Type: clips.Text, OID: 25, Typmod: -1})
	few.rows = slices.Clone(few.rows)
	for i, row := range few.rows {
		few.rows[i] = append(slices.Clone(row), "hidden away")
	}
	w.follow.set(few, nil)
	page = w.opened("/clips/revenue?limit=1", `document.querySelectorAll(".chart .mark").length >= 50`)
	if !regexp.MustCompile(`<svg [^>]*class="chart"`).MatchString(page) || strings.Count(page, `class="mark `) != 51 {
		t.Error("there is no chart of 50 points and their mark in the legend")
	}
	if !strings.Contains(page, "Amount, EUR</button>") || strings.Contains(page, "hidden away") {
		t.Error("the grid does not show columns as the clip says")
	}
}

// What reads the schema and the parameters of the editor runs under the policy of its page.
func TestTheEditorInABrowser(t *testing.T) {
	w := newWorld(t)
	page := w.opened("/clips/new", `document.getElementById("schema")`)
	for _, want := range []string{"Filter tables", "First 100 rows", "invoices"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
}
