package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/web"
)

// checked are two sources, of which one does not answer.
type checked struct{}

func (checked) Names() []string               { return []string{"erp", "shop"} }
func (checked) Queue() (waiting, running int) { return 4, 2 }
func (checked) Check(_ context.Context, name string) []clips.Finding {
	if name == "shop" {
		return []clips.Finding{{Level: clips.LevelFatal, Text: "it does not <answer>", Cure: "start it"}}
	}
	return []clips.Finding{{Level: clips.LevelOK, Text: "PostgreSQL 17, a follower"}, {Level: clips.LevelWarning, Text: "not encrypted", Cure: "use TLS"}}
}

var _ web.Sources = checked{}

func TestSourcesShowHowTheyGetOn(t *testing.T) {
	w := newWorld(t)
	rows := cash()
	rows.header.Lag = 42 * time.Second
	w.follow.set(rows, nil)
	w.want(w.get(w.link("cash")+".csv"), http.StatusOK)
	r := w.get("/sources")
	w.want(r, http.StatusOK, "Runs under way: 2; waiting for their turn: 4", "Works, with warnings", "PostgreSQL 17, a follower.", "Use TLS.",
		"Does not work", "It does not &lt;answer&gt;.", "Start it.", "42 s behind at the most", "<polyline points=", `href="/clips/cash"`,
		"No result of it was made in that time", "/runs?source=shop")
	if got := strings.Count(r.body, "<polyline"); got != 1 {
		t.Errorf("%d lines are drawn, for one source that has results", got)
	}
}
