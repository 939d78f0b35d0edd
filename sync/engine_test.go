package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	clipsync "clipsheet/sync"
)

func TestASyncRunsAtEachSlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	w.start()
	w.waitFor()
	for minute := 1; minute <= 3; minute++ {
		w.clock.turn(time.Duration(minute)*time.Minute + 5*time.Second)
		w.eventually("the slot to be run", func() bool { return len(w.book.effectsOf("one")) == minute })
		w.eventually("its end", func() bool { return w.last("one").State == clips.SyncDone })
	}
	w.waitFor("one 12:01 done", "one 12:02 done", "one 12:03 done")
	w.book.wantEffects(t, map[string]string{"one": "12:01 12:02 12:03"})
	if have := w.book.read("one"); !slices.Equal(have.Rows, []string{"total", "3"}) || have.Fence != 3 {
		t.Errorf("the sheet holds %+v", have)
	}
	r := w.last("one")
	if r.Snapshot != 3 || r.Pushed.Rows != 2 || r.Pushed.Cells != 1 || r.Pushed.Reads != 1 || r.Pushed.Writes != 1 || r.Tries != 1 {
		t.Errorf("the history says %+v", r)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, req := range w.results.asked {
		if !req.Fresh || req.Bound.Params[0].Value != today {
			t.Errorf("the clip was run with %+v", req)
		}
	}
	if w.results.open != 0 {
		t.Errorf("%d results were not closed", w.results.open)
	}
	w.eventually("metrics to be told", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return len(w.ended) >= 3 })
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ended) != 3 || w.ended[2].State != clips.SyncDone {
		t.Errorf("metrics were told %+v", w.ended)
	}
}

func TestCatchingUpAfterAStandstillIsOneRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, append(minutely("one"), every("every 15m", "other")...)...)
	e := w.start()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	w.clock.turn(24*time.Hour + 5*time.Minute + 30*time.Second)
	w.start()
	w.waitFor("one 12:01 skipped x1444", "one 12:05 done", "other 12:15 skipped x95", "other 12:00 done")
	w.book.wantEffects(t, map[string]string{"one": "12:05", "other": "12:00"})
}

func TestTroubleThatPassesIsTriedAgainUntilTheNextSlot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("every 1h", "mends", "lasts")...)
	down := &clips.Error{Kind: clips.KindUnavailable, Notice: "Google does not answer."}
	var tries int
	w.target.on("mends", func(context.Context, clips.Push) error {
		if tries++; tries < 3 {
			return down
		}
		return nil
	})
	w.target.on("lasts", func(context.Context, clips.Push) error { return down })
	w.start(func(o *clipsync.Options) { o.Tell = w.tell })
	for d := time.Hour + 30*time.Second; d < 2*time.Hour; d += 6 * time.Minute { // longer than any pause
		w.clock.turn(d)
		want := min(int((d-time.Hour)/(6*time.Minute))+1, 3)
		w.eventually(fmt.Sprintf("try %d of both", want), func() bool {
			mends, lasts := w.last("mends"), w.last("lasts")
			return mends.Tries >= want && lasts.Tries >= want && mends.State != clips.SyncRunning && lasts.State != clips.SyncRunning
		})
	}
	if r := w.last("mends"); r.State != clips.SyncDone || r.Tries != 3 || r.Notice != "" {
		t.Errorf("it ended as %+v", r)
	}
	if r := w.last("lasts"); r.State != clips.SyncQueued || r.Kind != clips.KindUnavailable || r.Notice != down.Notice || r.Tries < 3 {
		t.Errorf("it stands at %+v", r)
	}
	w.target.on("lasts", nil)
	w.clock.turn(2*time.Hour + 30*time.Second)
	w.waitFor("lasts 13:00 failed", "lasts 14:00 done", "mends 13:00 done", "mends 14:00 done")
	w.eventually("the owner to be told", func() bool { return len(w.news()) == 2 })
	if diff := cmp.Diff([]string{"lasts failed unavailable", "lasts done"}, w.news()); diff != "" {
		t.Error(diff)
	}
}

