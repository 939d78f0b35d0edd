package sheets_test

import (
	"testing"

	"clipsheet/clips"
)

func (w *world) undo(s clips.Sync, before []byte) (clips.Pushed, error) {
	w.runs++
	return w.Undo(w.t.Context(), clips.Push{Sync: s, Run: w.runs, Fence: w.runs}, before)
}

func TestUndoPutsBackWhatWasThere(t *testing.T) {
	for _, mode := range []clips.SyncMode{clips.SyncReplace, clips.SyncAppend, clips.SyncUpsert, clips.SyncColumn, clips.SyncValue} {
		t.Run(string(mode), func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(mode)
				s.Key = []string{"id"}
				w.run(s, rows("id text, n int", "a|1", "b|2", "c|3"))
				w.typed("Sheet1!C1", []any{"mine"}, []any{"=B2*2"})
				before := w.shows("Sheet1")
				p := w.run(s, rows("id text, n int", "d|40", "a|10"))
				if p.Before == nil {
					w.t.Fatal("nothing to undo with")
				}
				w.must(w.ann.InsertRows(w.id, "Sheet1", 1, 1))
				undone, err := w.undo(s, p.Before)
				w.must(err)
				if undone.Cells != p.Cells {
					w.t.Errorf("%d cells changed, %d went back", p.Cells, undone.Cells)
				}
				w.must(w.ann.DeleteRows(w.id, "Sheet1", 1, 1))
				w.want("Sheet1", before)
				after := w.run(s, rows("id text, n int", "d|40", "a|10"))
				if after.Cells != p.Cells {
					w.t.Errorf("the next run changed %d cells, not %d", after.Cells, p.Cells)
				}
			})
		})
	}
}

func TestUndoOfTheFirstPushEmptiesItsCells(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		p := w.run(s, rows("id int, name text", "1|a"))
		_, err := w.undo(s, p.Before)
		w.must(err)
		w.want("Sheet1", "")
		w.run(s, rows("id int, name text", "1|a"))
		w.want("Sheet1", "id|name / 1|a")
	})
}

func TestUndoOfASnapshotIsForItsTab(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncSnapshot)
		s.Tab, s.Period = "Stock", clips.EachYear
		w.run(s, rows("id int", "1"))
		p := w.run(s, rows("id int", "2", "3"))
		_, err := w.undo(s, p.Before)
		w.must(err)
		w.want("'Stock 2026'", "id / 1")
	})
}

func TestUndoRefusesWhatPeopleHaveChangedSince(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, name text", "1|a"))
		p := w.run(s, rows("id int, name text", "1|b", "2|c"))
		w.typed("Sheet1!B3", []any{"important"})
		before := w.json()
		_, err := w.undo(s, p.Before)
		if clips.KindOf(err) != clips.KindTarget || !contains(clips.NoticeOf(err), `B3 ("important")`, "Nothing was changed") || w.json() != before {
			w.t.Error(err)
		}
		w.typed("Sheet1!B3", []any{"c"})
		_, err = w.undo(s, p.Before)
		w.must(err)
		w.want("Sheet1", "id|name / 1|a")
		if _, err := w.undo(s, []byte("no image")); clips.KindOf(err) != clips.KindCorrupt {
			w.t.Error(err)
		}
	})
}

func TestUndoBringsFormulasThatPeopleHadPutThere(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, n int", "1|10"))
		w.typed("Sheet1!B2", []any{"=A2*3"})
		p := w.run(s, rows("id int, n int", "1|10"))
		w.want("Sheet1!B2", "10")
		_, err := w.undo(s, p.Before)
		w.must(err)
		w.want("Sheet1!B2", "3")
	})
}

// TestUndoNeverMakesAFormulaOfATextOfOurs: the cells of a large target are read in a way that does not tell them apart.
func TestUndoNeverMakesAFormulaOfATextOfOurs(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, name text", "1|=1+1", "2|=1+2"))
		push := w.push(s, rows("id int, name text", "1|=1+1", "2|x"))
		push.Held = 1_000_000
		p, err := w.Push(w.t.Context(), push)
		w.must(err)
		if p.Cells != 1 {
			w.t.Errorf("%d cells changed", p.Cells)
		}
		_, err = w.undo(s, p.Before)
		w.must(err)
		w.want("Sheet1!A1:B3", "id|name / 1|=1+1 / 2|=1+2")
		if got := w.entered(2, 1); got != `{"stringValue":"=1+2"}` {
			w.t.Error(got)
		}
	})
}

func TestADryRunWritesNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, name text", "1|a", "2|b"))
		before := w.json()
		push := w.push(s, rows("id int, name text", "1|x", "2|b", "3|c"))
		push.DryRun = true
		p, err := w.Push(w.t.Context(), push)
		w.must(err)
		if p.Writes != 0 || w.json() != before || p.Cells != 3 || p.Rows != 3 || len(p.Sample) != 3 {
			w.t.Errorf("%+v", p)
		}
		if got := p.Sample[0]; got != (clips.CellChange{Tab: "Sheet1", Cell: "B2", Before: "a", After: "x"}) {
			w.t.Errorf("%+v", got)
		}
	})
}
