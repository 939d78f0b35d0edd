package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// start starts a run of a clip's current revision.
func start(t testing.TB, s *store.Store, slug, key string) clips.Run {
	t.Helper()
	c := clip(t, s, slug)
	r := clips.Run{ClipID: c.ID, Revision: c.Revision.Number, ParamsKey: key}
	var err error
	if r.ID, err = s.StartRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func runs(t testing.TB, s *store.Store, slug string) []clips.Run {
	t.Helper()
	all, err := s.Runs(t.Context(), clip(t, s, slug).ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFailedRunTellsWhatHappened(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	r := clips.Run{ClipID: clip(t, s, "sales").ID, Revision: 1, ParamsKey: "k", StartedAt: at}
	var err error
	if r.ID, err = s.StartRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.State = clips.RunRunning
	if diff := cmp.Diff([]clips.Run{r}, runs(t, s, "sales")); diff != "" {
		t.Error(diff)
	}
	r.State, r.EndedAt, r.Rows, r.Bytes = clips.RunFailed, at.Add(time.Second), 3, 40
	r.Kind, r.Notice = clips.KindSQL, "Column \"a\xff\" does not exist.\x00"
	if err := s.FinishRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Notice = "Column \"a�\" does not exist.�"
	if diff := cmp.Diff([]clips.Run{r}, runs(t, s, "sales")); diff != "" {
		t.Error(diff)
	}
	r.ID = 999
	wantNotFound(t, s.FinishRun(t.Context(), r))
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "other")
	var want []clips.Run
	for range 3 {
		want = append([]clips.Run{start(t, s, "sales", "")}, want...)
		start(t, s, "other", "")
	}
	got, err := s.Runs(t.Context(), clip(t, s, "sales").ID, 2)
	ignore := cmpopts.IgnoreFields(clips.Run{}, "StartedAt", "State")
	if diff := cmp.Diff(want[:2], got, ignore); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if time.Since(got[0].StartedAt).Abs() > time.Minute {
		t.Errorf("started at %s", got[0].StartedAt)
	}
}

func TestARestartAbandonsTheRunsOfDeadProcessesAlone(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "dead", "live", "own", "failed")
	dead, live := openAt(t, dsn), openAt(t, dsn)
	start(t, dead, "dead", "")
	start(t, dead, "dead", "other")
	living := start(t, live, "live", "")
	start(t, s, "own", "")
	failed := start(t, dead, "failed", "")
	if err := dead.FinishRun(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	dead.Close()

	states := func() map[string]string {
		if err := s.AbandonRuns(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, slug := range []string{"dead", "live", "own", "failed"} {
			for _, r := range runs(t, s, slug) {
				got[slug] += string(r.State) + " "
			}
		}
		return got
	}
	want := map[string]string{"dead": "abandoned abandoned ", "live": "running ", "own": "running ", "failed": "failed "}
	var got map[string]string
	pgtest.Eventually(t, "the server to let go of the dead process's lock", func() bool {
		got = states()
		return got["dead"] == want["dead"]
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	live.Close()
	pgtest.Eventually(t, "the run of a process that died later", func() bool { return states()["live"] == "abandoned " })
	if err := s.FinishRun(t.Context(), living); err != nil || states()["live"] != "failed " {
		t.Errorf("a run taken for abandoned cannot end: %v", err)
	}
}

func TestAProcessThatLostItsLockShowsItselfAtItsNextRun(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	other := openAt(t, dsn)
	start(t, s, "sales", "")
	pgtest.Exec(t, dsn, `select pg_terminate_backend(pid, 10000) from pg_stat_activity
		where application_name = 'clipsheet node' and datname = current_database()`)
	start(t, s, "sales", "")
	if err := other.AbandonRuns(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range runs(t, s, "sales") {
		if r.State != clips.RunRunning {
			t.Errorf("run %d is %s, want running", r.ID, r.State)
		}
	}
}

func TestARunNeedsARevision(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	if _, err := s.StartRun(t.Context(), clips.Run{ClipID: clip(t, s, "sales").ID, Revision: 7}); err == nil {
		t.Error("a run of a revision that is not there was started")
	}
}
