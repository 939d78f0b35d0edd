package sheets_test

import (
	"strings"
	"testing"

	"clipsheet/clips"
)

func TestAColumnOfTheClipChanges(t *testing.T) {
	for name, test := range map[string]struct {
		result table
		want   string
		note   string
	}{
		"added": {rows("id int, name text, n int, m int", "1|a|10|7", "2|b|20|8"),
			"id|name|n|m|double / 1|a|10|7|20 / 2|b|20|8|40", `"m" is new`},
		"two added": {rows("l int, id int, name text, n int, m int", "5|1|a|10|7", "6|2|b|20|8"),
			"id|name|n|l|m|double / 1|a|10|5|7|20 / 2|b|20|6|8|40", `"l" is new`},
		"removed": {rows("id int, n int", "1|10", "2|20"),
			"id|name|n|double / 1||10|20 / 2||20|40", `no longer has column "name"`},
		"renamed": {rows("id int, label text, n int", "1|a|10", "2|b|20"),
			"id|label|n|double / 1|a|10|20 / 2|b|20|40", `"name" is called "label" now`},
		"another of another type": {rows("id int, due date, n int", "1|2026-11-24|10", "2|2026-11-25|20"),
			"id|name|n|due|double / 1||10|2026-11-24|20 / 2||20|2026-11-25|40", `no longer has column "name"`},
		"in another order": {rows("n int, id int, name text", "10|1|a", "20|2|b"),
			"id|name|n|double / 1|a|10|20 / 2|b|20|40", ""},
		"of another type": {rows("id int, name date, n int", "1|2026-11-24|10", "2|2026-11-25|20"),
			"id|name|n|double / 1|2026-11-24|10|20 / 2|2026-11-25|20|40", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(clips.SyncReplace)
				w.run(s, rows("id int, name text, n int", "1|a|10", "2|b|20"))
				w.typed("Sheet1!D1", []any{"double"}, []any{"=C2*2"}, []any{"=C3*2"})
				p := w.run(s, test.result)
				w.want("Sheet1!A1:Z9", test.want)
				if test.note != "" {
					w.noted(p, test.note)
				}
				if p := w.run(s, test.result); p.Writes != 0 {
					w.t.Errorf("written again: %+v", p)
				}
			})
		})
	}
}

func TestARemovedColumnLeavesAGreyHeadingAndComesBack(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, n int, m int", "1|10|100"))
		w.run(s, rows("id int, m int", "1|100"))
		head := w.cell("Sheet1!B1")
		if !strings.Contains(head, `"foregroundColorStyle"`) || !strings.Contains(head, "no such column since 2000-01-01") {
			w.t.Error(head)
		}
		w.run(s, rows("id int, m int", "1|100", "2|200"))
		w.want("Sheet1!A1:C3", "id|n|m / 1||100 / 2||200")
		p := w.run(s, rows("id int, n int, m int", "1|11|100", "2|22|200"))
		w.noted(p, `"n" is back`)
		w.want("Sheet1!A1:C3", "id|n|m / 1|11|100 / 2|22|200")
		if head := w.cell("Sheet1!B1"); strings.Contains(head, "rgbColor") || strings.Contains(head, "no such column") {
			w.t.Error(head)
		}
	})
}

func TestWhatPeoplePutBelowAGreyHeadingIsTheirs(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, n int", "1|10"))
		w.run(s, rows("id int", "1"))
		w.typed("Sheet1!B2", []any{"mine"})
		w.run(s, rows("id int", "2"))
		w.want("Sheet1!A1:B2", "id|n / 2|mine")
		w.refused(s, rows("id int, n int", "1|10"), clips.KindTarget, `B2 ("mine")`)
	})
}

func TestAColumnThatPeopleDeletedComesBackAtTheRightEdge(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, name text, n int", "1|a|10"))
		w.typed("Sheet1!D1", []any{"own"}, []any{"x"})
		w.must(w.ann.DeleteColumns(w.id, "Sheet1", 2, 1))
		p := w.run(s, rows("id int, name text, n int", "1|a|10"))
		w.want("Sheet1!A1:D2", "id|n|name|own / 1|10|a|x")
		w.noted(p, `"name" had been deleted`, "right edge")
	})
}

