package sources

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// asked is somebody who asked for a result and may leave.
type asked struct {
	leave context.CancelFunc
	done  chan struct{}
	err   error
}

// comes has somebody ask, and returns when they wait.
func (w *world) comes(t *testing.T, ask func(context.Context) error) *asked {
	ctx, leave := context.WithCancel(t.Context())
	a := &asked{leave: leave, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.err = ask(ctx)
	}()
	synctest.Wait()
	return a
}

func (w *world) reader(t *testing.T, req clips.Request) *asked {
	return w.comes(t, func(ctx context.Context) error { _, err := w.Get(ctx, req); return err })
}

func (w *world) syncs(t *testing.T, req clips.Request) *asked {
	return w.comes(t, func(ctx context.Context) error { _, err := w.Run(ctx, req); return err })
}

// states are those of the runs, in their order.
func (w *world) states() (all []clips.RunState) {
	w.store.set(func(m *memory) {
		for id := range int64(len(m.runs)) {
			all = append(all, m.runs[id+1].State)
		}
	})
	return all
}

func (w *world) wantStates(t *testing.T, want ...clips.RunState) {
	t.Helper()
	if got := w.states(); !slices.Equal(got, want) {
		t.Errorf("the runs are %q, want %q", got, want)
	}
}

// newSlow is a world whose runs take ten seconds.
func newSlow(t *testing.T, change ...func(*CacheOptions)) *world {
	w := newWorld(t, change...)
	w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 10*time.Second, "made"), nil })
	return w
}

// Whoever asks right after a run was left has another at once: to leave is no failure that has to be waited for.
func TestTheLastToLeaveEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow(t)
		one, two := w.reader(t, ask()), w.reader(t, ask())
		one.leave()
		synctest.Wait()
		w.wantStates(t, clips.RunRunning)
		two.leave()
		synctest.Wait()
		w.wantStates(t, clips.RunLeft)
		if run := w.store.runs[1]; run.Kind != "" || run.Notice == "" || run.EndedAt.IsZero() {
			t.Errorf("the run was noted as %+v", run)
		}
		if waiting, running := w.Queue(); waiting+running > 0 {
			t.Errorf("%d wait, %d run", waiting, running)
		}
		began := time.Now()
		if a := w.get(t, ask()); w.read(t, a.Info) != "made\n" || a.Stale != "" || time.Since(began) != 10*time.Second {
			t.Errorf("after %s: %+v", time.Since(began), a)
		}
		w.wantStates(t, clips.RunLeft, clips.RunDone)
	})
}

// A backend may take its time to end. Who asks meanwhile does not wait for that, and what ends late takes nothing away.
func TestARunThatEndsLateIsInNobodysWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			if n == 1 {
				<-ctx.Done()
				time.Sleep(5 * time.Second)
				return nil, ctx.Err()
			}
			return slow(ctx, 10*time.Second, "second"), nil
		})
		w.reader(t, ask()).leave()
		synctest.Wait()
		began := time.Now()
		two := w.reader(t, ask())
		w.wantStates(t, clips.RunRunning, clips.RunRunning)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		w.wantStates(t, clips.RunLeft, clips.RunRunning)
		a := w.get(t, ask()) // joins the second
		<-two.done
		if two.err != nil || w.read(t, a.Info) != "second\n" || w.source.count() != 2 || time.Since(began) != 10*time.Second {
			t.Errorf("after %s and %d runs: %+v, %v", time.Since(began), w.source.count(), a, two.err)
		}
	})
}

// Those who were told that the run goes on find its result.
func TestARunThatWasPromisedGoesOn(t *testing.T) {
	for name, lead := range map[string]func(t *testing.T, w *world){
		"patience ended": func(t *testing.T, w *world) {
			w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Minute, "late"), nil })
			w.Get(t.Context(), ask())
		},
		"the last result was good enough": func(t *testing.T, w *world) {
			w.get(t, ask())
			time.Sleep(90 * time.Second)
			w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Minute, "late"), nil })
			w.get(t, ask())
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			lead(t, w)
			one := w.reader(t, fresh())
			one.leave()
			time.Sleep(time.Minute)
			synctest.Wait()
			if a := w.get(t, ask()); w.read(t, a.Info) != "late\n" {
				t.Errorf("%s: %+v", name, a)
			}
		})
	}
}

