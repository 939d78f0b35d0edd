package sheets_test

import (
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
)

func TestAppendAddsWhatGoesOnFromTheLastTime(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncAppend)
		w.run(s, rows("id int, name text", "1|a", "2|b"))
		w.typed("Sheet1!B2", []any{"corrected by hand"})
		p := w.run(s, rows("id int, name text", "1|a", "2|b", "3|c", "3|c"))
		w.want("Sheet1!A1:B9", "id|name / 1|corrected by hand / 2|b / 3|c / 3|c")
		if p.Rows != 4 || p.Cells != 4 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
		if p := w.run(s, rows("id int, name text", "1|a", "2|b", "3|c", "3|c")); calls(p) != "1 reads, 0 writes" {
			w.t.Error(calls(p))
		}
		w.must(w.ann.InsertRows(w.id, "Sheet1", 1, 2))
		w.must(w.ann.DeleteRows(w.id, "Sheet1", 7, 1)) // the last one
		w.run(s, rows("id int, name text", "1|a", "2|b", "3|c", "3|c", "4|d"))
		w.want("Sheet1!A3:B9", "id|name / 1|corrected by hand / 2|b / 3|c / 4|d")
	})
}

func TestAppendOfOtherRowsAddsThoseTheSheetDoesNotHave(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncAppend)
		w.run(s, rows("day date, total int", "2026-11-24|10"))
		w.run(s, rows("day date, total int", "2026-11-25|20"))
		w.run(s, rows("day date, total int", "2026-11-25|20"))
		w.run(s, rows("day date, total int", "2026-11-24|10", "2026-11-25|21", "2026-11-25|21"))
		w.want("Sheet1!A1:B9", "day|total / 2026-11-24|10 / 2026-11-25|20 / 2026-11-25|21 / 2026-11-25|21")
		w.run(s, rows("day date, total int"))
		w.want("Sheet1!A1:B9", "day|total / 2026-11-24|10 / 2026-11-25|20 / 2026-11-25|21 / 2026-11-25|21")
		p := w.run(s, rows("day date, note text, total int", "2026-11-24|∅|10", "2026-11-26|x|9"))
		w.want("Sheet1!A1:C9", "day|total|note / 2026-11-24|10 / 2026-11-25|20 / 2026-11-25|21 / 2026-11-25|21 / 2026-11-26|9|x")
		w.noted(p, `"note" is new`)
	})
}

func TestAppendByKeyAddsKeysTheSheetDoesNotHave(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncAppend)
		s.Key = []string{"id"}
		w.run(s, rows("id int, name text", "1|a", "2|b"))
		w.run(s, rows("id int, name text", "3|c", "2|changed", "1|a"))
		w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b / 3|c")
		w.run(s, rows("id text, name text", "3|c", "4|d"))
		w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b / 3|c / 4|d")
		w.refused(s, rows("id int, name text", "5|a", "5|b"), clips.KindParameter, "Rows 1 and 2", "id = 5")
		w.refused(s, rows("id int, name text", "5|a", "∅|b"), clips.KindParameter, "Row 2", "no id")
		w.refused(s, rows("nr int", "5"), clips.KindParameter, `"id"`, "nr")
	})
}

func TestUpsertKeepsPeoplesOrderAndColumns(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncUpsert)
		s.Key = []string{"id"}
		w.run(s, rows("id int, name text, n int", "1|a|10", "2|b|20", "3|c|30"))
		w.typed("Sheet1!D1", []any{"remark"}, []any{"first"}, []any{"second"}, []any{"third"})
		w.must(w.ann.Sort(w.id, "Sheet1", 1, 1, true))
		p := w.run(s, rows("id int, name text, n int", "1|a|11", "2|b|20", "4|d|40"))
		w.want("Sheet1!A1:D9", "id|name|n|remark / 3|c|30|third / 2|b|20|second / 1|a|11|first / 4|d|40")
		if p.Rows != 4 || p.Cells != 4 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
		if p := w.run(s, rows("id int, name text, n int", "2|b|20", "4|d|40", "1|a|11")); calls(p) != "1 reads, 0 writes" {
			w.t.Error(calls(p))
		}
		w.typed("Sheet1!A5", []any{2})
		p = w.run(s, rows("id int, name text, n int", "2|both|0"))
		w.want("Sheet1!A1:D9", "id|name|n|remark / 3|c|30|third / 2|both|0|second / 1|a|11|first / 2|both|0")
		w.noted(p, "same id")
		s.Key = nil
		w.refused(s, rows("id int", "1"), clips.KindParameter, "key = [...]")
	})
}

