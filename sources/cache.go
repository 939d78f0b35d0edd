package sources

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"clipsheet/clips"
)

// Store is what the cache needs of the state database.
type Store interface {
	StartRun(ctx context.Context, r clips.Run) (int64, error)
	FinishRun(ctx context.Context, r clips.Run) error
	SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error
	LatestSnapshot(ctx context.Context, clipID int64, revision int, key string) (clips.SnapshotInfo, error)
	SaveWorkbookResult(ctx context.Context, r clips.WorkbookResult) error
	LatestWorkbookResult(ctx context.Context, workbook, key string) ([]clips.SnapshotInfo, error)
	ReadSnapshot(ctx context.Context, id int64, w io.Writer) error
}

// CacheOptions say what a Cache works with. Store, Files and Source are required.
type CacheOptions struct {
	Store  Store
	Files  *Files
	Source func(name string) (clips.Source, bool)

	Patience    time.Duration // how long a reader waits for a run before the last good result stands in; 25s
	RunTimeout  time.Duration // of one run with its retries; 15m. The source's statement timeout usually comes first
	Concurrency int           // runs at once, over all sources; 8

	Seats func(source string) int // runs at once on a source; nil, and 0, are no limit of the cache

	// For metrics; each may be nil.
	OnRun    func(source string, r clips.Run, took time.Duration)      // told of every run that ended
	OnTurn   func(source string, waited time.Duration, cameToRun bool) // of every wait for a turn
	OnAnswer func(Way)                                                 // of every request that Get and Together were done with

	Log *slog.Logger
}

// Cache answers requests with snapshots: the one there is while it is young enough, else that of one run, however
// many ask. Safe for concurrent use.
type Cache struct {
	o       CacheOptions
	ctx     context.Context // of everything that outlives a reader
	stop    context.CancelFunc
	work    sync.WaitGroup
	runs    *queue
	renders slots

	mu     sync.Mutex
	closed bool
	known  map[key]*result

	storing map[int64]chan struct{} // by the ID of a result that is served before it is stored; closed once it is
}

// NewCache makes a Cache, which owns o.Files from now on. Close it.
func NewCache(o CacheOptions) *Cache {
	o.Patience = cmp.Or(o.Patience, 25*time.Second)
	o.RunTimeout = cmp.Or(o.RunTimeout, 15*time.Minute)
	o.Concurrency = cmp.Or(o.Concurrency, 8)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.tellNobody()
	o.Files.log = o.Log
	c := &Cache{o: o, known: map[key]*result{}, storing: map[int64]chan struct{}{}, runs: newQueue(o.Concurrency, o.Seats),
		renders: newSlots(max(2, runtime.GOMAXPROCS(0)))}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// EndRuns ends the runs under way, and begins no other. Whoever waits gets the last good result, or is told that the
// server stops.
func (c *Cache) EndRuns() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
}

// Close ends the runs under way and waits until nothing of the cache is left running.
func (c *Cache) Close() {
	c.EndRuns()
	c.work.Wait()
	c.o.Files.close()
}

// Get answers a request. The rule, with age counted from the end of the run that made the newest result of this
// clip, revision and parameters, and max_age as the revision says:
//
//   - Younger than max_age: that result, at once. Request.Fresh lowers max_age to clips.MinFreshAge.
//   - Younger than twice max_age, and not Fresh: that result at once, marked, while one run makes the next.
//   - Else the reader waits for the one run, up to Patience. If it fails or takes longer, the last good result
//     stands in, however old, marked with the reason; without one, the failure is the error.
//   - For a while after a failed run (1s, 2s, 4s … 15s) nobody starts another: the last good result, marked, or the
//     failure again.
//   - While a follower is too far behind for a clip that is to fail then (clips.LagFail), nothing past max_age is shown.
//
// A run ends when everybody who waited for it has left. It goes on for those who were told to ask again, and once its
// result is in hand.
func (c *Cache) Get(ctx context.Context, req clips.Request) (clips.Answer, error) {
	a, err := c.get(ctx, c.clip(req))
	return a.ofClip(), err
}

func (c *Cache) get(ctx context.Context, e errand) (answer, error) {
	r := c.hold(e.key)
	defer c.letGo(r)
	if err := c.load(ctx, r, e); err != nil {
		return answer{}, err
	}
	a, run, way, err := c.decide(r, e)
	if run != nil {
		a, err = c.await(ctx, r, e, run, a)
	}
	c.o.OnAnswer(way.to(a, err))
	return a, err
}

