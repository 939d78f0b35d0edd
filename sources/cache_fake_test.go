package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
)

// memory is a Store that keeps everything in memory and can be told to be down.
type memory struct {
	mu       sync.Mutex
	runs     map[int64]clips.Run
	infos    map[int64]clips.SnapshotInfo
	files    map[int64][]byte
	books    []clips.WorkbookResult
	asked    int  // LatestSnapshot
	read     int  // ReadSnapshot
	down     bool // everything fails
	saveDown bool // SaveSnapshot fails
	damaged  bool // the row of a snapshot cannot be read
}

var errDown = fmt.Errorf("connection refused")

func newMemory() *memory {
	return &memory{runs: map[int64]clips.Run{}, infos: map[int64]clips.SnapshotInfo{}, files: map[int64][]byte{}}
}

func (m *memory) StartRun(_ context.Context, r clips.Run) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return 0, errDown
	}
	r.ID = int64(len(m.runs) + 1)
	m.runs[r.ID] = r
	return r.ID, nil
}

func (m *memory) FinishRun(ctx context.Context, r clips.Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down || ctx.Err() != nil {
		return errDown
	}
	m.runs[r.ID] = r
	return nil
}

func (m *memory) SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error {
	content, err := io.ReadAll(file)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.down || m.saveDown || ctx.Err() != nil:
		return errDown
	case err != nil || int64(len(content)) != info.Size || info.ID != r.ID:
		return fmt.Errorf("snapshot %d of run %d: %d bytes, not %d: %w", info.ID, r.ID, len(content), info.Size, err)
	}
	m.runs[r.ID], m.infos[r.ID], m.files[r.ID] = r, info, content
	return nil
}

func (m *memory) LatestSnapshot(_ context.Context, clipID int64, revision int, params string) (clips.SnapshotInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	switch {
	case m.down:
		return clips.SnapshotInfo{}, errDown
	case m.damaged:
		return clips.SnapshotInfo{}, errCorrupt(errors.New("header"))
	}
	for id := int64(len(m.runs)); id > 0; id-- {
		if i, ok := m.infos[id]; ok && i.ClipID == clipID && i.Revision == revision && i.ParamsKey == params {
			return i, nil
		}
	}
	return clips.SnapshotInfo{}, fmt.Errorf("snapshot: %w", clips.ErrNotFound)
}

func (m *memory) SaveWorkbookResult(ctx context.Context, r clips.WorkbookResult) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down || m.saveDown || ctx.Err() != nil {
		return errDown
	}
	m.books = append(m.books, r)
	return nil
}

func (m *memory) LatestWorkbookResult(_ context.Context, workbook, key string) ([]clips.SnapshotInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
	if m.down {
		return nil, errDown
	}
	for _, r := range slices.Backward(m.books) {
		if r.Workbook == workbook && r.Key == key {
			return r.Infos, nil
		}
	}
	return nil, fmt.Errorf("workbook: %w", clips.ErrNotFound)
}

func (m *memory) ReadSnapshot(_ context.Context, id int64, w io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read++
	content, ok := m.files[id]
	switch {
	case m.down:
		return errDown
	case !ok:
		return fmt.Errorf("snapshot %d: %w", id, clips.ErrNotFound)
	}
	_, err := w.Write(content)
	return err
}