func TestUpsertLeavesFormulasInRowsItDoesNotHave(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncUpsert)
		s.Key = []string{"id"}
		w.run(s, rows("id int, n int", "1|10", "2|20", "3|30"))
		w.typed("Sheet1!B3", []any{"=B2*2"})
		w.run(s, rows("id int, n int", "1|11", "3|33"))
		w.want("Sheet1!A1:B4", "id|n / 1|11 / 2|22 / 3|33")
	})
}

func TestASnapshotIsATabForEachPeriod(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncSnapshot)
		s.Tab, s.Period, s.Keep = "Stock", clips.EachMonth, 2
		at := func(slot string, t table) clips.Pushed {
			p := w.push(s, t)
			p.Slot, _ = time.Parse(time.DateOnly, slot)
			pushed, err := w.Push(w.t.Context(), p)
			w.must(err)
			return pushed
		}
		at("2026-01-05", rows("id int", "1"))
		at("2026-01-20", rows("id int", "1", "2"))
		p := at("2026-02-05", rows("id int", "3"))
		if got := w.tabs(); got != "Sheet1, Stock 2026-02, Stock 2026-01" || p.Writes != 1 {
			w.t.Errorf("%s, %+v", got, p)
		}
		w.want("'Stock 2026-01'!A1:A9", "id / 1 / 2")
		w.want("'Stock 2026-02'!A1:A9", "id / 3")
		if tab := w.tab("Stock 2026-02"); tab.Rows != 2 || tab.Columns != 1 {
			w.t.Errorf("%+v", tab)
		}
		w.must(w.ann.Do(w.id, `{"addSheet":{"properties":{"title":"stock 2026-03"}}}`))
		p = at("2026-03-05", rows("id int", "4"))
		if got := w.tabs(); got != "Sheet1, Stock 2026-03 (2), Stock 2026-02, stock 2026-03" {
			w.t.Error(got)
		}
		w.noted(p, "Stock 2026-01", "keeps 2")
		if p.Before != nil {
			w.t.Error("a deleted tab cannot be brought back")
		}
		w.must(w.ann.RenameTab(w.id, "Stock 2026-03 (2)", "March"))
		at("2026-03-06", rows("id int", "5"))
		w.want("March!A1:A9", "id / 5")
	})
}

func TestASnapshotOfEachRunIsOneTabHoweverOftenItIsTried(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncSnapshot)
		s.Tab = "Log"
		p := w.push(s, rows("id int", "1"))
		p.Slot = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
		for range 2 {
			pushed, err := w.Push(w.t.Context(), p)
			w.must(err)
			if pushed.Reads > 2 {
				w.t.Error(calls(pushed))
			}
			p.Fence++
		}
		if got := w.tabs(); got != "Sheet1, Log 2026-11-24 09.00.00" {
			w.t.Error(got)
		}
	})
}

func TestAColumnForEachPeriod(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncColumn)
		s.Period, s.Keep = clips.EachQuarter, 2
		at := func(slot string, t table) clips.Pushed {
			w.t.Helper()
			p := w.push(s, t)
			p.Slot, _ = time.Parse(time.DateOnly, slot)
			pushed, err := w.Push(w.t.Context(), p)
			w.must(err)
			return pushed
		}
		at("2026-01-05", rows("shop text, sum money", "Berlin|10", "Paris|20"))
		at("2026-02-05", rows("shop text, sum money", "Berlin|11", "Paris|20"))
		w.typed("Sheet1!C1", []any{"mine"}, []any{"=B2"})
		at("2026-04-05", rows("store text, sum money", "Rome|30", "Berlin|12"))
		w.want("Sheet1!A1:D4", "store|2026-Q1|2026-Q2|mine / Berlin|11.00|12.00|11.00 / Paris|20.00 / Rome||30.00")
		p := at("2026-04-06", rows("store text, sum money", "Rome|30"))
		w.want("Sheet1!A1:D4", "store|2026-Q1|2026-Q2|mine / Berlin|11.00||11.00 / Paris|20.00 / Rome||30.00")
		if calls(p) != "1 reads, 1 writes" {
			w.t.Error(calls(p))
		}
		w.must(w.ann.Sort(w.id, "Sheet1", 1, 1, true))
		at("2026-07-06", rows("store text, sum money", "Rome|31", "Paris|1"))
		w.want("Sheet1!A1:D4", "store|2026-Q2|2026-Q3|mine / Rome|30.00|31.00 / Paris||1.00 / Berlin|||#REF!")
		w.refused(s, rows("a int, b int, c int"), clips.KindParameter, "two columns", "has 3")
	})
}

