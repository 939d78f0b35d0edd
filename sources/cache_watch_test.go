package sources

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

func TestEveryAnswerHasItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var ways []string
		w := newWorld(t, func(o *CacheOptions) {
			o.OnAnswer = func(way Way) {
				mu.Lock()
				defer mu.Unlock()
				ways = append(ways, string(way))
			}
		})
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			if n != 2 {
				return nil, errNoAnswer
			}
			return slow(ctx, time.Second, "x"), nil
		})
		w.Get(t.Context(), ask()) // there is nothing, and no follower
		time.Sleep(time.Minute)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { w.Get(t.Context(), ask()) })
		}
		both.Wait()
		w.get(t, ask()) // young enough
		time.Sleep(90 * time.Second)
		w.get(t, ask()) // while a newer one is made
		synctest.Wait()
		w.get(t, ask()) // that failed just now
		time.Sleep(time.Hour)
		w.get(t, ask()) // and this one does
		w.Peek(t.Context(), ask())
		leaving, leave := context.WithCancel(t.Context())
		leave()
		time.Sleep(time.Hour)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, time.Second, "y"), nil })
		w.Get(leaving, ask())
		if got, want := strings.Join(ways, " "), "failure miss join hit stale stale stale left"; got != want && got != strings.Replace(want, "miss join", "join miss", 1) {
			t.Errorf("the ways are %s, want %s", got, want)
		}
	})
}

func TestWaitsForATurnAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type wait struct {
			source string
			took   time.Duration
			came   bool
		}
		told := make(chan wait, 4)
		w := newWorld(t, func(o *CacheOptions) {
			o.Concurrency, o.Patience = 1, 10*time.Second
			o.OnTurn = func(source string, took time.Duration, came bool) { told <- wait{source, took, came} }
		})
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) { return slow(ctx, 12*time.Second, "x"), nil })
		other := ask()
		other.Clip.ID = 8
		var both sync.WaitGroup
		both.Go(func() { w.Get(t.Context(), ask()) })
		synctest.Wait()
		both.Go(func() { w.Get(t.Context(), other) })
		synctest.Wait()
		if waiting, running := w.QueueOf("erp"); waiting != 1 || running != 1 {
			t.Errorf("%d wait and %d run", waiting, running)
		}
		if waiting, running := w.QueueOf("shop"); waiting+running != 0 {
			t.Errorf("%d wait and %d run on a source that nobody asked", waiting, running)
		}
		both.Wait()
		if first, second := <-told, <-told; first != (wait{"erp", 0, true}) || second != (wait{"erp", 10 * time.Second, false}) {
			t.Errorf("told of %+v and %+v", first, second)
		}
	})
}
