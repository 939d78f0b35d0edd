package store_test

import (
	"bytes"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

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
