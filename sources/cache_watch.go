package sources

import (
	"time"

	"clipsheet/clips"
)

// Way is how a reader's request came by its answer, for metrics.
type Way string

const (
	WayHit     Way = "hit"     // the result there was, young enough
	WayMiss    Way = "miss"    // that of a run which the request began
	WayJoin    Way = "join"    // that of a run which others had begun
	WayStale   Way = "stale"   // an older result, marked with the reason
	WayFailure Way = "failure" // none: there was no result to stand in
	WayLeft    Way = "left"    // none: the reader left, or the server stops
)

// Ways are all there are.
func Ways() []Way { return []Way{WayHit, WayMiss, WayJoin, WayStale, WayFailure, WayLeft} }

// to is the way of a request that set out on one, by what it came to.
func (w Way) to(a answer, err error) Way {
	switch {
	case clips.KindOf(err) == clips.KindCanceled:
		return WayLeft
	case err != nil:
		return WayFailure
	case a.stale != "":
		return WayStale
	}
	return w
}

// tellNobody fills the functions that nobody gave.
func (o *CacheOptions) tellNobody() {
	if o.OnRun == nil {
		o.OnRun = func(string, clips.Run, time.Duration) {}
	}
	if o.OnTurn == nil {
		o.OnTurn = func(string, time.Duration, bool) {}
	}
	if o.OnAnswer == nil {
		o.OnAnswer = func(Way) {}
	}
}

// QueueOf says how many runs wait for their turn on a source, and how many are under way.
func (c *Cache) QueueOf(source string) (waiting, running int) { return c.runs.lengthOf(source) }

// Disk says how many bytes the files of the cache take, and how many they may.
func (c *Cache) Disk() (bytes, most int64) {
	f := c.o.Files
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes, f.limit
}

// Connections says how many of a source's connections for runs are in use, and how many there are.
func (f *Follower) Connections() (inUse, most int) { return len(f.seats), cap(f.seats) }
