// Package localpg runs a private Postgres, and optionally its streaming follower, from the PostgreSQL binaries of
// this machine. It carries the state database of a small installation, the demo and the tests.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Options say what to run. Everything lives under Dir: the data of each server, its log, the password, the lock.
type Options struct {
	Dir      string
	Follower bool              // a hot standby too, with a replication slot, so that it can be away for a while
	Durable  bool              // survive a power cut; false trades that for speed, for data that can be made again
	TCP      bool              // listen on free ports of 127.0.0.1 too; DSNs then use them
	Settings map[string]string // more of postgresql.conf, for both servers
	Log      *slog.Logger
}

// Server is a running Postgres, with its follower when one was asked for.
type Server struct {
	Primary, Follower *Instance // Follower is nil without one

	o        Options
	bin      string
	as       account
	password string
	sockets  string
	lock     *os.File
	closing  sync.Once
	closed   error
}

const superuser = "postgres"

// Start makes the data directories when they are missing, starts the servers, and returns when they take
// connections and the follower streams: about a second the first time. The data stays when the server is closed; a
// directory made by another major version is refused, and so is one that another process runs.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	s := &Server{o: o}
	if s.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	if err := s.as.canEnter(o.Dir); err != nil {
		return nil, err
	}
	if s.lock, err = acquire(o.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.bin, err = binariesFor(filepath.Join(o.Dir, "primary")); err != nil {
		return nil, err
	}
	if s.password, err = keepPassword(filepath.Join(o.Dir, "password")); err != nil {
		return nil, err
	}
	if s.sockets, err = s.socketDir(); err != nil {
		return nil, err
	}
	if err := s.startPrimary(ctx); err != nil {
		return nil, err
	}
	if o.Follower {
		if err := s.startFollower(ctx); err != nil {
			return nil, err
		}
	}
	return s, writeOwner(o.Dir, s.DSN())
}

func (s *Server) startPrimary(ctx context.Context) error {
	s.Primary = s.instance("primary", 5432)
	if err := s.Primary.stopOrphan(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(s.Primary.Dir); errors.Is(err, os.ErrNotExist) {
		if err := s.initialise(ctx); err != nil {
			return err
		}
	}
	return s.StartPrimary(ctx)
}

func (s *Server) startFollower(ctx context.Context) error {
	s.Follower = s.instance("follower", 5433)
	if err := s.Follower.stopOrphan(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(s.Follower.Dir); errors.Is(err, os.ErrNotExist) {
		if err := s.copyPrimary(ctx); err != nil {
			return err
		}
	}
	return s.StartFollower(ctx)
}

func (s *Server) instance(name string, port int) *Instance {
	return &Instance{Dir: filepath.Join(s.o.Dir, name), name: name, server: s, port: port}
}

// StartPrimary starts the primary again after StopPrimary.
func (s *Server) StartPrimary(ctx context.Context) error { return s.Primary.start(ctx, "") }

// StopPrimary shuts the primary down and leaves its follower alone.
func (s *Server) StopPrimary(ctx context.Context) error { return s.Primary.stop(ctx) }

// StartFollower starts the follower again after StopFollower, and waits until it streams when there is a primary
// to stream from.
func (s *Server) StartFollower(ctx context.Context) error {
	conninfo := fmt.Sprintf("host=%s port=%d user=%s password=%s application_name=follower", s.sockets, s.Primary.port, superuser, s.password)
	if err := s.Follower.start(ctx, conninfo); err != nil || !s.Primary.running() {
		return err
	}
	return poll(ctx, "the follower to stream", func() bool {
		rows, err := query(ctx, s.Primary.dsn(superuser, s.password, "postgres", false),
			"select 1 from pg_stat_replication where state = 'streaming'")
		return err == nil && len(rows) > 0
	})
}

// StopFollower shuts the follower down.
func (s *Server) StopFollower(ctx context.Context) error { return s.Follower.stop(ctx) }

// Promote makes the follower a primary, and returns when it is one.
func (s *Server) Promote(ctx context.Context) error {
	_, err := query(ctx, s.FollowerDSN(), "select pg_promote(true, 30)")
	return err
}

// DSN connects to the primary as superuser, for pgx and for psql.
func (s *Server) DSN() string { return s.DSNFor("", "", "") }

// FollowerDSN connects to the follower as superuser.
func (s *Server) FollowerDSN() string { return s.FollowerDSNFor("", "", "") }

// DSNFor connects to the primary; empty arguments are the superuser, its password, and its database.
func (s *Server) DSNFor(user, password, database string) string {
	return s.dsnFor(s.Primary, user, password, database)
}

// FollowerDSNFor connects to the follower.
func (s *Server) FollowerDSNFor(user, password, database string) string {
	return s.dsnFor(s.Follower, user, password, database)
}

func (s *Server) dsnFor(i *Instance, user, password, database string) string {
	if user == "" {
		user, password = superuser, s.password
	}
	if database == "" {
		database = "postgres"
	}
	return i.dsn(user, password, database, s.o.TCP)
}

func (i *Instance) dsn(user, password, database string, tcp bool) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database}
	q := url.Values{"sslmode": {"disable"}}
	if tcp {
		u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(i.port))
	} else {
		q.Set("host", i.server.sockets)
		q.Set("port", strconv.Itoa(i.port))
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// PID is the primary's process; 0 when it is stopped.
func (s *Server) PID() int { return s.Primary.pid() }

// FollowerPID is the follower's process; 0 when it is stopped, or there is none.
func (s *Server) FollowerPID() int { return s.Follower.pid() }

// Close shuts both servers down and gives Dir free. The data stays; whoever made throwaway data removes Dir. It may
// be repeated.
func (s *Server) Close() error {
	s.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		s.closed = errors.Join(s.Follower.stop(ctx), s.Primary.stop(ctx))
		os.Remove(ownerFile(s.o.Dir))
		if s.sockets != "" && filepath.Dir(s.sockets) != s.o.Dir {
			os.RemoveAll(s.sockets)
		}
		if s.lock != nil {
			s.lock.Close() // and with it the lock
		}
	})
	return s.closed
}

// query runs one of our own statements with nothing kept open, and returns the first column.
func query(ctx context.Context, dsn, sql string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	result := conn.ExecParams(ctx, sql, nil, nil, nil, nil).Read()
	var column []string
	for _, row := range result.Rows {
		column = append(column, string(row[0]))
	}
	return column, result.Err
}

// poll waits for a condition that nobody announces.
func poll(ctx context.Context, what string, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
	return nil
}
