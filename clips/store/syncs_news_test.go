package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

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
