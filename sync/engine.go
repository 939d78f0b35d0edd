package sync

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"clipsheet/clips"
)

// Options say what an Engine works with. Pool, Schema, Store, Results and Target are required.
type Options struct {
	Pool    *pgxpool.Pool // of the database that Store is in
	Schema  string        // where River's tables are
	Store   Store
	Results Results
	Target  Target

	// Workbook finds the workbook whose clips a sync brings, each to a tab of its own; ok is false for a sync of its one
	// clip. It may be nil.
	Workbook func(ctx context.Context, s clips.Sync) (w clips.Workbook, ok bool, err error)

	TimeZone func(source string) *time.Location                     // where "today" is for a clip without a zone; nil is UTC
	Formats  func(c clips.Clip) map[string]clips.ColumnFormat       // how the columns of a clip look; may be nil
	Tell     func(context.Context, clips.Sync, clips.SyncRun) error // tells the owner: see news; may be nil
	OnRun    func(clips.Sync, clips.SyncRun, time.Duration)         // told of every try that ended, and took so long, for metrics; may be nil

	Workers    int           // runs in hand at once, on this node, also those that wait for their turn; 24
	Lease      time.Duration // a node that is silent for so long has lost its runs; 30s
	RunTimeout time.Duration // of one try, from the query to the last cell; 30m
	Grace      time.Duration // how long Close waits for runs under way; 10s

	Now func() time.Time // the clock of the schedules; nil is the database's
	Log *slog.Logger
}

// Engine runs syncs when they are due. Any number of engines may share a database, in one process or many.
type Engine struct {
	o     Options
	node  string // tells this engine from others
	river *river.Client[pgx.Tx]
	stop  context.CancelFunc
	work  sync.WaitGroup // what Start began
}

// New makes an Engine, which does nothing by itself before Start. RunNow, Undo and DryRun need no Start.
func New(o Options) *Engine {
	o.Workers = cmp.Or(o.Workers, 24)
	o.Lease = cmp.Or(o.Lease, 30*time.Second)
	o.RunTimeout = cmp.Or(o.RunTimeout, 30*time.Minute)
	o.Grace = cmp.Or(o.Grace, 10*time.Second)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Engine{o: o, node: rand.Text()}
}

// Start begins to run syncs, until Close. The context is for starting only.
func (e *Engine) Start(ctx context.Context) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, &sweeper{engine: e})
	river.AddWorker(workers, &runner{engine: e})
	client, err := river.NewClient(riverpgxv5.New(e.o.Pool), &river.Config{
		Schema:  e.o.Schema,
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			sweepQueue: {MaxWorkers: 1},
			runQueue:   {MaxWorkers: e.o.Workers},
		},
		PeriodicJobs: e.periodic(),

		// The row of a run is what counts: a job that fails or is lost is not tried again, its run is handed over again.
		// So a job need only be kept for as long as somebody may wonder about it, and one that a dead process left
		// "running" is no hurry.
		MaxAttempts:                 1,
		JobTimeout:                  e.o.RunTimeout + time.Minute,
		RescueStuckJobsAfter:        e.o.RunTimeout + 2*time.Minute,
		CompletedJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 24 * time.Hour,
		FetchPollInterval:           2 * time.Second, // should LISTEN fail

		SoftStopTimeout: e.o.Grace,
		Logger:          slog.New(loud{e.o.Log.Handler()}),
	})
	if err != nil {
		return fmt.Errorf("prepare the queue: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.river, e.stop = client, stop
	if err := client.Start(running); err != nil {
		stop()
		e.river = nil
		return fmt.Errorf("start the queue: %w", err)
	}
	if e.o.Tell != nil {
		e.work.Go(func() { e.tellNews(running) })
	}
	return nil
}

// Close stops. Runs under way have the grace to finish, and are then given back, to be done elsewhere or later. It may
// be repeated.
func (e *Engine) Close() error {
	if e.river == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), e.o.Grace+e.o.Lease)
	defer cancel()
	err := e.river.Stop(ctx)
	e.stop()
	e.work.Wait()
	e.river = nil
	if err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// now is the moment for the store: zero lets the database say.
func (e *Engine) now() time.Time {
	if e.o.Now == nil {
		return time.Time{}
	}
	return e.o.Now()
}

// loud lets only what went wrong into the log: River has much to tell of a day on which nothing happened.
type loud struct{ slog.Handler }

func (h loud) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h loud) WithAttrs(attrs []slog.Attr) slog.Handler { return loud{h.Handler.WithAttrs(attrs)} }
func (h loud) WithGroup(name string) slog.Handler       { return loud{h.Handler.WithGroup(name)} }