func TestAPeriodsColumnWithPeoplesCellsIsKept(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncColumn)
		s.Period, s.Keep, s.At = clips.EachYear, 1, "A3"
		for _, year := range []int{2024, 2025} {
			p := w.push(s, rows("shop text, sum int", "Berlin|10"))
			p.Slot = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			pushed, err := w.Push(w.t.Context(), p)
			w.must(err)
			if year == 2025 {
				w.noted(pushed, `"2024"`, "B1")
			}
			w.typed("Sheet1!B1", []any{"mine"})
		}
		w.want("Sheet1!A1:C4", "|mine /  / shop|2024|2025 / Berlin|10|10")
	})
}

func TestAValueIsOneCell(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncValue)
		s.At = "C3"
		w.typed("Sheet1!C2", []any{"revenue"})
		p := w.run(s, rows("sum money, other int", "12.5|1", "13|2"))
		w.want("Sheet1!A1:D4", " / ||revenue / ||12.50")
		if p.Rows != 1 || p.Cells != 1 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
		w.must(w.ann.InsertColumns(w.id, "Sheet1", 1, 1))
		w.must(w.ann.InsertRows(w.id, "Sheet1", 1, 1))
		w.run(s, rows("sum money", "14"))
		w.want("Sheet1!A1:E5", " /  / |||revenue / |||14.00")
		w.run(s, rows("sum money"))
		w.want("Sheet1!A1:E5", " /  / |||revenue")
		w.typed("Sheet1!A1", []any{"x"})
		s.Target, s.At = "another", "A1"
		w.refused(s, rows("sum money", "1"), clips.KindTarget, `A1 ("x")`)
	})
}

func TestModesThatKeepRowsAlikeMayFollowOneAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		s.Key = []string{"id"}
		w.run(s, rows("id int, n int", "1|10"))
		s.Mode = clips.SyncUpsert
		w.run(s, rows("id int, n int", "2|20"))
		s.Mode = clips.SyncAppend
		w.run(s, rows("id int, n int", "3|30"))
		w.want("Sheet1!A1:B5", "id|n / 1|10 / 2|20 / 3|30")
		s.Mode = clips.SyncReplace
		w.run(s, rows("id int, n int", "4|40"))
		w.want("Sheet1!A1:B5", "id|n / 4|40")
		s.Mode = clips.SyncValue
		w.refused(s, rows("id int", "1"), clips.KindTarget, "mode replace", "mode value")
		s.Mode = "wild"
		w.refused(s, rows("id int", "1"), clips.KindParameter, `"wild"`)
	})
}

func TestFormulasGoOnToTheLastRow(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		s.FillDown = []string{"double", "sum", "nowhere"}
		result := func(ns ...string) table { return rows("n int", ns...) }
		w.run(s, result("1", "2"))
		w.typed("Sheet1!C1", []any{"double", "sum"}, []any{"=A2*2", "=SUM(A$2:A2)"})
		p := w.run(s, result("1", "2"))
		w.want("Sheet1!A1:D9", "n||double|sum / 1||2|1 / 2||4|3")
		w.noted(p, `"nowhere"`)
		if p := w.run(s, result("1", "2")); calls(p) != "1 reads, 0 writes" {
			w.t.Error(calls(p))
		}
		w.typed("Sheet1!C1", []any{"renamed"})
		p = w.run(s, result("1", "2", "3", "4"))
		w.want("Sheet1!A1:D9", "n||renamed|sum / 1||2|1 / 2||4|3 / 3||6|6 / 4||8|10")
		if calls(p) != "1 reads, 1 writes" {
			w.t.Error(calls(p))
		}
		w.typed("Sheet1!C3", []any{"by hand"})
		w.run(s, result("5"))
		w.want("Sheet1!A1:D9", "n||renamed|sum / 5||10|5 / ||by hand")
		w.typed("Sheet1!C3", []any{""})
		w.run(s, result())
		w.run(s, result("7", "8"))
		w.want("Sheet1!A1:D9", "n||renamed|sum / 7||14|7 / 8||16|15")
		large := w.push(s, result("7", "8", "9"))
		large.Held = 1_000_000
		p, err := w.Push(w.t.Context(), large)
		w.must(err)
		w.want("Sheet1!A1:D9", "n||renamed|sum / 7||14|7 / 8||16|15 / 9||18|24")
		if calls(p) != "2 reads, 1 writes" {
			w.t.Error(calls(p))
		}
	})
}

