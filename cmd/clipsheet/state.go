package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"clipsheet/clips/store"
	"clipsheet/internal/localpg"
)

// restartEvery is how often the private server is looked at.
const restartEvery = 2 * time.Second

// state is the open state database, with the private server under it when that is ours.
type state struct {
	*store.Store
	server *localpg.Server // nil when state.dsn names a server, or another process runs the private one

	stop context.CancelFunc // of the goroutine that keeps server running
	kept sync.WaitGroup
}

// openState opens the state database and brings its schema up to date: the one state.dsn names, else a private
// Postgres under data_dir, joined when `clipsheet serve` runs it already and started when nobody does.
func openState(ctx context.Context, cfg *Config, log *slog.Logger) (*state, error) {
	s := &state{stop: func() {}}
	dsn := cfg.State.DSN
	if dsn == "" {
		dir := filepath.Join(cfg.Server.DataDir, "state")
		running, ok := localpg.Running(dir)
		if dsn = running; !ok {
			if err := cfg.makeDataDir(); err != nil {
				return nil, err
			}
			var err error
			if s.server, err = localpg.Start(ctx, localpg.Options{Dir: dir, Durable: true, Log: log}); err != nil {
				return nil, fmt.Errorf("the private state database: %w", err)
			}
			dsn = s.server.DSN()
			s.keepRunning(ctx, log)
		}
	}
	var err error
	if s.Store, err = store.Open(ctx, dsn); err != nil {
		s.Close()
		return nil, fmt.Errorf("the state database: %w", err)
	}
	return s, nil
}

// keepRunning starts the private server again when it ended by itself, as after a full disk or when the system ran out of
// memory, until Close.
func (s *state) keepRunning(ctx context.Context, log *slog.Logger) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.kept.Go(func() {
		tick := time.NewTicker(restartEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if s.server.PID() != 0 {
				continue
			}
			if err := s.server.StartPrimary(ctx); err != nil && ctx.Err() == nil {
				log.Error("the private state database does not start again; it is tried further", "err", err)
			} else if err == nil {
				log.Warn("the private state database had ended, and was started again")
			}
		}
	})
}

// makeDataDir makes the folder when it is missing. Others may pass through it, as an unprivileged Postgres must; what is
// in it is closed to them.
func (c *Config) makeDataDir() error {
	if err := os.MkdirAll(c.Server.DataDir, 0o755); err != nil {
		return fmt.Errorf("%w; choose another server.data_dir in %s", err, c.path)
	}
	return nil
}

// Close closes the pool and stops the private server if it is ours. It may be repeated.
func (s *state) Close() error {
	s.stop()
	s.kept.Wait()
	if s.Store != nil {
		s.Store.Close()
	}
	if s.server != nil {
		return s.server.Close()
	}
	return nil
}
