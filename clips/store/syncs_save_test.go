package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// made is a sync of clip sales, as the application makes them.
func made(name string) clips.Sync {
	return clips.Sync{Name: name, Clip: clips.Clip{Slug: "sales"}, Account: "finance", Spreadsheet: "book", Tab: "Sales", At: "A1",
		Mode: clips.SyncReplace, Schedule: "every 1h", TimeZone: "UTC"}
}

func create(t testing.TB, s *store.Store, sync clips.Sync) clips.Sync {
	t.Helper()
	if err := s.CreateSync(t.Context(), sync); err != nil {
		t.Fatal(err)
	}
	return syncOf(t, s, sync.Name)
}

func wantNotice(t testing.TB, err error, notice string) {
	t.Helper()
	if err == nil || clips.NoticeOf(err) != notice {
		t.Errorf("the error is %v, not %q", err, notice)
	}
}

func TestASyncOfTheApplicationComesBackAsItWasMade(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "mrr")
	want := wholeSync
	got := create(t, s, want)
	want.Declared, want.Edition = false, 1
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(clips.Sync{}, "ID", "Target", "Clip", "NextAt")); diff != "" {
		t.Error(diff)
	}
	if got.ID == 0 || len(got.Target) != 32 || got.Clip.Slug != "mrr" {
		t.Errorf("it has ID %d, target %q, clip %q", got.ID, got.Target, got.Clip.Slug)
	}
}

func TestSyncsOfTheApplicationStandBesideThoseOfTheConfig(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "declared")
	create(t, s, made("mine"))
	applySyncs(t, s, declare("sales"), declareSyncs("declared")...)
	if got := syncOf(t, s, "mine"); !got.RetiredAt.IsZero() || got.Declared {
		t.Errorf("after a reload of the config it is %+v", got)
	}
	due, err := s.SyncsDue(t.Context(), time.Time{})
	if err != nil || !due {
		t.Errorf("nobody plans its first slot: %v, %v", due, err)
	}
	changed := syncOf(t, s, "declared")
	changed.Tab = "Elsewhere"
	const declared = "The sync is declared in the config file: change it there."
	wantNotice(t, s.UpdateSync(t.Context(), changed), declared)
	wantNotice(t, s.RetireSync(t.Context(), "declared"), declared)
}

func TestTheNameOfASyncIsTakenOnce(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "declared")
	create(t, s, made("mine"))
	create(t, s, made("gone"))
	if err := s.RetireSync(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"declared", "mine"} {
		wantNotice(t, s.CreateSync(t.Context(), made(name)), `There is a sync "`+name+`" already: choose another name.`)
	}
	wantNotice(t, s.CreateSync(t.Context(), made("gone")), `There was a sync "gone", and its history is kept: choose another name.`)
	odd := made("odd")
	odd.Clip.Slug = "nothing"
	wantNotice(t, s.CreateSync(t.Context(), odd), `There is no clip "nothing" any more: choose another.`)
}

func TestOfTwoWhoEditASyncTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	first := create(t, s, made("mine"))
	second := first
	first.Tab, second.Tab = "First", "Second"
	if err := s.UpdateSync(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateSync(t.Context(), second); !errors.Is(err, clips.ErrEdited) {
		t.Errorf("the second was told %v", err)
	}
	got := syncOf(t, s, "mine")
	if got.Tab != "First" || got.Edition != 2 || got.Target != first.Target {
		t.Errorf("it is %+v", got)
	}
	if err := s.UpdateSync(t.Context(), got); err != nil || syncOf(t, s, "mine").Edition != 2 {
		t.Errorf("saving what is there already made another edition: %v", err)
	}
}

func TestANewScheduleCountsFromNow(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	sync := create(t, s, made("mine"))
	setNext := "update clipsheet.syncs set next_at = '2030-01-01 00:00Z'"
	pgtest.Exec(t, dsn, setNext)
	sync.Tab = "Other"
	if err := s.UpdateSync(t.Context(), sync); err != nil || syncOf(t, s, "mine").NextAt.IsZero() {
		t.Errorf("another tab moved the next slot: %v", err)
	}
	sync = syncOf(t, s, "mine")
	sync.Schedule = "every 5m"
	if err := s.UpdateSync(t.Context(), sync); err != nil || !syncOf(t, s, "mine").NextAt.IsZero() {
		t.Errorf("another schedule left the next slot as it was: %v", err)
	}
}

