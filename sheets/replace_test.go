package sheets_test

import (
	"fmt"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

func TestReplaceWritesTheResultAndNothingTwice(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		p := w.run(s, rows("id int, name text, due date", "1|bolt|2026-11-24", "2|=1+1|∅"))
		w.want("Sheet1!A1:C9", "id|name|due / 1|bolt|2026-11-24 / 2|=1+1")
		if p.Rows != 2 || p.Cells != 8 || p.Verified != 9 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
		p = w.run(s, rows("id int, name text, due date", "1|bolt|2026-11-24", "2|=1+1|∅"))
		if p.Rows != 2 || p.Cells != 0 || calls(p) != "1 reads, 0 writes" {
			w.t.Errorf("%+v", p)
		}
		p = w.run(s, rows("id int, name text, due date", "1|nut|2026-11-24"))
		w.want("Sheet1!A1:C9", "id|name|due / 1|nut|2026-11-24")
		if p.Rows != 1 || p.Cells != 3 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
	})
}

func TestATabThatIsMissingIsAddedOnceAndNeverAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		s.Tab, s.At = "Orders", "B3"
		w.run(s, rows("id int", "1"))
		w.want("Orders!B3:B4", "id / 1")
		if got := w.tabs(); got != "Sheet1, Orders" {
			w.t.Error(got)
		}
		w.must(w.ann.DeleteTab(w.id, "Orders"))
		w.refused(s, rows("id int", "1"), clips.KindTarget, "was deleted", `an empty tab called "Orders"`)
		w.must(w.ann.Do(w.id, `{"addSheet":{"properties":{"title":"ORDERS"}}}`))
		w.run(s, rows("id int", "2"))
		w.want("ORDERS!B3:B4", "id / 2")
	})
}

func TestWhatStandsInTheWayIsShownAndStays(t *testing.T) {
	inWorld(t, func(w *world) {
		w.typed("Sheet1!B3", []any{"my budget"})
		w.typed("Sheet1!A2", []any{"=B3"})
		s := w.sync(clips.SyncReplace)
		w.refused(s, rows("id int, name text", "1|a", "2|b", "3|c"), clips.KindTarget, "A2", "B3", "my budget", "Nothing was changed")

		w.must(w.ann.Clear(w.id, "Sheet1!A1:B9"))
		w.run(s, rows("id int, name text", "1|a"))
		w.typed("Sheet1!A5", []any{"total"})
		w.run(s, rows("id int, name text", "1|a", "2|b"))
		w.refused(s, rows("id int, name text", "1|a", "2|b", "3|c", "4|d"), clips.KindTarget, `A5 ("total")`, "4 rows")
		w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b /  / total")
	})
}

func TestWhatAnArrayFormulaSpillsIsInTheWay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.typed("Sheet1!D1", []any{"=ARRAYFORMULA(F1:F3)"})
		w.typed("Sheet1!F1", []any{1}, []any{2}, []any{3})
		s := w.sync(clips.SyncReplace)
		s.At = "D2"
		w.refused(s, rows("id int", "1"), clips.KindTarget, "D2 (the result of a formula)")
	})
}

func TestTheGridGrowsAndNeverShrinks(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		s.At = "Z999"
		var lines []string
		for i := range 10 {
			lines = append(lines, fmt.Sprintf("%d|x", i))
		}
		w.run(s, rows("id int, name text", lines...))
		w.want("Sheet1!Z1009:AA1009", "9|x")
		w.run(s, rows("id int, name text", lines[:1]...))
		w.want("Sheet1!Z999:AA1009", "id|name / 0|x")
		if tab := w.tab("Sheet1"); tab.Rows != 1009 || tab.Columns != 27 {
			w.t.Errorf("%+v", tab)
		}
	})
}

