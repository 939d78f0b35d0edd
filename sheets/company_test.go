package sheets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets"
	"clipsheet/sheets/simulator"
)

// several are syncs into the same spreadsheet, each on its own tab.
func (w *world) several(n int) []clips.Sync {
	all := make([]clips.Sync, n)
	for i := range all {
		all[i] = w.sync(clips.SyncReplace)
		all[i].Name, all[i].Target, all[i].Tab = fmt.Sprint("sync", i), fmt.Sprint("target", i), fmt.Sprint("Tab", i)
	}
	return all
}

// atOnce pushes one result to all syncs at once, and gives what the first error was.
func (w *world) atOnce(all []clips.Sync, t table) ([]clips.Pushed, error) {
	pushed, errs := make([]clips.Pushed, len(all)), make([]error, len(all))
	pushes := make([]clips.Push, len(all))
	for i, s := range all {
		pushes[i] = w.push(s, t)
	}
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() { pushed[i], errs[i] = w.Push(w.t.Context(), pushes[i]) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return pushed, err
		}
	}
	return pushed, nil
}

func TestPushesToOneSpreadsheetGoTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		all := w.several(8)
		for i := range all {
			all[i].InfoTab = true
		}
		_, err := w.atOnce(all, rows("id int", "1"))
		w.must(err)
		began := time.Now()
		pushed, err := w.atOnce(all, rows("id int", "1", "2"))
		w.must(err)
		reads, writes := 0, 0
		for i, p := range pushed {
			reads, writes = reads+p.Reads, writes+p.Writes
			w.want(fmt.Sprintf("Tab%d!A1:A9", i), "id / 1 / 2")
		}
		if reads > 2 || writes > 2 || time.Since(began) > 5*time.Second {
			w.t.Errorf("%d reads and %d writes in %v", reads, writes, time.Since(began))
		}
		if got := strings.Count(w.shows("_clipsheet"), "/"); got != 8 {
			w.t.Error(w.shows("_clipsheet"))
		}
	})
}

func TestOneThatCannotGoDoesNotKeepTheOthers(t *testing.T) {
	inWorld(t, func(w *world) {
		all := w.several(5)
		_, err := w.atOnce(all, rows("id int", "1"))
		w.must(err)
		w.typed("Tab3!A3", []any{"mine"})
		_, err = w.atOnce(all, rows("id int", "1", "2"))
		if !contains(clips.NoticeOf(err), `Tab3`, `A3 ("mine")`) {
			w.t.Error(err)
		}
		for _, i := range []int{0, 1, 2, 4} {
			w.want(fmt.Sprintf("Tab%d!A1:A9", i), "id / 1 / 2")
		}
	})
}

// TestSyncsOnOneTabTakeTurns has targets side by side that gain a column each: what is to the right moves.
func TestSyncsOnOneTabTakeTurns(t *testing.T) {
	inWorld(t, func(w *world) {
		all := w.several(3)
		for i, at := range []string{"A1", "C1", "E1"} {
			all[i].Tab, all[i].At = "Sheet1", at
		}
		_, err := w.atOnce(all, rows("id int", "1"))
		w.must(err)
		w.OnChange(func(_ string, s simulator.Snapshot) {
			lines, _ := s.Shown("Sheet1!A1:I3")
			for _, target := range strings.Split(strings.ReplaceAll(fmt.Sprint(lines[0]), "  ", "/"), "/") {
				if word := strings.Trim(target, "[]"); word != "id" && word != "id n" {
					w.t.Errorf("viewers saw %q", lines)
				}
			}
		})
		_, err = w.atOnce(all, rows("id int, n int", "1|5", "2|6"))
		w.must(err)
		w.want("Sheet1!A1:H9", "id|n||id|n||id|n / 1|5||1|5||1|5 / 2|6||2|6||2|6")
	})
}

func TestFaultsOfABatchForSeveralAreGotOver(t *testing.T) {
	for name, effect := range faults {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				all := w.several(4)
				for i := range all {
					all[i].Mode = clips.SyncAppend
				}
				_, err := w.atOnce(all, rows("id int", "1"))
				w.must(err)
				w.Inject(simulator.Fault{Method: "batchUpdate", Skip: 1, Effect: effect})
				_, err = w.atOnce(all, rows("id int", "1", "2"))
				w.must(err)
				w.Land(true)
				for i := range all {
					w.want(fmt.Sprintf("Tab%d!A1:A9", i), "id / 1 / 2")
				}
			})
		})
	}
}

