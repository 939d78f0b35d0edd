package localpg_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

func start(t *testing.T, o localpg.Options) *localpg.Server {
	t.Helper()
	s, err := localpg.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func want(t *testing.T, dsn, sql, value string) {
	t.Helper()
	if got := strings.Join(pgtest.Query(t, dsn, sql), " "); got != value {
		t.Errorf("%s: %q, want %q", sql, got, value)
	}
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: pgtest.Dir(t), Durable: true}
	s := start(t, o)
	pgtest.Exec(t, s.DSN(), "create table kept as select 42 as n")
	want(t, s.DSN(), "select current_setting('fsync') || current_setting('full_page_writes') || current_setting('timezone')", "ononUTC")
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.StartPrimary(t.Context()); err == nil {
		t.Error("a closed server was started again")
	}
	want(t, start(t, o).DSN(), "select n from kept", "42")
}

func TestFollowerStreams(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true})
	t.Logf("primary and follower ready after %s", time.Since(begin))
	pgtest.Exec(t, s.DSN(), "create table t as select 7 as n")
	pgtest.WaitReplayed(t, s)
	want(t, s.FollowerDSN(), "select n from t where pg_is_in_recovery()", "7")
	want(t, s.FollowerDSN(), "show hot_standby_feedback", "off")
}

func TestFollowerCatchesUpAfterAnAbsence(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true, TCP: true})
	before := s.FollowerDSN()
	if err := s.StopFollower(t.Context()); err != nil || s.FollowerPID() != 0 {
		t.Fatalf("stopped: process %d, %v", s.FollowerPID(), err)
	}
	// Several segments of WAL and checkpoints: without the slot the primary would have dropped them.
	pgtest.Exec(t, s.DSN(), "create table missed as select 1 as n")
	for range 3 {
		pgtest.Query(t, s.DSN(), "select pg_switch_wal()")
		pgtest.Exec(t, s.DSN(), "insert into missed values (1)")
		pgtest.Exec(t, s.DSN(), "checkpoint")
	}
	if err := s.StartFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.WaitReplayed(t, s)
	want(t, before, "select sum(n) from missed", "4")
}

func TestFollowerOutlivesItsPrimary(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true})
	if err := s.StopPrimary(t.Context()); err != nil || s.PID() != 0 {
		t.Fatalf("stopped: process %d, %v", s.PID(), err)
	}
	want(t, s.FollowerDSN(), "select pg_is_in_recovery()", "t")
	if err := s.StartPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, s.DSN(), "create table after_it_returned ()")
	pgtest.WaitReplayed(t, s)
	want(t, s.FollowerDSN(), "select count(*) from after_it_returned", "0")
}

func TestFollowerRestartsWithItsPrimary(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: pgtest.Dir(t), Follower: true, Settings: map[string]string{"max_connections": "200"}}
	s := start(t, o)
	pgtest.Exec(t, s.DSN(), "create table t as select 1 as n")
	s.Close()
	o.Settings = map[string]string{"max_connections": "30"} // a standby refuses to start with less than its primary had
	s = start(t, o)
	pgtest.Exec(t, s.DSN(), "insert into t values (2)")
	pgtest.WaitReplayed(t, s)
	want(t, s.FollowerDSN(), "select sum(n) from t", "3")
}

func TestPromotedFollowerTakesWritesAndIsReplacedAtTheNextStart(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: pgtest.Dir(t), Follower: true}
	s := start(t, o)
	if err := s.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, s.FollowerDSN(), "create table written_after_promotion ()")
	if err := errors.Join(s.StopFollower(t.Context()), s.StartFollower(t.Context())); err != nil {
		t.Fatal(err)
	}
	want(t, s.FollowerDSN(), "select pg_is_in_recovery()", "f")
	s.Close()
	o.Durable = true
	if _, err := localpg.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), "was promoted") {
		t.Errorf("durable data of a promoted follower: %v", err)
	}
	o.Durable = false
	want(t, start(t, o).FollowerDSN(), "select pg_is_in_recovery()", "t")
}

// A slot that nobody reads would keep WAL until the disk is full.
func TestSlotIsDroppedWithoutAFollower(t *testing.T) {
	t.Parallel()
	const slots = "select count(*) from pg_replication_slots"
	o := localpg.Options{Dir: pgtest.Dir(t), Follower: true}
	s := start(t, o)
	want(t, s.DSN(), slots, "1")
	s.Close()
	o.Follower = false
	s = start(t, o)
	want(t, s.DSN(), slots, "0")
	if s.FollowerDSN() != "" || s.FollowerPID() != 0 || s.StartFollower(t.Context()) == nil || s.StopFollower(t.Context()) == nil || s.Promote(t.Context()) == nil {
		t.Error("there is a follower")
	}
	pgtest.Exec(t, s.DSN(), "create table t ()")
	s.Close()
	o.Follower = true
	want(t, start(t, o).FollowerDSN(), "select count(*) from t", "0")
}