// TestPeopleMoveThingsAround moves a target in every way there is: it is found, and what was beside it stays there.
func TestPeopleMoveThingsAround(t *testing.T) {
	for name, test := range map[string]struct {
		move func(*world) error
		ref  string
		want string
	}{
		"the tab is renamed":      {func(w *world) error { return w.ann.RenameTab(w.id, "Sheet1", "it's: mine!") }, "'it''s: mine!'!A1:D9", "id|name|n|double / 7|x|1|2 / 8|y|2|4"},
		"rows come in above":      {func(w *world) error { return w.ann.InsertRows(w.id, "Sheet1", 1, 3) }, "Sheet1!A4:D9", "id|name|n|double / 7|x|1|2 / 8|y|2|4"},
		"a column comes in left":  {func(w *world) error { return w.ann.InsertColumns(w.id, "Sheet1", 1, 1) }, "Sheet1!B1:E9", "id|name|n|double / 7|x|1|2 / 8|y|2|4"},
		"a column comes between":  {func(w *world) error { return w.ann.InsertColumns(w.id, "Sheet1", 2, 1) }, "Sheet1!A1:E9", "id||name|n|double / 7||x|1|2 / 8||y|2|4"},
		"columns change places":   {func(w *world) error { return w.ann.MoveColumn(w.id, "Sheet1", 3, 1) }, "Sheet1!A1:D9", "n|id|name|double / 1|7|x|2 / 2|8|y|4"},
		"a row comes in between":  {func(w *world) error { return w.ann.InsertRows(w.id, "Sheet1", 3, 1) }, "Sheet1!A1:C9", "id|name|n / 7|x|1 / 8|y|2"},
		"rows are deleted":        {func(w *world) error { return w.ann.DeleteRows(w.id, "Sheet1", 3, 1) }, "Sheet1!A1:C9", "id|name|n / 7|x|1 / 8|y|2"},
		"the last row is deleted": {func(w *world) error { return w.ann.DeleteRows(w.id, "Sheet1", 4, 1) }, "Sheet1!A1:C9", "id|name|n / 7|x|1 / 8|y|2"},
		"cells are changed":       {func(w *world) error { return w.ann.Type(w.id, "Sheet1!A1", []any{"ID"}, []any{"=1/0"}) }, "Sheet1!A1:D9", "id|name|n|double / 7|x|1|2 / 8|y|2|4"},
		"the rows are sorted":     {func(w *world) error { return w.ann.Sort(w.id, "Sheet1", 1, 1, true) }, "Sheet1!A1:C9", "id|name|n / 7|x|1 / 8|y|2"},
		"the tab is copied": {func(w *world) error {
			return w.ann.Do(w.id, `{"duplicateSheet":{"sourceSheetId":0,"insertSheetIndex":0,"newSheetName":"Copy"}}`)
		}, "Sheet1!A1:D9", "id|name|n|double / 7|x|1|2 / 8|y|2|4"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(clips.SyncReplace)
				w.run(s, rows("id int, name text, n int", "1|a|10", "2|b|20", "3|c|30"))
				w.typed("Sheet1!D1", []any{"double"}, []any{"=C2*2"}, []any{"=C3*2"})
				w.must(test.move(w))
				w.run(s, rows("id int, name text, n int", "7|x|1", "8|y|2"))
				w.want(test.ref, test.want)
				p := w.run(s, rows("id int, name text, n int", "7|x|1", "8|y|2"))
				if calls(p) != "1 reads, 0 writes" {
					w.t.Error(calls(p))
				}
			})
		})
	}
}

func TestACopyOfTheSpreadsheetIsNotOurs(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int", "1"))
		s.Spreadsheet = w.Copy(w.id, ann, "Copy of Budget")
		w.Share(s.Spreadsheet, robot, simulator.Writer)
		_, err := w.Push(w.t.Context(), w.push(s, rows("id int", "2")))
		if clips.KindOf(err) != clips.KindTarget {
			w.t.Fatal(err)
		}
		w.want("Sheet1!A1:A3", "id / 1")
	})
}

func TestWhatIsLostInPartIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		lose  func(*world) error
		words []string
	}{
		"the headings": {func(w *world) error { return w.ann.DeleteRows(w.id, "Sheet1", 1, 1) }, []string{"row with its headings", "Undo"}},
		"all columns":  {func(w *world) error { return w.ann.DeleteColumns(w.id, "Sheet1", 1, 2) }, []string{"Each of its columns", "Undo"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(clips.SyncReplace)
				w.run(s, rows("id int, name text", "1|a", "2|b"))
				w.must(test.lose(w))
				w.refused(s, rows("id int, name text", "1|a"), clips.KindTarget, test.words...)
			})
		})
	}
}

