package sync

import (
	"context"
	"errors"
	"time"

	"clipsheet/clips"
)

// Who asks for a run, when it is not the schedule.
const (
	askedCommand = "command"
	askedUndo    = "undo"
)

// Progress is told how a run gets on: what is being done, and how much of it. It may be nil.
type Progress func(stage string, done, all int64)

func (p Progress) say(stage string) {
	if p != nil {
		p(stage, 0, 0)
	}
}

// RunNow runs a sync in this process, whether or not the engine was started, and returns when it has ended; if another
// run of the sync is under way, when that has ended first. What does not work at once has failed, and is the error.
func (e *Engine) RunNow(ctx context.Context, name string, progress Progress) (clips.SyncRun, error) {
	return e.runAsked(ctx, name, askedCommand, progress)
}

// Undo puts the cells that the last change of a sync's target touched back to what they held before. An undo can be
// undone. The next run of the sync makes the target equal to its clip again.
func (e *Engine) Undo(ctx context.Context, name string, progress Progress) (clips.SyncRun, error) {
	return e.runAsked(ctx, name, askedUndo, progress)
}

func (e *Engine) runAsked(ctx context.Context, name, asked string, progress Progress) (clips.SyncRun, error) {
	run, err := e.o.Store.AskSyncRun(ctx, name, asked, e.now(), e.o.Lease)
	if err != nil {
		return clips.SyncRun{}, err
	}
	how := try{once: true, progress: progress}
	for told := false; ; {
		begun := time.Now()
		task, err := e.o.Store.ClaimSyncRun(ctx, run.ID, e.now(), e.o.Lease)
		if err == nil {
			return e.do(ctx, task, begun, how)
		}
		if !errors.Is(err, clips.ErrNotFound) {
			return run, err
		}
		// Another run of the sync is under way, or another node does this one by now.
		if run, err = e.o.Store.SyncRun(ctx, run.ID); err != nil {
			return run, err
		}
		if !run.EndedAt.IsZero() {
			return run, failure(run)
		}
		if !told {
			progress.say("waiting for another run of the sync")
			told = true
		}
		if err := sleep(ctx, 500*time.Millisecond); err != nil {
			return run, err
		}
	}
}

// DryRun finds out what a run would change, and changes nothing: neither in the spreadsheet nor in the history.
func (e *Engine) DryRun(ctx context.Context, name string, progress Progress) (clips.Pushed, error) {
	s, err := e.o.Store.Sync(ctx, name)
	if err != nil {
		return clips.Pushed{}, err
	}
	return e.Preview(ctx, s, progress)
}

// Preview is DryRun for a sync that need not be stored.
func (e *Engine) Preview(ctx context.Context, s clips.Sync, progress Progress) (clips.Pushed, error) {
	begun := time.Now()
	push := e.push(clips.SyncTask{Sync: s, Run: clips.SyncRun{Slot: begun, Fence: s.Fence + 1}}, try{progress: progress})
	push.DryRun = true
	done, err := e.gather(ctx, &push)
	if err != nil {
		return clips.Pushed{}, err
	}
	defer done()
	query := time.Since(begun)
	pushed, err := e.o.Target.Push(ctx, push)
	pushed.Query = query
	return pushed, err
}

// putBack undoes the last change of the target.
func (e *Engine) putBack(ctx context.Context, task clips.SyncTask, how try) (clips.Pushed, error) {
	_, before, err := e.o.Store.LastImage(ctx, task.Sync.ID)
	if err != nil {
		return clips.Pushed{}, err
	}
	if err := e.waitForSpreadsheet(ctx, task, how); err != nil {
		return clips.Pushed{}, err
	}
	return e.o.Target.Undo(ctx, e.push(task, how), before)
}