func TestHeadingsAreUniqueAndNeverEmpty(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.push(w.sync(clips.SyncReplace), rows("a int, a int, a int,  int, b int, c int", "1|2|3|4|5|6"))
		p.Formats = map[string]clips.ColumnFormat{"b": {Label: "Amount"}, "c": {Label: "Amount"}}
		if _, err := w.Push(w.t.Context(), p); err != nil {
			w.t.Fatal(err)
		}
		w.want("Sheet1!A1:F2", "a|a (2)|a (3)|column 4|Amount|Amount (2) / 1|2|3|4|5|6")
	})
}

func TestFormatsAreSetOnceAndPeoplesStay(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		result := rows("due date, n money, at timestamp", "2026-11-24|1234.50|2026-11-24 10:11:12")
		w.run(s, result)
		w.want("Sheet1!A2:C2", "2026-11-24|1234.50|2026-11-24 10:11:12")
		w.must(w.ann.Do(w.id, `{"repeatCell":{"range":{"sheetId":0,"startColumnIndex":0,"endColumnIndex":1,"startRowIndex":0,"endRowIndex":2},
			"cell":{"userEnteredFormat":{"numberFormat":{"type":"DATE","pattern":"d.m.yy"},"backgroundColor":{"red":1}}},"fields":"userEnteredFormat"}}`))
		w.run(s, rows("due date, n money, at timestamp", "2026-11-25|1234.50|2026-11-24 10:11:12", "2026-11-26|9|2026-11-24 10:11:12"))
		w.want("Sheet1!A1:C3", "due|n|at / 25.11.26|1234.50|2026-11-24 10:11:12 / 26.11.26|9.00|2026-11-24 10:11:12")
		if !strings.Contains(w.cell("Sheet1!A3"), `"backgroundColor"`) {
			w.t.Error("the new row does not look like the one before")
		}
		w.run(s, rows("due date, n money, at timestamp"))
		w.run(s, rows("due date, n money, at timestamp", "2026-11-25|1|2026-11-24 10:11:12", "2026-11-26|9|2026-11-24 10:11:12", "2026-11-27|9|∅"))
		w.want("Sheet1!A2:C4", "25.11.26|1.00|2026-11-24 10:11:12 / 26.11.26|9.00|2026-11-24 10:11:12 / 27.11.26|9.00")
	})
}

func TestTheClipsFormatsAreUsed(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.push(w.sync(clips.SyncReplace), rows("share float, price money, id int, due date", "0.125|1234.5|7|2026-11-24"))
		p.Formats = map[string]clips.ColumnFormat{"share": {Format: "percent:1"}, "price": {Format: "#,##0.000"}, "id": {Format: "text"}, "due": {Format: "dd/mm/yyyy"}}
		if _, err := w.Push(w.t.Context(), p); err != nil {
			w.t.Fatal(err)
		}
		w.want("Sheet1!A2:D2", "12.5%|1,234.500|7|24/11/2026")
		if !strings.Contains(w.cell("Sheet1!C2"), `"stringValue":"7"`) {
			w.t.Error(w.cell("Sheet1!C2"))
		}
	})
}

func TestNewColumnsHaveTheClipsWidth(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.push(w.sync(clips.SyncReplace), rows("id int, name text", "1|a"))
		p.Formats = map[string]clips.ColumnFormat{"id": {Hidden: true}, "name": {Width: 20}}
		_, err := w.Push(w.t.Context(), p)
		w.must(err)
		if all := w.json(); !contains(all, `{"hiddenByUser":true,"pixelSize":100`, `{"pixelSize":149`) {
			w.t.Error(all)
		}
	})
}

func (w *world) cell(ref string) string {
	w.t.Helper()
	s, _ := w.Spreadsheet(w.id)
	c, err := s.Cell(ref)
	w.must(err)
	return string(c)
}
