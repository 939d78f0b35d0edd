package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

// slowDesk gives a try its place, and its rows, when the test says so.
type slowDesk struct {
	deskOf
	place, rows chan struct{}
	left        chan error // why a try that waited ended
}

func newSlowDesk() *slowDesk {
	return &slowDesk{place: make(chan struct{}), rows: make(chan struct{}), left: make(chan error, 1)}
}

func (d *slowDesk) Try(ctx context.Context, source string, q clips.Query) (clips.Rows, error) {
	for _, step := range []chan struct{}{d.place, d.rows} {
		select {
		case <-step:
		case <-ctx.Done():
			d.left <- ctx.Err()
			return nil, ctx.Err()
		}
		q.Began()
	}
	return d.deskOf.Try(ctx, source, q)
}

// tryLive sends the editor's form as its script does.
func (w *world) tryLive(ctx context.Context) *http.Response {
	w.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+"/clips/new", strings.NewReader(overdue("do", "run").Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/x-ndjson")
	answer, err := w.server.Client().Transport.RoundTrip(r)
	if err != nil {
		w.Fatal(err)
	}
	return answer
}

func TestATryTellsHowItGoes(t *testing.T) {
	desk := newSlowDesk()
	w := newWorld(t, func(o *web.Options) { desk.deskOf = o.Desk.(deskOf); o.Desk = desk })
	answer := w.tryLive(t.Context())
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	await := func(stage clips.Stage) (page string) {
		for lines.Scan() {
			var line struct {
				Stage clips.Stage
				Page  string
			}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if line.Stage == stage {
				return line.Page
			}
		}
		t.Fatalf("it never was %s: %v", stage, lines.Err())
		return ""
	}
	await(clips.StageQueued)
	close(desk.place)
	await(clips.StageRunning)
	close(desk.rows)
	page := await(clips.StageReading)
	for _, want := range []string{"3 rows, all there are", "2461020.16"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q: %.300s", want, page)
		}
	}
}

// Who cancels, or closes the page, ends the query.
func TestATryEndsWithItsReader(t *testing.T) {
	desk := newSlowDesk()
	w := newWorld(t, func(o *web.Options) { desk.deskOf = o.Desk.(deskOf); o.Desk = desk })
	ctx, cancel := context.WithCancel(t.Context())
	answer := w.tryLive(ctx)
	defer answer.Body.Close()
	cancel()
	if err := <-desk.left; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestTheEditorCancels(t *testing.T) {
	desk := newSlowDesk()
	w := newWorld(t, func(o *web.Options) { desk.deskOf = o.Desk.(deskOf); o.Desk = desk })
	page := w.tab("/clips/new")
	page.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`)
	page.MustElement("#run").MustClick()
	page.wait(`document.getElementById("said").textContent.startsWith("Waiting for a place")`)
	close(desk.place)
	page.wait(`document.getElementById("said").textContent.startsWith("Running")`)
	page.MustElement("#cancel").MustClick()
	page.wait(`document.getElementById("said").textContent === "Stopped."`)
	if err := <-desk.left; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
