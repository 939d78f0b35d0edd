package simulator_test

import (
	"strings"
	"testing"
)

func TestPeopleEdit(t *testing.T) {
	w := newWorld(t)
	p := w.As(ann)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(p.Type(w.id, "Sheet1!A1", []any{"name", "n", "twice"}, []any{"b", 1, "=B2*2"}, []any{"a", 2.5, "=B3*2"}))
	want(t, w.shows("Sheet1"), "name n twice / b 1 2 / a 2.5 5")
	do(p.Sort(w.id, "Sheet1", 1, 1, false))
	want(t, w.shows("Sheet1"), "name n twice / a 2.5 5 / b 1 2")
	do(p.Sort(w.id, "Sheet1", 2, 1, true))
	do(p.InsertRows(w.id, "Sheet1", 2, 1))
	do(p.DeleteRows(w.id, "Sheet1", 4, 1))
	want(t, w.shows("Sheet1"), "name n twice /  / a 2.5 5")
	do(p.InsertColumns(w.id, "Sheet1", 1, 1))
	do(p.MoveColumn(w.id, "Sheet1", 3, 2))
	want(t, w.shows("Sheet1"), " n name twice /  /  2.5 a 5")
	do(p.DeleteColumns(w.id, "Sheet1", 1, 1))
	do(p.RenameTab(w.id, "Sheet1", "It's \"mine\""))
	do(p.Clear(w.id, "'It''s \"mine\"'!A1:A3"))
	want(t, w.shows("A1:C3"), " name twice /  /  a 0")
	do(p.Do(w.id, `{"addSheet":{"properties":{"title":"Other"}}}`))
	do(p.DeleteTab(w.id, "It's \"mine\""))

	snapshot, _ := w.Spreadsheet(w.id)
	if tabs := snapshot.Tabs(); len(tabs) != 1 || tabs[0].Title != "Other" || tabs[0].Rows != 1000 || tabs[0].Columns != 26 {
		t.Errorf("%+v", tabs)
	}
	if err := p.RenameTab(w.id, "Gone", "x"); err == nil || !strings.Contains(err.Error(), `no tab "Gone"`) {
		t.Error(err)
	}
	if err := w.As(bert).Type(w.id, "A1", []any{1}); err == nil {
		t.Error("a stranger edits")
	}
	if err := p.Do(w.id, `{"addShet":{}}`); err == nil {
		t.Error("a request that there is not")
	}
	if len(w.Calls()) != 0 {
		t.Error("what people do is in the log")
	}
}

func TestASnapshotDoesNotChange(t *testing.T) {
	w := newWorld(t)
	w.typed("A1", []any{"=TODAY()", 1, true})
	before, _ := w.Spreadsheet(w.id)
	text := string(before.JSON())
	w.typed("A1", []any{"other"})
	if string(before.JSON()) != text {
		t.Error("it has changed")
	}
	after, _ := w.Spreadsheet(w.id)
	if string(after.JSON()) == text {
		t.Error("two versions that differ look the same")
	}
	rows, err := before.Values("A1:C1")
	if err != nil {
		t.Fatal(err)
	}
	want(t, asJSON(rows), "[[46350,1,true]]")
	formulas, err := before.Formulas("A1")
	if err != nil {
		t.Fatal(err)
	}
	want(t, asJSON(formulas), `[["=TODAY()"]]`)
	cell, err := before.Cell("B1")
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(cell), `{"userEnteredValue":{"numberValue":1},"effectiveValue":{"numberValue":1},"formattedValue":"1"}`)
	if empty, _ := before.Cell("Z99"); string(empty) != "{}" {
		t.Errorf("%s", empty)
	}
	if _, err := before.Shown("Nowhere!A1"); err == nil {
		t.Error("a tab that there is not")
	}
}