func TestARunWithoutANextSlotIsGivenUpAfterAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	w.target.on("one", func(context.Context, clips.Push) error {
		return &clips.Error{Kind: clips.KindUnavailable, Notice: "Google does not answer."}
	})
	w.start()
	if _, err := w.store.AskSyncRun(t.Context(), "one", "web", w.clock.read(), 0); err != nil {
		t.Fatal(err)
	}
	w.waitFor("one 12:00 queued")
	w.eventually("the first try", func() bool { r := w.last("one"); return r.Tries == 1 && r.State == clips.SyncQueued })
	w.query(`update clipsheet.sync_runs set started_at = started_at - interval '61 minutes'`)
	w.clock.turn(10 * time.Minute)
	w.waitFor("one 12:00 failed")
}

func TestTroubleThatStaysFailsTheRunAndNotTheSchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("target", "query", "panics", "source", "fine")...)
	w.target.on("target", func(context.Context, clips.Push) error {
		return &clips.Error{Kind: clips.KindTarget, Notice: "Cells B3:B7 are in the way: move them."}
	})
	w.target.on("panics", func(context.Context, clips.Push) error { panic("poison") })
	w.target.on("source", func(context.Context, clips.Push) error { return errors.New("connection to 10.0.0.1 as joe refused") })
	w.results.before = func(_ context.Context, req clips.Request) error { return nil }
	w.start(func(o *clipsync.Options) { o.Tell = w.tell })
	for minute := 1; minute <= 2; minute++ {
		w.clock.turn(time.Duration(minute)*time.Minute + 5*time.Second)
		w.eventually("the slot", func() bool {
			return w.query(fmt.Sprintf(`select count(*) from clipsheet.sync_runs where ended_at is not null and slot = '2026-11-24 12:0%d'`, minute))[0] == "5"
		})
	}
	for name, want := range map[string]struct {
		state  clips.SyncState
		kind   clips.Kind
		notice string
	}{
		"target": {clips.SyncFailed, clips.KindTarget, "Cells B3:B7 are in the way"},
		"panics": {clips.SyncFailed, clips.KindInternal, "our side"},
		"source": {clips.SyncFailed, clips.KindInternal, "our side"},
		"fine":   {clips.SyncDone, "", ""},
	} {
		r := w.last(name)
		if r.State != want.state || r.Kind != want.kind || !strings.Contains(r.Notice, want.notice) || r.Tries != 1 || r.Slot.Minute() != 2 {
			t.Errorf("%s ended as %+v", name, r)
		}
	}
	w.eventually("the owners to be told", func() bool { return len(w.news()) == 3 })
	told := w.news()
	slices.Sort(told)
	if diff := cmp.Diff([]string{"panics failed internal", "source failed internal", "target failed target"}, told); diff != "" {
		t.Error(diff)
	}
	if text := w.log.String(); !strings.Contains(text, "poison") || !strings.Contains(text, "10.0.0.1") {
		t.Error("the log does not have the causes")
	}
}

func TestAQuotaNeverStopsASchedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	w.target.on("one", func(context.Context, clips.Push) error {
		return &clips.Error{Kind: clips.KindQuota, Notice: "Google takes no more requests for now."}
	})
	w.start()
	for minute := 1; minute <= 6; minute++ {
		w.clock.turn(time.Duration(minute)*time.Minute + 5*time.Second)
		w.eventually("a try", func() bool {
			r := w.last("one")
			return r.Slot.Minute() == minute && r.State == clips.SyncQueued && r.Tries == 1
		})
	}
	w.target.on("one", nil)
	w.clock.turn(7*time.Minute + 5*time.Second)
	w.eventually("the run after", func() bool { return w.last("one").State == clips.SyncDone })
	w.book.wantEffects(t, map[string]string{"one": "12:07"})
}

func TestASpreadsheetThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	var hang []clips.Sync
	for i := range 20 {
		s := minutely(fmt.Sprintf("hang-%02d", i))[0]
		s.Spreadsheet = "the one that hangs"
		hang = append(hang, s)
	}
	w := newWorld(t, append(hang, minutely("a", "b", "c", "d", "e")...)...)
	for _, s := range hang {
		w.target.on(s.Name, func(ctx context.Context, _ clips.Push) error { <-ctx.Done(); return ctx.Err() })
	}
	w.start(func(o *clipsync.Options) { o.Workers = 10 })
	w.clock.turn(time.Minute + 5*time.Second)
	w.eventually("the others to be done", func() bool {
		return w.query(`select count(*) from clipsheet.sync_runs where state = 'done'`)[0] == "5"
	})
	if n := w.query(`select count(*) from clipsheet.sync_runs where state = 'running'`)[0]; len(n) > 1 || n > "8" {
		t.Errorf("%s runs wait for one spreadsheet", n)
	}
}

func TestNodesWriteASpreadsheetOneAfterAnother(t *testing.T) {
	t.Parallel()
	syncs := minutely("one", "two", "three", "four", "five", "six")
	for i := range syncs {
		syncs[i].Spreadsheet = "shared"
	}
	w := newWorld(t, syncs...)
	for _, node := range []string{"a", "b", "c"} {
		w.start(func(o *clipsync.Options) {
			own := w.book.target()
			own.node = node
			o.Store, o.Target, o.Workers = w.open(), own, 2
		})
	}
	w.clock.turn(time.Minute + 5*time.Second)
	w.waitFor("five 12:01 done", "four 12:01 done", "one 12:01 done", "six 12:01 done", "three 12:01 done", "two 12:01 done")
}

// So that the target can write them together.
func TestSyncsOfOneSpreadsheetArePushedTogether(t *testing.T) {
	t.Parallel()
	syncs := minutely("one", "two", "three")
	for i := range syncs {
		syncs[i].Spreadsheet = "shared"
	}
	w := newWorld(t, syncs...)
	var together sync.WaitGroup
	together.Add(len(syncs))
	for _, s := range syncs {
		w.target.on(s.Name, func(context.Context, clips.Push) error {
			together.Done()
			together.Wait()
			return nil
		})
	}
	w.start()
	w.clock.turn(time.Minute + 5*time.Second)
	w.waitFor("one 12:01 done", "three 12:01 done", "two 12:01 done")
}

func TestClosingGivesRunsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	pushing := make(chan struct{})
	w.target.on("one", func(ctx context.Context, _ clips.Push) error { close(pushing); <-ctx.Done(); return ctx.Err() })
	e := w.start()
	w.clock.turn(time.Minute + 5*time.Second)
	<-pushing
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	w.waitFor("one 12:01 queued")
	if r := w.last("one"); r.Kind != clips.KindCanceled || !strings.Contains(r.Notice, "stopped") {
		t.Errorf("it says %+v", r)
	}
	w.target.on("one", nil)
	w.start()
	w.waitFor("one 12:01 done")
	w.book.wantEffects(t, map[string]string{"one": "12:01"})
}

func TestARunThatTakesTooLongFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	w.results.before = func(ctx context.Context, _ clips.Request) error { <-ctx.Done(); return ctx.Err() }
	w.start(func(o *clipsync.Options) { o.RunTimeout = 300 * time.Millisecond })
	w.clock.turn(time.Minute + 5*time.Second)
	w.waitFor("one 12:01 failed")
	if r := w.last("one"); r.Kind != clips.KindTimeout || !strings.Contains(r.Notice, "longer than 300ms") {
		t.Errorf("it says %+v", r)
	}
}

// A state database from yesterday's backup counts fences that the spreadsheet has seen already.
func TestARestoredDatabaseCountsOnAheadOfTheSpreadsheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("every 1h", "one")...)
	w.book.targets["one"] = written{Sync: "one", Run: 999, Fence: 500, Rows: []string{"yesterday"}}
	w.start()
	w.clock.turn(time.Hour + 30*time.Second)
	w.eventually("the first try", func() bool { r := w.last("one"); return r.Tries == 1 && r.State == clips.SyncQueued })
	w.clock.turn(time.Hour + 10*time.Minute)
	w.waitFor("one 13:00 done")
	if have := w.book.read("one"); have.Fence <= 1_000_000 || have.Rows[0] != "total" {
		t.Errorf("the sheet holds %+v", have)
	}
}

