package sheets_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"clipsheet/clips"
	"clipsheet/sheets"
	"clipsheet/sheets/simulator"
)

const (
	ann   = "ann@example.com"   // owns the spreadsheet, and edits it
	robot = "robot@example.com" // writes
)

// world is a spreadsheet of Ann's in a Google in memory, and a pusher that may edit it. Its time is synctest's: the
// second between two requests, and five minutes of a storm, pass at once.
type world struct {
	*simulator.Simulator
	*sheets.Pusher
	t    testing.TB
	ann  simulator.Person
	id   string
	runs int64

	scope, client string // of the account's tokens
}

// inWorld runs a test in a world of its own.
func inWorld(t *testing.T, do func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { do(newWorld(t, t.Cleanup)) })
}

func newWorld(t testing.TB, cleanup func(func())) *world {
	w := &world{t: t, scope: "spreadsheets", Simulator: simulator.New(simulator.Options{})}
	network := simulator.Listen(w.Simulator)
	transport := network.Transport()
	cleanup(func() {
		transport.CloseIdleConnections()
		w.Close()
		network.Close()
	})
	w.AddUser(ann)
	w.AddUser(robot)
	w.id = w.Create(ann, "Budget")
	w.Share(w.id, robot, simulator.Writer)
	w.ann = w.As(ann)
	w.Pusher = sheets.New(sheets.Options{Endpoint: network.URL + "/", Identity: func(_ context.Context, account string) (sheets.Identity, error) {
		token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: w.AccessTokenFor(w.client, account, w.scope)})
		return sheets.Identity{Client: &http.Client{Transport: &oauth2.Transport{Base: transport, Source: token}}, Email: account}, nil
	}})
	return w
}

// sync is one into the first tab of the spreadsheet.
func (w *world) sync(mode clips.SyncMode) clips.Sync {
	return clips.Sync{Name: "orders", Target: "t0123456789abcdef", Account: robot, Spreadsheet: w.id, Tab: "Sheet1", At: "A1", Mode: mode,
		Clip: clips.Clip{Slug: "orders", Title: "Orders"}}
}

// table is a result: the columns as "name type", and rows of values, "∅" for NULL.
type table struct {
	columns string
	rows    [][]string
}

func rows(columns string, lines ...string) table {
	t := table{columns: columns}
	for _, line := range lines {
		t.rows = append(t.rows, strings.Split(line, "|"))
	}
	return t
}

var types = map[string]clips.Column{
	"bool": {Type: clips.Bool}, "int": {Type: clips.Int}, "numeric": {Type: clips.Numeric, Typmod: -1}, "money": {Type: clips.Numeric, Typmod: 14<<16 | 2 + 4},
	"float": {Type: clips.Float}, "text": {Type: clips.Text}, "date": {Type: clips.Date}, "time": {Type: clips.Time}, "timestamp": {Type: clips.Timestamp},
	"timestamptz": {Type: clips.TimestampTZ}, "interval": {Type: clips.Interval}, "uuid": {Type: clips.UUID}, "json": {Type: clips.JSON},
}

func (t table) header() clips.Header {
	h := clips.Header{AsOf: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), TimeZone: "UTC"}
	for _, c := range strings.Split(t.columns, ",") {
		name, kind, _ := strings.Cut(strings.TrimPrefix(c, " "), " ")
		column := types[kind]
		column.Name = name
		h.Columns = append(h.Columns, column)
	}
	return h
}

func (t table) read() clips.Rows { return &tableRows{header: t.header(), rows: t.rows} }

type tableRows struct {
	header clips.Header
	rows   [][]string
	at     int
}

func (r *tableRows) Header() clips.Header { return r.header }
func (r *tableRows) Next() bool           { r.at++; return r.at <= len(r.rows) }
func (r *tableRows) Err() error           { return nil }
func (r *tableRows) Close() error         { return nil }

func (r *tableRows) Row() [][]byte {
	row := make([][]byte, len(r.header.Columns))
	for i, v := range r.rows[r.at-1] {
		if v != "∅" {
			row[i] = []byte(v)
		}
	}
	return row
}

// push makes the next run of a sync, with a result.
func (w *world) push(s clips.Sync, t table) clips.Push {
	w.runs++
	return clips.Push{Sync: s, Run: w.runs, Fence: w.runs, Info: t.info(), Rows: t.read}
}

func (t table) info() clips.SnapshotInfo {
	return clips.SnapshotInfo{Header: t.header(), Rows: int64(len(t.rows)), Digest: fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, t)))}
}

// run pushes a result, which has to work.
func (w *world) run(s clips.Sync, t table) clips.Pushed {
	w.t.Helper()
	pushed, err := w.Push(w.t.Context(), w.push(s, t))
	if err != nil {
		w.t.Fatalf("%v (%v)", err, causes(err))
	}
	return pushed
}

// refused pushes a result, which has to end with an error of a kind that says all of the words; and nothing changes.
func (w *world) refused(s clips.Sync, t table, kind clips.Kind, words ...string) {
	w.t.Helper()
	before := w.json()
	_, err := w.Push(w.t.Context(), w.push(s, t))
	if clips.KindOf(err) != kind {
		w.t.Fatalf("%v, want kind %s (%v)", err, kind, causes(err))
	}
	for _, word := range words {
		if !strings.Contains(clips.NoticeOf(err), word) {
			w.t.Errorf("%q does not say %q", clips.NoticeOf(err), word)
		}
	}
	if w.json() != before {
		w.t.Error("the spreadsheet changed")
	}
}

func causes(err error) error {
	for err != nil {
		e, ok := err.(interface{ Unwrap() error })
		if !ok || e.Unwrap() == nil {
			break
		}
		err = e.Unwrap()
	}
	return err
}

func (w *world) json() string {
	s, _ := w.Spreadsheet(w.id)
	return string(s.JSON())
}

// shows is what people see in a range: cells with | between, rows with / between.
func (w *world) shows(ref string) string {
	w.t.Helper()
	s, _ := w.Spreadsheet(w.id)
	lines, err := s.Shown(ref)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, line := range lines {
		all = append(all, strings.Join(line, "|"))
	}
	return strings.Join(all, " / ")
}

// want compares what people see in a range.
func (w *world) want(ref, want string) {
	w.t.Helper()
	if got := w.shows(ref); got != want {
		w.t.Errorf("%s shows\n%s\nwant\n%s", ref, got, want)
	}
}

// types fills cells as Ann.
func (w *world) typed(ref string, rows ...[]any) {
	w.t.Helper()
	w.must(w.ann.Type(w.id, ref, rows...))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// tabs are the titles of the tabs, with stars around hidden ones.
func (w *world) tabs() string {
	s, _ := w.Spreadsheet(w.id)
	var all []string
	for _, tab := range s.Tabs() {
		if tab.Hidden {
			tab.Title = "*" + tab.Title + "*"
		}
		all = append(all, tab.Title)
	}
	return strings.Join(all, ", ")
}

// noted tells whether one of a push's notes says all of the words.
func (w *world) noted(p clips.Pushed, words ...string) {
	w.t.Helper()
	if !slices.ContainsFunc(p.Notes, func(note string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(note, word) })
	}) {
		w.t.Errorf("no note says %q: %q", words, p.Notes)
	}
}

// calls counts reads and writes since the last time it was asked.
func calls(p clips.Pushed) string { return fmt.Sprintf("%d reads, %d writes", p.Reads, p.Writes) }
