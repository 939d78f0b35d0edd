package sync

import (
	"context"
	"errors"
	"time"

	"clipsheet/clips"
)

// errLeaseOver says that the lease could not be extended, so that others may begin any moment.
var errLeaseOver = &clips.Error{Kind: clips.KindUnavailable,
	Notice: "The state database did not answer in time, so the run was stopped before another could begin."}

// holdLease extends the lease of a run that was claimed after begun, until letGo is called, which waits for the last
// word to the database. The context ends when the lease is lost, with the reason as its cause: clips.ErrFenced when
// somebody else has the run, errLeaseOver when nobody may have.
func (e *Engine) holdLease(ctx context.Context, r clips.SyncRun, begun time.Time) (held context.Context, letGo func()) {
	held, lose := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lose(e.extend(held, r, begun))
	}()
	return held, func() {
		lose(nil)
		<-done
	}
}

// extend returns when the lease is lost, and why, or when ctx ends.
func (e *Engine) extend(ctx context.Context, r clips.SyncRun, extended time.Time) error {
	tick := time.NewTicker(e.o.Lease / 5)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		// A part of the lease is left for what is on its way to the target, which cannot be called back.
		over := extended.Add(e.o.Lease * 3 / 4)
		begun := time.Now()
		asking, cancel := context.WithDeadline(ctx, over)
		err := e.o.Store.BeatSyncRun(asking, r.ID, r.Fence, e.o.Lease)
		cancel()
		switch {
		case err == nil:
			extended = begun
		case errors.Is(err, clips.ErrFenced):
			return clips.ErrFenced
		case !time.Now().Before(over):
			return errLeaseOver
		}
	}
}
