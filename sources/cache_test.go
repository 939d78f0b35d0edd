package sources

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
)

func TestYoungResultIsServedWithoutARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.get(t, ask())
		time.Sleep(59 * time.Second)
		again := w.get(t, ask())
		if w.source.count() != 1 || again.Info.ID != first.Info.ID || again.Stale != "" {
			t.Errorf("%d runs, then %+v", w.source.count(), again)
		}
		if got := w.read(t, again.Info); got != "1\n" {
			t.Errorf("read %q", got)
		}
	})
}

func TestResultPastMaxAgeIsServedWhileTheNextIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.get(t, ask())
		time.Sleep(90 * time.Second)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 10*time.Second, "new"), nil })
		began := time.Now()
		old := w.get(t, ask())
		if old.Info.ID != first.Info.ID || time.Since(began) != 0 || !strings.Contains(old.Stale, "being made") {
			t.Errorf("after %s: %+v", time.Since(began), old)
		}
		time.Sleep(11 * time.Second)
		if a := w.get(t, ask()); w.read(t, a.Info) != "new\n" || a.Stale != "" || w.source.count() != 2 {
			t.Errorf("%d runs, then %+v", w.source.count(), a)
		}
	})
}

func TestResultPastTwiceMaxAgeIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, ask())
		time.Sleep(2 * time.Minute)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 10*time.Second, "new"), nil })
		if a := w.get(t, ask()); w.read(t, a.Info) != "new\n" || a.Stale != "" {
			t.Errorf("%+v", a)
		}
	})
}

func TestRunIsNeverAnOlderResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, ask())
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			return slow(ctx, time.Second, fmt.Sprint(n)), nil
		})
		go w.Get(t.Context(), fresh()) // too young to run again
		var runs sync.WaitGroup
		for i := range 10 {
			runs.Go(func() {
				if i > 0 {
					time.Sleep(500 * time.Millisecond) // while the first runs, whose data these must not have
				}
				info, err := w.Run(t.Context(), ask())
				if want := map[bool]int64{true: 2, false: 3}[i == 0]; err != nil || info.ID != want {
					t.Errorf("caller %d got run %d, %v, and not %d", i, info.ID, err, want)
				}
			})
		}
		runs.Wait()
		gone := &clips.Error{Kind: clips.KindPermission, Notice: "no"}
		w.source.set(func(context.Context, int) (clips.Rows, error) { return nil, gone })
		if info, err := w.Run(t.Context(), ask()); !errors.Is(err, gone) {
			t.Errorf("a failed run gave %+v, %v", info, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Hour, "late"), nil })
		if _, err := w.Run(ctx, ask()); clips.KindOf(err) != clips.KindCanceled {
			t.Errorf("a caller who left got %v", err)
		}
	})
}

func TestFreshRunsAgainButNotAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, ask())
		time.Sleep(clips.MinFreshAge - 1)
		w.get(t, fresh())
		if n := w.source.count(); n != 1 {
			t.Errorf("%d runs before the minimum age", n)
		}
		time.Sleep(time.Nanosecond)
		if a := w.get(t, fresh()); w.read(t, a.Info) != "2\n" || a.Stale != "" {
			t.Errorf("%+v", a)
		}
	})
}

func TestThousandReadersOfAColdClipCauseOneRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Second, "one"), nil })
		var readers sync.WaitGroup
		for range 1000 {
			readers.Go(func() {
				if a, err := w.Get(t.Context(), ask()); err != nil || a.Info.ID != 1 || a.Stale != "" {
					t.Errorf("%+v, %v", a, err)
				}
			})
		}
		readers.Wait()
		if w.source.count() != 1 || w.store.asked > 2 {
			t.Errorf("%d runs, %d questions to the store", w.source.count(), w.store.asked)
		}
	})
}