func TestARemovedSyncKeepsItsHistoryAndRunsNoMore(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	sync := create(t, s, made("mine"))
	run := ask(t, s, "mine", "web", time.Time{})
	if err := s.RetireSync(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sync(t.Context(), "mine"); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("it is found: %v", err)
	}
	kept, err := s.SyncRuns(t.Context(), sync.ID, 10)
	if err != nil || len(kept) != 1 || kept[0].ID != run.ID || kept[0].State != clips.SyncSkipped {
		t.Errorf("its history is %+v, %v", kept, err)
	}
	for _, err := range []error{s.RetireSync(t.Context(), "mine"), s.UpdateSync(t.Context(), sync), s.RetireSync(t.Context(), "never")} {
		if !errors.Is(err, clips.ErrNotFound) {
			t.Errorf("what is gone is %v", err)
		}
	}
}

func TestAStatusHasTheLastRunAndTheOneUnderWay(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	create(t, s, made("b-busy"))
	create(t, s, made("a-new"))
	done := claim(t, s, ask(t, s, "b-busy", "web", time.Time{}).ID, time.Time{}).Run
	done.State = clips.SyncDone
	finish(t, s, done)
	waiting := ask(t, s, "b-busy", "web", time.Time{})
	if err := s.PauseSync(t.Context(), "b-busy"); err != nil { // skips what waits, which is no result
		t.Fatal(err)
	}
	open := ask(t, s, "b-busy", "undo", time.Time{})
	all, err := s.SyncStatuses(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	if got := all[0]; got.Sync.Name != "a-new" || got.Last.ID != 0 || got.Open.ID != 0 {
		t.Errorf("one that never ran is %+v", got)
	}
	got := []int64{all[1].Last.ID, all[1].Open.ID}
	if want := []int64{done.ID, open.ID}; !slices.Equal(got, want) {
		t.Errorf("the runs are %d, not %d; %d was skipped", got, want, waiting.ID)
	}
}

func TestThePulseChangesWithWhateverBeginsOrEnds(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	seen := map[string]string{}
	look := func(after string) {
		t.Helper()
		pulse, err := s.Pulse(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if before, ok := seen[pulse]; ok {
			t.Errorf("after %s the pulse is that of %s", after, before)
		}
		seen[pulse] = after
		if again, _ := s.Pulse(t.Context()); again != pulse {
			t.Errorf("after %s the pulse changes by itself", after)
		}
	}
	look("the start")
	sync := create(t, s, made("mine"))
	look("a new sync")
	run := ask(t, s, "mine", "web", time.Time{})
	look("a question")
	run = claim(t, s, run.ID, time.Time{}).Run
	look("the start of a run")
	run.State = clips.SyncDone
	finish(t, s, run)
	look("its end")
	if err := s.PauseSync(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	look("a pause")
	sync.Tab = "Other"
	if err := s.UpdateSync(t.Context(), sync); err != nil {
		t.Fatal(err)
	}
	look("an edit")
	refresh := start(t, s, "sales", "")
	look("the start of a refresh")
	refresh.State = clips.RunFailed
	if err := s.FinishRun(t.Context(), refresh); err != nil {
		t.Fatal(err)
	}
	look("its end")
}

func TestAMovedSyncIsAnotherTarget(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "declared")
	was := create(t, s, made("mine"))
	move := func(name, tab string, edition int) error {
		return s.MoveSync(t.Context(), clips.Sync{Name: name, Tab: tab, At: "C3", Edition: edition})
	}
	if err := move("mine", "Elsewhere", 1); err != nil {
		t.Fatal(err)
	}
	now := syncOf(t, s, "mine")
	if now.Target == was.Target || len(now.Target) != 32 || now.Tab != "Elsewhere" || now.At != "C3" || now.Edition != 2 || now.ID != was.ID {
		t.Errorf("it is %+v", now)
	}
	if err := move("mine", "Third", 1); !errors.Is(err, clips.ErrEdited) {
		t.Errorf("over what somebody else saved: %v", err)
	}
	if err := move("nothing", "Third", 1); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	wantNotice(t, move("declared", "Third", 1), "The sync is declared in the config file: change it there.")
}
