package sheets_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

// faults are what can go wrong with a call and be got over.
var faults = map[string]simulator.Effect{
	"429":                        simulator.TooManyRequests(0),
	"429 with Retry-After":       simulator.TooManyRequests(30 * time.Second),
	"500":                        simulator.InternalError(),
	"502 as a page":              simulator.BadGateway(false),
	"502 as a page, applied":     simulator.BadGateway(true),
	"503":                        simulator.Unavailable(false),
	"503, applied":               simulator.Unavailable(true),
	"the connection ends":        simulator.HangUp(),
	"the answer is lost":         simulator.LostAnswer(),
	"the answer is cut":          simulator.CutAnswer(),
	"a page instead of JSON":     simulator.Page("<html>welcome to the airport"),
	"three minutes":              simulator.Slow(3 * time.Minute),
	"late, after a timeout":      simulator.LateAfterTimeout(90 * time.Second),
	"later than we wait":         simulator.Late(250 * time.Second),
	"the token expired meantime": simulator.ExpiredToken(),
}

// TestEachFaultIsGotOver strikes each call of an append, the mode that would double rows, with each fault.
func TestEachFaultIsGotOver(t *testing.T) {
	for name, effect := range faults {
		for skip, call := range []string{"read", "write", "write after the first try"} {
			t.Run(name+"/"+call, func(t *testing.T) {
				inWorld(t, func(w *world) {
					s := w.sync(clips.SyncAppend)
					w.run(s, rows("id int, name text", "1|a", "2|b"))
					fault := simulator.Fault{Effect: effect, Skip: skip}
					if skip == 2 {
						fault.Skip, fault.Times = 1, 2
					}
					if strings.Contains(name, "token") {
						fault.Times = 1 // another one expired at once would be another matter
					}
					hits := w.Inject(fault)
					w.run(s, rows("id int, name text", "1|a", "2|b", "3|c"))
					w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b / 3|c")
					if hits.Hits() == 0 {
						w.t.Error("the fault struck nothing")
					}
					w.Land(true)
					w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b / 3|c")
					w.run(s, rows("id int, name text", "1|a", "2|b", "3|c", "4|d"))
					w.want("Sheet1!A1:B9", "id|name / 1|a / 2|b / 3|c / 4|d")
				})
			})
		}
	}
}

// TestAnEarlierRunThatArrivesLateChangesNothing is the zombie: the batch of a run that gave up arrives when a newer one
// has written.
func TestAnEarlierRunThatArrivesLateChangesNothing(t *testing.T) {
	for _, mode := range []clips.SyncMode{clips.SyncReplace, clips.SyncAppend, clips.SyncUpsert, clips.SyncSnapshot, clips.SyncColumn, clips.SyncValue} {
		for _, first := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, first %v", mode, first), func(t *testing.T) {
				inWorld(t, func(w *world) {
					s := w.sync(mode)
					s.Key, s.Period = []string{"id"}, clips.EachYear
					if !first {
						w.run(s, rows("id text, n int", "0|0"))
					}
					w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Late(time.Hour)})
					ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
					defer cancel()
					if _, err := w.Push(ctx, w.push(s, rows("id text, n int", "1|1", "2|2", "3|3"))); clips.KindOf(err) != clips.KindTimeout {
						w.t.Fatal(err)
					}
					w.run(s, rows("id text, n int", "7|7", "8|8"))
					after := w.json()
					if w.Held() != 1 || w.Land(true) != 1 {
						w.t.Fatal("nothing was late")
					}
					if w.json() != after {
						w.t.Errorf("the late batch was applied: %s", w.shows("Sheet1"))
					}
					w.run(s, rows("id text, n int", "9|9"))
				})
			})
		}
	}
}

// TestALateBatchThatWinsIsBuiltOn lets the zombie arrive between the newer run's look and its batch.
func TestALateBatchThatWinsIsBuiltOn(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncAppend)
		w.run(s, rows("id int", "1"))
		w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Late(time.Hour)})
		ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
		defer cancel()
		w.Push(ctx, w.push(s, rows("id int", "1", "2")))
		w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Before(func() { w.Land(true) })})
		w.run(s, rows("id int", "1", "2", "3"))
		w.want("Sheet1!A1:A9", "id / 1 / 2 / 3")
	})
}