// Without the fake clock: readers arrive while a run ends, which must not cause a second one.
func TestReadersArrivingAsARunEndsCauseNoOther(t *testing.T) {
	t.Parallel()
	for range 20 {
		w := newWorld(t)
		var readers sync.WaitGroup
		for range 100 {
			readers.Go(func() { w.Get(t.Context(), ask()) })
		}
		readers.Wait()
		if w.source.count() != 1 {
			t.Fatalf("%d runs", w.source.count())
		}
	}
}

func TestParametersAndRevisionsHaveResultsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	march, second := ask(), ask()
	march.Bound.Key = "march"
	second.Clip.Revision.Number = 2
	for i, req := range []clips.Request{ask(), march, second, ask(), march, second} {
		if a := w.get(t, req); a.Info.ID != int64(i%3+1) {
			t.Errorf("request %d answered with result %d", i, a.Info.ID)
		}
	}
}

func TestLeavingReaderDoesNotEndTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 5*time.Second, "kept"), nil })
		ctx, leave := context.WithCancel(t.Context())
		var stays, leaves error
		var readers sync.WaitGroup
		readers.Go(func() { _, leaves = w.Get(ctx, ask()) })
		synctest.Wait()
		readers.Go(func() { _, stays = w.Get(t.Context(), ask()) })
		synctest.Wait()
		leave()
		readers.Wait()
		if clips.KindOf(leaves) != clips.KindCanceled || !errors.Is(leaves, context.Canceled) || stays != nil {
			t.Errorf("the one who left: %v; the one who stayed: %v", leaves, stays)
		}
		if w.source.count() != 1 {
			t.Errorf("%d runs", w.source.count())
		}
	})
}

func TestRunWithoutReadersServesTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 40*time.Second, "late"), nil })
		began := time.Now()
		_, err := w.Get(t.Context(), ask())
		if clips.KindOf(err) != clips.KindTimeout || time.Since(began) != 25*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if a := w.get(t, ask()); w.read(t, a.Info) != "late\n" || w.source.count() != 1 {
			t.Errorf("%d runs, then %+v", w.source.count(), a)
		}
	})
}

func TestImpatientReaderGetsTheLastGoodResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.get(t, ask())
		time.Sleep(time.Hour)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Minute, "late"), nil })
		a := w.get(t, ask())
		const want = "The query is still running after 25s: it goes on, so ask again in a minute; " +
			"showing the result of 2026-11-24 09:05 UTC"
		if a.Info.ID != first.Info.ID || a.Stale != want {
			t.Errorf("%+v", a)
		}
	})
}

func TestFailureLeavesTheLastGoodResultAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		first := w.get(t, ask())
		time.Sleep(time.Hour)
		w.source.set(func(context.Context, int) (clips.Rows, error) {
			rows := table("half", "of", "it")
			rows.before = func(row int) error {
				if row == 2 {
					return errNoAnswer
				}
				return nil
			}
			return rows, nil
		})
		const want = "The follower does not answer; showing the result of 2026-11-24 09:05 UTC"
		a := w.get(t, ask())
		if a.Info.ID != first.Info.ID || a.Stale != want {
			t.Errorf("%+v", a)
		}
		if run := w.store.runs[2]; run.State != clips.RunFailed || run.Kind != clips.KindUnavailable || run.EndedAt.IsZero() {
			t.Errorf("the run was noted as %+v", run)
		}
		if p, err := w.Peek(t.Context(), ask()); err != nil || p.Stale != want {
			t.Errorf("Peek: %+v, %v", p, err)
		}
		w.source.set(nil)
		time.Sleep(15 * time.Second)
		if a := w.get(t, ask()); a.Info.ID != 3 || a.Stale != "" {
			t.Errorf("after the follower returned: %+v", a)
		}
	})
}

