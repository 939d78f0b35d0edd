package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sources"
	"clipsheet/web"
	"clipsheet/web/webtest"
	"clipsheet/xlsx"
)

func TestMain(m *testing.M) { os.Exit(webtest.Runner(pgtest.Runner(m)).Run()) }

// world is the site over a real store and a real cache. The follower alone is a script, so that it can fail.
type world struct {
	*testing.T
	store   *store.Store
	dsn     string
	follow  *script
	options web.Options
	server  *httptest.Server
	log     *lockedBuffer
	tokens  map[string]clips.Token
	clips   []clips.Clip
}

func (w *world) apply() {
	w.Helper()
	if _, err := w.store.Apply(w.Context(), w.clips); err != nil {
		w.Fatal(err)
	}
}

// script is a Source that answers each query with rows, or with an error.
type script struct {
	mu    sync.Mutex
	rows  *table
	err   error
	opens int
	gate  chan struct{} // a query waits until it is closed; nil is open
	asked string
}

func (s *script) Open(ctx context.Context, q clips.Query) (clips.Rows, error) {
	s.mu.Lock()
	gate := s.gate
	s.opens++
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = q.SQL
	if s.err != nil {
		return nil, s.err
	}
	rows := *s.rows
	rows.header.TimeZone = q.TimeZone
	return &rows, nil
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

func (s *script) set(rows *table, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows, s.err = rows, err
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opens
}

// last is the SQL that was asked for last.
func (s *script) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// table is Rows in memory; "␀" is NULL.
type table struct {
	header clips.Header
	rows   [][]string
	at     int
}

func (t *table) Header() clips.Header { return t.header }
func (t *table) Next() bool           { t.at++; return t.at <= len(t.rows) }
func (t *table) Err() error           { return nil }
func (t *table) Close() error         { return nil }
func (t *table) Row() [][]byte {
	row := make([][]byte, len(t.rows[t.at-1]))
	for i, v := range t.rows[t.at-1] {
		if v != "␀" {
			row[i] = []byte(v)
		}
	}
	return row
}

var asOf = time.Date(2026, 11, 24, 8, 5, 0, 123456000, time.UTC)

// cash is what the clips yield unless a test says otherwise.
func cash() *table {
	return &table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{
		{Name: "account", Type: clips.Text, OID: 25, Typmod: -1},
		{Name: "balance", Type: clips.Numeric, OID: 1700, Typmod: -1},
		{Name: "open", Type: clips.Bool, OID: 16, Typmod: -1},
		{Name: "note", Type: clips.Text, OID: 25, Typmod: -1},
	}}, rows: [][]string{
		{"0010", "2461020.16", "t", "␀"},
		{"0012", "-5.50", "f", "=cmd|' /C calc'!A0"},
		{"0030", "0.00", "t", "two\nlines, \"quoted\""},
	}}
}

func newWorld(t *testing.T, change ...func(*web.Options)) *world {
	t.Helper()
	dsn, _ := pgtest.Database(t)
	st, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.Close)
	region, from := "all", "start of month"
	w := &world{T: t, store: st, dsn: dsn, follow: &script{rows: cash()}, log: &lockedBuffer{}, tokens: map[string]clips.Token{}}
	w.clips = []clips.Clip{
		{Slug: "cash", Title: "Cash <by> account", Description: "What is on each account & when.", Owner: "finance@example.com", Declared: true,
			Revision: clips.Revision{Source: "erp", SQL: "select account", TimeZone: "Europe/Berlin", MaxAge: time.Hour}},
		{Slug: "revenue", Title: "Revenue", Declared: true, Revision: clips.Revision{Source: "erp", MaxAge: time.Hour,
			SQL: "select :region, :from, :limit", Params: []clips.Param{
				{Name: "region", Type: clips.ParamChoice, Choices: []string{"all", "EMEA", `"><script>`}, Default: &region, Label: "Region"},
				{Name: "from", Type: clips.ParamDate, Default: &from},
				{Name: "limit", Type: clips.ParamInteger},
			}}},
	}
	w.apply()
	files, err := sources.NewFiles(t.TempDir(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.log, nil))
	cache := sources.NewCache(sources.CacheOptions{Store: st, Files: files, Log: log,
		Source: func(string) (clips.Source, bool) { return w.follow, true }})
	t.Cleanup(cache.Close)
	stopped := make(chan struct{}) // so that streams end at once, but where a test looks at one
	close(stopped)
	w.options = web.Options{Syncs: &syncsOf{Store: st}, Sources: checked{}, Settings: someSettings, Desk: deskOf{w.follow}, Stopping: stopped, Store: st, Results: cache, Workbook: workbook, BaseURL: "https://clips.example.com", Listen: "127.0.0.1:8765", Local: true,
		Metrics: prometheus.NewRegistry(), Log: log}
	for _, c := range change {
		c(&w.options)
	}
	w.server = newServer(t, w.options)
	return w
}

func newServer(t *testing.T, o web.Options) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(web.New(o))
	s.Client().Transport.(*http.Transport).DisableCompression = true // what is sent is looked at as it comes
	t.Cleanup(s.Close)
	return s
}

func workbook(s web.Subject) clips.Encoder {
	return xlsx.NewEncoder(xlsx.Book{Title: s.Clip.Title, Cover: xlsx.CoverLast, Sheets: []xlsx.Sheet{{Name: s.Clip.Title,
		About: xlsx.About{Title: s.Clip.Title, Params: s.Params}}}})
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// link makes a link to a clip and returns the start of its addresses: https://…/d/TOKEN/name.
func (w *world) link(slug string, change ...func(*clips.Link)) string {
	w.Helper()
	clip, err := w.store.Clip(w.Context(), slug)
	if err != nil {
		w.Fatal(err)
	}
	return w.linkTo(slug, clips.Link{ClipID: clip.ID, ClipSlug: slug, Label: "test"}, change...)
}

func (w *world) linkTo(name string, l clips.Link, change ...func(*clips.Link)) string {
	w.Helper()
	for _, c := range change {
		c(&l)
	}
	token := clips.NewToken()
	if _, err := w.store.CreateLink(w.Context(), l, token.Hash(), clips.Act{Who: "test"}); err != nil {
		w.Fatal(err)
	}
	w.tokens[name] = token
	return "/d/" + token.Reveal() + "/" + name
}

type reply struct {
	status int
	header http.Header
	body   string
}

// ask makes a request; headers come in pairs.
func (w *world) ask(method, path string, headers ...string) reply {
	w.Helper()
	req, err := http.NewRequest(method, w.server.URL+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.server.Client().Transport.RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	return read(w, resp)
}

func read(t testing.TB, resp *http.Response) reply {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

func (w *world) get(path string, headers ...string) reply {
	w.Helper()
	return w.ask(http.MethodGet, path, headers...)
}

// want checks the status and words of the body.
func (w *world) want(r reply, status int, words ...string) {
	w.Helper()
	if r.status != status {
		w.Errorf("status %d, want %d: %.300s", r.status, status, r.body)
	}
	for _, word := range words {
		if !strings.Contains(r.body, word) {
			w.Errorf("the answer does not say %q: %.600s", word, r.body)
		}
	}
}

var errFollower = &clips.Error{Kind: clips.KindUnavailable, Notice: "The follower erp is stopping: ask again in a minute.",
	Detail: "secret detail", Cause: errors.New("host=10.0.0.7 user=reader")}