func (m *memory) set(change func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

// script is a Source whose n-th Open, from 1, does as told. Without a script, run n yields one row saying "n".
type script struct {
	mu    sync.Mutex
	opens int
	does  func(ctx context.Context, n int) (clips.Rows, error)
}

func (s *script) Open(ctx context.Context, q clips.Query) (clips.Rows, error) {
	s.mu.Lock()
	s.opens++
	n, does := s.opens, s.does
	s.mu.Unlock()
	if does == nil {
		return table(fmt.Sprint(n)), nil
	}
	return does(ctx, n)
}

// Together answers each query like Open.
func (s *script) Together(ctx context.Context, queries []clips.Query, each func(int, clips.Rows) error) error {
	for i, q := range queries {
		rows, err := s.Open(ctx, q)
		if err != nil {
			return err
		}
		if err := each(i, rows); err != nil {
			return err
		}
	}
	return nil
}

func (s *script) set(does func(ctx context.Context, n int) (clips.Rows, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.does = does
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opens
}

// fakeRows is a result of one text column. before, when there is one, runs ahead of each row and may end it.
type fakeRows struct {
	rows   []string
	before func(row int) error
	at     int
	err    error
}

func table(rows ...string) *fakeRows { return &fakeRows{rows: rows} }

func (r *fakeRows) Header() clips.Header {
	return clips.Header{Columns: []clips.Column{{Name: "n", Type: clips.Text, OID: 25, Typmod: -1}}, AsOf: asOf}
}

func (r *fakeRows) Next() bool {
	if r.before != nil && r.err == nil {
		r.err = r.before(r.at)
	}
	if r.err != nil || r.at == len(r.rows) {
		return false
	}
	r.at++
	return true
}

func (r *fakeRows) Row() [][]byte { return [][]byte{[]byte(r.rows[r.at-1])} }
func (r *fakeRows) Err() error    { return r.err }
func (r *fakeRows) Close() error  { return nil }

var asOf = time.Date(2026, 11, 24, 9, 5, 0, 0, time.UTC)

// slow yields one row after a while.
func slow(ctx context.Context, wait time.Duration, value string) clips.Rows {
	rows := table(value)
	rows.before = func(row int) error {
		if row > 0 {
			return nil
		}
		select {
		case <-time.After(wait):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return rows
}

var errNoAnswer = &clips.Error{Kind: clips.KindUnavailable, Notice: "The follower does not answer."}

// world is a cache with all it works on.
type world struct {
	*Cache
	store  *memory
	source *script
	dir    string
}

func newWorld(t testing.TB, change ...func(*CacheOptions)) *world {
	t.Helper()
	w := &world{store: newMemory(), source: &script{}, dir: t.TempDir()}
	w.restart(t, 1<<20, change...)
	return w
}

// restart puts another process in the place of the cache, on the same store and directory.
func (w *world) restart(t testing.TB, limit int64, change ...func(*CacheOptions)) {
	t.Helper()
	if w.Cache != nil {
		w.Cache.Close()
	}
	files, err := NewFiles(w.dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	o := CacheOptions{Store: w.store, Files: files, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Source: func(name string) (clips.Source, bool) { return w.source, name == "erp" }}
	for _, c := range change {
		c(&o)
	}
	w.Cache = NewCache(o)
	t.Cleanup(w.Cache.Close)
}

// ask is a request for the clip with a max_age of a minute.
func ask() clips.Request {
	return clips.Request{Clip: clips.Clip{ID: 7, Slug: "mrr",
		Revision: clips.Revision{Number: 1, Source: "erp", SQL: "select n", MaxAge: time.Minute}}}
}

func fresh() clips.Request {
	req := ask()
	req.Fresh = true
	return req
}

// get fails the test unless there is an answer.
func (w *world) get(t testing.TB, req clips.Request) clips.Answer {
	t.Helper()
	a, err := w.Get(t.Context(), req)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return a
}

// text encodes the values of a snapshot, a line each.
func text(w io.Writer, s *clips.Snapshot) error {
	rows := s.Rows(0, -1)
	defer rows.Close()
	for rows.Next() {
		if _, err := fmt.Fprintf(w, "%s\n", rows.Row()[0]); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read renders the answer as text and reads it.
func (w *world) read(t testing.TB, info clips.SnapshotInfo) string {
	t.Helper()
	file, err := w.Render(t.Context(), info, "text", text)
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	return drain(t, file)
}

func drain(t testing.TB, file *os.File) string {
	t.Helper()
	defer file.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, file); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
