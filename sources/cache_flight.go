package sources

import (
	"context"
	"errors"
	"time"
)

// flight is work under way that others may wait for. set and err are good once done is closed.
type flight struct {
	done     chan struct{}
	set      set
	err      error
	progress progress

	// Cache.mu guards these.
	waiters int
	kept    bool // it goes on though nobody waits: it was promised, or its result is in hand
	drop    context.CancelCauseFunc
}

type flightKey struct{}

// start joins the flight in the slot, or begins one. The caller holds mu; the work does not.
func (c *Cache) start(r *result, slot **flight, work func(context.Context) (set, error)) *flight {
	if *slot != nil {
		return *slot
	}
	f := &flight{done: make(chan struct{}), progress: progress{began: time.Now()}}
	ctx, drop := context.WithCancelCause(c.ctx)
	f.drop = drop
	if c.closed {
		f.err = errClosed()
		close(f.done)
		return f
	}
	*slot = f
	r.users++
	ctx = context.WithValue(ctx, flightKey{}, f)
	c.work.Go(func() {
		defer drop(nil)
		var made set
		err := calmly(c.o.Log, "refresh a result", func() (err error) { made, err = work(ctx); return err })
		c.mu.Lock()
		defer c.mu.Unlock()
		f.set, f.err = made, err
		if *slot == f { // those who came after it was dropped have one of their own
			*slot = nil
		}
		r.users--
		close(f.done)
	})
	return f
}

// wait returns when the flight has landed, or with an error when ctx ends first.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return errLeft(ctx)
	}
}

// leave is for each of the waiters, when they no longer wait. The last of them drops the run, unless it is kept, and
// whoever asks from then on begins another.
func (c *Cache) leave(r *result, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiters--
	if f.waiters > 0 || f.kept {
		return
	}
	if r.running == f {
		r.running = nil
	}
	f.drop(errNobodyWaits)
}

// carryOn has a flight go on to its end, whoever waits for it.
func (c *Cache) carryOn(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.kept = true
}

// dropped tells of the work of a flight that nobody waits for it any more.
func dropped(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errNobodyWaits) }

// flightOf is the flight that does the work; work outside of one has a flight of its own, which nobody watches.
func flightOf(ctx context.Context) *flight {
	if f, ok := ctx.Value(flightKey{}).(*flight); ok {
		return f
	}
	return &flight{}
}
