package localpg_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// TestMain doubles as the process that is killed or refused in the tests below.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_TEST_OWNER"); dir != "" {
		s, err := localpg.Start(context.Background(), localpg.Options{Dir: dir, Follower: true})
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		os.Stdout.WriteString(strconv.Itoa(s.PID()) + " " + strconv.Itoa(s.FollowerPID()) + "\n")
		select {}
	}
	os.Exit(pgtest.Runner(m).Run())
}

func start(t *testing.T, o localpg.Options) *localpg.Server {
	t.Helper()
	s, err := localpg.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: pgtest.Dir(t), Durable: true}
	s := start(t, o)
	pgtest.Exec(t, s.DSN(), "create table kept as select 42 as n")
	if got := pgtest.Query(t, s.DSN(), "select current_setting('fsync') || current_setting('full_page_writes')"); got[0] != "onon" {
		t.Errorf("durable settings are %q", got)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if got := pgtest.Query(t, start(t, o).DSN(), "select n from kept"); got[0] != "42" {
		t.Errorf("after a restart: %q", got)
	}
}

func TestFollowerStreamsAndReturns(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true, TCP: true, Settings: map[string]string{"work_mem": "5MB"}})
	t.Logf("primary and follower ready after %s", time.Since(begin))
	if got := pgtest.Query(t, s.FollowerDSN(), "select pg_is_in_recovery()::text || current_setting('work_mem')"); got[0] != "true5MB" {
		t.Errorf("the follower says %q", got)
	}
	before := s.FollowerDSN()
	if err := s.StopFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, s.DSN(), "create table written_meanwhile as select 1 as n")
	if err := s.StartFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.WaitReplayed(t, s)
	if got := pgtest.Query(t, before, "select n from written_meanwhile"); got[0] != "1" {
		t.Errorf("the follower came back with %q", got)
	}
	if err := s.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, s.FollowerDSN(), "create table written_after_promotion ()")
}

func TestTwoProcessesAreRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	s := start(t, localpg.Options{Dir: dir})
	dsn, ok := localpg.Running(dir)
	if !ok || dsn != s.DSN() {
		t.Errorf("Running = %q, %v", dsn, ok)
	}
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())+" uses "+dir) {
		t.Errorf("a second start: %v", err)
	}
	s.Close()
	if _, ok := localpg.Running(dir); ok {
		t.Error("Running after Close")
	}
}

func TestServersEndWithTheirParent(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), "LOCALPG_TEST_OWNER="+dir)
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	owner.Process.Kill()
	owner.Wait()
	// Where the kernel does not end them (anything but Linux), the next start does.
	s := start(t, localpg.Options{Dir: dir, Follower: true})
	for _, field := range strings.Fields(line) {
		pid, _ := strconv.Atoi(field)
		pgtest.Eventually(t, "postmaster "+field+" to end", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
	}
	pgtest.Query(t, s.FollowerDSN(), "select 1")
}

func TestInterruptedInitdbIsDoneAgain(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	if err := os.MkdirAll(filepath.Join(dir, "primary.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	pgtest.Query(t, start(t, localpg.Options{Dir: dir}).DSN(), "select 1")
}

func TestLongPathsStillHaveSockets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Dir(t), strings.Repeat("long-", 25))
	pgtest.Query(t, start(t, localpg.Options{Dir: dir}).DSN(), "select 1")
}

func TestAnotherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	if err := os.MkdirAll(filepath.Join(dir, "primary"), 0o700); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, "primary", "PG_VERSION"), []byte("9\n"), 0o600)
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	for _, words := range []string{"made by PostgreSQL 9", "Nothing was changed", "pg_upgrade"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Fatalf("error %v does not say %q", err, words)
		}
	}
}

func TestNoBinariesSaysWhatToInstall(t *testing.T) {
	t.Setenv("CLIPSHEET_PG_BIN", t.TempDir())
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t)})
	if !errors.Is(err, localpg.ErrNoBinaries) || !strings.Contains(err.Error(), "CLIPSHEET_PG_BIN") {
		t.Errorf("error %v", err)
	}
}

func TestAFailedStartShowsTheLog(t *testing.T) {
	t.Parallel()
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t), Settings: map[string]string{"work_mem": "plenty"}})
	if err == nil || !strings.Contains(err.Error(), "work_mem") {
		t.Errorf("error %v", err)
	}
}
