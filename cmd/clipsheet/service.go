package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/sources"
	"clipsheet/web"
)

const (
	graceForDownloads = 20 * time.Second
	graceForRuns      = 12 * time.Second // longer than syncs have, which give theirs back
	pruneEvery        = 10 * time.Minute
)

// service is everything `clipsheet serve` runs, wired. startService makes it; Close stops it.
type service struct {
	*core
	http   *http.Server
	failed chan error // the listener's end, when nobody asked for it

	stop       context.CancelFunc
	background sync.WaitGroup
}

// startService opens the address, the state database, the caches and the sources, and serves. home lists pages for
// the front page, by slug.
func startService(ctx context.Context, cfg *Config, log *slog.Logger, home map[string]string) (_ *service, err error) {
	s := &service{failed: make(chan error, 1), stop: func() {}}
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
	metrics := prometheus.NewRegistry()
	if s.core, err = openCore(ctx, cfg, filepath.Join(cfg.Server.DataDir, "cache"), metrics, log); err != nil {
		return nil, err
	}
	if err = s.state.AbandonRuns(ctx); err != nil {
		return nil, err
	}
	if err = s.engine.Start(ctx); err != nil {
		return nil, err
	}
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
	streams, endStreams := context.WithCancel(context.WithoutCancel(ctx)) // nobody else tells them of a shutdown
	metrics.MustRegister(gauges{s.core})
	watch := newVigil(s.core.metrics)
	s.http = web.Server(web.New(web.Options{
		Store:       s.state,
		Results:     s.cache,
		Workbook:    workbook,
		Workbooks:   workbooks{s.core},
		Desk:        desk{s.core},
		Formats:     func(slug string) map[string]clips.ColumnFormat { return s.config.Load().formats(slug) },
		Accounts:    s.accountsPage(),
		Syncs:       syncPages{s.state.Store, s.engine, s.google, cfg.Google.Endpoints, &s.config},
		Stopping:    streams.Done(),
		Sources:     sourcePages{s.core, watch},
		SignIn:      cfg.Auth.signIn(),
		People:      s.state,
		SourceNames: func() []string { return slices.Sorted(maps.Keys(s.config.Load().Sources)) },
		Settings:    func() web.Settings { return settings(cfg, s.config.Load()) },
		Origin:      cfg.origin(),
		BaseURL:     cfg.Server.BaseURL,
		Listen:      cfg.Server.Listen,
		Local:       cfg.Auth.Mode == authLocal,
		TimeZone:    s.timeZone,
		Ready:       s.state.Ping,
		Findings:    func() []clips.Finding { return watch.wrong(*s.sources.Load()) },
		Home:        home,
		Metrics:     metrics,
		OpenToAll:   cfg.Server.Metrics == "all",
		Log:         s.log,
	}), s.log)
	s.http.RegisterOnShutdown(endStreams)
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.background.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	})
	s.background.Go(func() { s.prune(ctx) })
	s.background.Go(func() { s.watchSources(ctx, watch) })
	s.background.Go(func() { s.lookout.Run(ctx, func() map[string]*sources.Follower { return *s.sources.Load() }) })
}

// accountsPage is what the page /accounts shows; nil without anything to connect to.
func (s *service) accountsPage() web.Accounts {
	g := s.config.Load().Google
	if g.ClientID == "" && g.ServiceAccountFile == "" {
		return nil
	}
	return accountPages{s.google, g.ClientID != ""}
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
	if cfg.Server != old.Server && cfg.Server.Listen != old.Server.Listen || cfg.State != old.State || cfg.Limits != old.Limits ||
		cfg.Security != old.Security || cfg.Alerts != old.Alerts || !reflect.DeepEqual(cfg.Auth, old.Auth) || !reflect.DeepEqual(cfg.Google, old.Google) {
		s.log.Warn("sources, clips, syncs and workbooks are as the file says; the rest of it takes effect at the next start")
	}
}

// prune forgets old results now and then, and gives back what could not be given back before, until ctx ends.
func (s *service) prune(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		limits := s.config.Load().Limits
		keep := store.Retention{PerClip: limits.History, Age: time.Duration(limits.HistoryAge)}
		if err := s.google.accounts.RevokeRetired(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("a permission could not be given back to Google yet", "err", err)
		}
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

// Close stops in the order in which things depend on each other: readers and syncs first, the state database last. A
// reader who waits for a run has its result if that takes no longer than its grace, else the last good one or 503.
func (s *service) Close() error {
	var err, ofSyncs error
	var syncs sync.WaitGroup
	if s.core != nil && s.engine != nil {
		syncs.Go(func() { ofSyncs = s.engine.Close() })
	}
	if s.http != nil {
		defer time.AfterFunc(graceForRuns, s.cache.EndRuns).Stop()
		ctx, cancel := context.WithTimeout(context.Background(), graceForDownloads)
		defer cancel()
		if err = s.http.Shutdown(ctx); err != nil {
			err = errors.Join(fmt.Errorf("downloads still open after %s were cut", graceForDownloads), s.http.Close())
		}
	}
	s.stop()
	s.background.Wait()
	syncs.Wait()
	if s.core == nil {
		return err
	}
	return errors.Join(err, ofSyncs, s.core.Close())
}
