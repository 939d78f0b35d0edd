// Package localpg runs a private Postgres, and optionally its streaming follower, from the PostgreSQL binaries of
// this machine. It carries the state database of a small installation, the demo and the tests.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say what to run. Everything lives under Dir: the data of each server, its log, the password, the lock.
type Options struct {
	Dir      string
	Follower bool              // a hot standby too, with a replication slot, so that it can be away for a while
	Durable  bool              // survive a power cut; false trades that for speed, for data that can be made again
	TCP      bool              // listen on free ports of 127.0.0.1 too; DSNs then use them
	Settings map[string]string // more of postgresql.conf, for both servers; they win over ours
	Log      *slog.Logger
}

// Server is a running Postgres, with its follower when one was asked for. Its methods may be called from several
// goroutines.
type Server struct {
	o        Options
	programs installation
	as       account
	password string
	sockets  string // where the servers' Unix sockets are
	lock     *os.File
	primary  *postmaster
	follower *postmaster // nil without one

	mu     sync.Mutex // one start, stop or promotion at a time
	closed bool
}

const superuser = "postgres"

var (
	errNoFollower = errors.New("this server was started without a follower")
	errClosed     = errors.New("this server is closed")
)

// Start makes the data directories when they are missing, starts the servers, and returns when they take
// connections and the follower streams: about a second the first time. The data stays when the server is closed; a
// directory made by another major version is refused, and so is one that another process runs. A cancelled ctx
// ends the start and what it started; afterwards it has no say.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if err := s.claim(); err != nil {
		return err
	}
	if err := s.choose(); err != nil {
		return err
	}
	if err := s.primary.stopOrphan(ctx); err != nil {
		return err
	}
	if err := s.follower.stopOrphan(ctx); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.StartPrimary(ctx); err != nil {
		return err
	}
	if err := s.keepSlot(ctx); err != nil {
		return err
	}
	if s.follower != nil {
		if err := s.StartFollower(ctx); err != nil {
			return err
		}
	}
	return writeOwner(s.o.Dir, owner{PID: os.Getpid(), DSN: s.DSN()})
}

// claim makes the folder ours alone.
func (s *Server) claim() error {
	dir, err := filepath.Abs(s.o.Dir)
	if err != nil {
		return err
	}
	// The folder stays ours and others may pass through it; what is in it is closed to them, file by file.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if s.o.Dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	s.lock, err = acquire(s.o.Dir)
	return err
}

// choose settles which programs run, as whom, and with which password.
func (s *Server) choose() (err error) {
	s.primary = s.postmaster("primary", 5432)
	if s.o.Follower {
		s.follower = s.postmaster("follower", 5433)
	}
	if s.as, err = accountFor(s.primary.dir); err != nil {
		return err
	}
	if s.programs, err = thisMachine().programsFor(s.primary.dir, s.passFile(), s.as); err != nil {
		return err
	}
	if err := s.as.canRun(s.programs.path("postgres"), s.o.Dir); err != nil {
		return err
	}
	s.password, err = s.keepPassword()
	return err
}

// StartPrimary starts the primary again after StopPrimary. One that runs is left alone.
func (s *Server) StartPrimary(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	return s.primary.start(ctx)
}

// StopPrimary shuts the primary down; the follower keeps answering from what it has.
func (s *Server) StopPrimary(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.primary.stop(ctx)
}

// PID is the primary's process; 0 when it is stopped.
func (s *Server) PID() int { return s.primary.pid() }

// FollowerPID is the follower's process; 0 when it is stopped, or there is none.
func (s *Server) FollowerPID() int { return s.follower.pid() }

// DataDir is the primary's data directory, for pg_ctl.
func (s *Server) DataDir() string { return s.primary.dir }

// FollowerDataDir is the follower's data directory; it is empty without one.
func (s *Server) FollowerDataDir() string {
	if s.follower == nil {
		return ""
	}
	return s.follower.dir
}

// Close shuts both servers down and gives Dir free. The data stays; whoever made throwaway data removes Dir. It may
// be repeated.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := errors.Join(s.follower.stop(ctx), s.primary.stop(ctx))
	if s.lock == nil {
		return err
	}
	s.removeSockets()
	return errors.Join(err, release(s.lock, s.o.Dir))
}

// poll waits for a condition that nobody announces.
func poll(ctx context.Context, what string, ready func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		}
	}
	return nil
}
