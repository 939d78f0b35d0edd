package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/sources"
	"clipsheet/web"
)

const (
	graceForDownloads = 20 * time.Second
	pruneEvery        = 10 * time.Minute
)

// service is everything `clipsheet serve` runs, wired. startService makes it; Close stops it.
type service struct {
	log     *slog.Logger
	config  atomic.Pointer[Config]
	sources atomic.Pointer[map[string]*sources.Follower]
	state   *state
	cache   *sources.Cache
	http    *http.Server
	failed  chan error // the listener's end, when nobody asked for it

	stop       context.CancelFunc
	background sync.WaitGroup
}

// startService opens the address, the state database, the caches and the sources, and serves. home lists pages for
// the front page, by slug.
func startService(ctx context.Context, cfg *Config, log *slog.Logger, home map[string]string) (_ *service, err error) {
	s := &service{log: log, failed: make(chan error, 1), stop: func() {}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	listener, err := net.Listen("tcp", cfg.Server.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another server.listen", err)
	}
	defer func() {
		if err != nil {
			listener.Close()
		}
	}()
	cfg.listening(listener.Addr())
	if s.state, err = openState(ctx, cfg, log); err != nil {
		return nil, err
	}
	if err = s.state.AbandonRuns(ctx); err != nil {
		return nil, err
	}
	if err = s.apply(ctx, cfg); err != nil {
		return nil, err
	}
	files, err := sources.NewFiles(filepath.Join(cfg.Server.DataDir, "cache"), int64(cfg.Limits.Cache))
	if err != nil {
		return nil, err
	}
	metrics := prometheus.NewRegistry()
	s.cache = sources.NewCache(sources.CacheOptions{
		Store:       s.state,
		Files:       files,
		Source:      s.source,
		Patience:    time.Duration(cfg.Limits.Patience),
		Concurrency: cfg.Limits.Runs,
		OnRun:       countRuns(metrics),
		Log:         log,
	})
	s.serve(ctx, listener, metrics, home)
	return s, nil
}

// listening puts the address that was really opened into the config, for listen = "127.0.0.1:0".
func (c *Config) listening(addr net.Addr) {
	if c.Server.BaseURL == "http://"+c.Server.Listen {
		c.Server.BaseURL = "http://" + addr.String()
	}
	c.Server.Listen = addr.String()
}

func (s *service) serve(ctx context.Context, listener net.Listener, metrics *prometheus.Registry, home map[string]string) {
	cfg := s.config.Load()
	s.http = web.Server(web.New(web.Options{
		Store:     s.state,
		Results:   s.cache,
		Workbook:  workbook,
		BaseURL:   cfg.Server.BaseURL,
		Listen:    cfg.Server.Listen,
		Local:     cfg.Auth.Mode == "local",
		TimeZone:  s.timeZone,
		Ready:     s.state.Ping,
		Home:      home,
		Metrics:   metrics,
		OpenToAll: cfg.Server.Metrics == "all",
		Log:       s.log,
	}), s.log)
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.background.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	})
	s.background.Go(func() { s.prune(ctx) })
}

// apply makes a config the one in use: sources first, since they can be wrong, then the clips in one transaction.
func (s *service) apply(ctx context.Context, cfg *Config) error {
	followers := map[string]*sources.Follower{}
	for name, source := range cfg.Sources {
		f, err := source.follower(name, cfg.Limits)
		if err != nil {
			return err
		}
		followers[name] = f
	}
	changes, err := s.state.Apply(ctx, cfg.declared())
	if err != nil {
		return err
	}
	s.sources.Store(&followers)
	s.config.Store(cfg)
	s.log.Info("clips applied", "changes", changes)
	return nil
}

// reload reads the config again. An error leaves everything as it was.
func (s *service) reload(ctx context.Context) {
	old := s.config.Load()
	cfg, err := Load(old.path)
	if err == nil {
		err = s.apply(ctx, cfg)
	}
	if err != nil {
		s.log.Error("the config was not reloaded, the old one goes on", "err", err)
		return
	}
	s.log.Info("the config was reloaded", "sources", len(cfg.Sources), "clips", len(cfg.Clips))
	if cfg.Server != old.Server && cfg.Server.Listen != old.Server.Listen || cfg.State != old.State || cfg.Limits != old.Limits {
		s.log.Warn("[server], [state] and [limits] take effect at the next start")
	}
}

func (s *service) source(name string) (clips.Source, bool) {
	f, ok := (*s.sources.Load())[name]
	return f, ok
}

func (s *service) timeZone(source string) *time.Location {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f, ok := (*s.sources.Load())[source]; ok {
		return f.TimeZone(ctx)
	}
	return time.UTC
}

// prune forgets old results now and then, until ctx ends.
func (s *service) prune(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		limits := s.config.Load().Limits
		keep := store.Retention{PerClip: limits.History, Age: time.Duration(limits.HistoryAge)}
		if n, err := s.state.Prune(ctx, keep); err != nil && ctx.Err() == nil {
			s.log.Error("prune old results", "err", err)
		} else if n > 0 {
			s.log.Info("old results forgotten", "results", n)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Close stops in the order in which things depend on each other: readers first, the state database last.
func (s *service) Close() error {
	var err error
	if s.http != nil {
		ctx, cancel := context.WithTimeout(context.Background(), graceForDownloads)
		defer cancel()
		if err = s.http.Shutdown(ctx); err != nil {
			err = errors.Join(fmt.Errorf("downloads still open after %s were cut", graceForDownloads), s.http.Close())
		}
	}
	s.stop()
	s.background.Wait()
	if s.cache != nil {
		s.cache.Close()
	}
	if s.state != nil {
		err = errors.Join(err, s.state.Close())
	}
	return err
}

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
