package sources

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// crowd is a queue with people in it, by name: "ada" waits or runs, "ada ended" and "ada refused" are over.
type crowd struct {
	*queue
	t     *testing.T
	began []string
	ended []string
	end   map[string]func()
}

func newCrowd(t *testing.T, most, seats int) *crowd {
	return &crowd{queue: newQueue(most, func(string) int { return seats }), t: t, end: map[string]func(){}}
}

// come has a run of a party ask for its turn.
func (c *crowd) come(source, party string, n int) {
	for i := range n {
		who := fmt.Sprintf("%s %d", party, i+1)
		go func() {
			done, err := c.take(c.t.Context(), source, party, time.Minute)
			c.mu.Lock()
			defer c.mu.Unlock()
			if err != nil {
				c.ended = append(c.ended, who+" "+string(clips.KindOf(err)))
				return
			}
			c.began = append(c.began, who)
			c.end[who] = done
		}()
		synctest.Wait()
	}
}

func (c *crowd) want(began ...string) {
	c.t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.began, began) {
		c.t.Errorf("under way are %q, want %q", c.began, began)
	}
	c.began = nil
}

// finish ends what is under way and what begins then, and lets the patience of the others end.
func (c *crowd) finish() {
	for {
		c.mu.Lock()
		under := c.end
		c.end = map[string]func(){}
		c.mu.Unlock()
		if len(under) == 0 {
			return
		}
		for _, done := range under {
			done()
		}
		synctest.Wait()
	}
}

func TestNobodyHasAllPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 3, 0)
		c.come("erp", "ada", 10)
		c.want("ada 1", "ada 2")
		c.come("erp", "bob", 2)
		c.want("bob 1")
		c.end["bob 1"]()
		c.want("bob 2") // who has fewer under way is next, although others came before
		c.finish()
	})
}

// Also when the other's last turn is longer ago.
func TestWhoHasFewerUnderWayIsNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 4, 0)
		c.come("erp", "ada", 4)
		c.come("erp", "bob", 2)
		c.want("ada 1", "ada 2", "ada 3", "bob 1")
		c.end["ada 1"]()
		c.want("bob 2")
		c.finish()
	})
}

func TestAPlaceOnEachSourceIsKeptToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 8, 2)
		c.come("erp", "ada", 5)
		c.come("crm", "ada", 1)
		c.come("erp", "bob", 1)
		c.come("erp", "eve", 1)
		c.want("ada 1", "ada 1", "bob 1") // eve waits for the source, which holds back no other
		c.end["bob 1"]()
		c.want("eve 1")
		c.finish()
	})
}

// With one place there is none to keep.
func TestOnePlaceGoesRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 1, 1)
		c.come("erp", "ada", 2)
		c.come("erp", "bob", 1)
		c.want("ada 1")
		c.end["ada 1"]()
		c.want("bob 1")
		c.end["bob 1"]()
		c.want("ada 2")
		c.finish()
	})
}

func TestAFullQueueSendsAwayWhoHasMostInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 2, 0)
		c.come("erp", "ada", 2+2*queueFactor)
		c.come("erp", "bob", 2)
		if want := []string{"ada 66 busy", "ada 65 busy", "ada 64 busy"}; !slices.Equal(c.ended, want[:len(c.ended)]) || len(c.ended) < 1 {
			t.Errorf("sent away were %q", c.ended)
		}
		c.want("ada 1", "bob 1")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if waiting, running := c.length(); waiting != 0 || running != 2 {
			t.Errorf("after a long wait %d wait and %d are under way", waiting, running)
		}
		c.finish()
	})
}

func TestATurnEndsWithTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1, nil)
		done, err := q.take(t.Context(), "erp", "ada", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := q.take(ctx, "erp", "bob", time.Minute); clips.KindOf(err) != clips.KindCanceled {
			t.Errorf("got %v", err)
		}
		done()
		if waiting, running := q.length(); waiting+running != 0 {
			t.Errorf("%d wait and %d are under way", waiting, running)
		}
	})
}

// The whole way: a clip that many ask for with many parameters does not keep another's readers waiting.
func TestOneClipCannotStarveAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *CacheOptions) { o.Concurrency = 4 })
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			if n <= 3 {
				return slow(ctx, 10*time.Minute, "x"), nil
			}
			return table("quick"), nil
		})
		for i := range 300 {
			req := ask()
			req.Bound.Key = fmt.Sprint(i)
			go w.Get(t.Context(), req)
		}
		synctest.Wait()
		req := ask()
		req.Clip.ID, req.Clip.Slug = 8, "cash"
		began := time.Now()
		if a := w.get(t, req); w.read(t, a.Info) != "quick\n" || time.Since(began) > time.Second {
			t.Errorf("after %s it got %+v", time.Since(began), a)
		}
	})
}