// TestGuardsStayAsLongAsABatchCanBeLate has two newer runs before the late batch arrives; afterwards the guards go.
func TestGuardsStayAsLongAsABatchCanBeLate(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int", "1"))
		w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Late(time.Hour)})
		ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
		defer cancel()
		w.Push(ctx, w.push(s, rows("id int", "late")))
		w.run(s, rows("id int", "2"))
		time.Sleep(3 * time.Minute)
		w.run(s, rows("id int", "3"))
		w.Land(true)
		w.want("Sheet1!A1:A9", "id / 3")
		for i := range 20 {
			time.Sleep(4 * time.Minute)
			w.run(s, rows("id int", fmt.Sprint(i)))
		}
		if n := w.marks("clipsheet.guard"); n > 4 {
			w.t.Errorf("%d guards", n)
		}
	})
}

func (w *world) marks(key string) int {
	s, _ := w.Spreadsheet(w.id)
	n := 0
	for _, m := range s.Metadata() {
		if m.Key == key {
			n++
		}
	}
	return n
}

// TestACellThatSomebodyChangesAtOnceIsWrittenAgain has the answer lost, so that the cells are read back later.
func TestACellThatSomebodyChangesAtOnceIsWrittenAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		w.run(s, rows("id int", "1"))
		w.Inject(simulator.Fault{Method: "batchUpdate", Effect: func(x *simulator.Exchange) {
			x.Serve()
			w.typed("Sheet1!A2", []any{"x"})
			x.HangUp()
		}})
		p := w.run(s, rows("id int", "2", "3"))
		w.want("Sheet1!A1:A9", "id / 2 / 3")
		if p.Before != nil {
			w.t.Error("what was there before both batches is not known")
		}
	})
}

func TestAnOlderRunDoesNotWriteOverANewerOne(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncReplace)
		old := w.push(s, rows("id int", "1"))
		w.run(s, rows("id int", "2"))
		_, err := w.Push(w.t.Context(), old)
		if clips.KindOf(err) != clips.KindSuperseded {
			w.t.Error(err)
		}
		w.want("Sheet1!A1:A9", "id / 2")
	})
}

func TestARunThatIsPushedAgainIsDone(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncAppend)
		p := w.push(s, rows("id int", "1", "2"))
		for range 3 {
			if _, err := w.Push(w.t.Context(), p); err != nil {
				w.t.Fatal(err)
			}
			p.Fence += w.runs % 2
		}
		w.want("Sheet1!A1:A9", "id / 1 / 2")
	})
}

// TestSomebodyEditsBetweenLookAndBatch: Google has no precondition, so the batch may meet rows that moved. It is seen in
// the answer, and a second batch puts it right.
func TestSomebodyEditsBetweenLookAndBatch(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*world) error
		ref  string
		want string
	}{
		"a cell":      {func(w *world) error { return w.ann.Type(w.id, "Sheet1!A2", []any{"x"}) }, "Sheet1!A1:B9", "id|name / 7|z / 2|b / 3|c"},
		"a row above": {func(w *world) error { return w.ann.InsertRows(w.id, "Sheet1", 1, 1) }, "Sheet1!A2:B9", "id|name / 7|z / 2|b / 3|c"},
		"a column":    {func(w *world) error { return w.ann.InsertColumns(w.id, "Sheet1", 1, 1) }, "Sheet1!B1:C9", "id|name / 7|z / 2|b / 3|c"},
		"the title":   {func(w *world) error { return w.ann.RenameTab(w.id, "Sheet1", "New") }, "New!A1:B9", "id|name / 7|z / 2|b / 3|c"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(clips.SyncReplace)
				w.run(s, rows("id int, name text", "1|a", "2|b"))
				w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Before(func() { w.must(test.edit(w)) })})
				w.run(s, rows("id int, name text", "7|z", "2|b", "3|c"))
				w.want(test.ref, test.want)
			})
		})
	}
}