// A result in hand is stored, whoever has left meanwhile.
func TestAResultInHandIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		storing, stored := make(chan struct{}), make(chan struct{})
		w.Cache.o.Store = slowToSave{w.store, func() { close(storing); <-stored }}
		one := w.reader(t, ask())
		<-storing
		one.leave()
		<-one.done
		two := w.reader(t, ask())
		close(stored)
		<-two.done
		w.wantStates(t, clips.RunDone)
		if two.err != nil || w.source.count() != 1 {
			t.Errorf("%d runs, %v", w.source.count(), two.err)
		}
	})
}

// slowToSave takes a moment for each result.
type slowToSave struct {
	*memory
	wait func()
}

func (s slowToSave) SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error {
	s.wait()
	return s.memory.SaveSnapshot(ctx, info, r, file)
}

// A sync wants a run that begins after it was asked for, so it keeps no earlier one going; its own goes on for readers.
func TestASyncWaitsForNoEarlierRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow(t)
		one := w.reader(t, ask())
		sheet := w.syncs(t, ask())
		one.leave()
		synctest.Wait()
		w.wantStates(t, clips.RunLeft, clips.RunRunning)
		two := w.reader(t, ask())
		sheet.leave()
		<-two.done
		<-sheet.done
		if two.err != nil || clips.KindOf(sheet.err) != clips.KindCanceled {
			t.Errorf("the reader has %v, the sync %v", two.err, sheet.err)
		}
		w.wantStates(t, clips.RunLeft, clips.RunDone)
		alone := w.syncs(t, ask())
		alone.leave()
		synctest.Wait()
		w.wantStates(t, clips.RunLeft, clips.RunDone, clips.RunLeft)
	})
}

// Who leaves while the run waits for its turn leaves the queue, and nothing is noted of a run that never began.
func TestTheQueueForgetsWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow(t, func(o *CacheOptions) { o.Concurrency = 1 })
		other := ask()
		other.Clip.ID, other.Clip.Slug = 8, "other"
		one, two := w.reader(t, ask()), w.reader(t, other)
		if waiting, _ := w.Queue(); waiting != 1 {
			t.Fatalf("%d wait", waiting)
		}
		two.leave()
		synctest.Wait()
		if waiting, running := w.Queue(); waiting != 0 || running != 1 {
			t.Errorf("%d wait, %d run", waiting, running)
		}
		<-one.done
		w.wantStates(t, clips.RunDone)
	})
}

func TestThePatientWaitForTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.get(t, ask())
		time.Sleep(time.Hour)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Minute, "late"), nil })
		patient := ask()
		patient.Patient = true
		one := w.reader(t, patient)
		time.Sleep(50 * time.Second)
		one.leave()
		synctest.Wait()
		w.wantStates(t, clips.RunDone, clips.RunLeft)
		if a := w.get(t, patient); w.read(t, a.Info) != "late\n" || a.Stale != "" {
			t.Errorf("%+v", a)
		}
	})
}

// All of a workbook's clips are left together, and none of them failed.
func TestAWorkbookThatEverybodyLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow(t)
		w.comes(t, func(ctx context.Context) error { _, err := w.Together(ctx, pack()); return err }).leave()
		synctest.Wait()
		for _, state := range w.states() {
			if state != clips.RunLeft {
				t.Errorf("the runs are %q", w.states())
			}
		}
	})
}

// Without the fake clock: readers come and go as they like, and those who stay are answered.
func TestReadersWhoComeAndGo(t *testing.T) {
	t.Parallel()
	for range 20 {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Millisecond, "x"), nil })
		var readers sync.WaitGroup
		for i := range 100 {
			readers.Go(func() {
				ctx, leave := context.WithTimeout(t.Context(), time.Duration(i%3)*500*time.Microsecond)
				defer leave()
				if i%4 == 0 {
					ctx = t.Context()
				}
				if _, err := w.Get(ctx, ask()); err != nil && ctx.Err() == nil {
					t.Errorf("somebody who stayed: %v", err)
				}
			})
		}
		readers.Wait()
		for _, state := range w.states() {
			if state != clips.RunDone && state != clips.RunLeft && state != clips.RunRunning {
				t.Fatalf("the runs are %q", w.states())
			}
		}
	}
}
