package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"clipsheet/clips"
)

// knownMost bounds how many results are remembered. Parameters come from readers, so there is no end of keys; one
// that is forgotten costs a question to the state database.
const knownMost = 10_000

// loadTimeout bounds a question to the state database.
const loadTimeout = 10 * time.Second

// key says which results may stand for each other.
type key struct {
	clip     int64
	revision int
	params   string
	workbook string // its name, of a workbook's; then params says it all
}

func keyOf(req clips.Request) key {
	return key{clip: req.Clip.ID, revision: req.Clip.Revision.Number, params: req.Bound.Key}
}

// result is what this process knows of one key. Cache.mu guards it.
type result struct {
	key    key
	users  int  // readers and flights that hold it; it is not forgotten meanwhile
	loaded bool // the state database was asked

	last    set           // the newest good one
	seen    time.Time     // when this process learnt of it
	seenAge time.Duration // how old it was then
	lost    int64         // a set that turned out damaged beyond repair, not to be believed again

	loading *flight
	running *flight
	failure failure
}

// failure is the last run that failed and when the next may start. The zero value allows it now.
type failure struct {
	err   error
	until time.Time
	count int // in a row
}

func (r *result) has() bool { return r.last.id() != 0 }

// learn takes a newer result in. One from the future, by the clock of another node or of yesterday, is new.
func (r *result) learn(newer set, now time.Time) {
	r.last, r.seen, r.seenAge = newer, now, max(0, now.Sub(newer.createdAt()))
}

// age counts on the monotonic clock, so that setting the wall clock back makes nothing young for ever, and on the
// wall clock too, since the monotonic one stands still while a laptop sleeps. The older wins: at worst a run too many.
func (r *result) age(now time.Time) time.Duration {
	return max(r.seenAge+now.Sub(r.seen), now.Round(0).Sub(r.last.createdAt()))
}

// fail notes a failed run. A busy server is no fault of the clip, so waiting does not grow with it.
func (r *result) fail(err error, now time.Time) {
	const least, most = time.Second, 15 * time.Second
	r.failure.err = err
	if kind := clips.KindOf(err); kind == clips.KindBusy || kind == clips.KindCanceled {
		r.failure.until = now.Add(least)
		return
	}
	r.failure.until = now.Add(min(least<<min(r.failure.count, 10), most))
	r.failure.count++
}

// hold finds or makes the result of a key and keeps it from being forgotten until letGo.
func (c *Cache) hold(k key) *result {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.known[k]
	if !ok {
		c.forgetOne()
		r = &result{key: k}
		c.known[k] = r
	}
	r.users++
	return r
}

func (c *Cache) letGo(r *result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.users--
}

// forgetOne makes room for another result by forgetting any that is not in use. The caller holds mu.
func (c *Cache) forgetOne() {
	if len(c.known) < knownMost {
		return
	}
	for k, r := range c.known {
		if r.users == 0 {
			delete(c.known, k)
			return
		}
	}
}

// load asks the state database for the newest result, once per key, however many wait.
func (c *Cache) load(ctx context.Context, r *result, e errand) error {
	c.mu.Lock()
	if r.loaded {
		c.mu.Unlock()
		return nil
	}
	loading := c.start(r, &r.loading, func(ctx context.Context) (set, error) { return c.newest(ctx, r, e) })
	c.mu.Unlock()
	select {
	case <-loading.done:
		return loading.err
	case <-ctx.Done():
		return errLeft(ctx)
	}
}

// newest learns what the state database has, which may be another node's work.
func (c *Cache) newest(ctx context.Context, r *result, e errand) (set, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	found, err := e.find(ctx)
	switch {
	case clips.KindOf(err) == clips.KindCorrupt: // as good as none: a run makes another
		c.o.Log.Error("the last result in the state database is damaged", "of", e.name, "err", err)
	case err != nil && !errors.Is(err, clips.ErrNotFound):
		return nil, errState("find the last result", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found.id() > r.last.id() && found.id() != r.lost {
		r.learn(found, time.Now())
	}
	r.loaded = true
	return r.last, nil
}

// calmly turns a panic into an error: one poisoned clip must not take the service down.
func calmly(log *slog.Logger, doing string, work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic", "doing", doing, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s: panic: %v", doing, p)
		}
	}()
	return work()
}
