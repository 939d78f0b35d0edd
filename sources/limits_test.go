package sources

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

func TestLimitsFailByName(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.Limits = clips.Limits{Rows: 10, Bytes: 5000, Cell: 1000} })
	for _, c := range []struct {
		sql   string
		own   clips.Limits
		words []string // none: it passes
	}{
		{sql: "select generate_series(1, 10)"},
		{sql: "select generate_series(1, 11)", words: []string{"more than 10 rows", "limits.rows"}},
		{sql: "select generate_series(1, 11)", own: clips.Limits{Rows: 11}},
		{sql: "select generate_series(1, 3)", own: clips.Limits{Rows: 2}, words: []string{"more than 2 rows"}},
		{sql: "select repeat('x', 1000), null"},
		{sql: "select null, repeat('x', 1001) as story", words: []string{`column "story"`, "1001 bytes", "1000 bytes", "limits.cell"}},
		{sql: "select repeat('x', 1000) from generate_series(1, 5)"},
		{sql: "select repeat('x', 1000) from generate_series(1, 6)", words: []string{"more than 5000 bytes", "limits.bytes"}},
		{sql: "select repeat('x', 2000000) as story", words: []string{`column "story"`, "limits.cell"}},
		{sql: "select repeat('x', 2000000), 1", words: []string{"a row of", "limits.cell"}},
		{sql: "select repeat('x', 6 << 20)", own: clips.Limits{Cell: 1 << 30, Bytes: 1 << 20},
			words: []string{"all rows together may have 1MiB", "limits.bytes"}},
	} {
		_, _, err := all(t.Context(), f, clips.Query{SQL: c.sql, Limits: c.own})
		if len(c.words) > 0 {
			wantError(t, err, clips.KindTooLarge, c.words...)
		} else if err != nil {
			t.Errorf("%s: %v", c.sql, err)
		}
	}
	wantNoBackends(t, db)
}

// A value of half a gigabyte is refused by its length, before it takes memory.
func TestHugeValueCostsLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("the server needs a gigabyte for it")
	}
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.Limits = clips.Limits{Rows: 1e6, Bytes: 256 << 20, Cell: 16 << 20} })
	peak := watchMemory(t)
	_, _, err := all(t.Context(), f, clips.Query{SQL: "select repeat('x', 500000000) as story"})
	wantError(t, err, clips.KindTooLarge, `"story"`, "476.8MiB", "16MiB", "limits.cell")
	if most := peak(); most > 8<<20 {
		t.Errorf("it took %s", size(int64(most)))
	}
	pgtest.Eventually(t, "the backend to go", func() bool { return len(backends(t, db)) == 0 })
}

func TestMemoryDoesNotGrowWithRows(t *testing.T) {
	db := newDatabase(t, "")
	f := newFollower(t, db.reader)
	peak := watchMemory(t)
	rows, err := f.Open(t.Context(), clips.Query{SQL: "select generate_series(1, 1000000), repeat('x', 100)"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		n++
	}
	if n != 1000000 || rows.Err() != nil {
		t.Fatalf("%d rows, %v", n, rows.Err())
	}
	if most := peak(); most > 8<<20 {
		t.Errorf("it took %s", size(int64(most)))
	}
}

// watchMemory measures the heap until the function it returns is called, which tells by how much it grew at most.
func watchMemory(t *testing.T) func() uint64 {
	var start, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&start)
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			runtime.ReadMemStats(&now)
			most.Store(max(most.Load(), now.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most.Load() - min(most.Load(), start.HeapInuse)
	}
}
