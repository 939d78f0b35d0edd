package sources

import (
	"context"
	"fmt"
	"testing"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// A run is seen to wait for its turn, to run, and to read; when it is over there is nothing to see.
func TestProgressOfARun(t *testing.T) {
	w := newWorld(t, func(o *CacheOptions) { o.Concurrency = 1 })
	other := ask()
	other.Clip.ID, other.Clip.Slug = 8, "other"
	step := make(chan struct{}) // each is a step of the run, and then of the test
	wait := func(ctx context.Context) error {
		select {
		case step <- struct{}{}:
			<-step
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
		if err := wait(ctx); err != nil || n == 1 {
			return table("first"), err
		}
		many := make([]string, 100_000)
		for i := range many {
			many[i] = fmt.Sprintf("row number %d", i)
		}
		rows := table(many...)
		rows.before = func(row int) error {
			if row < len(many) {
				return nil
			}
			return wait(ctx)
		}
		return rows, nil
	})
	at := func(req clips.Request) string {
		now, ok := w.Progress(req)
		return fmt.Sprint(now.Stage, " ", now.Rows > 0 && now.Rows < 100_000, " ", !now.Began.IsZero(), " ", ok)
	}
	if got := at(ask()); got != " false false false" {
		t.Errorf("before it begins it is %s", got)
	}
	done := make(chan error, 2)
	get := func(req clips.Request) { _, err := w.Get(t.Context(), req); done <- err }
	go get(other)
	<-step // the other has the only turn
	go get(ask())
	pgtest.Eventually(t, "it waits for its turn", func() bool { waiting, _ := w.Queue(); return waiting == 1 })
	if got := at(ask()); got != "queued false true true" {
		t.Errorf("while it waits it is %s", got)
	}
	step <- struct{}{}
	<-step
	if got := at(ask()); got != "running false true true" {
		t.Errorf("while the follower works it is %s", got)
	}
	step <- struct{}{}
	<-step
	if got := at(ask()); got != "reading true true true" {
		t.Errorf("while rows come it is %s", got)
	}
	step <- struct{}{}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := w.Progress(ask()); ok {
		t.Error("it goes on when it is over")
	}
}
