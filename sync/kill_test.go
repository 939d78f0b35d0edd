package sync_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
