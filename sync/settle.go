package sync

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// settle notes what became of a try: the run is done, has failed, or is put off.
func (e *Engine) settle(ctx context.Context, s clips.Sync, run clips.SyncRun, begun time.Time, err error, how try) (clips.SyncRun, error) {
	run.Kind, run.Notice = kindAndNotice(err)
	var pause time.Duration
	switch {
	case errors.Is(err, clips.ErrFenced):
		return run, e.giveUp(s, run, err)
	case err == nil:
		run.State = clips.SyncDone
	case ctx.Err() != nil && !how.once: // the service stops: somebody else goes on at once
		run.State = clips.SyncQueued
	case passes(run.Kind) && !how.once && !tooLate(s, run):
		run.State, pause = clips.SyncQueued, pauseAfter(run.Kind, run.Tries)
	default:
		run.State = clips.SyncFailed
	}
	if lost := e.note(run, pause); lost != nil {
		return run, e.giveUp(s, run, errors.Join(err, lost))
	}
	e.tellLog(s, run, pause, err)
	if e.o.OnRun != nil {
		e.o.OnRun(s, run, time.Since(begun))
	}
	return run, err
}

// giveUp leaves a run as the database has it.
func (e *Engine) giveUp(s clips.Sync, run clips.SyncRun, err error) error {
	log := e.o.Log.With("sync", s.Name, "run", run.ID, "err", err)
	if errors.Is(err, clips.ErrFenced) {
		log.Warn("a run was given up, since another node has it")
	} else {
		log.Error("the end of a run could not be noted, so it will be run again")
	}
	return err
}

// kindAndNotice are for people. A run that was stopped from outside says so, whatever it was doing.
func kindAndNotice(err error) (clips.Kind, string) {
	_, classified := errors.AsType[*clips.Error](err)
	switch {
	case err == nil:
		return "", ""
	case !classified && errors.Is(err, context.Canceled):
		return clips.KindCanceled, "It was stopped before it was finished."
	}
	return clips.KindOf(err), clips.NoticeOf(err)
}

// passes tells whether trouble is likely to be over some time later without anybody's doing.
func passes(k clips.Kind) bool {
	switch k {
	case clips.KindUnavailable, clips.KindLag, clips.KindConflict, clips.KindBusy, clips.KindQuota, clips.KindSuperseded:
		return true
	}
	return false
}

// tooLate tells whether to give up. A scheduled run need not: the run of the next slot takes its place.
func tooLate(s clips.Sync, r clips.SyncRun) bool {
	const patience = time.Hour
	scheduled := !s.NextAt.IsZero() && !s.Paused
	return !scheduled && time.Since(r.StartedAt) > patience
}

// pauseAfter doubles with each try from five seconds to five minutes, with jitter so that what failed together does
// not come back together. A quota is refilled by the minute.
func pauseAfter(k clips.Kind, tries int) time.Duration {
	const least, most = 5 * time.Second, 5 * time.Minute
	pause := min(least<<min(tries-1, 10), most)
	pause = pause/2 + rand.N(pause/2)
	if k == clips.KindQuota {
		pause += time.Minute
	}
	return pause
}

// note writes the end of a run to the database. It is worth some patience, but no more than the lease: after that it
// is anybody's run. The service may be stopping meanwhile.
func (e *Engine) note(run clips.SyncRun, pause time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), e.o.Lease)
	defer cancel()
	for {
		err := failpoint.At("sync.note")
		switch {
		case err != nil:
		case run.State == clips.SyncQueued:
			err = e.o.Store.RetrySyncRun(ctx, run, e.now(), pause)
		default:
			err = errors.Join(e.o.Store.FinishSyncRun(ctx, run), failpoint.At("sync.noted"))
		}
		if err == nil || errors.Is(err, clips.ErrFenced) || sleep(ctx, 500*time.Millisecond) != nil {
			return err
		}
	}
}

func (e *Engine) tellLog(s clips.Sync, run clips.SyncRun, pause time.Duration, err error) {
	log := e.o.Log.With("sync", s.Name, "run", run.ID, "slot", run.Slot)
	switch run.State {
	case clips.SyncDone:
		log.Info("a sync is done", "rows", run.Pushed.Rows, "cells", run.Pushed.Cells, "reads", run.Pushed.Reads,
			"writes", run.Pushed.Writes)
	case clips.SyncQueued:
		log.Warn("a sync is put off", "for", pause.Round(time.Second), "try", run.Tries, "kind", run.Kind, "err", err)
	default:
		log.Error("a sync failed", "kind", run.Kind, "err", err)
	}
}

// failure is the error of a run that ended elsewhere.
func failure(r clips.SyncRun) error {
	if r.State == clips.SyncDone {
		return nil
	}
	return fmt.Errorf("run %d was %s: %w", r.ID, r.State, &clips.Error{Kind: r.Kind, Notice: r.Notice})
}
