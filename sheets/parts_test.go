package sheets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

// pack is a push of several tables, each to a tab of its own, in the order of the titles.
func (w *world) pack(titles []string, tables ...table) clips.Push {
	w.runs++
	whole := clips.Push{Sync: w.sync(clips.SyncReplace), Run: w.runs, Fence: w.runs}
	whole.Sync.Name = "pack"
	for i, t := range tables {
		part := clips.Push{Sync: whole.Sync, Run: w.runs, Fence: w.runs, Info: t.info(), Rows: t.read}
		part.Sync.Tab, part.Sync.Target = titles[i], fmt.Sprint("t0123456789abcdef.", i)
		whole.Parts = append(whole.Parts, part)
	}
	return whole
}

var packTabs = []string{"Accounts", "Journal", "Totals"}

// packed is a pack in which the three tables tell the same number.
func (w *world) packed(n int) clips.Push {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprint(i))
	}
	return w.pack(packTabs, rows("n int", lines...), rows("id int", lines...), rows("total int", fmt.Sprint(n)))
}

// bring pushes a pack, which has to work.
func (w *world) bring(p clips.Push) clips.Pushed {
	w.t.Helper()
	pushed, err := w.Push(w.t.Context(), p)
	if err != nil {
		w.t.Fatalf("%v (%v)", err, causes(err))
	}
	return pushed
}

// watchPack fails the test when viewers see tables of two packs beside each other.
func (w *world) watchPack() {
	w.OnChange(func(_ string, s simulator.Snapshot) {
		var sizes []string
		for _, ref := range []string{"Accounts!A2:A99", "Journal!A2:A99"} {
			lines, err := s.Shown(ref)
			if err != nil {
				sizes = append(sizes, "none")
				continue
			}
			n := 0
			for _, l := range lines {
				if len(l) > 0 && l[0] != "" {
					n++
				}
			}
			sizes = append(sizes, fmt.Sprint(n))
		}
		if total, err := s.Shown("Totals!A2:A2"); err == nil {
			sizes = append(sizes, strings.Trim(fmt.Sprint(total), "[]"))
		} else {
			sizes = append(sizes, "none")
		}
		if len(slices.Compact(sizes)) != 1 {
			w.t.Errorf("viewers saw tables of %q rows", sizes)
		}
	})
}

func TestPartsComeInOneBatch(t *testing.T) {
	inWorld(t, func(w *world) {
		w.watchPack()
		w.bring(w.packed(3))
		if got := w.tabs(); got != "Sheet1, Accounts, Journal, Totals" {
			w.t.Errorf("the tabs are %s", got)
		}
		pushed := w.bring(w.packed(5))
		w.want("Accounts!A1:A9", "n / 0 / 1 / 2 / 3 / 4")
		w.want("Journal!A1:A9", "id / 0 / 1 / 2 / 3 / 4")
		w.want("Totals!A1:A9", "total / 5")
		if pushed.Writes != 1 || pushed.Reads > 2 || pushed.Rows != 11 || pushed.Cells != 5 {
			w.t.Errorf("%s, %d rows, %d cells", calls(pushed), pushed.Rows, pushed.Cells)
		}
		same := w.bring(w.packed(5))
		if same.Cells != 0 || same.Before != nil {
			w.t.Errorf("the same again changes %d cells", same.Cells)
		}
	})
}

func TestPartsAreAllOrNone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.bring(w.packed(1))
		w.typed("Journal!A3", []any{"mine"})
		before := w.json()
		_, err := w.Push(w.t.Context(), w.packed(2))
		if clips.KindOf(err) != clips.KindTarget || !strings.Contains(clips.NoticeOf(err), `A3 ("mine")`) {
			w.t.Errorf("%v", err)
		}
		if w.json() != before {
			w.t.Error("a part was changed though another could not be")
		}
		twice := w.pack([]string{"New", "NEW"}, rows("a int", "1"), rows("b int", "1"))
		twice.Parts[0].Sync.Target, twice.Parts[1].Sync.Target = "new1", "new2"
		if _, err = w.Push(w.t.Context(), twice); clips.KindOf(err) == "" || w.json() != before {
			w.t.Errorf("two parts on one tab: %v; %s", err, w.tabs())
		}
	})
}

func TestPartsAreTriedAndUndoneTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		w.watchPack()
		w.bring(w.packed(2))
		dry := w.packed(4)
		for i := range dry.Parts {
			dry.Parts[i].DryRun = true
		}
		before := w.json()
		if pushed := w.bring(dry); pushed.Cells != 5 || len(pushed.Sample) == 0 || w.json() != before {
			w.t.Errorf("a dry run of %d cells, changed: %v", pushed.Cells, w.json() != before)
		}
		pushed := w.bring(w.packed(4))
		w.want("Totals!A2:A2", "4")
		undo := w.pack(nil)
		if _, err := w.Undo(w.t.Context(), undo, pushed.Before); err != nil {
			w.t.Fatal(err)
		}
		w.want("Accounts!A1:A9", "n / 0 / 1")
		w.want("Journal!A1:A9", "id / 0 / 1")
		w.want("Totals!A1:A9", "total / 2")
	})
}

func TestPartsThatPeopleChangedAreNotUndone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.bring(w.packed(2))
		pushed := w.bring(w.packed(4))
		w.typed("Totals!A2", []any{"mine"})
		before := w.json()
		if _, err := w.Undo(w.t.Context(), w.pack(nil), pushed.Before); !strings.Contains(clips.NoticeOf(err), `A2 ("mine")`) {
			w.t.Errorf("undone: %v", err)
		}
		if w.json() != before {
			w.t.Error("a part was put back though another could not be")
		}
	})
}

func TestLargePartsComeInOneBatchToo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.watchPack()
		var lines []string
		for i := range 30_000 {
			lines = append(lines, fmt.Sprintf("%d|%s", i, strings.Repeat("x", 60)))
		}
		large := rows("n int, words text", lines...)
		pushed := w.bring(w.pack([]string{"A", "B", "C"}, large, large, rows("total int", "30000")))
		if pushed.Writes < 5 { // a hidden tab for each of the large ones, its cells, and the batch
			w.t.Errorf("%s: cells by the megabyte went in one batch", calls(pushed))
		}
		w.want("A!A30001:A30001", "29999")
		w.want("B!A30001:A30001", "29999")
		w.want("C!A2:A2", "30000")
		if got := w.tabs(); got != "Sheet1, A, B, C" {
			w.t.Errorf("the tabs are %s", got)
		}
	})
}

func TestFaultsOfABatchOfPartsAreGotOver(t *testing.T) {
	for name, effect := range faults {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.bring(w.packed(1))
				w.watchPack()
				w.Inject(simulator.Fault{Method: "batchUpdate", Effect: effect})
				w.bring(w.packed(3))
				w.Land(true)
				w.want("Journal!A1:A9", "id / 0 / 1 / 2")
				w.want("Totals!A1:A9", "total / 3")
			})
		})
	}
}
