package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"clipsheet/clips"
)

// Writing down how a run ended must happen although its own time may be up. It is bounded by saveTimeout, and by
// closeGrace once the cache closes.
const (
	saveTimeout = 5 * time.Minute
	closeGrace  = 10 * time.Second
)

// refresh makes a newer result: another node's, if the state database has one younger than limit by now, else by a
// run. How it went is noted before the flight lands, so that the next reader decides by it.
func (c *Cache) refresh(ctx context.Context, r *result, req clips.Request, limit time.Duration) (clips.SnapshotInfo, error) {
	info, err := c.renew(ctx, r, req, limit)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.o.Log.Warn("a clip was not refreshed", "clip", req.Clip.Slug, "kind", clips.KindOf(err), "err", err)
		r.fail(err, time.Now())
		return info, err
	}
	r.failure = failure{}
	if info.ID != r.last.ID && info.ID != r.lost {
		r.learn(info, time.Now())
	}
	return info, nil
}

func (c *Cache) renew(ctx context.Context, r *result, req clips.Request, limit time.Duration) (clips.SnapshotInfo, error) {
	if _, err := c.newest(ctx, r); err != nil {
		return clips.SnapshotInfo{}, err
	}
	c.mu.Lock()
	last, young := r.last, r.has() && r.age(time.Now()) < limit
	c.mu.Unlock()
	if young {
		return last, nil
	}
	if err := c.runs.take(ctx, c.o.Patience); err != nil {
		return clips.SnapshotInfo{}, err
	}
	defer c.runs.give()
	return c.run(ctx, req)
}

// run is one run from its row in the state database to the outcome in it.
func (c *Cache) run(ctx context.Context, req clips.Request) (clips.SnapshotInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.RunTimeout)
	defer cancel()
	run := clips.Run{ClipID: req.Clip.ID, Revision: req.Clip.Revision.Number, ParamsKey: req.Bound.Key,
		StartedAt: time.Now(), State: clips.RunRunning}
	var err error
	if run.ID, err = c.begin(ctx, run); err != nil {
		return clips.SnapshotInfo{}, err
	}
	info, draft, err := c.execute(ctx, req, run)
	if err == nil {
		defer draft.file.Close()
		run.State, run.Rows, run.Bytes, run.Digest = clips.RunDone, info.Rows, info.Bytes, info.Digest
	} else {
		err = c.endOfTime(ctx, err)
		run.State, run.Kind, run.Notice = clips.RunFailed, clips.KindOf(err), clips.NoticeOf(err)
	}
	run.EndedAt = time.Now()
	c.finish(ctx, run, info, draft)
	return info, err
}

// begin makes the run's row. Without the state database nothing runs, since nothing could say what did.
func (c *Cache) begin(ctx context.Context, run clips.Run) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	id, err := c.o.Store.StartRun(ctx, run)
	if err != nil {
		return 0, errState("start a run", err)
	}
	return id, nil
}

// finish writes the outcome down. It cannot fail the run: a whole result in hand is served, though only this
// process has it.
func (c *Cache) finish(ctx context.Context, run clips.Run, info clips.SnapshotInfo, draft *draft) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	defer context.AfterFunc(c.ctx, func() { time.AfterFunc(closeGrace, cancel) })()
	if run.State == clips.RunDone {
		if err := c.o.Store.SaveSnapshot(ctx, info, run, draft.file); err != nil {
			c.o.Log.Error("a result is served but could not be stored: a restart forgets it", "run", run.ID, "err", err)
			run.State, run.Kind = clips.RunFailed, clips.KindUnavailable
			run.Notice = "The result was served but could not be stored: see the server's log."
		}
	}
	if run.State != clips.RunDone {
		if err := c.o.Store.FinishRun(ctx, run); err != nil {
			c.o.Log.Error("the end of a run could not be stored", "run", run.ID, "kind", run.Kind, "err", err)
		}
	}
	if c.o.OnRun != nil {
		c.o.OnRun(run, time.Since(run.StartedAt))
	}
}

// execute runs the query, again where another try is likely to help.
func (c *Cache) execute(ctx context.Context, req clips.Request, run clips.Run) (clips.SnapshotInfo, *draft, error) {
	for attempt := 1; ; attempt++ {
		info, draft, err := c.attempt(ctx, req, run)
		if err == nil || !worthAnother(err, attempt) {
			return info, draft, err
		}
		c.o.Log.Warn("a run is tried again", "clip", req.Clip.Slug, "run", run.ID, "attempt", attempt, "err", err)
		select {
		case <-time.After(pause(attempt)):
		case <-ctx.Done():
			return info, nil, err
		}
	}
}

// worthAnother: a query the follower cancelled to catch up has three more tries, one that a stopping follower ended
// has one more.
func worthAnother(err error, attempt int) bool {
	e, ok := errors.AsType[*clips.Error](err)
	switch {
	case !ok:
		return false
	case e.Kind == clips.KindConflict:
		return attempt <= 3
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

// attempt runs the query once, into a file of the cache. The file is whole, durable and at its start, or gone.
func (c *Cache) attempt(ctx context.Context, req clips.Request, run clips.Run) (clips.SnapshotInfo, *draft, error) {
	draft, err := c.o.Files.begin()
	if err != nil {
		return clips.SnapshotInfo{}, nil, err
	}
	var info clips.SnapshotInfo
	err = calmly(c.o.Log, "run a clip", func() (err error) { info, err = c.query(ctx, req, draft); return err })
	if err == nil {
		info.ID, info.ClipID, info.Revision, info.ParamsKey = run.ID, run.ClipID, run.Revision, run.ParamsKey
		info.CreatedAt = time.Now().Truncate(time.Microsecond) // as the state database keeps it
		err = draft.keep(snapshotName(info))
	}
	if err != nil {
		draft.abandon()
		return clips.SnapshotInfo{}, nil, err
	}
	return info, draft, nil
}

func (c *Cache) query(ctx context.Context, req clips.Request, w io.Writer) (clips.SnapshotInfo, error) {
	name := req.Clip.Revision.Source
	source, ok := c.o.Source(name)
	if !ok {
		return clips.SnapshotInfo{}, errNoSource(name)
	}
	rows, err := source.Open(ctx, req.Bound.Query)
	if err != nil {
		return clips.SnapshotInfo{}, err
	}
	defer rows.Close()
	info, err := clips.WriteSnapshot(w, rows, nil)
	if err != nil {
		return info, fmt.Errorf("run clip %s: %w", req.Clip.Slug, err)
	}
	return info, nil
}

// endOfTime says in words why a run was ended from here, when it was.
func (c *Cache) endOfTime(ctx context.Context, err error) error {
	switch {
	case ctx.Err() == nil:
		return err
	case c.ctx.Err() != nil:
		return errClosed()
	}
	return &clips.Error{Kind: clips.KindTimeout, Cause: err, Notice: fmt.Sprintf(
		"The query ran for %s and was stopped: make it faster, or raise the run timeout.", c.o.RunTimeout)}
}

// slots bound how much happens at once, and how many may queue for it.
type slots struct {
	free  chan struct{}
	queue chan struct{}
}

// queueFactor is how many may queue for each slot.
const queueFactor = 32

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
