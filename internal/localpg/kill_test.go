package localpg_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// TestMain doubles as the other process that is killed or refused in the tests.
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

func otherProcess(dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOCALPG_TEST_OWNER="+dir)
	return cmd
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestServersEndWithAKilledParent(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	owner := otherProcess(dir)
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	owner.Stderr = os.Stderr
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	dsn, ok := localpg.Running(dir)
	if !ok {
		t.Error("the other process is not seen to run")
	}
	pgtest.Exec(t, dsn, "create table kept as select 1 as n")
	owner.Process.Kill()
	owner.Wait()
	var s *localpg.Server
	if runtime.GOOS != "linux" && runtime.GOOS != "freebsd" { // where the kernel does not end them, the next start does
		s = start(t, localpg.Options{Dir: dir, Follower: true})
	}
	for _, field := range strings.Fields(line) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Eventually(t, "server "+field+" to end", func() bool { return gone(pid) })
	}
	if s == nil {
		if _, ok := localpg.Running(dir); ok {
			t.Error("a killed process is seen to run")
		}
		s = start(t, localpg.Options{Dir: dir, Follower: true})
	}
	want(t, s.FollowerDSN(), "select n from kept", "1")
}

// Not a moment between the kill and the next start: the servers may still be going down.
func TestAStartRightAfterAKill(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	for _, killWhen := range []string{"initdb.password", "primary.new/base", "follower.new/base", "follower/postmaster.pid"} {
		owner := otherProcess(dir)
		if err := owner.Start(); err != nil {
			t.Fatal(err)
		}
		// A moment that is over before we look is a kill at the last one.
		pgtest.Eventually(t, killWhen, func() bool {
			return exists(filepath.Join(dir, killWhen)) || exists(filepath.Join(dir, "follower", "postmaster.pid"))
		})
		owner.Process.Kill()
		owner.Wait()
	}
	s := start(t, localpg.Options{Dir: dir, Follower: true})
	want(t, s.FollowerDSN(), "select count(*) from pg_stat_wal_receiver", "1")
	s.Close()
	for _, left := range []string{"initdb.password", "primary.new", "follower.new", "sockets", "owner.json"} {
		if _, err := os.Lstat(filepath.Join(dir, left)); err == nil {
			t.Errorf("%s is left", left)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestKilledServersStartAgain(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{Dir: pgtest.Dir(t), Follower: true})
	pgtest.Exec(t, s.DSN(), "create table kept as select 1 as n")
	for _, server := range []struct {
		pid   func() int
		start func(context.Context) error
	}{{s.FollowerPID, s.StartFollower}, {s.PID, s.StartPrimary}} {
		syscall.Kill(server.pid(), syscall.SIGKILL)
		pgtest.Eventually(t, "the server to end", func() bool { return server.pid() == 0 })
		if err := server.start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.Exec(t, s.DSN(), "insert into kept values (2)")
	pgtest.WaitReplayed(t, s)
	want(t, s.FollowerDSN(), "select sum(n) from kept", "3")
}

func TestACancelledStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := localpg.Start(ctx, localpg.Options{Dir: dir})
		result <- err
	}()
	pgtest.Eventually(t, "initdb", func() bool {
		_, err := os.Stat(filepath.Join(dir, "primary.new", "base"))
		return err == nil
	})
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// A whole one has three databases; the last is made at the very end.
	if made, err := os.ReadDir(filepath.Join(dir, "primary.new", "base")); err != nil || len(made) >= 3 {
		t.Errorf("initdb went on to its end: %v, %v", made, err)
	}
	want(t, start(t, localpg.Options{Dir: dir}).DSN(), "select 1", "1")
}

// The number in postmaster.pid may be another process's by now, above all in a container.
func TestAStrangersProcessIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	o := localpg.Options{Dir: dir}
	start(t, o).Close()
	info, err := os.Stat(filepath.Join(dir, "primary", "PG_VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	stranger := exec.Command("sleep", "600")
	if st := info.Sys().(*syscall.Stat_t); os.Geteuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { stranger.Wait(); close(ended) }()
	defer func() { stranger.Process.Kill(); <-ended }()
	data := filepath.Join(dir, "primary")
	file := strings.Join([]string{strconv.Itoa(stranger.Process.Pid), data, "1", "5432", dir, "", "1 1", "ready"}, "\n")
	if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, start(t, o).DSN(), "select 1", "1")
	select {
	case <-ended:
		t.Error("the stranger was ended")
	default:
	}
}
