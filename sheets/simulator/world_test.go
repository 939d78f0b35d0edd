package simulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/sheets/simulator"
)

const (
	ann  = "ann@example.com"
	bert = "bert@example.com"
)

// world is a simulator behind a real server, and a spreadsheet of Ann's in it.
type world struct {
	*simulator.Simulator
	t      testing.TB
	server *httptest.Server
	clock  *clock
	id     string
}

// clock is a time that moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}}
	w.Simulator = simulator.New(simulator.Options{Now: w.clock.Now})
	w.server = httptest.NewServer(w.Simulator)
	t.Cleanup(func() {
		w.Close()
		w.server.Close()
	})
	w.AddUser(ann)
	w.AddUser(bert)
	w.id = w.Create(ann, "Budget")
	return w
}

// sheets is Google's own client, with a token of somebody.
func (w *world) sheets(email string, scopes ...string) *gsheets.Service {
	w.t.Helper()
	return w.sheetsWith(w.AccessToken(email, scopes...))
}

func (w *world) sheetsWith(token string) *gsheets.Service {
	w.t.Helper()
	s, err := gsheets.NewService(w.t.Context(), option.WithEndpoint(w.server.URL+"/"), w.source(token))
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) drive(token string) *drive.Service {
	w.t.Helper()
	s, err := drive.NewService(w.t.Context(), option.WithEndpoint(w.server.URL+"/drive/v3/"), w.source(token))
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) source(token string) option.ClientOption {
	return option.WithTokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
}

// post sends a request without Google's client and gives the answer's status and body.
func (w *world) post(path, token, body string) (int, string) {
	w.t.Helper()
	return w.send(http.MethodPost, path, token, body)
}

func (w *world) send(verb, path, token, body string) (int, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), verb, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return a.StatusCode, string(text)
}

// shows is what a range shows, cells with spaces and rows with slashes between.
func (w *world) shows(ref string) string {
	w.t.Helper()
	s, ok := w.Spreadsheet(w.id)
	if !ok {
		w.t.Fatal("no spreadsheet")
	}
	rows, err := s.Shown(ref)
	if err != nil {
		w.t.Fatal(err)
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = strings.Join(row, " ")
	}
	return strings.Join(lines, " / ")
}

// typed fills cells as Ann.
func (w *world) typed(ref string, rows ...[]any) {
	w.t.Helper()
	if err := w.As(ann).Type(w.id, ref, rows...); err != nil {
		w.t.Fatal(err)
	}
}

// raw writes one row as a program does.
func raw(s *gsheets.Service, id, ref string, values ...any) error {
	_, err := s.Spreadsheets.Values.Update(id, ref, &gsheets.ValueRange{Values: [][]any{values}}).ValueInputOption("RAW").Do()
	return err
}

func want(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// refusal is the error of Google's client, or a failure.
func refusal(t testing.TB, err error) *googleapi.Error {
	t.Helper()
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		t.Fatalf("%T: %v, want a refusal of the API", err, err)
	}
	return e
}
