package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

func TestAsOfsAreOfClipsThatAreDelivered(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	applySyncs(t, s, declare("synced", "linked", "older", "revoked", "alone", "empty"), clips.Sync{Name: "one", Clip: clips.Clip{Slug: "synced"},
		Account: "finance", Spreadsheet: "book", Mode: clips.SyncReplace, Schedule: "every 1m"})
	for i, slug := range []string{"synced", "linked", "linked", "older", "revoked", "alone"} {
		r := start(t, s, slug, fmt.Sprint(i))
		info := infoOf(r, 1)
		info.Header.AsOf = at(i)
		if slug == "older" {
			info.Header.AsOf = at(-60)
		}
		if err := s.SaveSnapshot(t.Context(), info, r, noise(1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, slug := range []string{"linked", "older", "revoked", "empty"} {
		link(t, s, clips.Link{ClipID: clip(t, s, slug).ID, Label: slug})
	}
	pgtest.Exec(t, dsn, "update clipsheet.links set revoked_at = now() where label = 'revoked'")
	for most, want := range map[int]string{9: "older 11:00, synced 12:00, linked 12:02", 1: "older 11:00"} {
		all, err := s.AsOfs(t.Context(), most)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, a := range all {
			if i > 0 {
				got += ", "
			}
			got += a.Clip + a.AsOf.UTC().Format(" 15:04")
		}
		if got != want {
			t.Errorf("of %d: %s, want %s", most, got, want)
		}
	}
}

func TestSyncHealthsSayWhoNeedsHelp(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "done", "failing", "late", "new", "paused")
	if err := s.PauseSync(t.Context(), "paused"); err != nil {
		t.Fatal(err)
	}
	end := func(name string, state clips.SyncState, minute int) {
		task := claim(t, s, ask(t, s, name, "web", at(minute)).ID, at(minute))
		task.Run.State = state
		if state == clips.SyncFailed {
			task.Run.Kind, task.Run.Notice = clips.KindTarget, "Somebody wrote there."
		}
		finish(t, s, task.Run)
	}
	end("failing", clips.SyncDone, 1)
	end("failing", clips.SyncFailed, 2)
	end("done", clips.SyncFailed, 1)
	end("done", clips.SyncDone, 2)
	claim(t, s, ask(t, s, "late", "web", at(0)).ID, at(0))
	all, err := s.SyncHealths(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range all {
		got = append(got, fmt.Sprintf("%s succeeded=%t failing=%t late=%t", h.Sync, !h.SucceededAt.IsZero(), h.Failing, h.Late > time.Minute))
	}
	want := []string{"late succeeded=false failing=false late=true", "new succeeded=false failing=false late=false",
		"failing succeeded=true failing=true late=false", "done succeeded=true failing=false late=false"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if some, err := s.SyncHealths(t.Context(), 1); err != nil || len(some) != 1 || some[0].Sync != "late" {
		t.Errorf("the first is %+v, %v", some, err)
	}
}