// TestNothingIsSentForWhoIsCalledOff calls one of several off while their batch is in doubt. The others end well.
func TestNothingIsSentForWhoIsCalledOff(t *testing.T) {
	for _, applied := range []bool{true, false} {
		inWorld(t, func(w *world) {
			all := w.several(4)
			_, err := w.atOnce(all, rows("id int", "1"))
			w.must(err)
			ctx, callOff := context.WithCancel(w.t.Context())
			w.Inject(simulator.Fault{Method: "batchUpdate", Skip: 1, Effect: func(x *simulator.Exchange) {
				if applied {
					x.Serve()
				}
				callOff()
				x.HangUp()
			}})
			var wait sync.WaitGroup
			errs := make([]error, len(all))
			for i, s := range all {
				p, ctx := w.push(s, rows("id int", "1", "2")), ctx
				if i != 2 {
					ctx = w.t.Context()
				}
				wait.Go(func() { _, errs[i] = w.Push(ctx, p) })
				synctest.Wait() // the first one leads, the others go together
			}
			wait.Wait()
			for i, err := range errs {
				want := "id / 1 / 2"
				if i == 2 && !applied {
					want = "id / 1"
				}
				w.want(fmt.Sprintf("Tab%d!A1:A9", i), want)
				if i == 2 != (clips.KindOf(err) == clips.KindCanceled) || i != 2 && err != nil {
					w.t.Errorf("applied %t: %d: %v", applied, i, err)
				}
			}
		})
	}
}

func TestRequestsToOneSpreadsheetAreASecondApart(t *testing.T) {
	inWorld(t, func(w *world) {
		for i, s := range w.several(4) {
			w.run(s, rows("id int", fmt.Sprint(i)))
		}
		calls := w.Calls()
		for i := 1; i < len(calls); i++ {
			if apart := calls[i].Time.Sub(calls[i-1].Time); apart < time.Second {
				w.t.Errorf("%s came %v after %s", calls[i].Method, apart, calls[i-1].Method)
			}
		}
	})
}

func TestWhoLeavesTheQueueIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.Inject(simulator.Fault{Effect: simulator.Slow(time.Minute)})
		all := w.several(3)
		var wait sync.WaitGroup
		wait.Go(func() { w.Push(w.t.Context(), w.push(all[0], rows("id int", "1"))) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(w.t.Context())
		cancel()
		began := time.Now()
		if _, err := w.Push(ctx, w.push(all[1], rows("id int", "1"))); clips.KindOf(err) != clips.KindCanceled || time.Since(began) != 0 {
			w.t.Errorf("%v after %v", err, time.Since(began))
		}
		wait.Wait()
		w.run(all[2], rows("id int", "1"))
		if got := w.tabs(); got != "Sheet1, Tab0, Tab2" {
			w.t.Error(got)
		}
	})
}

// TestAnAccountStaysWithinItsQuota sends all it can for ten minutes, to many spreadsheets, past a Google that counts.
func TestAnAccountStaysWithinItsQuota(t *testing.T) {
	inWorld(t, func(w *world) {
		var wait sync.WaitGroup
		done := make([]int, 20)
		for i := range done {
			id := w.Create(ann, fmt.Sprint("Book ", i))
			w.Share(id, robot, simulator.Writer)
			s := w.several(1)[0]
			s.Spreadsheet = id
			wait.Go(func() {
				for began := time.Now(); time.Since(began) < 10*time.Minute; done[i]++ {
					p := clips.Push{Sync: s, Run: int64(done[i]), Fence: int64(done[i] + 1), Rows: rows("id int", fmt.Sprint(done[i])).read, Info: rows("id int", fmt.Sprint(done[i])).info()}
					if _, err := w.Push(w.t.Context(), p); err != nil {
						w.t.Error(err)
						return
					}
				}
			})
		}
		wait.Wait()
		total := 0
		for _, n := range done {
			total += n
		}
		for _, call := range w.Calls() {
			if call.Status == 429 {
				w.t.Fatal("Google refused a call for the quota")
			}
		}
		if total < 450 || total > 550 {
			w.t.Errorf("%d pushes in ten minutes, of 500 that the quota allows", total)
		}
	})
}

func TestDrainedBucketsLetNobodyPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := sheets.NewBuckets()
		b.Drain("a", time.Now().Add(time.Minute))
		began := time.Now()
		if err := b.Wait(t.Context(), "b", 1, 0); err != nil || time.Since(began) != 0 {
			t.Error(err, time.Since(began))
		}
		if err := b.Wait(t.Context(), "a", 1, 0); err != nil || time.Since(began) != time.Minute {
			t.Error(err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		b.Drain("a", time.Now().Add(time.Minute))
		if err := b.Wait(ctx, "a", 1, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func contains(s string, words ...string) bool {
	for _, word := range words {
		if !strings.Contains(s, word) {
			return false
		}
	}
	return true
}
