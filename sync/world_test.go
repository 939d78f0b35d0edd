package sync_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
	clipsync "clipsheet/sync"
)

// world is a state database, spreadsheets, and engines between them, with a clock that a test turns.
type world struct {
	t       testing.TB
	dsn     string
	store   *store.Store
	book    *book
	target  *target
	results *results
	clock   *clock
	log     *logs

	mu    sync.Mutex
	told  []string        // news, as "sync state kind"
	ended []clips.SyncRun // what OnRun was told
}

// at is some time after noon of a Tuesday.
func at(d time.Duration) time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).Add(d) }

// newWorld has these syncs, each into a spreadsheet of its own, every minute, from 12:01 on.
func newWorld(t testing.TB, syncs ...clips.Sync) *world {
	t.Helper()
	dsn, _ := pgtest.Database(t)
	w := &world{t: t, dsn: dsn, book: newBook(), results: &results{}, clock: &clock{now: at(0)}, log: &logs{}}
	w.store = w.open()
	w.target = w.book.target()
	w.declare(syncs...)
	t.Cleanup(func() {
		if len(w.book.crowded) > 0 {
			t.Errorf("two at once: %q", w.book.crowded)
		}
		if t.Failed() {
			t.Logf("the log:\n%s", w.log)
		}
	})
	return w
}

func (w *world) open() *store.Store {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.dsn)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	return s
}

func (w *world) declare(syncs ...clips.Sync) {
	w.t.Helper()
	clip := clips.Clip{Slug: "sales", Declared: true, Revision: clips.Revision{Source: "erp", SQL: "select :day as day",
		Params: []clips.Param{{Name: "day", Type: clips.ParamDate, Default: new("today")}}}}
	if _, err := w.store.Apply(w.t.Context(), []clips.Clip{clip}, syncs...); err != nil {
		w.t.Fatal(err)
	}
}

func every(schedule string, names ...string) []clips.Sync {
	var all []clips.Sync
	for _, name := range names {
		all = append(all, clips.Sync{Name: name, Clip: clips.Clip{Slug: "sales"}, Account: "finance", Spreadsheet: "book of " + name,
			Mode: clips.SyncReplace, Schedule: schedule})
	}
	return all
}

func minutely(names ...string) []clips.Sync { return every("every 1m", names...) }

// options are those of an engine in this world.
func (w *world) options() clipsync.Options {
	return clipsync.Options{
		Pool: w.store.Pool(), Schema: store.RiverSchema, Store: w.store, Results: w.results, Target: w.target,
		Now: w.clock.read, Log: slog.New(slog.NewTextHandler(w.log, nil)), Lease: 4 * time.Second, Grace: 100 * time.Millisecond,
		OnRun: func(_ clips.Sync, r clips.SyncRun, _ time.Duration) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.ended = append(w.ended, r)
		},
	}
}

// start starts an engine, and waits until it looks at the schedules.
func (w *world) start(change ...func(*clipsync.Options)) *clipsync.Engine {
	w.t.Helper()
	o := w.options()
	for _, c := range change {
		c(&o)
	}
	e := clipsync.New(o)
	if err := e.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := e.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.eventually("the schedules to be looked at", func() bool {
		return w.query(`select count(*) from clipsheet.syncs where next_at is null and schedule <> '' and retired_at is null`)[0] == "0"
	})
	return e
}

func (w *world) query(sql string) []string {
	w.t.Helper()
	return pgtest.Query(w.t, w.dsn, sql)
}

func (w *world) eventually(what string, ready func() bool) {
	w.t.Helper()
	pgtest.EventuallyWithin(w.t, time.Minute, what, ready)
}

// runs are all there are, as "sync slot state", and " xN" when a row stands for several slots.
func (w *world) runs() []string {
	w.t.Helper()
	return w.query(`
		select s.name || to_char(r.slot at time zone 'utc', ' HH24:MI ') || r.state ||
			case when r.slots > 1 then ' x' || r.slots else '' end
		from clipsheet.sync_runs r join clipsheet.syncs s on s.id = r.sync_id
		order by s.name, r.slot`)
}

// waitFor waits until these are the runs there are.
func (w *world) waitFor(want ...string) {
	w.t.Helper()
	var got []string
	defer func() {
		if w.t.Failed() {
			w.t.Logf("the runs were %q, not %q", got, want)
		}
	}()
	w.eventually(fmt.Sprintf("runs to be %q", want), func() bool { got = w.runs(); return slices.Equal(got, want) })
}

// last is the newest run of a sync; zero when there is none yet.
func (w *world) last(name string) clips.SyncRun {
	w.t.Helper()
	s, err := w.store.Sync(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	runs, err := w.store.SyncRuns(w.t.Context(), s.ID, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return append(runs, clips.SyncRun{})[0]
}

func (w *world) tell(_ context.Context, s clips.Sync, r clips.SyncRun) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, strings.TrimSpace(fmt.Sprintf("%s %s %s", s.Name, r.State, r.Kind)))
	return nil
}

func (w *world) news() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.told)
}

// clock is turned by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) turn(to time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at(to)
}

// results yields a number that grows with each run, and remembers what was asked.
type results struct {
	mu     sync.Mutex
	asked  []clips.Request
	open   int
	before func(ctx context.Context, req clips.Request) error // what happens to runs; may be nil
}

func (r *results) Run(ctx context.Context, req clips.Request) (clipsync.Result, error) {
	r.mu.Lock()
	before := r.before
	r.asked = append(r.asked, req)
	n := len(r.asked)
	r.mu.Unlock()
	if before != nil {
		if err := before(ctx, req); err != nil {
			return clipsync.Result{}, err
		}
	}
	r.count(1)
	return clipsync.Result{
		Info: clips.SnapshotInfo{ID: int64(n), Rows: 2},
		Rows: func() clips.Rows { return &list{values: []string{"total", fmt.Sprint(n)}} },
		Close: func() error {
			r.count(-1)
			return nil
		},
	}, nil
}

// RunTogether yields the same number for each clip.
func (r *results) RunTogether(ctx context.Context, req clips.WorkbookRequest) (all []clipsync.Result, err error) {
	n := 0
	for i, clip := range req.Workbook.Clips {
		one, err := r.Run(ctx, clips.Request{Clip: clip, Bound: req.Bound[i]})
		if err != nil {
			return nil, err
		}
		if i == 0 {
			n = int(one.Info.ID)
		}
		one.Rows = func() clips.Rows { return &list{values: []string{clip.Slug, fmt.Sprint(n)}} }
		all = append(all, one)
	}
	return all, nil
}

func (r *results) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open += n
}

// logs is a log that may be read while it is written.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
