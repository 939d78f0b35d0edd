package store_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

const lease = time.Minute

func syncRuns(t testing.TB, s *store.Store, name string) []clips.SyncRun {
	t.Helper()
	all, err := s.SyncRuns(t.Context(), syncOf(t, s, name).ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func newest(t testing.TB, s *store.Store, name string) clips.SyncRun {
	t.Helper()
	all := syncRuns(t, s, name)
	if len(all) == 0 {
		t.Fatalf("sync %s has no runs", name)
	}
	return all[0]
}

func claim(t testing.TB, s *store.Store, id int64, now time.Time) clips.SyncTask {
	t.Helper()
	task, err := s.ClaimSyncRun(t.Context(), id, now, lease)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func finish(t testing.TB, s *store.Store, r clips.SyncRun) {
	t.Helper()
	if err := s.FinishSyncRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func ask(t testing.TB, s *store.Store, name, asked string, now time.Time) clips.SyncRun {
	t.Helper()
	r, err := s.AskSyncRun(t.Context(), name, asked, now, 0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantFenced(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, clips.ErrFenced) {
		t.Errorf("error is %v, want clips.ErrFenced", err)
	}
}

func TestARunTellsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	task := claim(t, s, newest(t, s, "one").ID, at(1))
	if task.Sync.Name != "one" || task.Sync.Clip.Slug != "sales" || task.Held != 0 {
		t.Errorf("claimed %+v", task)
	}
	want := clips.SyncRun{ID: task.Run.ID, SyncID: task.Sync.ID, Slot: at(1), Slots: 1, Fence: 1, State: clips.SyncRunning, Tries: 1,
		StartedAt: task.Run.StartedAt}
	if diff := cmp.Diff(want, task.Run); diff != "" || time.Since(want.StartedAt).Abs() > time.Minute {
		t.Errorf("started at %s: %s", want.StartedAt, diff)
	}
	want.State, want.Snapshot, want.Kind, want.Notice = clips.SyncDone, 42, "", "A filter hides rows.\xff"
	want.Pushed = clips.Pushed{Rows: 7, Cells: 3, Reads: 1, Writes: 2, Bytes: 99, Verified: 3, Plan: time.Second, Query: time.Minute,
		Sample: []clips.CellChange{{Tab: "T", Cell: "A1", Before: "“x”\n", After: ""}}, Notes: []string{"n"}, Before: []byte{0, 1}}
	finish(t, s, want)
	got, err := s.SyncRun(t.Context(), want.ID)
	want.Notice, want.Pushed.Before, want.EndedAt = "A filter hides rows.�", nil, got.EndedAt
	if diff := cmp.Diff(want, got); diff != "" || err != nil || got.EndedAt.IsZero() {
		t.Error(err, diff)
	}
	wantFenced(t, s.FinishSyncRun(t.Context(), want)) // it has ended, once and for all
	_, err = s.SyncRun(t.Context(), 999)
	wantNotFound(t, err)

	sweep(t, s, at(2))
	if next := claim(t, s, newest(t, s, "one").ID, at(2)); next.Held != 7 || next.Run.Fence != 2 {
		t.Errorf("the next run is told %+v", next)
	}
}

func TestARunIsClaimedOnce(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	id := newest(t, s, "one").ID
	_, early := s.ClaimSyncRun(t.Context(), id, at(0), lease)
	wantNotFound(t, early)
	claimed := make([]bool, 8)
	if err := together(8, func(i int) error {
		_, err := s.ClaimSyncRun(t.Context(), id, at(1), lease)
		if claimed[i] = err == nil; errors.Is(err, clips.ErrNotFound) {
			err = nil
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range claimed {
		if c {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of 8 claimed the run", n)
	}
	if fence := pgtest.Query(t, dsn, `select fence from clipsheet.syncs`)[0]; fence != "1" {
		t.Errorf("the fence is %s", fence)
	}
}

func TestAnotherRunOfASyncWaitsForTheOneUnderWay(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	first := ask(t, s, "one", "web", at(1))
	task := claim(t, s, first.ID, at(1))
	second := ask(t, s, "one", "web", at(1))
	if second.ID == first.ID || !second.Slot.After(first.Slot) {
		t.Errorf("first %+v, second %+v", first, second)
	}
	_, err := s.ClaimSyncRun(t.Context(), second.ID, at(1), lease)
	wantNotFound(t, err)
	expire(t, dsn) // the first has died, and the second goes ahead of it
	claim(t, s, second.ID, at(1))
	wantFenced(t, func() error {
		_, err := s.ClaimSyncRun(t.Context(), first.ID, at(1), lease)
		return notFoundIsFenced(err)
	}())
	task.Run.State = clips.SyncDone
	_ = task
}

func notFoundIsFenced(err error) error {
	if errors.Is(err, clips.ErrNotFound) {
		return clips.ErrFenced
	}
	return err
}

func TestWhoLostARunCannotTouchItAnyMore(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	id := ask(t, s, "one", "web", at(1)).ID
	old := claim(t, s, id, at(1))
	expire(t, dsn)
	if err := s.BeatSyncRun(t.Context(), id, old.Run.Fence, lease); err != nil {
		t.Errorf("a lease that is over, and that nobody took, cannot be extended: %v", err)
	}
	expire(t, dsn)
	sweep(t, s, at(1))
	wantFenced(t, s.BeatSyncRun(t.Context(), id, old.Run.Fence, lease))
	current := claim(t, s, id, at(1))
	old.Run.State = clips.SyncDone
	wantFenced(t, s.BeatSyncRun(t.Context(), id, old.Run.Fence, lease))
	wantFenced(t, s.RetrySyncRun(t.Context(), old.Run, at(1), time.Minute))
	wantFenced(t, s.FinishSyncRun(t.Context(), old.Run))
	if hold(t, s, "book", "a", old.Run) {
		t.Error("it holds the spreadsheet")
	}
	current.Run.State = clips.SyncFailed
	finish(t, s, current.Run)
	wantStates(t, dsn, "one 12:01 failed")
}

// hold takes hold of a spreadsheet for a run, on a node.
func hold(t testing.TB, s *store.Store, spreadsheet, node string, r clips.SyncRun) bool {
	t.Helper()
	held, err := s.HoldSpreadsheet(t.Context(), spreadsheet, node, r)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// claimed are runs under way, one of each sync.
func claimed(t testing.TB, s *store.Store, names ...string) []clips.SyncRun {
	t.Helper()
	var all []clips.SyncRun
	for _, name := range names {
		all = append(all, claim(t, s, ask(t, s, name, "web", at(1)).ID, at(1)).Run)
	}
	return all
}

func TestOneNodeAtATimeWritesASpreadsheet(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two", "three")
	r := claimed(t, s, "one", "two", "three")
	three := r[2]
	if !hold(t, s, "book", "a", r[0]) || !hold(t, s, "other", "b", three) {
		t.Error("a free spreadsheet cannot be held")
	}
	if !hold(t, s, "book", "a", r[1]) {
		t.Error("runs of one node do not hold it together")
	}
	if hold(t, s, "book", "b", three) {
		t.Error("two nodes hold one spreadsheet")
	}
	for _, r := range r[:2] {
		r.State = clips.SyncDone
		finish(t, s, r)
		if hold(t, s, "book", "b", three) {
			t.Error("there is no second between two nodes, or not all of the first have let go")
		}
	}
	pgtest.Eventually(t, "a second to pass", func() bool { return hold(t, s, "book", "b", three) })
	if waited := pgtest.Query(t, dsn, `select now() - max(ended_at) >= interval '1 second' from clipsheet.sync_runs`)[0]; waited != "t" {
		t.Error("it was less than a second")
	}
}

func TestANodeThatDiesLetsGoOfItsSpreadsheets(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two")
	r := claimed(t, s, "one", "two")
	hold(t, s, "book", "a", r[0])
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set lease_until = now() where holds <> ''`)
	if hold(t, s, "book", "a", r[0]) {
		t.Error("a run holds a spreadsheet for longer than its lease")
	}
	pgtest.Eventually(t, "nobody to be waiting", func() bool { return hold(t, s, "book", "b", r[1]) })
}

func TestANodeThatWaitsForASpreadsheetGetsItsTurn(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two", "three", "four")
	r := claimed(t, s, "one", "two", "three", "four")
	hold(t, s, "book", "a", r[0])
	if hold(t, s, "book", "b", r[1]) || hold(t, s, "book", "c", r[2]) {
		t.Error("it is held by another")
	}
	if hold(t, s, "book", "a", r[3]) {
		t.Error("more and more runs of one node can hold it while another waits")
	}
	r[0].State = clips.SyncDone
	finish(t, s, r[0])
	pgtest.Exec(t, dsn, `update clipsheet.spreadsheets set free_at = now(), wanted_until = now() + interval '1 minute'`)
	if hold(t, s, "book", "c", r[2]) || !hold(t, s, "book", "b", r[1]) {
		t.Error("who waited first does not come first")
	}
}

func TestARunIsTriedAgainWhenItIsTime(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	unscheduled := declareSyncs("one")
	unscheduled[0].Schedule = ""
	applySyncs(t, s, declare("sales"), unscheduled...)
	task := claim(t, s, ask(t, s, "one", "web", at(1)).ID, at(1))
	hold(t, s, "book", "a", task.Run)
	task.Run.Kind, task.Run.Notice = clips.KindQuota, "Google takes no more."
	if err := s.RetrySyncRun(t.Context(), task.Run, at(1), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	if due(t, s, at(2)) && len(sweep(t, s, at(2))) > 0 {
		t.Error("it is handed over before its time")
	}
	if r := newest(t, s, "one"); r.State != clips.SyncQueued || r.Kind != clips.KindQuota || r.Notice != "Google takes no more." {
		t.Errorf("it says %+v", r)
	}
	_, err := s.ClaimSyncRun(t.Context(), task.Run.ID, at(2), lease)
	wantNotFound(t, err)
	wantHanded(t, sweep(t, s, at(3)), "one 1")
	again := claim(t, s, task.Run.ID, at(3))
	if holds := pgtest.Query(t, dsn, `select count(*) from clipsheet.sync_runs where holds <> ''`)[0]; holds != "0" {
		t.Error("it still holds the spreadsheet")
	}
	if again.Run.Tries != 2 || again.Run.Fence != 2 || !again.Run.StartedAt.Equal(task.Run.StartedAt) {
		t.Errorf("claimed %+v", again.Run)
	}
	again.Run.State, again.Run.Kind, again.Run.Notice = clips.SyncDone, "", ""
	finish(t, s, again.Run)
	if r := newest(t, s, "one"); r.Kind != "" || r.Notice != "" {
		t.Errorf("it says %+v", r)
	}
}

func TestAskingForARunJoinsTheOneThatWaits(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	first := ask(t, s, "one", "web", at(1))
	if first.Asked != "web" || first.State != clips.SyncQueued || !first.Slot.Equal(at(1)) {
		t.Errorf("asked for %+v", first)
	}
	if again := ask(t, s, "one", "command", at(2)); again.ID != first.ID {
		t.Errorf("asked again: %+v", again)
	}
	undo := ask(t, s, "one", "undo", at(1))
	if undo.ID == first.ID || !undo.Slot.After(first.Slot) {
		t.Errorf("an undo is %+v", undo)
	}
	wantHanded(t, sweep(t, s, at(1)), "one 1")
	wantStates(t, dsn, "one 12:01 skipped", "one 12:01 queued")
	_, err := s.AskSyncRun(t.Context(), "other", "web", at(1), 0)
	wantNotFound(t, err)
}

func TestWhoAsksMayClaimTheRunItself(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	r, err := s.AskSyncRun(t.Context(), "one", "command", at(0), lease)
	if err != nil {
		t.Fatal(err)
	}
	wantHanded(t, sweep(t, s, at(0)))
	claim(t, s, r.ID, at(0))
	expire(t, dsn)
	wantHanded(t, sweep(t, s, at(0)), "one 1") // it died, and others go on
}

// ended is a run that came to this.
func ended(t testing.TB, s *store.Store, minute int, state clips.SyncState, p clips.Pushed) clips.SyncRun {
	t.Helper()
	task := claim(t, s, ask(t, s, "one", "web", at(minute)).ID, at(minute))
	task.Run.State, task.Run.Pushed = state, p
	finish(t, s, task.Run)
	return task.Run
}

func TestTheLastChangeCanBeUndone(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	id := syncOf(t, s, "one").ID
	undo := func() (int64, []byte, error) {
		r, before, err := s.LastImage(t.Context(), id)
		return r.ID, before, err
	}
	_, _, err := undo()
	wantSays(t, err, "nothing to undo")
	changed := ended(t, s, 1, clips.SyncDone, clips.Pushed{Cells: 3, Before: []byte("image")})
	ended(t, s, 2, clips.SyncDone, clips.Pushed{})
	ended(t, s, 3, clips.SyncFailed, clips.Pushed{Cells: 1, Before: []byte("other")})
	if r, before, err := undo(); err != nil || r != changed.ID || string(before) != "image" {
		t.Errorf("of run %d: %q, %v", r, before, err)
	}
	ended(t, s, 4, clips.SyncDone, clips.Pushed{Cells: 9, Before: bytes.Repeat([]byte{1}, 32<<20+1)})
	_, _, err = undo()
	wantSays(t, err, "cannot be undone", "version history")
}

func TestPruningRunsOfSyncs(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	for minute := range 8 {
		state := clips.SyncDone
		if minute%2 == 1 {
			state = clips.SyncFailed
		}
		ended(t, s, minute, state, clips.Pushed{Cells: 1, Before: []byte("image")})
	}
	waiting := ask(t, s, "one", "web", at(8))
	prune := func(keep store.SyncRetention) int {
		n, err := s.PruneSyncRuns(t.Context(), keep)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	images := func() string {
		return pgtest.Query(t, dsn, `select string_agg(extract(minute from slot)::text, ' ' order by slot)
			from clipsheet.sync_runs where before is not null`)[0]
	}
	if n := prune(store.SyncRetention{}); n != 0 || images() != "0 1 2 3 4 5 6 7" {
		t.Errorf("without limits %d went, images left of %s", n, images())
	}
	if n := prune(store.SyncRetention{Images: 3}); n != 0 || images() != "5 6 7" {
		t.Errorf("%d went, images left of %s", n, images())
	}
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set ended_at = ended_at - interval '100 days'`)
	if n := prune(store.SyncRetention{Age: 90 * 24 * time.Hour}); n != 6 {
		t.Errorf("%d went, want 6", n)
	}
	wantStates(t, dsn, "one 12:06 done", "one 12:07 failed", "one 12:08 queued")
	_ = waiting
}

func TestRaisingAFenceLetsItCountOnFromFarAbove(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	ended(t, s, 1, clips.SyncDone, clips.Pushed{})
	if err := s.RaiseFence(t.Context(), syncOf(t, s, "one").ID); err != nil {
		t.Fatal(err)
	}
	if r := ended(t, s, 2, clips.SyncDone, clips.Pushed{}); r.Fence != 1_000_002 {
		t.Errorf("the fence is %d", r.Fence)
	}
}

// news tells all there is, as "name state notice".
func news(t testing.TB, s *store.Store) string {
	t.Helper()
	var all []string
	for {
		more, err := s.TellSyncRun(t.Context(), func(_ context.Context, sync clips.Sync, r clips.SyncRun) error {
			all = append(all, strings.TrimSpace(sync.Name+" "+string(r.State)+" "+r.Notice))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return strings.Join(all, ", ")
		}
	}
}

func TestTheOwnerIsToldWhatIsNews(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	minute := 0
	end := func(state clips.SyncState, kind clips.Kind, notice string) {
		minute++
		task := claim(t, s, ask(t, s, "one", "web", at(minute)).ID, at(minute))
		task.Run.State, task.Run.Kind, task.Run.Notice = state, kind, notice
		finish(t, s, task.Run)
	}
	for _, step := range []struct {
		state  clips.SyncState
		kind   clips.Kind
		notice string
		want   string
	}{
		{clips.SyncDone, "", "", ""},
		{clips.SyncFailed, clips.KindTarget, "a", "one failed a"},
		{clips.SyncFailed, clips.KindTarget, "b", ""},
		{clips.SyncFailed, clips.KindSQL, "c", "one failed c"},
		{clips.SyncDone, "", "", "one done"},
		{clips.SyncDone, "", "", ""},
		{clips.SyncFailed, clips.KindSQL, "d", "one failed d"},
	} {
		end(step.state, step.kind, step.notice)
		if got := news(t, s); got != step.want {
			t.Errorf("after %+v the news is %q", step, got)
		}
	}
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set told_at = told_at - interval '25 hours'`)
	end(clips.SyncFailed, clips.KindSQL, "e")
	end(clips.SyncFailed, clips.KindSQL, "f")
	if got := news(t, s); got != "one failed e" {
		t.Errorf("a day later the news is %q", got)
	}
}

func TestTheOwnerIsToldWhenARunIsLate(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	id := ask(t, s, "one", "web", at(1)).ID
	try := func(state clips.SyncState) {
		task := claim(t, s, id, at(1))
		task.Run.State, task.Run.Notice = state, "Google is away."
		if state == clips.SyncDone {
			finish(t, s, task.Run)
		} else if err := s.RetrySyncRun(t.Context(), task.Run, at(1), 0); err != nil {
			t.Fatal(err)
		}
	}
	try(clips.SyncQueued)
	if got := news(t, s); got != "" {
		t.Errorf("at first the news is %q", got)
	}
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set started_at = started_at - interval '61 minutes'`)
	try(clips.SyncQueued)
	if got := news(t, s); got != "one queued Google is away." {
		t.Errorf("an hour later the news is %q", got)
	}
	try(clips.SyncQueued)
	if got := news(t, s); got != "" {
		t.Errorf("told twice: %q", got)
	}
	try(clips.SyncDone)
	if got := news(t, s); got != "one done Google is away." {
		t.Errorf("in the end the news is %q", got)
	}
}

func TestNewsThatCannotBeToldWaits(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	ended(t, s, 1, clips.SyncFailed, clips.Pushed{})
	broken := errors.New("no answer from the webhook")
	if _, err := s.TellSyncRun(t.Context(), func(context.Context, clips.Sync, clips.SyncRun) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got := news(t, s); got != "" {
		t.Errorf("told again at once: %q", got)
	}
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set tell_at = tell_at - interval '61 seconds'`)
	if got := news(t, s); got != "one failed" {
		t.Errorf("a minute later the news is %q", got)
	}
}
