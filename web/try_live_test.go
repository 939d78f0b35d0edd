package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

// slowDesk gives a try its place, its begin and each of its rows when the test says so.
type slowDesk struct {
	deskOf
	place, begin chan struct{}
	rows         chan string
	end          chan error // how the rows end
	left         chan error // why a try that waited ended
}

func newSlowWorld(t *testing.T) (*world, *slowDesk) {
	t.Helper()
	desk := &slowDesk{place: make(chan struct{}), begin: make(chan struct{}), rows: make(chan string), end: make(chan error), left: make(chan error, 1)}
	return newWorld(t, func(o *web.Options) { desk.deskOf = o.Desk.(deskOf); o.Desk = desk }), desk
}

func (d *slowDesk) Try(ctx context.Context, _ string, q clips.Query) (clips.Rows, error) {
	for _, step := range []chan struct{}{d.place, d.begin} {
		select {
		case <-step:
		case <-ctx.Done():
			d.left <- ctx.Err()
			return nil, ctx.Err()
		}
		q.Began()
	}
	return &slowRows{ctx: ctx, desk: d}, nil
}

type slowRows struct {
	ctx  context.Context
	desk *slowDesk
	row  string
	err  error
}

func (r *slowRows) Header() clips.Header { return cash().header }
func (r *slowRows) Row() [][]byte        { return [][]byte{[]byte(r.row), []byte("1.50"), []byte("t"), nil} }
func (r *slowRows) Err() error           { return r.err }
func (r *slowRows) Close() error         { return nil }
func (r *slowRows) Next() bool {
	select {
	case r.row = <-r.desk.rows:
		return true
	case r.err = <-r.desk.end:
	case <-r.ctx.Done():
		r.err = r.ctx.Err()
		r.desk.left <- r.err
	}
	return false
}

var errZero = &clips.Error{Kind: clips.KindSQL, Notice: "It divides by zero: leave that row out."}

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

// What came of a try that fails in the middle is not on its page.
func TestATryTellsHowItGoes(t *testing.T) {
	w, desk := newSlowWorld(t)
	answer := w.tryLive(t.Context())
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	type line struct {
		Stage      clips.Stage
		Part, Page string
	}
	await := func(what string, is func(line) bool) (l line) {
		for lines.Scan() {
			l = line{}
			if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
				t.Fatal(err)
			}
			if is(l) {
				return l
			}
		}
		t.Fatalf("there never was %s: %v", what, lines.Err())
		return l
	}
	await("a wait", func(l line) bool { return l.Stage == clips.StageQueued })
	close(desk.place)
	await("a run", func(l line) bool { return l.Stage == clips.StageRunning })
	close(desk.begin)
	part := func(l line) bool { return l.Part != "" }
	desk.rows <- "0010"
	if first := await("a row", part).Part; !strings.HasPrefix(first, "<table>") || !strings.HasSuffix(first, "<tr><td>0010</td><td class=number>1.50</td><td class=short>yes</td><td class=none></td></tr>\n") {
		t.Errorf("the first part is %.300q", first)
	}
	desk.rows <- "<b>"
	if second := await("another", part).Part; !strings.HasPrefix(second, "<tr><td>&lt;b&gt;") || !strings.HasSuffix(second, "</tr>\n") {
		t.Errorf("the second part is %.300q", second)
	}
	desk.end <- errZero
	if page := await("a page", func(l line) bool { return l.Page != "" }).Page; !strings.Contains(page, "It divides by zero") || strings.Contains(page, "0010") {
		t.Errorf("the page at the end is %.1000s", page)
	}
}

// Who cancels, or closes the page, ends the query.
func TestATryEndsWithItsReader(t *testing.T) {
	w, desk := newSlowWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	answer := w.tryLive(ctx)
	defer answer.Body.Close()
	cancel()
	if err := <-desk.left; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

// Rows are shown as they come, marked as a part, and a part never stays: not after a failure, and not after a cancel.
func TestTheEditorShowsRowsAsTheyCome(t *testing.T) {
	w, desk := newSlowWorld(t)
	page := w.tab("/clips/new")
	page.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`)
	said := func(start string) {
		t.Helper()
		page.wait(`document.getElementById("said").textContent.startsWith("` + start + `")`)
	}
	come := func(rows ...string) {
		t.Helper()
		for _, row := range rows {
			desk.rows <- row
		}
		page.wait(`document.querySelector("#early [aria-busy=true] tbody")?.rows.length === ` + strconv.Itoa(len(rows)) +
			` && document.getElementById("early").textContent.includes("Still arriving")`)
	}
	gone := `!document.querySelector("#preview td")`
	run := page.MustElement("#run")

	run.MustClick()
	said("Waiting for a place")
	close(desk.place)
	said("Running")
	close(desk.begin)
	come("0010", "0012")
	desk.end <- errZero
	said("It failed after its first 2 rows")
	page.wait(gone + ` && document.querySelector("main > [role=alert]").textContent.includes("divides by zero")`)

	run.MustClick()
	come("0010")
	page.MustElement("#cancel").MustClick()
	said("Stopped.")
	page.wait(gone)
	if err := <-desk.left; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}

	run.MustClick()
	desk.rows <- "0010"
	desk.end <- nil
	page.wait(`document.querySelector("#preview").textContent.includes("1 row, all there are") && !document.querySelector("#early")`)
}