// decide applies the rule of Get. It yields the answer, or the flight to wait for and what stands in if it fails.
func (c *Cache) decide(r *result, e errand) (answer, *flight, Way, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := r.age(time.Now())
	last := answer{set: r.last}
	switch {
	case r.has() && age < e.limit:
		return last, nil, WayHit, nil
	case time.Now().Before(r.failure.until):
		instead, err := e.standIn(last, r.failure.err)
		return instead, nil, WayStale, err
	}
	way := WayMiss
	if r.running != nil {
		way = WayJoin
	}
	run := c.start(r, &r.running, func(ctx context.Context) (set, error) { return c.refresh(ctx, r, e) })
	if r.has() && age < 2*e.limit && !e.fresh && e.mayStandIn(r.failure.err) {
		run.kept = true
		last.stale = "a newer result is being made" + showing(last.set[0])
		return last, nil, WayStale, nil
	}
	run.waiters++
	return last, run, way, nil
}

// await is for one of the waiters of a run.
func (c *Cache) await(ctx context.Context, r *result, e errand, run *flight, last answer) (answer, error) {
	defer c.leave(r, run)
	patience := time.NewTimer(c.o.Patience)
	defer patience.Stop()
	enough := patience.C
	if e.patient {
		enough = nil
	}
	select {
	case <-run.done:
		if run.err == nil {
			return answer{set: run.set}, nil
		}
		return e.standIn(last, run.err)
	case <-enough:
		c.carryOn(run)
		return e.standIn(last, errPatience(c.o.Patience))
	case <-ctx.Done():
		return answer{}, errLeft(ctx)
	}
}

// Run answers with the result of a run that began after it was called, and with nothing else: what a run cannot give is
// an error, however good the last result is. It waits as long as ctx allows, until the result is stored; several who
// wait share a run.
func (c *Cache) Run(ctx context.Context, req clips.Request) (clips.SnapshotInfo, error) {
	a, err := c.runAnew(ctx, c.clip(req))
	return a.ofClip().Info, err
}

func (c *Cache) runAnew(ctx context.Context, e errand) (answer, error) {
	e.limit = 0
	r := c.hold(e.key)
	defer c.letGo(r)
	c.mu.Lock()
	before := r.running // it has begun already, and is not for us to keep up
	c.mu.Unlock()
	if before != nil {
		if err := before.wait(ctx); err != nil {
			return answer{}, err
		}
	}
	c.mu.Lock()
	run := c.start(r, &r.running, func(ctx context.Context) (set, error) { return c.refresh(ctx, r, e) })
	run.waiters++
	c.mu.Unlock()
	defer c.leave(r, run)
	if err := run.wait(ctx); err != nil {
		return answer{}, err
	}
	if err := c.awaitStored(ctx, run.set); err != nil {
		return answer{}, err
	}
	return answer{set: run.set}, run.err
}

// Peek answers with what there is, of whatever age, and never causes a run. Without anything the error is
// clips.ErrNotFound.
func (c *Cache) Peek(ctx context.Context, req clips.Request) (clips.Answer, error) {
	a, err := c.peek(ctx, c.clip(req))
	return a.ofClip(), err
}

func (c *Cache) peek(ctx context.Context, e errand) (answer, error) {
	r := c.hold(e.key)
	defer c.letGo(r)
	if err := c.load(ctx, r, e); err != nil {
		return answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last := answer{set: r.last}
	switch {
	case !r.has():
		return answer{}, errNothing(e.name)
	case r.failure.err != nil && r.age(time.Now()) >= e.limit:
		return e.standIn(last, r.failure.err)
	}
	return last, nil
}

// standIn answers with the last good result, marked with why it is not newer, or with the failure when there is
// none, or when it may not stand in.
func (e errand) standIn(last answer, failure error) (answer, error) {
	if last.set.id() == 0 || !e.mayStandIn(failure) {
		return answer{}, failure
	}
	last.stale = staleReason(failure) + showing(last.set[0])
	return last, nil
}

// mayStandIn tells whether an older result may be shown in spite of a failure. Some clips would rather show none than one
// of a follower that is too far behind.
func (e errand) mayStandIn(failure error) bool {
	return e.onLag != clips.LagFail || clips.KindOf(failure) != clips.KindLag
}
