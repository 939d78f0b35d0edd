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

	metrics *metrics
	lookout *sources.Lookout
}

// openCore opens the state database, the sources, a cache of results in cacheDir, and what writes into spreadsheets.
// Close it, also after an error.
func openCore(ctx context.Context, cfg *Config, cacheDir string, registry prometheus.Registerer, log *slog.Logger) (c *core, err error) {
	c = &core{log: log, alerts: newAlerts(cfg.Alerts), metrics: newMetrics(registry), lookout: sources.NewLookout()}
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
	c.cache = sources.NewCache(sources.CacheOptions{
		Store:       c.state,
		Files:       files,
		Source:      c.source,
		Patience:    time.Duration(cfg.Limits.Patience),
		Concurrency: cfg.Limits.Runs,
		Seats:       func(source string) int { return c.config.Load().Sources[source].MaxConnections },
		OnRun:       c.metrics.ran,
		OnTurn:      c.metrics.waited,
		OnAnswer:    c.metrics.answered,
		Log:         log,
	})
	if c.google, err = openGoogle(ctx, cfg, c.state, log, c.tellBroken, c.metrics); err != nil {
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
		OnRun:    c.metrics.synced,
		Log:      log,
	})
	return c, nil
}

// apply makes a config the one in use: sources first, since they can be wrong, then clips and syncs in one transaction.
func (c *core) apply(ctx context.Context, cfg *Config) error {
	followers := map[string]*sources.Follower{}
	for name, source := range cfg.Sources {
		of := source.of(name, cfg.Limits)
		of.OnWatchdog = func(how string, err error) { c.watchdogTold(name, how, err) }
		f, err := sources.New(of)
		if err != nil {
			return err
		}
		followers[name] = f
		c.metrics.expect(name)
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

// watchdogTold notes how a backend ended that was not seen to end with its run.
func (c *core) watchdogTold(source, how string, err error) {
	c.metrics.ended.WithLabelValues(source, how).Inc()
	if err != nil {
		c.log.Error("the watchdog could not do its work", "source", source, "err", err)
	} else if how != "gone" {
		c.log.Warn("a query that ran on after its end was ended by the watchdog", "source", source, "ended", how)
	}
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
