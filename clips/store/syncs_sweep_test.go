package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// at is some minutes past noon.
func at(minutes int) time.Time {
	return time.Date(2026, 11, 24, 12, minutes, 0, 0, time.UTC)
}

// everyMinute is a schedule.
func everyMinute(s clips.Sync, now time.Time) clips.Due {
	d := clips.Due{Next: now.Truncate(time.Minute).Add(time.Minute)}
	if s.NextAt.IsZero() {
		return d
	}
	d.Slot, d.First = now.Truncate(time.Minute), s.NextAt
	d.Start, d.Missed = d.Slot, int(d.Slot.Sub(d.First)/time.Minute)
	return d
}

// sweep sweeps and returns what was handed over, as "sync times".
func sweep(t testing.TB, s *store.Store, now time.Time) []string {
	t.Helper()
	var all []clips.Handover
	err := s.SweepSyncs(t.Context(), now, everyMinute, func(_ context.Context, _ pgx.Tx, h []clips.Handover) error {
		all = append(all, h...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	names := map[int64]string{}
	syncs, err := s.Syncs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, sync := range syncs {
		for _, r := range syncRuns(t, s, sync.Name) {
			names[r.ID] = sync.Name
		}
	}
	var handed []string
	for _, h := range all {
		handed = append(handed, fmt.Sprint(names[h.Run], " ", h.Times))
	}
	slices.Sort(handed)
	return handed
}

func wantHanded(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("handed over %q, want %q", got, want)
	}
}

func due(t testing.TB, s *store.Store, now time.Time) bool {
	t.Helper()
	d, err := s.SyncsDue(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// expire ends all leases.
func expire(t testing.TB, dsn string) {
	t.Helper()
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set lease_until = now() - interval '1 second'`)
}

func TestASyncIsRunAtEachOfItsSlots(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	if !due(t, s, at(0)) {
		t.Error("a sync whose first slot is not known yet is not looked at")
	}
	wantHanded(t, sweep(t, s, at(0)))
	wantStates(t, dsn) // the first slot is the next to come
	if due(t, s, at(0)) {
		t.Error("there is something to do before the slot")
	}
	if !due(t, s, at(1)) {
		t.Error("there is nothing to do at the slot")
	}
	wantHanded(t, sweep(t, s, at(1)), "one 1")
	wantHanded(t, sweep(t, s, at(1))) // once
	if due(t, s, at(1)) {
		t.Error("there is something to do after the slot")
	}
	task := claim(t, s, newest(t, s, "one").ID, at(1))
	task.Run.State = clips.SyncDone
	finish(t, s, task.Run)
	wantHanded(t, sweep(t, s, at(2)), "one 1")
	wantStates(t, dsn, "one 12:01 done", "one 12:02 queued")
}

func TestSlotsThatNobodyRanAreOneRowAndTheLastIsRun(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	wantHanded(t, sweep(t, s, at(30)), "one 1")
	wantStates(t, dsn, "one 12:01 skipped x29", "one 12:30 queued")
	if skipped := syncRuns(t, s, "one")[1]; !strings.Contains(skipped.Notice, "Nobody was there") || skipped.EndedAt.IsZero() {
		t.Errorf("it says %+v", skipped)
	}
}

func TestAClockThatIsPutBackRunsNothingTwice(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	for minute := 1; minute <= 3; minute++ {
		sweep(t, s, at(minute))
		task := claim(t, s, newest(t, s, "one").ID, at(minute))
		task.Run.State = clips.SyncDone
		finish(t, s, task.Run)
	}
	if err := s.AlignSyncs(t.Context(), at(1), func(s clips.Sync, now time.Time) time.Time {
		return everyMinute(clips.Sync{}, now).Next
	}); err != nil {
		t.Fatal(err)
	}
	for minute := 2; minute <= 3; minute++ {
		wantHanded(t, sweep(t, s, at(minute)))
	}
	wantHanded(t, sweep(t, s, at(4)), "one 1")
	wantStates(t, dsn, "one 12:01 done", "one 12:02 done", "one 12:03 done", "one 12:04 queued")
}

func TestTheRunOfTheNextSlotTakesThePlaceOfOneThatWaits(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "waits", "retries", "dies", "runs")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	for _, name := range []string{"retries", "dies", "runs"} {
		task := claim(t, s, newest(t, s, name).ID, at(1))
		if name == "retries" {
			task.Run.Kind, task.Run.Notice = clips.KindUnavailable, "Google does not answer."
			if err := s.RetrySyncRun(t.Context(), task.Run, at(1), 29*time.Minute); err != nil {
				t.Fatal(err)
			}
		}
	}
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs r set lease_until = now() - interval '1 second'
		from clipsheet.syncs s where s.id = r.sync_id and s.name = 'dies'`)
	wantHanded(t, sweep(t, s, at(2)), "dies 1", "retries 1", "waits 1") // not the one that still runs
	wantStates(t, dsn, "dies 12:01 failed", "dies 12:02 queued", "retries 12:01 failed", "retries 12:02 queued",
		"runs 12:01 running", "runs 12:02 queued", "waits 12:01 skipped", "waits 12:02 queued")
	for name, says := range map[string]string{"waits": "had not begun", "retries": "Google does not answer.", "dies": "service stopped"} {
		if r := syncRuns(t, s, name)[1]; !strings.Contains(r.Notice, says) || r.State == clips.SyncFailed && r.Kind == "" {
			t.Errorf("%s says %+v", name, r)
		}
	}
	task, err := s.SyncRun(t.Context(), syncRuns(t, s, "runs")[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	task.State = clips.SyncDone
	finish(t, s, task)
	wantHanded(t, sweep(t, s, at(2)), "runs 1")
}

func TestARunThatIsNotBegunIsHandedOverAgainAndLessOften(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	for times := 1; times < 4; times++ {
		wantHanded(t, sweep(t, s, at(1)), fmt.Sprint("one ", times))
		wantHanded(t, sweep(t, s, at(1)))
		held := pgtest.Query(t, dsn, `select round(extract(epoch from lease_until - now()) / 30) from clipsheet.sync_runs`)[0]
		if want := fmt.Sprint(1 << (times - 1)); held != want {
			t.Errorf("after %d times the queue has %s times 30s, want %s", times, held, want)
		}
		expire(t, dsn)
	}
}

func TestARunWhoseProcessDiedIsTakenOver(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	run := newest(t, s, "one").ID
	for died := range 5 {
		first := claim(t, s, run, at(1))
		if first.Run.Tries != died+1 || first.Run.Fence != int64(died+1) {
			t.Errorf("claimed as %+v", first.Run)
		}
		wantHanded(t, sweep(t, s, at(1)))
		expire(t, dsn)
		if died < 4 {
			wantHanded(t, sweep(t, s, at(1)), fmt.Sprint("one ", died+2))
		}
	}
	// It is given up when five processes have died of it.
	wantHanded(t, sweep(t, s, at(1)))
	wantStates(t, dsn, "one 12:01 failed")
	if r := newest(t, s, "one"); r.Kind != clips.KindInternal || !strings.Contains(r.Notice, "Again and again") {
		t.Errorf("it says %+v", r)
	}
}

func TestOneSpreadsheetOrAccountDoesNotTakeEveryWorker(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	var syncs []clips.Sync
	add := func(account, spreadsheet string, n int) {
		for i := range n {
			sync := declareSyncs(fmt.Sprintf("%s-%s-%02d", account, spreadsheet, i))[0]
			sync.Account, sync.Spreadsheet = account, spreadsheet
			if spreadsheet == "own" {
				sync.Spreadsheet = sync.Name
			}
			syncs = append(syncs, sync)
		}
	}
	add("a", "hot", 20)
	add("a", "own", 9)
	add("b", "own", 1)
	applySyncs(t, s, declare("sales"), syncs...)
	sweep(t, s, at(0))
	var first []string
	for i := range 8 {
		first = append(first, fmt.Sprintf("a-hot-%02d 1", i))
	}
	for i := range 8 {
		first = append(first, fmt.Sprintf("a-own-%02d 1", i))
	}
	wantHanded(t, sweep(t, s, at(1)), append(first, "b-own-00 1")...)
	wantHanded(t, sweep(t, s, at(1)))
	for i := range 2 {
		task := claim(t, s, newest(t, s, fmt.Sprintf("a-hot-%02d", i)).ID, at(1))
		task.Run.State = clips.SyncDone
		finish(t, s, task.Run)
	}
	wantHanded(t, sweep(t, s, at(1)), "a-hot-08 1", "a-hot-09 1")
}

func TestASweepThatCannotHandOverChangesNothing(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	broken := errors.New("the queue is full")
	err := s.SweepSyncs(t.Context(), at(1), everyMinute, func(context.Context, pgx.Tx, []clips.Handover) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	wantStates(t, dsn)
	wantHanded(t, sweep(t, s, at(1)), "one 1")
}

func TestOneProcessSweepsAtATime(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	other := openAt(t, dsn)
	ask(t, s, "one", "web", at(1))
	err := s.SweepSyncs(t.Context(), at(1), everyMinute, func(context.Context, pgx.Tx, []clips.Handover) error {
		changed := append(declareSyncs("two"), declareSyncs("one")...)
		changed[0].Schedule = ""
		applySyncs(t, other, declare("sales"), changed...)
		ask(t, other, "two", "web", at(1))
		wantHanded(t, sweep(t, other, at(1)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantHanded(t, sweep(t, other, at(1)), "two 1")
}

func TestWithoutAMomentTheDatabaseHasTheClock(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	var told time.Time
	err := s.SweepSyncs(t.Context(), time.Time{}, func(_ clips.Sync, now time.Time) clips.Due {
		told = now
		return clips.Due{Next: now.Add(-time.Second)}
	}, nil)
	if err != nil || time.Since(told).Abs() > time.Minute || !due(t, s, time.Time{}) {
		t.Errorf("now is %s: %v", told, err)
	}
}
