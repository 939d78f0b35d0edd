package sync

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// runJob says that a run may be claimed. One run, handed over once, is one job, however often it is inserted.
type runJob struct {
	Run   int64 `json:"run"`
	Times int   `json:"times"`
}

func (runJob) Kind() string { return "sync_run" }
func (runJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: runQueue, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// runner does runs.
type runner struct {
	river.WorkerDefaults[runJob]
	engine *Engine
}

func (r *runner) Work(ctx context.Context, job *river.Job[runJob]) error {
	begun := time.Now()
	task, err := r.engine.o.Store.ClaimSyncRun(ctx, job.Args.Run, r.engine.now(), r.engine.o.Lease)
	if errors.Is(err, clips.ErrNotFound) {
		return nil // somebody was faster, or it is over
	}
	if err != nil {
		return err
	}
	r.engine.do(ctx, task, begun, try{})
	return nil
}

// try is how a run is gone about.
type try struct {
	once     bool // whoever asked waits: what does not work now has failed
	progress Progress
}

// do does a run that was claimed just after begun, and notes what became of it. The error is why it did not work.
func (e *Engine) do(ctx context.Context, task clips.SyncTask, begun time.Time, how try) (clips.SyncRun, error) {
	held, letGo := e.holdLease(ctx, task.Run, begun)
	run, err := e.attempt(held, task, how)
	letGo() // the lease is not extended while the end is noted, which would get in each other's way
	return e.settle(ctx, task.Sync, run, begun, err, how)
}

// attempt runs the clip and pushes the result. It tells what it came to also when it fails.
func (e *Engine) attempt(ctx context.Context, task clips.SyncTask, how try) (run clips.SyncRun, err error) {
	run = task.Run
	defer func() {
		if p := recover(); p != nil { // one poisoned sync must not take the service down
			e.o.Log.Error("panic", "doing", "run sync "+task.Sync.Name, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("run sync %s: panic: %v", task.Sync.Name, p)
		}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, e.o.RunTimeout, errTooLong(e.o.RunTimeout))
	defer cancel()
	if run.Asked == askedUndo {
		run.Pushed, err = e.putBack(ctx, task, how)
	} else {
		run.Snapshot, run.Pushed, err = e.pushResult(ctx, task, how)
	}
	if clips.KindOf(err) == clips.KindSuperseded {
		err = e.overtake(ctx, task, err)
	}
	return run, why(ctx, err)
}

// why is the reason for which ctx ended, when that is what an error comes of and we have words for it.
func why(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if _, ours := errors.AsType[*clips.Error](cause); err != nil && (ours || errors.Is(cause, clips.ErrFenced)) {
		return cause
	}
	return err
}

func (e *Engine) pushResult(ctx context.Context, task clips.SyncTask, how try) (snapshot int64, p clips.Pushed, err error) {
	begun := time.Now()
	push := e.push(task, how)
	if err = failpoint.At("sync.claimed"); err != nil {
		return 0, clips.Pushed{}, err
	}
	done, err := e.gather(ctx, &push)
	if err != nil {
		return 0, clips.Pushed{}, err
	}
	defer done()
	query := time.Since(begun)
	if err = e.waitForSpreadsheet(ctx, task, how); err == nil {
		err = failpoint.At("sync.held")
	}
	if err == nil {
		p, err = e.o.Target.Push(ctx, push)
	}
	p.Query = query
	return push.Info.ID, p, err
}

// overtake is for a target that has seen a higher fence although the run is ours: the state database was restored from
// a backup, and counts again what it had counted. From now on it counts from far above.
func (e *Engine) overtake(ctx context.Context, task clips.SyncTask, err error) error {
	if lost := e.o.Store.BeatSyncRun(ctx, task.Run.ID, task.Run.Fence, e.o.Lease); lost != nil {
		return lost
	}
	e.o.Log.Warn("a target was written by runs that the state database does not know", "sync", task.Sync.Name, "err", err)
	if err := e.o.Store.RaiseFence(ctx, task.Sync.ID); err != nil {
		return err
	}
	return &clips.Error{Kind: clips.KindSuperseded, Cause: err, Notice: "The spreadsheet was written by a run that the " +
		"state database does not know, as after a restore from a backup: it is tried again, ahead of that one."}
}

// push is what a target is told, without a result.
func (e *Engine) push(task clips.SyncTask, how try) clips.Push {
	r := task.Run
	return clips.Push{Sync: task.Sync, Run: r.ID, Fence: r.Fence, Slot: r.Slot, Held: task.Held, Tell: how.progress,
		Formats: e.formats(task.Sync.Clip)}
}

func (e *Engine) formats(c clips.Clip) map[string]clips.ColumnFormat {
	if e.o.Formats == nil {
		return nil
	}
	return e.o.Formats(c)
}

// gather runs the clip of a push, or those of its workbook, never mind how young their last results are: what is
// written in a spreadsheet stays there. The caller calls done when the push is over.
func (e *Engine) gather(ctx context.Context, p *clips.Push) (done func(), err error) {
	if e.o.Workbook != nil {
		if w, ok, err := e.o.Workbook(ctx, p.Sync); ok || err != nil {
			return e.gatherParts(ctx, p, w, err)
		}
	}
	revision := p.Sync.Clip.Revision
	bound, err := clips.Bind(revision, p.Sync.Params, time.Now(), e.zone(revision))
	if err != nil {
		return nil, err
	}
	result, err := e.o.Results.Run(ctx, clips.Request{Clip: p.Sync.Clip, Bound: bound, Fresh: true})
	if err != nil {
		return nil, err
	}
	p.Info, p.Rows = result.Info, result.Rows
	return func() { result.Close() }, nil
}

// zone is where "today" is.
func (e *Engine) zone(r clips.Revision) *time.Location {
	if zone, err := time.LoadLocation(r.TimeZone); err == nil && r.TimeZone != "" {
		return zone
	}
	if e.o.TimeZone != nil {
		return e.o.TimeZone(r.Source)
	}
	return time.UTC
}

// waitForSpreadsheet returns when this node, and no other, may write the spreadsheet.
func (e *Engine) waitForSpreadsheet(ctx context.Context, task clips.SyncTask, how try) error {
	for told := false; ; {
		held, err := e.o.Store.HoldSpreadsheet(ctx, task.Sync.Spreadsheet, e.node, task.Run)
		if err != nil || held {
			return err
		}
		if !told {
			how.progress.say("waiting for the spreadsheet")
			told = true
		}
		if err := sleep(ctx, 400*time.Millisecond); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func errTooLong(limit time.Duration) error {
	return &clips.Error{Kind: clips.KindTimeout, Notice: fmt.Sprintf(
		"The run took longer than %s and was stopped: make the query faster, or the result smaller.", limit)}
}
