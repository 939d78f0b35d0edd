package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
)

// book is what spreadsheets hold: a Google of few words, which applies a write whole or refuses it. It serves several
// processes over HTTP.
type book struct {
	mu      sync.Mutex
	targets map[string]written // by the name of the sync
	effects []written          // every write that was applied, in order
	refused int                // writes that came from a state that was over
	writers map[string]*writer // of spreadsheets
	crowded []string           // spreadsheets that two nodes wrote at once, or one after another without a pause
}

// written is what a target holds, and who wrote it.
type written struct {
	Sync, Spreadsheet string
	Run, Fence        int64
	Slot              time.Time
	Rows              []string
	Undone            bool
}

// writer is the node that writes a spreadsheet, or the last that did.
type writer struct {
	node string
	now  int // pushes under way
	left time.Time
}

// write is a request to change a target that holds what a fence wrote. It is atomic: see package sheets for how that is
// done with Google.
type write struct {
	From int64
	New  written
}

func newBook() *book { return &book{targets: map[string]written{}, writers: map[string]*writer{}} }

func (b *book) read(sync string) written {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.targets[sync]
}

func (b *book) apply(w write) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.targets[w.New.Sync].Fence != w.From {
		b.refused++
		return false
	}
	b.targets[w.New.Sync] = w.New
	b.effects = append(b.effects, w.New)
	return true
}

// enter and leave tell who is writing a spreadsheet.
func (b *book) enter(spreadsheet, node string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.writers[spreadsheet]
	if w == nil {
		w = &writer{node: node}
		b.writers[spreadsheet] = w
	}
	if w.node != node && (w.now > 0 || time.Since(w.left) < 900*time.Millisecond) {
		b.crowded = append(b.crowded, fmt.Sprintf("%s: %s came upon %d of %s, who left %s ago", spreadsheet, node, w.now, w.node,
			time.Since(w.left)))
	}
	w.node = node
	w.now++
}

func (b *book) leave(spreadsheet string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.writers[spreadsheet]
	w.now--
	w.left = time.Now()
}

// effectsOf lists the slots that were written to a target, in order.
func (b *book) effectsOf(sync string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var slots []string
	for _, e := range b.effects {
		if e.Sync == sync {
			slots = append(slots, e.Slot.UTC().Format("15:04"))
		}
	}
	return slots
}

// serve lets other processes reach the book.
func (b *book) serve(t testing.TB) string { return b.serveSlowly(t, func() {}) }