func TestOutagesOfTheStateDatabaseLoseNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one", "two", "three")...)
	w.start()
	cut := func() {
		pgtest.Query(t, w.dsn, `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid()`)
	}
	for minute := 1; minute <= 3; minute++ {
		w.clock.turn(time.Duration(minute)*time.Minute + 5*time.Second)
		for range 5 {
			cut()
		}
		want := fmt.Sprint(3 * minute)
		w.eventually("the slot", func() bool {
			return w.query(`select count(*) from clipsheet.sync_runs where state = 'done'`)[0] == want
		})
	}
	w.book.wantEffects(t, map[string]string{"one": "12:01 12:02 12:03", "two": "12:01 12:02 12:03", "three": "12:01 12:02 12:03"})
}

// forgetful is a store that cannot be told of the end of a run at first.
type forgetful struct {
	clipsync.Store
	fails atomic.Int32
}

func (f *forgetful) FinishSyncRun(ctx context.Context, r clips.SyncRun) error {
	if f.fails.Add(-1) >= 0 {
		return &clips.Error{Kind: clips.KindUnavailable, Notice: "The state database does not answer."}
	}
	return f.Store.FinishSyncRun(ctx, r)
}

func TestTheEndOfARunIsNotedAsSoonAsItCanBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	s := &forgetful{Store: w.store}
	s.fails.Store(2)
	w.start(func(o *clipsync.Options) { o.Store = s })
	w.clock.turn(time.Minute + 5*time.Second)
	w.waitFor("one 12:01 done")
	if r := w.last("one"); r.Tries != 1 || s.fails.Load() != -1 {
		t.Errorf("it was run %d times, and noted at the third word but %d", r.Tries, s.fails.Load())
	}
}

// deaf is a store that no longer hears of leases.
type deaf struct {
	clipsync.Store
	since chan struct{} // closed when it begins
}

func (d deaf) BeatSyncRun(ctx context.Context, id, fence int64, lease time.Duration) error {
	select {
	case <-d.since:
		<-ctx.Done() // a line that was cut somewhere says nothing
		return ctx.Err()
	default:
		return d.Store.BeatSyncRun(ctx, id, fence, lease)
	}
}

func TestWorkStopsBeforeALeaseThatCannotBeExtendedIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	cut, stopped := make(chan struct{}), make(chan string)
	w.target.on("one", func(ctx context.Context, _ clips.Push) error {
		close(cut)
		<-ctx.Done()
		w.target.on("one", nil)
		stopped <- w.query(`select lease_until > now() from clipsheet.sync_runs`)[0]
		return ctx.Err()
	})
	w.start(func(o *clipsync.Options) { o.Store = deaf{w.store, cut} })
	w.clock.turn(time.Minute + 5*time.Second)
	if <-stopped != "t" {
		t.Error("the lease was over when work stopped")
	}
	w.eventually("it to be put off", func() bool { return w.last("one").State == clips.SyncQueued })
	if r := w.last("one"); r.Kind != clips.KindUnavailable || !strings.Contains(r.Notice, "state database did not answer") {
		t.Errorf("it says %+v", r)
	}
}

func TestARunThatIsSomebodyElsesIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	pushing := make(chan struct{})
	w.target.on("one", func(ctx context.Context, _ clips.Push) error {
		close(pushing)
		<-ctx.Done()
		return ctx.Err()
	})
	w.start()
	w.clock.turn(time.Minute + 5*time.Second)
	<-pushing
	w.query(`update clipsheet.sync_runs set fence = fence + 1`)
	w.eventually("the run to be given up", func() bool { return strings.Contains(w.log.String(), "another node has it") })
	if text := w.log.String(); strings.Contains(text, "did not answer") {
		t.Error("it went on until its lease was over")
	}
	w.waitFor("one 12:01 running") // as the other has it
}

func TestJobsOfAQuietSystemAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	w.start()
	count := func() string { return w.query(`select count(*) from clipsheet.river_job`)[0] }
	before := count()
	time.Sleep(2 * time.Second) // two looks at the schedules, which must leave no trace
	if after := count(); after != before {
		t.Errorf("there were %s jobs, and now there are %s", before, after)
	}
}
