package sync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"clipsheet/clips"
)

const (
	sweepQueue = "sync_sweeps"
	runQueue   = "sync_runs"

	sweepTimeout = time.Minute
	lookTimeout  = 2 * time.Second
	alignEvery   = 5 * time.Minute
)

// sweepJob asks for a sweep. It is not unique in any way: if it were, one that died would block those after it until
// River gave it up. Sweeps that meet do not harm each other.
type sweepJob struct {
	Align bool `json:"align,omitempty"` // look for slots that are too far ahead, rather than for those that are due
}

func (sweepJob) Kind() string                 { return "sync_sweep" }
func (sweepJob) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: sweepQueue} }

// periodic is what the elected node does by the clock.
func (e *Engine) periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(everySecond{}, e.askForSweep, &river.PeriodicJobOpts{ID: "sync_sweep", RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(alignEvery), func() (river.JobArgs, *river.InsertOpts) {
			return sweepJob{Align: true}, nil
		}, &river.PeriodicJobOpts{ID: "sync_align", RunOnStart: true}),
	}
}

// everySecond strikes a little after each full second, since slots are on full minutes.
type everySecond struct{}

func (everySecond) Next(t time.Time) time.Time {
	return t.Add(-afterSecond).Truncate(time.Second).Add(time.Second + afterSecond)
}

const afterSecond = 20 * time.Millisecond

// askForSweep looks first whether there is anything to do, so that a quiet system writes nothing. River does not want
// this to block; it is one small question, and whoever cannot answer it could not take a job either.
func (e *Engine) askForSweep() (river.JobArgs, *river.InsertOpts) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
	defer cancel()
	due, err := e.o.Store.SyncsDue(ctx, e.now())
	if err != nil {
		e.o.Log.Warn("the schedules cannot be looked at", "err", err)
	}
	if !due {
		return nil, nil
	}
	return sweepJob{}, nil
}

// sweeper does sweeps.
type sweeper struct {
	river.WorkerDefaults[sweepJob]
	engine *Engine
}

func (*sweeper) Timeout(*river.Job[sweepJob]) time.Duration { return sweepTimeout }

func (s *sweeper) Work(ctx context.Context, job *river.Job[sweepJob]) error {
	e := s.engine
	if job.Args.Align {
		return e.o.Store.AlignSyncs(ctx, e.now(), e.next)
	}
	return e.o.Store.SweepSyncs(ctx, e.now(), e.plan, e.hand)
}

// plan says what the schedule of a sync wants now.
func (e *Engine) plan(s clips.Sync, now time.Time) clips.Due {
	schedule, ok := e.schedule(s)
	if !ok {
		return clips.Due{Next: now.Add(time.Hour)} // to look again
	}
	d := clips.Due{First: s.NextAt, Next: schedule.Next(now)}
	d.Slot, d.Missed = schedule.Due(s.NextAt, now)
	if !d.Slot.IsZero() {
		d.Start = d.Slot.Add(jitter(s.Target, d.Next.Sub(d.Slot)))
	}
	return d
}

func (e *Engine) next(s clips.Sync, now time.Time) time.Time {
	if schedule, ok := e.schedule(s); ok {
		return schedule.Next(now)
	}
	return time.Time{}
}

// schedule reads what was checked before it was stored, on a machine that may have known more time zones.
func (e *Engine) schedule(s clips.Sync) (Schedule, bool) {
	if s.Schedule == "" {
		return Schedule{}, false
	}
	schedule, err := ParseSchedule(s.Schedule, s.TimeZone)
	if err != nil {
		e.o.Log.Error("a sync does not run, since its schedule cannot be read", "sync", s.Name, "err", err)
	}
	return schedule, err == nil
}

// hand gives runs to the queue, in the transaction that notes it.
func (e *Engine) hand(ctx context.Context, tx pgx.Tx, runs []clips.Handover) error {
	jobs := make([]river.InsertManyParams, len(runs))
	for i, r := range runs {
		jobs[i].Args = runJob(r)
	}
	_, err := e.river.InsertManyTx(ctx, tx, jobs)
	return err
}
