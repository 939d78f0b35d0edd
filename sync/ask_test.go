package sync_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

func TestRunNowNeedsNoService(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	e := clipsync.New(w.options())
	var stages []string
	r, err := e.RunNow(t.Context(), "one", func(stage string, _, _ int64) { stages = append(stages, stage) })
	if err != nil || r.State != clips.SyncDone || r.Asked != "command" || r.Pushed.Cells != 2 {
		t.Errorf("it ended as %+v: %v", r, err)
	}
	w.waitFor("one 12:00 done")
	if have := w.book.read("one"); !slices.Equal(have.Rows, []string{"total", "1"}) {
		t.Errorf("the sheet holds %+v", have)
	}
	_, err = e.RunNow(t.Context(), "other", nil)
	if !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("a sync that is not there: %v", err)
	}
	w.target.on("one", func(context.Context, clips.Push) error {
		return &clips.Error{Kind: clips.KindUnavailable, Notice: "No answer."}
	})
	r, err = e.RunNow(t.Context(), "one", nil)
	if r.State != clips.SyncFailed || clips.NoticeOf(err) != "No answer." {
		t.Errorf("trouble that passes is not told at once: %+v, %v", r, err)
	}
}

func TestRunNowWaitsForARunUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	pushing, goOn := make(chan struct{}), make(chan struct{})
	w.target.on("one", func(context.Context, clips.Push) error {
		w.target.on("one", nil)
		close(pushing)
		<-goOn
		return nil
	})
	w.start()
	w.clock.turn(time.Minute + 5*time.Second)
	<-pushing
	told := make(chan string, 10)
	ended := make(chan clips.SyncRun)
	go func() {
		r, err := clipsync.New(w.options()).RunNow(t.Context(), "one", func(stage string, _, _ int64) { told <- stage })
		if err != nil {
			t.Error(err)
		}
		ended <- r
	}()
	if stage := <-told; !strings.Contains(stage, "another run") {
		t.Errorf("told %q", stage)
	}
	close(goOn)
	if r := <-ended; r.State != clips.SyncDone {
		t.Errorf("it ended as %+v", r)
	}
	w.book.wantEffects(t, map[string]string{"one": "12:01 12:01"})
}

func TestADryRunChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	e := clipsync.New(w.options())
	if _, err := e.RunNow(t.Context(), "one", nil); err != nil {
		t.Fatal(err)
	}
	p, err := e.DryRun(t.Context(), "one", nil)
	if err != nil || p.Cells != 1 || p.Query == 0 {
		t.Errorf("it would come to %+v: %v", p, err)
	}
	w.waitFor("one 12:00 done")
	w.book.wantEffects(t, map[string]string{"one": "12:00"})
	if w.results.open != 0 {
		t.Error("its result is still open")
	}
}

func TestUndoPutsBackWhatWasThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	e := clipsync.New(w.options())
	if _, err := e.Undo(t.Context(), "one", nil); !strings.Contains(clips.NoticeOf(err), "nothing to undo") {
		t.Errorf("at first: %v", err)
	}
	for range 2 {
		if _, err := e.RunNow(t.Context(), "one", nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"1", "2"} { // an undo can be undone
		r, err := e.Undo(t.Context(), "one", nil)
		if have := w.book.read("one"); err != nil || r.Asked != "undo" || have.Rows[1] != want || !have.Undone {
			t.Errorf("the sheet holds %+v after %+v: %v", have, r, err)
		}
	}
	if len(w.results.asked) != 2 {
		t.Errorf("the clip was run %d times", len(w.results.asked))
	}
}

func TestAskingOnTheWebIsDoneByAnyNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	w.start()
	if _, err := w.store.AskSyncRun(t.Context(), "one", "web", w.clock.read(), 0); err != nil {
		t.Fatal(err)
	}
	w.waitFor("one 12:00 done")
	if r := w.last("one"); r.Asked != "web" {
		t.Errorf("it was asked by %q", r.Asked)
	}
}
