package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

func (s *site) runPages(r chi.Router) {
	r.Get("/runs", s.signedIn(clips.RoleReader, s.listRuns))
}

const mostWork = 200 // shown at once

// workSpans are how far back the page of runs looks.
var workSpans = []choice{{"1h", "Last hour"}, {"24h", "Last day"}, {"168h", "Last week"}, {"720h", "Last 30 days"}}

var workStates = []choice{{"", "All states"}, {"failed", "Failed"}, {"open", "Running or waiting"}, {"done", "Done"}, {"skipped", "Skipped"}}

// runsPage lists refreshes of clips and runs of syncs.
type runsPage struct {
	Work    []workRow
	Chosen  clips.WorkFilter
	Span    string
	Spans   []choice
	States  []choice
	Clips   []clips.Clip
	Sources []string
	Newest  string // the address of the same, the newest first
	Worst   string // and the worst first
	Most    int    // how many there are at the most
	Wrong   string
}

// workRow is a line of it.
type workRow struct {
	clips.Work
	Word, Tone string
	Began      *moment
	Took       string
}

func (s *site) listRuns(w http.ResponseWriter, r *http.Request, who clips.Person) {
	q := r.URL.Query()
	p := runsPage{Span: "24h", Spans: workSpans, States: workStates, Most: mostWork,
		Chosen: clips.WorkFilter{Viewer: &who, Source: q.Get("source"), Clip: q.Get("clip"), State: q.Get("state"),
			Newest: q.Get("order") == "newest", Most: mostWork}}
	for _, span := range workSpans {
		if span.Value == q.Get("span") {
			p.Span = span.Value
		}
	}
	span, _ := time.ParseDuration(p.Span)
	p.Chosen.Since = s.Now().Add(-span)
	if id, err := strconv.ParseInt(q.Get("id"), 10, 64); err == nil {
		p.Chosen = clips.WorkFilter{ID: id, Viewer: &who, Most: mostWork} // whenever it was
	}
	p.Newest, p.Worst = "/runs?"+ordered(q, "newest"), "/runs?"+ordered(q, "")

	work, err := s.Store.Work(r.Context(), p.Chosen)
	var all []clips.Clip
	if err == nil {
		all, err = s.seenClips(r.Context(), who)
	}
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	for _, c := range all {
		p.Clips, p.Sources = append(p.Clips, c), append(p.Sources, c.Revision.Source)
	}
	p.Sources = choices(p.Sources)
	for _, one := range work {
		p.Work = append(p.Work, s.workRow(one))
	}
	s.show(w, r, who, "runs.html", http.StatusOK, "Runs", p)
}

// ordered is the query of the page in another order.
func ordered(q url.Values, order string) string {
	kept := url.Values{"order": {order}}
	for _, name := range []string{"span", "state", "clip", "source"} {
		if q.Get(name) != "" {
			kept.Set(name, q.Get(name))
		}
	}
	return kept.Encode()
}

func (s *site) workRow(one clips.Work) workRow {
	row := workRow{Work: one, Began: s.moment(one.BeganAt, time.UTC)}
	if one.State != string(clips.SyncSkipped) && one.State != string(clips.SyncQueued) {
		row.Took = took(one.Took(s.Now()))
	}
	switch one.State {
	case string(clips.RunAbandoned):
		row.Word, row.Tone = "Given up", "bad"
		return row
	case string(clips.RunLeft):
		row.Word = "Nobody waited"
		return row
	}
	row.Word, row.Tone = runStateInWords(clips.SyncRun{State: clips.SyncState(one.State), Notice: one.Notice})
	return row
}
