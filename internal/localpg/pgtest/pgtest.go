// Package pgtest gives tests a real primary with a real streaming follower, and a fresh database each.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg"
)

// servers are shared by all tests of one binary: a second to start, once.
var servers struct {
	once sync.Once
	pg   *localpg.Server
	dir  string
	err  error
	n    atomic.Int64
}

// Runner wraps a test binary's M so that the servers go when the tests are done:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }
func Runner(m *testing.M) interface{ Run() int } { return runner{m} }

type runner struct{ m *testing.M }

func (r runner) Run() int {
	defer func() {
		if servers.pg != nil {
			servers.pg.Close()
		}
		os.RemoveAll(servers.dir)
	}()
	return r.m.Run()
}

const prefix = "clipsheet-test-"

// Dir makes a folder that an unprivileged postgres can enter, which t.TempDir is not when the tests run as root.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := makeDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func makeDir() (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// sweep removes what killed test runs left, tens of megabytes each. No test takes an hour.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*")) // fails only on a bad pattern
	for _, dir := range found {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < time.Hour {
			continue
		}
		if _, running := localpg.Running(dir); !running {
			os.RemoveAll(dir)
		}
	}
}

// Follower returns the servers all tests of this binary share: do not stop them; start your own for that.
func Follower(t testing.TB) *localpg.Server {
	t.Helper()
	servers.once.Do(func() {
		sweep()
		if servers.dir, servers.err = makeDir(); servers.err == nil {
			servers.pg, servers.err = localpg.Start(context.Background(), localpg.Options{Dir: servers.dir, Follower: true, TCP: true})
		}
	})
	if servers.err != nil {
		t.Fatal(servers.err) // the message has its cure; a test never skips for want of a server
	}
	return servers.pg
}

// Database makes a fresh database, replayed on the follower, and returns how to reach it as superuser on both.
func Database(t testing.TB) (primary, follower string) {
	t.Helper()
	s := Follower(t)
	name := fmt.Sprintf("t%d", servers.n.Add(1))
	Exec(t, s.DSN(), "create database "+name)
	WaitReplayed(t, s)
	return s.DSNFor("", "", name), s.FollowerDSNFor("", "", name)
}

// Exec runs the test's own statements.
func Exec(t testing.TB, dsn, sql string) {
	t.Helper()
	if _, err := run(t.Context(), dsn, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// Query returns the first column of the last result of the test's own statements.
func Query(t testing.TB, dsn, sql string) []string {
	t.Helper()
	column, err := run(t.Context(), dsn, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return column
}

func run(ctx context.Context, dsn, sql string) ([]string, error) {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	results, err := conn.Exec(ctx, sql).ReadAll()
	var column []string
	if len(results) > 0 {
		for _, row := range results[len(results)-1].Rows {
			column = append(column, string(row[0]))
		}
	}
	return column, err
}

// WaitReplayed waits until the follower has replayed all the primary has written so far.
func WaitReplayed(t testing.TB, s *localpg.Server) {
	t.Helper()
	lsn := strings.Join(Query(t, s.DSN(), "select pg_current_wal_lsn()"), "")
	Eventually(t, "the follower to replay "+lsn, func() bool {
		return Query(t, s.FollowerDSN(), "select pg_last_wal_replay_lsn() >= '"+lsn+"'")[0] == "t"
	})
}

// Eventually waits for a condition that nobody announces, and fails the test after half a minute.
func Eventually(t testing.TB, what string, ready func() bool) {
	t.Helper()
	EventuallyWithin(t, 30*time.Second, what, ready)
}

// EventuallyWithin is Eventually for what may take longer.
func EventuallyWithin(t testing.TB, limit time.Duration, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for %s", limit, what)
		}
	}
}
