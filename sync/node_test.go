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
	"slices"
	"strings"
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

// timePasses lets every lease and every leader's term end.
func (w *world) timePasses() {
	w.t.Helper()
	w.query(`
		update clipsheet.sync_runs set lease_until = now() - interval '1 second' where ended_at is null;
		update clipsheet.river_leader set expires_at = now() - interval '1 second'`)
}

// dueAtOnce makes the slot of 12:01 the next, at 12:01:05.
func (w *world) dueAtOnce() fastClock {
	w.t.Helper()
	w.clock.turn(time.Minute + 5*time.Second)
	w.query(`update clipsheet.syncs set next_at = '2026-11-24 12:01Z'`)
	return fastClock{From: w.clock.read(), Until: w.clock.read()}
}

func TestAKillAtAnyStepLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for _, step := range steps {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, minutely("one")...)
			n := w.startNode(nodeSpec{Book: w.book.serve(t), DieAt: step, Clock: w.dueAtOnce()})
			select {
			case <-n.done:
			case <-time.After(time.Minute):
				t.Fatalf("it did not come to step %s; its log: %s", step, n.errs)
			}
			if status := n.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
				t.Fatalf("it ended with %s", n.ProcessState)
			}
			w.timePasses()
			w.start()
			w.waitFor("one 12:01 done")
			w.book.wantEffects(t, map[string]string{"one": "12:01"})
			if have := w.book.read("one"); have.Run != w.last("one").ID || len(have.Rows) != 2 {
				t.Errorf("the sheet holds %+v", have)
			}
		})
	}
}

// A node that is frozen between reading a sheet and writing it thaws when another has done its run.
func TestAFrozenNodeThawsIntoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, minutely("one")...)
	reading, goOn := make(chan struct{}), make(chan struct{})
	address := w.book.serveSlowly(t, func() {
		close(reading)
		<-goOn
	})
	n := w.startNode(nodeSpec{Book: address, Stubborn: true, Clock: w.dueAtOnce(), Lease: 2 * time.Second})
	<-reading
	n.signal(t, syscall.SIGSTOP)
	w.timePasses()
	w.start()
	w.waitFor("one 12:01 done")
	close(goOn)
	n.signal(t, syscall.SIGCONT)
	w.eventually("the thawed node to give its run up", func() bool { return strings.Contains(n.errs.String(), "another node has it") })
	w.waitFor("one 12:01 done")
	w.book.wantEffects(t, map[string]string{"one": "12:01"})
	if r := w.last("one"); r.Fence != 2 || w.book.read("one").Fence != 2 {
		t.Errorf("the run is %+v, the sheet holds %+v", r, w.book.read("one"))
	}
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	if w.book.refused != 1 {
		t.Errorf("%d writes were refused, want the one of the thawed node", w.book.refused)
	}
}

// Three nodes, one killed, one frozen for longer than its lease: minutes pass in seconds.
func TestOfThreeNodesOneIsKilledAndOneFrozen(t *testing.T) {
	t.Parallel()
	const slots = 10
	var names []string
	for i := range 8 {
		names = append(names, fmt.Sprintf("sync-%d", i))
	}
	w := newWorld(t, minutely(names...)...)
	address := w.book.serve(t)
	clock := fastClock{From: at(30 * time.Second), Started: time.Now().Add(5 * time.Second), Speed: 20, Until: at(slots*time.Minute + 30*time.Second)}
	spec := nodeSpec{Book: address, Lease: 2 * time.Second, Clock: clock}
	nodes := []*node{w.startNode(spec), w.startNode(spec), w.startNode(spec)}
	reach := func(minute int) {
		w.eventually(fmt.Sprintf("12:%02d", minute), func() bool { return !clock.read().Before(at(time.Duration(minute) * time.Minute)) })
	}
	// Whoever led is dead or frozen for some seconds; the other's term is ended for it, to spare us the wait.
	endTerm := func() { w.query(`update clipsheet.river_leader set expires_at = now() - interval '1 second'`) }

	reach(3)
	nodes[0].signal(t, syscall.SIGKILL)
	endTerm()
	reach(4)
	nodes[1].signal(t, syscall.SIGSTOP)
	endTerm()
	reach(6)
	nodes[1].signal(t, syscall.SIGCONT)
	reach(slots)
	w.eventually("quiet", func() bool {
		return w.query(`
			select count(*) from clipsheet.syncs where next_at <= '2026-11-24 12:10:30Z'`)[0] == "0" &&
			w.query(`select count(*) from clipsheet.sync_runs where ended_at is null`)[0] == "0"
	})
	for _, name := range names {
		w.wantEverySlotOnce(name, slots)
	}
	w.wantEveryRunOnce()
}

// wantEverySlotOnce checks that the slots from 12:01 on are in the history, each in one row.
func (w *world) wantEverySlotOnce(name string, slots int) {
	w.t.Helper()
	s, err := w.store.Sync(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	runs, err := w.store.SyncRuns(w.t.Context(), s.ID, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	next := at(time.Minute)
	for _, r := range slices.Backward(runs) {
		if !r.Slot.Equal(next) {
			w.t.Errorf("%s: after %s comes a run of %s", name, next.Add(-time.Minute).Format("15:04"), r.Slot.Format("15:04"))
		}
		next = r.Slot.Add(time.Duration(r.Slots) * time.Minute)
	}
	if want := at(time.Duration(slots+1) * time.Minute); !next.Equal(want) {
		w.t.Errorf("%s: the last slot is before %s, want before %s", name, next.Format("15:04"), want.Format("15:04"))
	}
}

// wantEveryRunOnce checks that each run that was done was written once, and that no target went back in time.
func (w *world) wantEveryRunOnce() {
	w.t.Helper()
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	times, last := map[string]int{}, map[string]written{}
	for _, e := range w.book.effects {
		times[fmt.Sprint(e.Run)]++
		if before := last[e.Sync]; before.Fence >= e.Fence || before.Slot.After(e.Slot) {
			w.t.Errorf("%+v was written after %+v", e, before)
		}
		last[e.Sync] = e
	}
	done := w.query(`select id from clipsheet.sync_runs where state = 'done'`)
	for _, run := range done {
		if times[run] != 1 {
			w.t.Errorf("run %s is done and was written %d times", run, times[run])
		}
	}
	w.t.Logf("%d runs done, %d writes, %d refused", len(done), len(w.book.effects), w.book.refused)
}
