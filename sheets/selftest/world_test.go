package selftest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/oauth2"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

const (
	ann   = "ann@example.com"   // owns the spreadsheet
	robot = "robot@example.com" // runs the test
)

// world is a spreadsheet with something of Ann's in it, in a Google in memory that may have other habits than we think.
// Its time is synctest's: the second between two requests passes at once.
type world struct {
	*simulator.Simulator
	t     testing.TB
	id    string
	habit habit
	o     Options
}

// inWorld runs a test in a world of its own, as an account with some scopes.
func inWorld(t *testing.T, scopes []string, do func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, Simulator: simulator.New(simulator.Options{})}
		network := simulator.Listen(http.HandlerFunc(w.serve))
		transport := network.Transport()
		t.Cleanup(func() {
			transport.CloseIdleConnections()
			w.Close()
			network.Close()
		})
		w.AddUser(ann)
		w.id = w.Create(ann, "Budget")
		if err := w.As(ann).Type(w.id, "Sheet1!A1", []any{"mine", 7}, []any{"=B1*2"}); err != nil {
			t.Fatal(err)
		}
		token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: w.AccessToken(robot, scopes...)})
		w.Share(w.id, robot, simulator.Writer)
		w.o = Options{Client: &http.Client{Transport: &oauth2.Transport{Base: transport, Source: token}}, Email: robot,
			Endpoint: network.URL + "/", DriveEndpoint: network.URL + "/drive/v3/", Spreadsheet: w.id}
		do(w)
	})
}

var all = []string{"spreadsheets", "drive.file"}

func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	if w.habit != nil {
		w.habit(out, r, w.Simulator)
		return
	}
	w.ServeHTTP(out, r)
}

// try runs the point with a name. Whatever it finds, nothing of it is left.
func (w *world) try(ctx context.Context, name string) []clips.Finding {
	w.t.Helper()
	before := w.json()
	found := run(ctx, w.o, named(name))
	w.unchanged(before)
	return found
}

func named(name string) []point {
	i := slices.IndexFunc(points, func(p point) bool { return p.name == name })
	return points[i : i+1]
}

// finds tries a point that comes to one finding, and compares its level and words.
func (w *world) finds(name string, level clips.Level, words ...string) {
	w.t.Helper()
	all := w.try(w.t.Context(), name)
	if len(all) != 1 {
		w.t.Fatalf("%d findings: %+v", len(all), all)
	}
	w.want(all[0], level, words...)
}

func (w *world) want(f clips.Finding, level clips.Level, words ...string) {
	w.t.Helper()
	if f.Level != level || (f.Cure == "") != (level == clips.LevelOK) {
		w.t.Errorf("%+v, want level %s", f, level)
	}
	for _, word := range words {
		if !strings.Contains(f.Subject+": "+f.Text+" → "+f.Cure, word) {
			w.t.Errorf("%+v does not say %q", f, word)
		}
	}
}

func (w *world) json() string {
	s, _ := w.Spreadsheet(w.id)
	return string(s.JSON())
}

// unchanged compares the spreadsheet with what it was, and looks for files that were not there.
func (w *world) unchanged(before string) {
	w.t.Helper()
	w.Land(true)
	if w.json() != before {
		s, _ := w.Spreadsheet(w.id)
		w.t.Errorf("something is left: %+v", s.Tabs())
	}
	if files := w.Spreadsheets(); len(files) != 1 {
		w.t.Errorf("%d files", len(files))
	}
}
