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

// checked are two sources, of which one did not answer when it was looked at. Neither is connected to.
type checked struct{ asked *[]string }

func (checked) Names() []string                      { return []string{"erp", "shop"} }
func (checked) Queue() (waiting, running int)        { return 4, 2 }
func (checked) Followers(string) []clips.FollowerLag { return nil }
func (checked) Seats(string) int                     { return 8 }
func (checked) Known(name string) ([]clips.Finding, time.Time) {
	if name == "shop" {
		return []clips.Finding{{Level: clips.LevelFatal, Text: "it does not <answer>", Cure: "start it"}}, time.Now().Add(-40 * time.Minute)
	}
	return []clips.Finding{{Level: clips.LevelOK, Text: "PostgreSQL 17, a follower"}, {Level: clips.LevelWarning, Text: "not encrypted", Cure: "use TLS"}},
		time.Now().Add(-3 * time.Minute)
}

func (c checked) Check(_ context.Context, name string) error {
	if c.asked != nil {
		*c.asked = append(*c.asked, name)
	}
	return nil
}

var _ web.Sources = checked{}

func TestSourcesShowHowTheyGetOn(t *testing.T) {
	w := newWorld(t)
	rows := cash()
	rows.header.Lag = 42 * time.Second
	w.follow.set(rows, nil)
	w.want(w.get(w.link("cash")+".csv"), http.StatusOK)
	r := w.get("/sources")
	w.want(r, http.StatusOK, "Runs under way: 2; waiting for their turn: 4", "Works, with warnings", "PostgreSQL 17, a follower.", "Use TLS.", "3 minutes ago</time>; sources are checked every hour", "40 minutes ago", "at most 8 at once", "42 s behind. By the newest result",
		"Does not work", "It does not &lt;answer&gt;.", "Start it.", "42 s behind at the most", `<path d="M`, `href="/clips/cash"`,
		"No result of it was made in that time", "/runs?source=shop")
	if got := strings.Count(r.body, "<path d="); got != 1 {
		t.Errorf("%d lines are drawn, for one source that has results", got)
	}
}

func TestSourcesAreLookedAtWhenSomebodySaysSo(t *testing.T) {
	var asked []string
	w := newWorld(t, func(o *web.Options) { o.Sources = checked{&asked} })
	w.want(w.get("/sources"), http.StatusOK)
	if len(asked) > 0 {
		t.Errorf("to show the page, %q were connected to", asked)
	}
	if r := w.ask(http.MethodPost, "/sources/shop/check"); r.status != http.StatusSeeOther || r.header.Get("Location") != "/sources#shop" {
		t.Errorf("%d %v", r.status, r.header)
	}
	w.want(w.ask(http.MethodPost, "/sources/gone/check"), http.StatusNotFound, "No such source")
	if len(asked) != 1 || asked[0] != "shop" {
		t.Errorf("%q were looked at", asked)
	}
}

func TestSourcesShowWhatFails(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/sources"), http.StatusOK, "Nothing runs")
	cash, err := w.store.Clip(t.Context(), "cash")
	for range 2 {
		if err == nil {
			err = w.fails(cash, "The follower erp is stopping.")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	r := w.get("/sources")
	w.want(r, http.StatusOK, "Clips that failed, in the last day", `<a href="/clips/cash">Cash &lt;by&gt; account</a><td class=number>2`, "The follower erp is stopping")
	if strings.Contains(r.body, "Slowest clips") {
		t.Error("what failed is among what took long")
	}
}

// fails keeps a run of a clip that failed.
func (w *world) fails(clip clips.Clip, notice string) error {
	run := clips.Run{ClipID: clip.ID, Revision: clip.Revision.Number, State: clips.RunFailed, StartedAt: time.Now(), EndedAt: time.Now(),
		Kind: clips.KindUnavailable, Notice: notice}
	id, err := w.store.StartRun(w.Context(), run)
	if err != nil {
		return err
	}
	run.ID = id
	return w.store.FinishRun(w.Context(), run)
}

// lookedAt is checked, with followers that were looked at.
type lookedAt struct {
	checked
	all []clips.FollowerLag
}

func (l lookedAt) Followers(name string) []clips.FollowerLag {
	if name == "erp" {
		return l.all
	}
	return nil
}

// watched are four followers in each state; the first was an hour without an answer.
func watched() lookedAt {
	now := time.Now()
	began := now.Add(-3 * time.Hour).Truncate(time.Hour)
	var worst []clips.LagSample
	for minute := range 180 {
		if minute < 60 || minute >= 120 {
			worst = append(worst, clips.LagSample{Source: "erp", At: began.Add(time.Duration(minute) * time.Minute), Lag: time.Duration(minute) * time.Second})
		}
	}
	return lookedAt{all: []clips.FollowerLag{
		{Follower: "one:5432", LookedAt: now, State: clips.FollowerUp, Lag: 3 * time.Second, LagKnown: true, Worst: worst},
		{Follower: "two:5432", LookedAt: now, State: clips.FollowerPrimary},
		{Follower: "three:5432", LookedAt: now, State: clips.FollowerDown},
		{Follower: "four:5432", LookedAt: now, State: clips.FollowerUp},
		{Follower: "five:5432"},
	}}
}

func TestSourcesShowFollowersBetweenRuns(t *testing.T) {
	w := newWorld(t, func(o *web.Options) { o.Sources = watched() })
	r := w.get("/sources")
	w.want(r, http.StatusOK, "<strong>one:5432</strong> 3.0 s behind. Looked at", "<strong>two:5432</strong> It is a primary, not a follower.", "<strong>three:5432</strong> It could not be asked.",
		"<strong>four:5432</strong> It cannot say how far it is behind", "How far behind one:5432 was</h3>", "3 min behind at the most",
		"<td>3 min behind<td class=number>60", "<td>59 s behind<td class=number>60", "No result of it was made in that time")
	if strings.Contains(r.body, "five:5432") {
		t.Error("a follower nobody has looked at is shown")
	}
	_, path, _ := strings.Cut(r.body, `<path d="`)
	path, _, _ = strings.Cut(path, `"`)
	if strings.Count(path, "M") != 2 || strings.Count(path, "L") != 118 {
		t.Errorf("the line is %s, want one with a gap, through sixty points on either side of it", path)
	}
}
