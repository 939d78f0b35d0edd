package web_test

import (
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"clipsheet/clips"
)

// editor opens the editor of a new clip, and waits for the schema.
func editor(t *testing.T) (*world, *tab) {
	t.Helper()
	w := newWorld(t)
	if page := w.get("/clips/new"); !strings.Contains(page.body, `data-editor="/assets/`) {
		t.Fatal("this binary has no SQL editor: make bundle makes it")
	}
	page := w.tab("/clips/new")
	page.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`)
	return w, page
}

func TestTheEditorOffersNames(t *testing.T) {
	_, page := editor(t)
	page.write("select  from inv")
	page.offered("invoices")
	page.press(input.Tab)
	if got := page.sql(); got != "select  from invoices" {
		t.Fatalf("%q", got)
	}
	page.MustInsertText(" as i where i.")
	page.wait(`document.querySelector(".cm-tooltip-autocomplete li")?.textContent.includes("id") &&
		document.querySelector(".cm-tooltip-autocomplete").textContent.includes("bigint")`)
	page.wait(`document.querySelector(".cm-completionInfo")?.textContent.includes("what it is known by")`)
	page.press(input.Enter)
	page.MustInsertText(" > :least and i.id < :")
	page.offered(":least")
	page.press(input.Tab)
	if got := page.sql(); got != "select  from invoices as i where i.id > :least and i.id < :least" {
		t.Fatalf("%q", got)
	}
	// Columns of tables that are named need no table in front; Escape, then Tab leaves for the next field.
	page.write("select i from invoices")
	for range len(" from invoices") {
		page.press(input.ArrowLeft)
	}
	page.press(input.ControlLeft, input.Space)
	page.wait(`[...document.querySelectorAll(".cm-tooltip-autocomplete li")].some((li) => li.textContent.startsWith("id"))`)
	page.press(input.Escape)
	page.wait(`!document.querySelector(".cm-tooltip-autocomplete")`)
	page.press(input.Escape)
	page.press(input.Tab)
	page.wait(`document.activeElement.id === "run"`)
	if got := page.sql(); got != "select i from invoices" {
		t.Errorf("%q", got)
	}
}

func TestTheEditorRunsWhatIsSelected(t *testing.T) {
	w, page := editor(t)
	page.write("select account from cash;\nselect :from")
	page.press(input.ControlLeft, input.Home)
	page.press(input.ShiftLeft, input.End)
	page.press(input.ControlLeft, input.Enter)
	page.wait(`document.getElementById("preview").textContent.includes("Ran the selection. 3 rows")`)
	if got := w.follow.last(); got != "select account from cash;" {
		t.Errorf("it ran %q", got)
	}
	page.MustElement("#explain").MustClick()
	page.wait(`document.querySelector("#preview .plan li")?.textContent.includes("1.2 million rows of invoices")`)
	page.write("select 'ü🙂' as smile,\n  nothing from cash")
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "nothing": correct it.`, Position: 25})
	page.press(input.ControlLeft, input.Enter)
	page.wait(`document.querySelector(".cm-wrong-line")?.textContent === "  nothing from cash"`)
	page.wait(`document.querySelector(".cm-wrong")?.textContent === "nothing"`)
	page.wait(`document.querySelector(".cm-wrong-words").textContent.startsWith("  ^There is no column")`)
	page.MustInsertText("x")
	page.wait(`!document.querySelector(".cm-wrong")`)
}

func TestTheEditorLaysOutSQL(t *testing.T) {
	_, page := editor(t)
	page.write("select a,:region from t where b=$x$ Two  'words' $x$ and c::date>:day -- the end")
	page.press(input.ShiftLeft, input.AltLeft, input.KeyF)
	want := "select\n  a,\n  :region\nfrom\n  t\nwhere\n  b = $x$ Two  'words' $x$\n  and c::date > :day -- the end"
	page.wait("document.getElementById('sql').value.includes('\\n')")
	if got := page.sql(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, unsure := range []string{"select 'never ends", "select 'a'\n'b'", "select 1 /* open", "select (((", "select $$ open"} {
		page.write(unsure)
		page.MustElement("#format").MustClick()
		page.wait(`document.getElementById("said").textContent.startsWith("This SQL is left as it is")`)
		if got := page.sql(); got != unsure {
			t.Errorf("%q became %q", unsure, got)
		}
		page.MustEval(`() => document.getElementById("said").textContent = ""`)
	}
}

// What a selection is wrong about is said at its place in the whole.
func TestASelectionIsTriedAlone(t *testing.T) {
	w := newWorld(t)
	form := overdue("do", "run", "sql", "select :day;\nselect x", "selected", "select x", "selected_at", "13")
	w.want(w.postForm("/clips/new", form), 200, "Ran the selection.", "select :day;", `value="Due before"`)
	if got := w.follow.last(); got != "select x" {
		t.Errorf("it ran %q", got)
	}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "x".`, Position: 8})
	w.want(w.postForm("/clips/new", form), 400, `data-position="21"`, "in line 2")
	form.Set("selected", "select $1")
	w.want(w.postForm("/clips/new", form), 400, `data-position="21"`, "numbered parameter")
}

func TestAssetsAreCompressed(t *testing.T) {
	w := newWorld(t)
	page := w.get("/clips/new").body
	_, rest, _ := strings.Cut(page, `<link rel=stylesheet href="`)
	address, _, _ := strings.Cut(rest, `"`)
	plain := w.get(address)
	packed := w.get(address, "Accept-Encoding", "gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Vary") != "Accept-Encoding" || len(packed.body) >= len(plain.body)/2 {
		t.Errorf("%v, %d of %d bytes", packed.header, len(packed.body), len(plain.body))
	}
	if got := unpack(t, packed); got != plain.body {
		t.Errorf("it unpacks to %.200s", got)
	}
}