func TestWhatCannotBeGotOverIsExplained(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*world, *clips.Sync)
		kind  clips.Kind
		words string
	}{
		"no such spreadsheet": {func(w *world, s *clips.Sync) { s.Spreadsheet = "nope" }, clips.KindSpreadsheet, "There is no spreadsheet nope, or robot@example.com cannot see it"},
		"not shared":          {func(w *world, s *clips.Sync) { s.Spreadsheet = w.Create(ann, "Private") }, clips.KindNotShared, "robot@example.com"},
		"only to read": {func(w *world, s *clips.Sync) {
			s.Spreadsheet = w.Create(ann, "Read")
			w.Share(s.Spreadsheet, robot, simulator.Reader)
		}, clips.KindNotShared, "make robot@example.com an editor"},
		"an Excel file": {func(w *world, s *clips.Sync) {
			s.Spreadsheet = w.AddOfficeFile(ann, "book.xlsx")
			w.Share(s.Spreadsheet, robot, simulator.Writer)
		}, clips.KindSpreadsheet, "Save as Google Sheets"},
		"an account without leave": {func(w *world, s *clips.Sync) { w.scope = "drive.readonly" }, clips.KindAccount, "without leave to edit"},
		"the API is off": {func(w *world, s *clips.Sync) {
			w.AddClient(simulator.Client{ID: "off", NoSheets: true})
			w.client = "off"
		}, clips.KindAccount, "Enable it at https://"},
		"a revoked account": {func(w *world, s *clips.Sync) {
			w.Inject(simulator.Fault{Times: -1, Effect: simulator.ExpiredToken()})
		}, clips.KindAccount, "no longer accepts the account robot@example.com"},
		"a storm": {func(w *world, s *clips.Sync) {
			w.Inject(simulator.Fault{Times: -1, Effect: simulator.Unavailable(false)})
		}, clips.KindUnavailable, "did not answer as it should"},
		"a storm of writes": {func(w *world, s *clips.Sync) {
			w.Inject(simulator.Fault{Times: -1, Method: "batchUpdate", Effect: simulator.Unavailable(false)})
		}, clips.KindUnavailable, "did not answer as it should"},
		"no quota for an hour": {func(w *world, s *clips.Sync) {
			w.Inject(simulator.Fault{Times: -1, Effect: simulator.TooManyRequests(time.Hour)})
		}, clips.KindQuota, "no more requests"},
		"no quota": {func(w *world, s *clips.Sync) {
			w.Inject(simulator.Fault{Times: -1, Effect: simulator.TooManyRequests(0)})
		}, clips.KindQuota, "no more requests"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				s := w.sync(clips.SyncReplace)
				test.spoil(w, &s)
				began := time.Now()
				_, err := w.Push(w.t.Context(), w.push(s, rows("id int", "1")))
				if clips.KindOf(err) != test.kind || !strings.Contains(clips.NoticeOf(err), test.words) {
					w.t.Errorf("%s: %s (%v)", clips.KindOf(err), clips.NoticeOf(err), causes(err))
				}
				w.want("Sheet1", "")
				if took := time.Since(began); took > 12*time.Minute {
					w.t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func TestQuotaIsWaitedForByAllOfTheAccount(t *testing.T) {
	inWorld(t, func(w *world) {
		w.Inject(simulator.Fault{Effect: simulator.TooManyRequests(40 * time.Second)})
		began := time.Now()
		w.run(w.sync(clips.SyncReplace), rows("id int", "1"))
		if took := time.Since(began); took < 40*time.Second || took > 50*time.Second {
			w.t.Error(took)
		}
	})
}

// TestAProcessThatDiesLeavesNothingBehind lets the network die with a process at each of its calls, served or not. The
// next process, with the next fence, brings the target to its result, and no hidden tab is left.
func TestAProcessThatDiesLeavesNothingBehind(t *testing.T) {
	big := table{columns: "id int, text text"}
	for i := range 45 {
		big.rows = append(big.rows, []string{fmt.Sprint(i), strings.Repeat("x", 49_000)})
	}
	for name, result := range map[string]table{"small": rows("id int, text text", "1|new", "2|new"), "staged": big} {
		for call := range 6 {
			for _, served := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, call %d, served %v", name, call, served), func(t *testing.T) {
					inWorld(t, func(w *world) {
						s := w.sync(clips.SyncReplace)
						w.run(s, rows("id int, text text", "1|old"))
						ctx, die := context.WithCancel(w.t.Context())
						dying := false
						w.Inject(simulator.Fault{Times: -1, Skip: call, Effect: func(x *simulator.Exchange) {
							if served && !dying {
								x.Serve()
							}
							dying = true
							die()
							x.HangUp()
						}})
						w.Push(ctx, w.push(s, result))
						w.ClearFaults()
						w.run(s, rows("id int, text text", "7|after"))
						w.want("Sheet1", "id|text / 7|after")
						if got := w.tabs(); got != "Sheet1" {
							w.t.Error(got)
						}
					})
				})
			}
		}
	}
}
