package sheets_test

import (
	"fmt"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

// many is a result of n rows and ten columns, of which some can be changed.
func many(n int, change map[int]string) table {
	t := table{columns: "id int, name text, n int, price money, due date, done bool, code text, note text, m int, at timestamp"}
	for i := range n {
		name := fmt.Sprintf("customer %d", i)
		if other, ok := change[i]; ok {
			name = other
		}
		t.rows = append(t.rows, []string{fmt.Sprint(i), name, fmt.Sprint(i * 7), fmt.Sprintf("%d.25", i), "2026-11-24", "t", fmt.Sprintf("A-%05d", i),
			"∅", fmt.Sprint(i % 5), "2026-11-24 10:11:12"})
	}
	return t
}

// TestRequestsAndBytes holds a push to the goals of the performance page.
func TestRequestsAndBytes(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		check := func(what, got, want string) {
			if got != want {
				w.t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		run := func(t table, held int64) clips.Pushed {
			p := w.push(s, t)
			p.Held = held
			pushed, err := w.Push(w.t.Context(), p)
			w.must(err)
			return pushed
		}
		check("4,000 rows, new", calls(run(many(3999, nil), 0)), "1 reads, 1 writes")
		check("nothing changed", calls(run(many(3999, nil), 3999)), "1 reads, 0 writes")
		check("all changed", calls(run(many(3998, map[int]string{0: "x"}), 3999)), "1 reads, 1 writes")

		full := run(many(20_000, nil), 4000)
		w.want("Sheet1!A19998:G20003", "19996|customer 19996|139972|19996.25|2026-11-24|TRUE|A-19996 / 19997|customer 19997|139979|19997.25|2026-11-24|TRUE|A-19997 / "+
			"19998|customer 19998|139986|19998.25|2026-11-24|TRUE|A-19998 / 19999|customer 19999|139993|19999.25|2026-11-24|TRUE|A-19999")
		if got := w.tabs(); got != "Sheet1" {
			w.t.Error(got)
		}
		check("nothing changed", calls(run(many(20_000, nil), 20_000)), "1 reads, 0 writes")
		some := map[int]string{}
		for i := range 20 {
			some[i*997] = "changed"
		}
		p := run(many(20_000, some), 20_000)
		check("0.1 % changed", calls(p), "2 reads, 1 writes")
		if p.Cells != 20 || p.Verified < 20 || p.Bytes > full.Bytes/200 {
			w.t.Errorf("%d cells, %d verified, %d bytes of %d", p.Cells, p.Verified, p.Bytes, full.Bytes)
		}
		w.want("Sheet1!B999:B999", "changed")
	})
}

// TestViewersNeverSeeAMixture watches every version of the spreadsheet while large results replace each other.
func TestViewersNeverSeeAMixture(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		result := func(word string, n int) table {
			t := table{columns: "word text, text text"}
			for range n {
				t.rows = append(t.rows, []string{word, strings.Repeat(word, 100)})
			}
			return t
		}
		seen := map[string]bool{}
		w.OnChange(func(id string, s simulator.Snapshot) {
			words, _ := s.Shown("Sheet1!A2:A30000")
			count := map[string]int{}
			for _, row := range words {
				count[row[0]]++
			}
			seen[fmt.Sprint(count)] = true
		})
		w.run(s, result("one", 9000))
		w.run(s, result("two", 12_000))
		w.run(s, result("three", 5000))
		if len(seen) != 4 || !seen["map[]"] || !seen["map[one:9000]"] || !seen["map[two:12000]"] || !seen["map[three:5000]"] {
			w.t.Errorf("viewers saw %v", seen)
		}
	})
}

// TestFaultsOfAStagedPushLeaveTheTargetWhole strikes each of its calls, and leaves no hidden tab behind.
func TestFaultsOfAStagedPushLeaveTheTargetWhole(t *testing.T) {
	for _, name := range []string{"503, applied", "the answer is cut", "late, after a timeout", "later than we wait"} {
		effect := faults[name]
		for skip := 2; skip < 6; skip++ { // the tab, two pieces, and into place
			t.Run(fmt.Sprint(name, "/call ", skip), func(t *testing.T) {
				inWorld(t, func(w *world) {
					s := w.sync(clips.SyncReplace)
					w.run(s, rows("id int, text text", "1|old"))
					big := table{columns: "id int, text text"}
					for i := range 45 {
						big.rows = append(big.rows, []string{fmt.Sprint(i), strings.Repeat("x", 49_000)})
					}
					w.Inject(simulator.Fault{Effect: effect, Skip: skip})
					w.run(s, big)
					w.Land(true)
					w.want("Sheet1!A1:A3", "id / 0 / 1")
					w.want("Sheet1!A44:A99", "42 / 43 / 44")
					w.run(s, rows("id int, text text", "1|old"))
					if got := w.tabs(); got != "Sheet1" {
						w.t.Error(got)
					}
				})
			})
		}
	}
}

func TestAStagedPushThatIsRefusedTakesItsTabAway(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int, text text", "1|old"))
		big := table{columns: "id int, text text"}
		for i := range 45 {
			big.rows = append(big.rows, []string{fmt.Sprint(i), strings.Repeat("x", 49_000)})
		}
		w.Inject(simulator.Fault{Method: "spreadsheets.batchUpdate", Skip: 1, Effect: simulator.Before(func() { w.typed("Sheet1!A9", []any{"mine"}); w.must(w.ann.Do(w.id, protect)) })})
		_, err := w.Push(w.t.Context(), w.push(s, big))
		if clips.KindOf(err) != clips.KindTarget || !contains(clips.NoticeOf(err), "protected") {
			w.t.Error(err)
		}
		w.want("Sheet1!A1:B2", "id|text / 1|old")
		if got := w.tabs(); got != "Sheet1" {
			w.t.Error(got)
		}
	})
}

const protect = `{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0},"editors":{"users":["ann@example.com"]}}}}`