// A clip may rather fail than show an older number, as long as the follower is too far behind: not so for other trouble, and
// not for what is younger than its max_age.
func TestAClipMayFailWhenTheFollowerIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		strict := ask()
		strict.Clip.Revision.OnLag = clips.LagFail
		book := clips.WorkbookRequest{Workbook: clips.Workbook{Name: "book", Clips: []clips.Clip{ask().Clip, strict.Clip}}, Bound: make([]clips.Bound, 2)}
		w.get(t, ask())
		w.together(t, book)
		late := &clips.Error{Kind: clips.KindLag, Notice: "The follower is late."}
		fails := func(err error) {
			w.source.set(func(context.Context, int) (clips.Rows, error) { return nil, err })
		}
		fails(late)
		if a := w.get(t, strict); a.Stale != "" {
			t.Errorf("while the result is young: %+v", a)
		}
		time.Sleep(90 * time.Second)
		if a := w.get(t, strict); !strings.Contains(a.Stale, "being made") {
			t.Errorf("before anything failed: %+v", a)
		}
		synctest.Wait()
		for range 100 {
			if _, err := w.Get(t.Context(), strict); !errors.Is(err, late) {
				t.Fatalf("while the follower is late: %v", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if _, err := w.Peek(t.Context(), strict); !errors.Is(err, late) {
			t.Errorf("a look at it: %v", err)
		}
		time.Sleep(time.Minute)
		if _, err := w.Together(t.Context(), book); !errors.Is(err, late) {
			t.Errorf("a workbook with such a clip: %v", err)
		}
		if a := w.get(t, ask()); !strings.Contains(a.Stale, "The follower is late") {
			t.Errorf("another clip: %+v", a)
		}
		fails(errNoAnswer)
		time.Sleep(time.Minute)
		if a := w.get(t, strict); !strings.Contains(a.Stale, "does not answer") {
			t.Errorf("with other trouble: %+v", a)
		}
		w.source.set(nil)
		time.Sleep(time.Minute)
		if a := w.get(t, strict); a.Stale != "" {
			t.Errorf("when all is well: %+v", a)
		}
	})
}

func TestFailuresAreNotRepeatedForEveryReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(context.Context, int) (clips.Rows, error) { return nil, errNoAnswer })
		var at []time.Duration
		began := time.Now()
		for before := 0; time.Since(began) < time.Minute; time.Sleep(100 * time.Millisecond) {
			if _, err := w.Get(t.Context(), ask()); !errors.Is(err, errNoAnswer) {
				t.Fatalf("without a good result the failure is the answer, not %v", err)
			}
			if n := w.source.count(); n > before {
				before, at = n, append(at, time.Since(began).Round(time.Second))
			}
		}
		if got := fmt.Sprint(at); got != "[0s 1s 3s 7s 15s 30s 45s]" {
			t.Errorf("runs at %s", got)
		}
	})
}

func TestCancelledByTheFollowerIsTriedAgain(t *testing.T) {
	conflict := &clips.Error{Kind: clips.KindConflict, Notice: "The follower cancelled the query to catch up.", SQLState: "40001"}
	stopping := &clips.Error{Kind: clips.KindUnavailable, Notice: "The follower is stopping.", SQLState: "57P01"}
	full := &clips.Error{Kind: clips.KindBusy, Notice: "The follower has no connection left.", SQLState: "53300"}
	syntax := &clips.Error{Kind: clips.KindSQL, Notice: "The SQL is wrong.", SQLState: "42601"}
	for _, c := range []struct {
		err   *clips.Error
		times int // it happens
		opens int
		good  bool
	}{
		{conflict, 3, 4, true}, {conflict, 9, 4, false}, {full, 5, 6, true}, {full, 9, 6, false}, {stopping, 1, 2, true}, {stopping, 9, 2, false}, {syntax, 1, 1, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.source.set(func(_ context.Context, n int) (clips.Rows, error) {
				if n <= c.times {
					return nil, c.err
				}
				return table("good"), nil
			})
			_, err := w.Get(t.Context(), ask())
			if (err == nil) != c.good || w.source.count() != c.opens || len(w.store.runs) != 1 {
				t.Errorf("%s × %d: %v after %d tries in %d runs", c.err.Kind, c.times, err, w.source.count(), len(w.store.runs))
			}
		})
	}
}

func TestNothingRunsWithoutTheStateDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.store.set(func(m *memory) { m.down = true })
		if _, err := w.Get(t.Context(), ask()); clips.KindOf(err) != clips.KindUnavailable {
			t.Errorf("cold: %v", err)
		}
		w.store.set(func(m *memory) { m.down = false })
		first := w.get(t, ask())
		w.store.set(func(m *memory) { m.down = true })
		time.Sleep(time.Hour)
		a := w.get(t, ask())
		if a.Info.ID != first.Info.ID || !strings.Contains(a.Stale, "state database") || w.source.count() != 1 {
			t.Errorf("%d runs, then %+v", w.source.count(), a)
		}
		if got := w.read(t, a.Info); got != "1\n" {
			t.Errorf("read %q", got)
		}
	})
}

func TestResultThatCannotBeStoredIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.store.saveDown = true
		a := w.get(t, ask())
		if got := w.read(t, a.Info); got != "1\n" || a.Stale != "" {
			t.Errorf("read %q of %+v", got, a)
		}
		if run := w.store.runs[1]; run.State != clips.RunFailed || run.Notice == "" {
			t.Errorf("the run was noted as %+v", run)
		}
		if again := w.get(t, ask()); again.Info.ID != a.Info.ID {
			t.Errorf("then %+v", again)
		}
	})
}

func TestDamagedRowInTheStateDatabaseCausesARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(t, ask())
	w.store.set(func(m *memory) { m.damaged = true })
	w.restart(t, 1<<20)
	if a := w.get(t, ask()); w.read(t, a.Info) != "2\n" || a.Stale != "" {
		t.Errorf("%+v", a)
	}
}

func TestAnotherNodesResultSparesARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here := newWorld(t)
		there := newWorld(t)
		there.store, there.source = here.store, here.source
		there.restart(t, 1<<20)
		here.get(t, ask())
		time.Sleep(time.Hour)
		made := there.get(t, ask())
		if a := here.get(t, ask()); a.Info.ID != made.Info.ID || here.source.count() != 2 {
			t.Errorf("%d runs, then %+v", here.source.count(), a)
		} else if got := here.read(t, a.Info); got != "2\n" {
			t.Errorf("read %q", got)
		}
	})
}

func TestRunHasATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *CacheOptions) { o.RunTimeout = 10 * time.Second })
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Hour, ""), nil })
		_, err := w.Get(t.Context(), ask())
		if clips.KindOf(err) != clips.KindTimeout || w.store.runs[1].Kind != clips.KindTimeout {
			t.Errorf("%v, noted as %+v", err, w.store.runs[1])
		}
	})
}

func TestRunsAtOnceAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *CacheOptions) { o.Concurrency = 2 })
		var mu sync.Mutex
		var now, most int
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			rows := slow(ctx, 100*time.Millisecond, "x").(*fakeRows)
			wait := rows.before
			rows.before = func(row int) error {
				err := wait(row)
				if row == 1 {
					mu.Lock()
					now--
					mu.Unlock()
				}
				return err
			}
			return rows, nil
		})
		var readers sync.WaitGroup
		results := make([]error, 100)
		for i := range results {
			readers.Go(func() {
				req := ask()
				req.Clip.ID, req.Clip.Slug = int64(i), fmt.Sprint("clip-", i)
				_, results[i] = w.Get(t.Context(), req)
			})
		}
		readers.Wait()
		var good, busy int
		for _, err := range results {
			switch clips.KindOf(err) {
			case "":
				good++
			case clips.KindBusy:
				busy++
			}
		}
		if most != 2 || good != 2*(1+queueFactor) || good+busy != len(results) {
			t.Errorf("at most %d runs at once, %d answers, %d busy", most, good, busy)
		}
	})
}

func TestPanicInASourceIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(context.Context, int) (clips.Rows, error) { panic("poison") })
		if _, err := w.Get(t.Context(), ask()); clips.KindOf(err) != clips.KindInternal {
			t.Errorf("%v", err)
		}
		w.source.set(nil)
		time.Sleep(time.Second)
		w.get(t, ask())
		if w.store.runs[1].State != clips.RunFailed {
			t.Errorf("the run was noted as %+v", w.store.runs[1])
		}
	})
}

