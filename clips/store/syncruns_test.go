package store_test

import (
	"errors"
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

func TestOfTwoRunsOfASyncOneIsClaimed(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	for range 5 {
		runs := []clips.SyncRun{ask(t, s, "one", "web", at(1)), ask(t, s, "one", "undo", at(1))}
		var claims [2]clips.SyncTask
		if err := together(2, func(i int) (err error) {
			if claims[i], err = s.ClaimSyncRun(t.Context(), runs[i].ID, at(1), lease); errors.Is(err, clips.ErrNotFound) {
				err = nil
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if (claims[0].Run.ID == 0) == (claims[1].Run.ID == 0) {
			t.Fatalf("claimed both or none: %+v", claims)
		}
		for _, c := range claims {
			if c.Run.State = clips.SyncDone; c.Run.ID != 0 {
				finish(t, s, c.Run)
			}
		}
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