func TestSettingsWin(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true, Settings: map[string]string{
		"timezone": "Europe/Berlin", "hot_standby_feedback": "on", "cluster_name": `it's 5\n o'clock`}})
	for _, dsn := range []string{s.DSN(), s.FollowerDSN()} {
		want(t, dsn, "select concat_ws(' ', current_setting('timezone'), current_setting('hot_standby_feedback'), current_setting('cluster_name'))",
			`Europe/Berlin on it's 5\n o'clock`)
	}
}

func TestExtensionsCanBeLoaded(t *testing.T) {
	t.Parallel()
	if !localpg.HasExtension("plpgsql") || localpg.HasExtension("no_such_extension") {
		t.Error("HasExtension knows plpgsql not, or too much")
	}
	if !localpg.HasExtension("pg_stat_statements") {
		return // a package of its own on some systems
	}
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Settings: map[string]string{"shared_preload_libraries": "pg_stat_statements"}})
	pgtest.Exec(t, s.DSN(), "create extension pg_stat_statements; select calls from pg_stat_statements limit 1")
}

func TestLongPathsStillHaveSockets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(pgtest.Dir(t), strings.Repeat("long-", 25))
	s := start(t, localpg.Options{Dir: dir, Follower: true})
	want(t, s.FollowerDSN(), "select 1", "1")
	short, err := os.Readlink(filepath.Join(dir, "sockets"))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := os.Stat(short); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", short, err)
	}
}

// The words a folder may have that mean something to a shell, a URL, a connection string or postgresql.conf.
func TestOddPathsWork(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{Dir: filepath.Join(pgtest.Dir(t), `it's a "50% \ é`), Follower: true})
	want(t, s.FollowerDSN(), "select 1", "1")
}

func TestPsqlTakesTheDSNs(t *testing.T) {
	t.Parallel()
	bin, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	for _, tcp := range []bool{false, true} {
		s := start(t, localpg.Options{Dir: pgtest.Dir(t), TCP: tcp})
		pgtest.Exec(t, s.DSN(), `create role reader login password 'pass:word/@ "?'`)
		out, err := exec.Command(filepath.Join(bin, "psql"), s.DSNFor("reader", `pass:word/@ "?`, "postgres"), "-XAtc", "select current_user").CombinedOutput()
		if err != nil || string(out) != "reader\n" {
			t.Errorf("TCP %v: %s %v", tcp, out, err)
		}
		if _, err := exec.Command(filepath.Join(bin, "psql"), s.DSNFor("reader", "wrong", "postgres"), "-XAtc", "select 1").Output(); err == nil {
			t.Errorf("TCP %v: any password will do", tcp)
		}
	}
}

func TestPasswordIsInNoLogAndNoConfiguration(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	dir := pgtest.Dir(t)
	s := start(t, localpg.Options{Dir: dir, Follower: true, Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Settings: map[string]string{"log_statement": "all", "log_connections": "on", "log_replication_commands": "on"}})
	pgtest.Exec(t, s.DSN(), "select pg_reload_conf()")
	u, err := url.Parse(s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	s.Close()
	if said.Len() == 0 || strings.Contains(said.String(), password) {
		t.Errorf("we logged: %s", said.String())
	}
	fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "pgpass" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if bytes.Contains(text, []byte(password)) {
			t.Errorf("the password is in %s", path)
		}
		return err
	})
}

// The port may be taken while the follower is away; those who know it must find it there again.
func TestFollowerWaitsForItsPort(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	s := start(t, localpg.Options{Dir: dir, Follower: true, TCP: true})
	u, err := url.Parse(s.FollowerDSN())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.StopFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	thief, err := net.Listen("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { err = s.StartFollower(t.Context()) })
	pgtest.Eventually(t, "a refused start", func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "follower.log"))
		return err == nil && bytes.Contains(text, []byte("could not create any TCP/IP sockets"))
	})
	thief.Close()
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	want(t, u.String(), "select pg_is_in_recovery()", "t")
}

func TestManyLooksDoNotDisturbAStart(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	if dsn, ok := localpg.Running(dir); ok {
		t.Errorf("Running in an empty folder: %q", dsn)
	}
	o := localpg.Options{Dir: dir}
	start(t, o).Close()
	var wg sync.WaitGroup
	found := make(chan string, 8)
	done := make(chan struct{})
	for range cap(found) {
		wg.Go(func() {
			for {
				if dsn, ok := localpg.Running(dir); ok {
					found <- dsn
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	s, err := localpg.Start(t.Context(), o)
	close(done)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	close(found)
	for dsn := range found {
		if dsn != s.DSN() {
			t.Errorf("Running = %q, want %q", dsn, s.DSN())
		}
	}
}
