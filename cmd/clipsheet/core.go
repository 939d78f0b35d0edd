package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/sources"
	clipsync "clipsheet/sync"
)

// core is what runs clips and syncs, wired, without anyone to serve.
type core struct {
	log     *slog.Logger
	config  atomic.Pointer[Config]
	sources atomic.Pointer[map[string]*sources.Follower]
	state   *state
	cache   *sources.Cache
	google  *google
	alerts  *alerts
	engine  *clipsync.Engine

	ended func(source, how string, err error) // told what the watchdogs did
}

// openCore opens the state database, the sources, a cache of results in cacheDir, and what writes into spreadsheets.
// Close it, also after an error.
func openCore(ctx context.Context, cfg *Config, cacheDir string, metrics *prometheus.Registry, log *slog.Logger) (c *core, err error) {
	c = &core{log: log, alerts: newAlerts(cfg.Alerts), ended: countEnded(metrics, log)}
	if c.state, err = openState(ctx, cfg, log); err != nil {
		return c, err
	}
	if err = c.apply(ctx, cfg); err != nil {
		return c, err
	}
	files, err := sources.NewFiles(cacheDir, int64(cfg.Limits.Cache))
	if err != nil {
		return c, err
	}
	runs, syncs := countRuns(metrics), countSyncs(metrics)
	c.cache = sources.NewCache(sources.CacheOptions{
		Store:       c.state,
		Files:       files,
		Source:      c.source,
		Patience:    time.Duration(cfg.Limits.Patience),
		Concurrency: cfg.Limits.Runs,
		Seats:       func(source string) int { return c.config.Load().Sources[source].MaxConnections },
		OnRun:       runs,
		Log:         log,
	})
	if c.google, err = openGoogle(ctx, cfg, c.state, log, c.tellBroken); err != nil {
		return c, err
	}
	c.engine = clipsync.New(clipsync.Options{
		Pool:     c.state.Pool(),
		Schema:   store.RiverSchema,
		Store:    c.state,
		Results:  results{c.cache},
		Target:   c.google.pusher,
		Workbook: workbooks{c}.of,
		TimeZone: c.timeZone,
		Formats:  func(clip clips.Clip) map[string]clips.ColumnFormat { return c.config.Load().formats(clip.Slug) },
		Tell:     c.tell,
		OnRun:    syncs,
		Log:      log,
	})
	return c, nil
}

// apply makes a config the one in use: sources first, since they can be wrong, then clips and syncs in one transaction.
func (c *core) apply(ctx context.Context, cfg *Config) error {
	followers := map[string]*sources.Follower{}
	for name, source := range cfg.Sources {
		of := source.of(name, cfg.Limits)
		of.OnWatchdog = func(how string, err error) { c.ended(name, how, err) }
		f, err := sources.New(of)
		if err != nil {
			return err
		}
		followers[name] = f
	}
	changes, err := c.state.Apply(ctx, cfg.declared(), cfg.syncs()...)
	if err != nil {
		return err
	}
	c.sources.Store(&followers)
	c.config.Store(cfg)
	c.log.Info("config applied", "changes", changes)
	return nil
}

func (c *core) source(name string) (clips.Source, bool) {
	f, ok := (*c.sources.Load())[name]
	return f, ok
}

func (c *core) timeZone(source string) *time.Location {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f, ok := (*c.sources.Load())[source]; ok {
		return f.TimeZone(ctx)
	}
	return time.UTC
}

// tell tells the owner of a sync what they should know: in the log, and by the webhook. An error has it told again.
func (c *core) tell(ctx context.Context, s clips.Sync, r clips.SyncRun) error {
	if r.State == clips.SyncDone {
		c.log.Info("a sync works again", "sync", s.Name, "owner", s.Clip.Owner)
	} else {
		c.log.Warn("a sync needs its owner", "sync", s.Name, "owner", s.Clip.Owner, "kind", r.Kind, "notice", r.Notice)
	}
	return c.alerts.send(ctx, newsOfSync(s, r))
}

// tellBroken tells of an account that has to be connected again.
func (c *core) tellBroken(a clips.Account) {
	c.log.Error("a Google account has to be connected again, at the page /accounts", "account", a.Name, "why", a.Broken)
	if err := c.alerts.send(context.Background(), newsOfAccount(a)); err != nil {
		c.log.Error("nobody was told", "err", err)
	}
}

