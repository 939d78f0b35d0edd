package sources

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// refresh makes a newer result: another node's, if the state database has one young enough by now, else by a run. How
// it went is noted before the flight lands, so that the next reader decides by it.
func (c *Cache) refresh(ctx context.Context, r *result, e errand) (set, error) {
	newer, err := c.renew(ctx, r, e)
	c.mu.Lock()
	defer c.mu.Unlock()
	if dropped(ctx) {
		c.o.Log.Info("a run was stopped, since nobody waits for it", "of", e.name)
		return nil, errNobodyWaits
	}
	if err != nil {
		c.o.Log.Warn("a result was not refreshed", "of", e.name, "kind", clips.KindOf(err), "err", err)
		r.fail(err, time.Now())
		return nil, err
	}
	r.failure = failure{}
	if newer.id() != r.last.id() && newer.id() != r.lost {
		r.learn(newer, time.Now())
	}
	return newer, nil
}

func (c *Cache) renew(ctx context.Context, r *result, e errand) (set, error) {
	if _, err := c.newest(ctx, r, e); err != nil {
		return nil, err
	}
	c.mu.Lock()
	last, young := r.last, r.has() && r.age(time.Now()) < e.limit
	c.mu.Unlock()
	if young {
		return last, nil
	}
	asked := time.Now()
	done, err := c.runs.take(ctx, e.source, e.party, c.o.Patience)
	c.o.OnTurn(e.source, time.Since(asked), err == nil)
	if err != nil {
		return nil, err
	}
	var b *batch
	defer func() {
		if b == nil { // a panic passes through
			done()
		}
	}()
	progressOf(ctx).at(clips.StageRunning)
	b, err = e.run(ctx)
	c.store(ctx, b, done)
	return b.set(), err
}

// run runs a clip, or several in one snapshot, up to the outcome in hand. It is for the caller to store it.
func (c *Cache) run(ctx context.Context, b *batch) (*batch, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.RunTimeout)
	defer cancel()
	err := c.begin(b)
	if err == nil {
		err = c.execute(ctx, b)
	}
	if err != nil {
		err = c.endOfTime(ctx, err)
	} else {
		c.carryOn(flightOf(ctx)) // what is in hand is stored, and serves the next reader
	}
	b.settle(err)
	return b, err
}

// begin makes the rows of the runs. Without the state database nothing runs, since nothing could say what did. It goes on
// when nobody waits any more, or a row might be left whose number nobody knows.
func (c *Cache) begin(b *batch) error {
	ctx, cancel := context.WithTimeout(c.ctx, loadTimeout)
	defer cancel()
	for _, req := range b.reqs {
		run := clips.Run{ClipID: req.Clip.ID, Revision: req.Clip.Revision.Number, ParamsKey: req.Bound.Key,
			StartedAt: time.Now(), State: clips.RunRunning}
		var err error
		if err = failpoint.At("run.begin"); err == nil {
			run.ID, err = c.o.Store.StartRun(ctx, run)
		}
		if err != nil {
			return errState("start a run", err)
		}
		b.runs = append(b.runs, run)
	}
	return nil
}

// execute runs the queries, again where another try is likely to help.
func (c *Cache) execute(ctx context.Context, b *batch) error {
	for attempt := 1; ; attempt++ {
		err := c.attempt(ctx, b)
		if err == nil || !worthAnother(err, attempt) {
			return err
		}
		c.o.Log.Warn("a run is tried again", "of", b.name, "run", b.runs[0].ID, "attempt", attempt, "err", err)
		select {
		case <-time.After(pause(attempt)):
		case <-ctx.Done():
			return err
		}
	}
}

// worthAnother: a query the follower cancelled to catch up has three more tries, one that found no connection five, for
// which it keeps its place, one that a stopping follower ended one.
func worthAnother(err error, attempt int) bool {
	e, ok := errors.AsType[*clips.Error](err)
	switch {
	case !ok:
		return false
	case e.Kind == clips.KindConflict:
		return attempt <= 3
	case e.Kind == clips.KindBusy && e.SQLState == "53300": // the server's last connection may be free in a moment
		return attempt <= 5
	case e.Kind == clips.KindUnavailable && e.SQLState == "57P01":
		return attempt == 1
	}
	return false
}

// pause doubles from a quarter of a second, with jitter so that cancelled queries do not come back together.
func pause(attempt int) time.Duration {
	base := 250 * time.Millisecond << (attempt - 1)
	return base/2 + rand.N(base)
}

// endOfTime says in words why a run was ended from here, when it was.
func (c *Cache) endOfTime(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil:
		return err
	case c.ctx.Err() != nil || dropped(ctx):
		return errEnded(ctx)
	}
	return &clips.Error{Kind: clips.KindTimeout, Cause: err, Notice: fmt.Sprintf(
		"The query ran for %s and was stopped: make it faster, or raise the run timeout.", c.o.RunTimeout)}
}

// slots bound how much happens at once, and how many may queue for it.
type slots struct {
	free  chan struct{}
	queue chan struct{}
}

func newSlots(n int) slots {
	return slots{free: make(chan struct{}, n), queue: make(chan struct{}, n*(1+queueFactor))}
}

// take waits for a slot, until ctx, that of the cache, ends. A full queue and a long wait are both KindBusy.
func (s slots) take(ctx context.Context, patience time.Duration) error {
	select {
	case s.queue <- struct{}{}:
	default:
		return errBusy()
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var err error
	select {
	case s.free <- struct{}{}:
		return nil
	case <-timer.C:
		err = errBusy()
	case <-ctx.Done():
		err = errClosed()
	}
	<-s.queue
	return err
}

func (s slots) give() {
	<-s.free
	<-s.queue
}