func TestPeoplesRulesAreFoundBeforeAnythingIsWritten(t *testing.T) {
	for name, test := range map[string]struct {
		rule  string
		words []string
	}{
		"merged cells":    {`{"mergeCells":{"mergeType":"MERGE_ALL","range":{"sheetId":0,"startRowIndex":1,"endRowIndex":3,"startColumnIndex":0,"endColumnIndex":1}}}`, []string{"merged", "A2:A3"}},
		"a protected tab": {`{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0},"editors":{"users":["ann@example.com"]}}}}`, []string{"protected"}},
		"a protected cell": {`{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0,"startRowIndex":1,"endRowIndex":2,"startColumnIndex":1,"endColumnIndex":2},"editors":{"users":["ann@example.com"]}}}}`,
			[]string{"B2", "protected"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.must(w.ann.Do(w.id, test.rule))
				w.refused(w.sync(clips.SyncReplace), rows("id int, name text", "1|a"), clips.KindTarget, test.words...)
			})
		})
	}
	inWorld(t, func(w *world) { // these are in nobody's way
		w.must(w.ann.Do(w.id,
			`{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0},"warningOnly":true}}}`,
			`{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0,"startColumnIndex":5},"editors":{"users":["ann@example.com"]}}}}`,
			`{"mergeCells":{"mergeType":"MERGE_ALL","range":{"sheetId":0,"startRowIndex":5,"endRowIndex":8,"startColumnIndex":0,"endColumnIndex":1}}}`))
		w.run(w.sync(clips.SyncReplace), rows("id int, name text", "1|a"))
		w.want("Sheet1!A1:B2", "id|name / 1|a")
	})
}

func TestOthersCellsGoOnComputing(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, n int", "1|10", "2|20"))
		w.must(w.ann.Do(w.id, `{"addSheet":{"properties":{"title":"Report","sheetId":7}}}`,
			`{"addNamedRange":{"namedRange":{"name":"amounts","range":{"sheetId":0,"startRowIndex":1,"endRowIndex":100,"startColumnIndex":1,"endColumnIndex":2}}}}`))
		w.typed("Report!A1", []any{"=SUM(Sheet1!B2:B100)"}, []any{"=SUM(amounts)"}, []any{"=Sheet1!B2"})
		w.want("Report!A1:A3", "30 / 30 / 10")
		w.run(s, rows("id int, n int", "1|1", "2|2", "3|3"))
		w.want("Report!A1:A3", "6 / 6 / 1")
		w.run(s, rows("id int, n int"))
		w.want("Report!A1:A3", "0 / 0 / 0")
		w.run(s, rows("id int, n int", "1|5"))
		w.want("Report!A1:A3", "5 / 5 / 5")
	})
}

func TestTablesOfPeopleGrowAndFiltersAreTold(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, n int", "1|10"))
		w.must(w.ann.Do(w.id, `{"addTable":{"table":{"name":"Orders","tableId":"7","range":{"sheetId":0,"startRowIndex":0,"endRowIndex":2,"startColumnIndex":0,"endColumnIndex":2}}}}`))
		w.run(s, rows("id int, n int", "1|10", "2|20", "3|30"))
		if all := w.json(); !contains(all, `"tableId":"7"`, `"endRowIndex":4`) {
			w.t.Error(all)
		}
		w.must(w.ann.Do(w.id, `{"deleteTable":{"tableId":"7"}}`,
			`{"setBasicFilter":{"filter":{"range":{"sheetId":0,"startRowIndex":0,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":2}}}}`))
		w.noted(w.run(s, rows("id int, n int", "1|11")), "filter is on", "Sheet1")
	})
}

func TestLimitsAreCheckedFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.refused(s, rows("id int, name text", "1|"+string(make([]byte, 50_001))), clips.KindTooLarge, `"name" of row 1`, "50,001", "left(name, 50000)")
		w.refused(s, rows("name text", "caf\xe9"), clips.KindSQL, "UTF-8", "convert_from()")
		s.At = "1A"
		w.refused(s, rows("id int", "1"), clips.KindParameter, `"1A"`)
		s.Tab, s.At = "Far", "A9999999"
		w.refused(s, rows("id int", "1"), clips.KindTooLarge, "10,000,000")
		s.Tab, s.At = "Sheet1", "A9999999"
		w.refused(s, rows("id int", "1"), clips.KindTooLarge, "10,000,000")
	})
}

func (w *world) tab(title string) simulator.Tab {
	w.t.Helper()
	s, _ := w.Spreadsheet(w.id)
	for _, tab := range s.Tabs() {
		if tab.Title == title {
			return tab
		}
	}
	w.t.Fatalf("no tab %q", title)
	return simulator.Tab{}
}