// serveSlowly waits, before a target is read, after it was looked up.
func (b *book) serveSlowly(t testing.TB, wait func()) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /targets", func(w http.ResponseWriter, r *http.Request) {
		have := b.read(r.FormValue("sync"))
		wait()
		json.NewEncoder(w).Encode(have)
	})
	mux.HandleFunc("POST /targets", func(w http.ResponseWriter, r *http.Request) {
		var change write
		if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !b.apply(change) {
			w.WriteHeader(http.StatusConflict)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// far is a book in another process.
type far struct{ address string }

func (f far) read(ctx context.Context, sync string) (w written, err error) {
	err = f.call(ctx, http.MethodGet, "?sync="+url.QueryEscape(sync), nil, &w)
	return w, err
}

func (f far) apply(ctx context.Context, w write) error {
	return f.call(ctx, http.MethodPost, "", w, nil)
}

var errConflict = errors.New("the target has changed meanwhile")

func (f far) call(ctx context.Context, method, query string, send, get any) error {
	body, err := json.Marshal(send)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, f.address+"/targets"+query, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return &clips.Error{Kind: clips.KindUnavailable, Notice: "Google does not answer.", Cause: err}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusConflict:
		return errConflict
	case get != nil:
		return json.NewDecoder(resp.Body).Decode(get)
	}
	return nil
}

// target pushes into a book, as package sheets does into Google: it reads what there is, and writes from there.
type target struct {
	read  func(ctx context.Context, sync string) (written, error)
	apply func(ctx context.Context, w write) error
	at    func(step string) // told of every step; may be nil
	book  *book             // is told which node writes a spreadsheet; may be nil
	node  string

	mu     sync.Mutex
	before map[string]func(context.Context, clips.Push) error // what happens to pushes of a sync
}

func (b *book) target() *target {
	return &target{
		book: b,
		read: func(_ context.Context, sync string) (written, error) { return b.read(sync), nil },
		apply: func(ctx context.Context, w write) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !b.apply(w) {
				return errConflict
			}
			return nil
		},
		before: map[string]func(context.Context, clips.Push) error{},
	}
}

// on sets what happens to the pushes of a sync before they write; nil is nothing.
func (t *target) on(sync string, do func(context.Context, clips.Push) error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before[sync] = do
}

func (t *target) step(name string) {
	if t.at != nil {
		t.at(name)
	}
}

func (t *target) Push(ctx context.Context, p clips.Push) (clips.Pushed, error) {
	parts := p.Parts
	if parts == nil {
		parts = []clips.Push{p}
	}
	var w written
	for _, part := range parts {
		rows, err := texts(part.Rows())
		if err != nil {
			return clips.Pushed{}, err
		}
		if p.Parts != nil {
			w.Rows = append(w.Rows, part.Sync.Tab+" at "+strings.TrimPrefix(part.Sync.Target, p.Sync.Target))
		}
		w.Rows = append(w.Rows, rows...)
	}
	return t.change(ctx, p, w)
}

func (t *target) Undo(ctx context.Context, p clips.Push, before []byte) (clips.Pushed, error) {
	w := written{Undone: true}
	if err := json.Unmarshal(before, &w.Rows); err != nil {
		return clips.Pushed{}, err
	}
	return t.change(ctx, p, w)
}

func (t *target) change(ctx context.Context, p clips.Push, w written) (clips.Pushed, error) {
	if t.book != nil && !p.DryRun {
		t.book.enter(p.Sync.Spreadsheet, t.node)
		defer t.book.leave(p.Sync.Spreadsheet)
	}
	t.mu.Lock()
	before := t.before[p.Sync.Name]
	t.mu.Unlock()
	if before != nil {
		if err := before(ctx, p); err != nil {
			return clips.Pushed{Reads: 1}, err
		}
	}
	t.step("push")
	have, err := t.read(ctx, p.Sync.Name)
	if err != nil {
		return clips.Pushed{}, err
	}
	t.step("read")
	pushed := clips.Pushed{Rows: int64(len(w.Rows)), Reads: 1}
	switch {
	case have.Fence > p.Fence:
		return pushed, &clips.Error{Kind: clips.KindSuperseded, Notice: "A newer run has written already."}
	case have.Run == p.Run && !p.DryRun: // this run has written already, and did not live to tell
		return pushed, nil
	}
	pushed.Cells = int64(differing(have.Rows, w.Rows))
	if pushed.Before, err = json.Marshal(have.Rows); err != nil || p.DryRun {
		return pushed, err
	}
	w.Sync, w.Spreadsheet, w.Run, w.Fence, w.Slot = p.Sync.Name, p.Sync.Spreadsheet, p.Run, p.Fence, p.Slot
	err = t.apply(ctx, write{From: have.Fence, New: w})
	if errors.Is(err, errConflict) {
		err = &clips.Error{Kind: clips.KindSuperseded, Notice: "A newer run was faster."}
	}
	t.step("written")
	pushed.Writes = 1
	return pushed, err
}

func differing(a, b []string) int {
	n := max(len(a), len(b))
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			n--
		}
	}
	return n
}

// texts reads a result of one column to its end.
func texts(r clips.Rows) ([]string, error) {
	defer r.Close()
	var all []string
	for r.Next() {
		all = append(all, string(r.Row()[0]))
	}
	return all, r.Err()
}

// list is a result of one column.
type list struct {
	values []string
	at     int
}

func (l *list) Header() clips.Header {
	return clips.Header{Columns: []clips.Column{{Name: "n", Type: clips.Text}}}
}
func (l *list) Next() bool    { l.at++; return l.at <= len(l.values) }
func (l *list) Row() [][]byte { return [][]byte{[]byte(l.values[l.at-1])} }
func (l *list) Err() error    { return nil }
func (l *list) Close() error  { return nil }

// wantEffects compares the slots that were written to each target.
func (b *book) wantEffects(t testing.TB, want map[string]string) {
	t.Helper()
	for _, sync := range slices.Sorted(maps.Keys(want)) {
		if got := strings.Join(b.effectsOf(sync), " "); got != want[sync] {
			t.Errorf("%s was written at the slots %q, want %q", sync, got, want[sync])
		}
	}
}