// Close closes what was opened, in the order in which things depend on each other. The engine is the caller's to stop.
func (c *core) Close() error {
	if c.google != nil {
		c.google.Close()
	}
	if c.cache != nil {
		c.cache.Close()
	}
	if c.state != nil {
		return c.state.Close()
	}
	return nil
}

// results are the cache, as syncs see it.
type results struct{ cache *sources.Cache }

func (r results) Run(ctx context.Context, req clips.Request) (clipsync.Result, error) {
	info, err := r.cache.Run(ctx, req)
	if err != nil {
		return clipsync.Result{}, err
	}
	return r.open(info)
}

func (r results) RunTogether(ctx context.Context, req clips.WorkbookRequest) (all []clipsync.Result, err error) {
	infos, err := r.cache.RunTogether(ctx, req)
	if err != nil {
		return nil, err
	}
	for _, info := range infos {
		result, err := r.open(info)
		if err != nil {
			for _, opened := range all {
				opened.Close()
			}
			return nil, err
		}
		all = append(all, result)
	}
	return all, nil
}

func (r results) open(info clips.SnapshotInfo) (clipsync.Result, error) {
	snapshot, file, err := r.cache.Open(info)
	if err != nil {
		return clipsync.Result{}, err
	}
	return clipsync.Result{Info: info, Rows: func() clips.Rows { return snapshot.Rows(0, -1) }, Close: file.Close}, nil
}

var _ io.Closer = (*core)(nil)

// countRuns registers the metrics of runs and returns what feeds them.
func countRuns(r prometheus.Registerer) func(clips.Run, time.Duration) {
	runs := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_runs_total",
		Help: "Runs of clips on a follower, by how they ended: done, or the kind of failure."}, []string{"outcome"})
	seconds := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "clipsheet_run_seconds",
		Help: "How long runs took, from the start to the stored result.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 10)})
	r.MustRegister(runs, seconds)
	return func(run clips.Run, took time.Duration) {
		runs.WithLabelValues(or(string(run.Kind), string(run.State))).Inc()
		seconds.Observe(took.Seconds())
	}
}

// countEnded is countRuns for what the watchdogs of sources did.
func countEnded(r prometheus.Registerer, log *slog.Logger) func(source, how string, err error) {
	ended := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_watchdog_total",
		Help: "Backends that were not seen to end with their run, by how they did: gone, canceled, terminated, unable."}, []string{"source", "ended"})
	r.MustRegister(ended)
	return func(source, how string, err error) {
		ended.WithLabelValues(source, how).Inc()
		if err != nil {
			log.Error("the watchdog could not do its work", "source", source, "err", err)
		} else if how != "gone" {
			log.Warn("a query that ran on after its end was ended by the watchdog", "source", source, "ended", how)
		}
	}
}

// countSyncs is countRuns for syncs.
func countSyncs(r prometheus.Registerer) func(clips.Sync, clips.SyncRun) {
	runs := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_sync_runs_total",
		Help: "Tries of syncs, by how they ended: done, or the kind of failure."}, []string{"outcome"})
	cells := prometheus.NewCounter(prometheus.CounterOpts{Name: "clipsheet_sync_cells_total", Help: "Cells changed in spreadsheets."})
	calls := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_google_calls_total",
		Help: "Calls of the Sheets API, by what counts for Google's quota."}, []string{"quota"})
	r.MustRegister(runs, cells, calls)
	return func(_ clips.Sync, run clips.SyncRun) {
		runs.WithLabelValues(or(string(run.Kind), string(run.State))).Inc()
		cells.Add(float64(run.Pushed.Cells))
		calls.WithLabelValues("read").Add(float64(run.Pushed.Reads))
		calls.WithLabelValues("write").Add(float64(run.Pushed.Writes))
	}
}

// withCore loads the config and opens the core around one piece of work of a command, with a cache of its own.
func withCore(ctx context.Context, path string, work func(*core) error) error {
	cfg, err := Load(path)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "clipsheet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := slog.New(slog.DiscardHandler) // a command says what went wrong in its error
	c, err := openCore(ctx, cfg, dir, prometheus.NewRegistry(), log)
	if err != nil {
		return errors.Join(err, c.Close())
	}
	return errors.Join(work(c), c.Close())
}
