package sync_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
	"clipsheet/clips/store"
	clipsync "clipsheet/sync"
)

// nodeVariable makes the test binary a node: an engine in a process of its own, to be killed or frozen.
const nodeVariable = "CLIPSHEET_TEST_NODE"

// nodeSpec is what a node is told.
type nodeSpec struct {
	DSN      string
	Book     string // the address of the spreadsheets
	Lease    time.Duration
	DieAt    string // the step at which it kills itself
	Stubborn bool   // what it sends is on its way even when it was told to stop
	Clock    fastClock
}

// fastClock shows From until Started, and from then on runs Speed times as fast as ours, to Until. The zero clock is
// the database's.
type fastClock struct {
	From, Started, Until time.Time
	Speed                int
}

func (c fastClock) read() time.Time {
	now := c.From.Add(max(0, time.Since(c.Started)) * time.Duration(c.Speed))
	if now.After(c.Until) {
		return c.Until
	}
	return now
}

// beNode runs an engine until its standard input ends, so that no node outlives its test.
func beNode(spec string) int {
	var n nodeSpec
	if err := json.Unmarshal([]byte(spec), &n); err != nil {
		return failNode(err)
	}
	s, err := store.Open(context.Background(), n.DSN)
	if err != nil {
		return failNode(err)
	}
	defer s.Close()
	o := clipsync.Options{Pool: s.Pool(), Schema: store.RiverSchema, Store: mortal{s, n.die}, Results: &mortalResults{results{}, n.die},
		Target: n.target(), Lease: n.Lease, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if n.Clock != (fastClock{}) {
		o.Now = n.Clock.read
	}
	e := clipsync.New(o)
	if err := e.Start(context.Background()); err != nil {
		return failNode(err)
	}
	defer e.Close()
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	return 0
}

func failNode(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// die is kill -9, when the step is the one.
func (n nodeSpec) die(step string) {
	if step == n.DieAt {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (n nodeSpec) target() *mortalTarget {
	f := far{n.Book}
	t := &target{read: f.read, apply: f.apply, at: n.die}
	if n.Stubborn {
		t.read = func(ctx context.Context, sync string) (written, error) {
			return f.read(context.WithoutCancel(ctx), sync)
		}
		t.apply = func(ctx context.Context, w write) error { return f.apply(context.WithoutCancel(ctx), w) }
	}
	return &mortalTarget{t, n.die}
}

// mortal is a store whose caller may die before and after everything it asks for.
type mortal struct {
	*store.Store
	die func(step string)
}

func (m mortal) SweepSyncs(ctx context.Context, now time.Time, plan func(clips.Sync, time.Time) clips.Due,
	hand func(context.Context, pgx.Tx, []clips.Handover) error) error {
	m.die("sweep")
	defer m.die("swept")
	return m.Store.SweepSyncs(ctx, now, plan, func(ctx context.Context, tx pgx.Tx, h []clips.Handover) error {
		m.die("hand")
		defer m.die("handed")
		return hand(ctx, tx, h)
	})
}

func (m mortal) ClaimSyncRun(ctx context.Context, id int64, now time.Time, lease time.Duration) (clips.SyncTask, error) {
	m.die("claim")
	defer m.die("claimed")
	return m.Store.ClaimSyncRun(ctx, id, now, lease)
}

func (m mortal) HoldSpreadsheet(ctx context.Context, spreadsheet, node string, r clips.SyncRun) (bool, error) {
	m.die("hold")
	defer m.die("held")
	return m.Store.HoldSpreadsheet(ctx, spreadsheet, node, r)
}

func (m mortal) FinishSyncRun(ctx context.Context, r clips.SyncRun) error {
	m.die("finish")
	defer m.die("finished")
	return m.Store.FinishSyncRun(ctx, r)
}

type mortalResults struct {
	results
	die func(step string)
}

func (m *mortalResults) Run(ctx context.Context, req clips.Request) (clipsync.Result, error) {
	m.die("run")
	defer m.die("ran")
	return m.results.Run(ctx, req)
}

type mortalTarget struct {
	*target
	die func(step string)
}

func (m *mortalTarget) Push(ctx context.Context, p clips.Push) (clips.Pushed, error) {
	defer m.die("pushed")
	return m.target.Push(ctx, p)
}

// steps are those of a run, in order.
var steps = []string{"sweep", "hand", "handed", "swept", "claim", "claimed", "run", "ran", "hold", "held",
	"push", "read", "written", "pushed", "finish", "finished"}

// node is a node that is running.
type node struct {
	*exec.Cmd
	errs *logs
	done chan struct{}
}

// startNode starts a node and returns when it is ready.
func (w *world) startNode(spec nodeSpec) *node {
	w.t.Helper()
	spec.DSN = w.dsn
	text, err := json.Marshal(spec)
	if err != nil {
		w.t.Fatal(err)
	}
	n := &node{exec.Command(os.Args[0]), &logs{}, make(chan struct{})}
	n.Env = append(os.Environ(), nodeVariable+"="+string(text))
	n.Stderr = n.errs
	stdin, err := n.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	stdout, err := n.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := n.Start(); err != nil {
		w.t.Fatal(err)
	}
	ready, _ := bufio.NewReader(stdout).ReadString('\n')
	go func() {
		defer close(n.done)
		n.Wait()
	}()
	w.t.Cleanup(func() {
		n.Process.Signal(syscall.SIGCONT)
		stdin.Close()
		<-n.done
		if w.t.Failed() {
			w.t.Logf("the log of node %d:\n%s", n.Process.Pid, n.errs)
		}
	})
	if ready != "ready\n" && spec.DieAt == "" {
		w.t.Fatalf("a node did not start: %s", n.errs)
	}
	return n
}

func (n *node) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := n.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