func TestUnknownSourceSaysWhatToAdd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := ask()
	req.Clip.Revision.Source = "crm"
	if _, err := w.Get(t.Context(), req); err == nil || !strings.Contains(err.Error(), "[sources.crm]") {
		t.Errorf("%v", err)
	}
}

func TestPeekNeverRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		if _, err := w.Peek(t.Context(), ask()); !errors.Is(err, clips.ErrNotFound) || w.source.count() != 0 {
			t.Errorf("%d runs, %v", w.source.count(), err)
		}
		first := w.get(t, ask())
		time.Sleep(time.Hour)
		if a, err := w.Peek(t.Context(), ask()); err != nil || a.Info.ID != first.Info.ID || w.source.count() != 1 {
			t.Errorf("%d runs, %+v, %v", w.source.count(), a, err)
		}
	})
}

func TestCloseEndsRunsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Hour, ""), nil })
		var err error
		var reader sync.WaitGroup
		reader.Go(func() { _, err = w.Get(t.Context(), ask()) })
		synctest.Wait()
		w.Close()
		if run := w.store.runs[1]; run.State != clips.RunFailed || run.Kind != clips.KindCanceled {
			t.Errorf("the run was noted as %+v", run)
		}
		reader.Wait()
		if clips.KindOf(err) != clips.KindCanceled {
			t.Errorf("the reader got %v", err)
		}
		if _, err := w.Get(t.Context(), ask()); clips.KindOf(err) != clips.KindCanceled {
			t.Errorf("a reader after Close got %v", err)
		}
	})
}

func TestOnRunHearsOfEveryRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		w := newWorld(t, func(o *CacheOptions) {
			o.OnRun = func(source string, r clips.Run, took time.Duration) {
				heard = append(heard, fmt.Sprint(r.ID, " on ", source, " ", r.State, " ", took))
			}
		})
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			if n == 1 {
				return nil, errNoAnswer
			}
			return slow(ctx, time.Second, "x"), nil
		})
		w.Get(t.Context(), ask())
		time.Sleep(time.Second)
		w.get(t, ask())
		if got := strings.Join(heard, ", "); got != "1 on erp failed 0s, 2 on erp done 1s" {
			t.Error(got)
		}
	})
}

func TestAgeSurvivesClocksThatJump(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		created   time.Time
		seen, now time.Time
		want      time.Duration
	}{
		"plain":               {now.Add(-time.Minute), now, now, time.Minute},
		"made in the future":  {now.Add(time.Hour), now, now, 0},
		"future, later":       {now.Add(time.Hour), now, now.Add(time.Minute), time.Minute},
		"clock set back":      {now.Round(0).Add(time.Hour), now, now.Add(2 * time.Minute), 2 * time.Minute},
		"laptop slept a week": {now.Round(0).AddDate(0, 0, -7), time.Time{}, now, 7 * 24 * time.Hour},
	} {
		var r result
		r.learn(set{{ID: 1, CreatedAt: c.created.Round(0)}}, c.seen)
		if name == "laptop slept a week" { // the monotonic clock stood still
			r.seen, r.seenAge = now, 0
		}
		if got := r.age(c.now); got.Round(time.Second) != c.want.Round(time.Second) {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

func TestStaleReasonFitsAHeader(t *testing.T) {
	t.Parallel()
	got := staleReason(&clips.Error{Notice: "Größe\r\nSet-Cookie: x" + strings.Repeat("y", 500)})
	if strings.ContainsAny(got, "\r\n") || len(got) > 300 || !strings.HasPrefix(got, "Gr??e  Set-Cookie") {
		t.Errorf("%q", got)
	}
	if got := staleReason(errors.New("dial postgres://reader:secret@db: refused")); strings.Contains(got, "secret") {
		t.Errorf("%q", got)
	}
}

func TestForgottenResultsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range knownMost + 100 {
		w.letGo(w.hold(key{clip: int64(i)}))
	}
	if len(w.known) > knownMost {
		t.Errorf("%d results are remembered", len(w.known))
	}
}