func TestTheMomentOfTheDataIsWritten(t *testing.T) {
	inWorld(t, func(w *world) {
		w.must(w.ann.Do(w.id, `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Europe/Berlin"},"fields":"timeZone"}}`))
		s := w.sync(clips.SyncReplace)
		s.At, s.AsOfCell = "A3", "B1"
		w.typed("Sheet1!A1", []any{"as of"})
		w.run(s, rows("id int", "1"))
		w.want("Sheet1!A1:B4", "as of|2026-11-24 11:00:00 /  / id / 1")
		w.must(w.ann.InsertColumns(w.id, "Sheet1", 2, 1))

		later := w.push(s, rows("id int", "1"))
		later.Info.Header.AsOf = later.Info.Header.AsOf.Add(time.Hour)
		p, err := w.Push(w.t.Context(), later)
		w.must(err)
		w.want("Sheet1!A1:C4", "as of||2026-11-24 12:00:00 /  / id / 1")
		if p.Cells != 0 || calls(p) != "1 reads, 1 writes" {
			w.t.Errorf("%+v", p)
		}
		s.AsOfCell = "E1"
		w.run(s, rows("id int", "1"))
		w.want("Sheet1!A1:E4", "as of||||2026-11-24 11:00:00 /  / id / 1")
		s.AsOfCell = "A4"
		w.refused(s, rows("id int", "1"), clips.KindParameter, "A4", "among its own cells")
		s.AsOfCell = "A1"
		w.noted(w.run(s, rows("id int", "1")), "A1", "already")
		w.want("Sheet1!A1:E4", "as of /  / id / 1")
	})
}

func TestANoteSaysWhatTheCellsAre(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int", "1"))
		if head := w.cell("Sheet1!A1"); !strings.Contains(head, `"note":"Clipsheet: 1 row of clip orders, as of 2026-11-24 10:00:00 GMT`) &&
			!strings.Contains(head, `"note":"Clipsheet: 1 row of clip orders, as of 2026-11-24 10:00:00 UTC. Written by sync orders."`) {
			w.t.Error(head)
		}
		w.must(w.ann.Do(w.id, `{"updateCells":{"range":{"sheetId":0,"startRowIndex":0,"endRowIndex":1,"startColumnIndex":0,"endColumnIndex":1},"rows":[{"values":[{"note":"mine"}]}],"fields":"note"}}`))
		w.run(s, rows("id int", "1", "2"))
		if head := w.cell("Sheet1!A1"); !strings.Contains(head, `"note":"mine"`) {
			w.t.Error(head)
		}
	})
}

func TestATabTellsOfAllSyncs(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		s.InfoTab = true
		p := w.run(s, rows("id int", "1"))
		w.want("_clipsheet!A1:E9", "Sync|Clip|Tab|Mode|Rows / orders|orders|Sheet1|replace|1")
		if p.Writes != 1 {
			w.t.Error(calls(p))
		}
		other := s
		other.Name, other.Target, other.Tab = "others", "t2", "Other"
		w.run(other, rows("id int", "1", "2"))
		p = w.run(s, rows("id int", "1", "2", "3"))
		w.want("_clipsheet!A1:F9", "Sync|Clip|Tab|Mode|Rows|As of / orders|orders|Sheet1|replace|3|2026-11-24 10:00:00 / others|orders|Other|replace|2|2026-11-24 10:00:00")
		if calls(p) != "1 reads, 1 writes" {
			w.t.Error(calls(p))
		}
	})
}
