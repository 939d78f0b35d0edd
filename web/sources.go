package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Sources are the followers that clips run on.
type Sources interface {
	Names() []string
	// Check looks at one as an operator would; see the command check.
	Check(ctx context.Context, name string) []clips.Finding
	// Queue says how many runs wait for their turn, and how many are under way, of all sources together.
	Queue() (waiting, running int)
}

const (
	checkTimeout = 8 * time.Second
	lagSpan      = 12 * time.Hour
	lagStep      = 6 * time.Minute
	slowestShown = 5
)

func (s *site) sourcePages(r chi.Router) {
	if s.Sources != nil {
		r.Get("/sources", s.signedIn(clips.RoleAuthor, s.listSources))
	}
}

// sourcesPage shows how the followers get on.
type sourcesPage struct {
	Sources          []sourceView
	Waiting, Running int
}

// sourceView is one follower.
type sourceView struct {
	Name       string
	Word, Tone string
	Findings   []clips.Finding
	Line       string // how far behind it was, as the points of a line
	Most       string // at the worst of that
	Samples    int
	Slowest    []workRow
}

func (s *site) listSources(w http.ResponseWriter, r *http.Request, who clips.Person) {
	allowWaiting(w)
	var p sourcesPage
	p.Waiting, p.Running = s.Sources.Queue()
	since := s.Now().Add(-lagSpan).Truncate(lagStep)
	lags, err := s.Store.Lags(r.Context(), since, lagStep)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	for _, name := range s.Sources.Names() {
		if !who.May(name) {
			continue
		}
		v := sourceView{Name: name}
		v.draw(lags, since)
		if v.Slowest, err = s.slowest(r.Context(), who, name); err != nil {
			s.failed(w, r, who, err)
			return
		}
		p.Sources = append(p.Sources, v)
	}
	s.checkAll(r.Context(), p.Sources)
	s.show(w, r, who, "sources.html", http.StatusOK, "Sources", p)
}

// checkAll looks at all of them at once, so that one that does not answer keeps the page waiting no longer than it has to.
func (s *site) checkAll(ctx context.Context, all []sourceView) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var done sync.WaitGroup
	for i := range all {
		done.Go(func() {
			all[i].Findings = s.Sources.Check(ctx, all[i].Name)
			all[i].Word, all[i].Tone = worstOf(all[i].Findings)
		})
	}
	done.Wait()
}

func worstOf(findings []clips.Finding) (word, tone string) {
	has := func(level clips.Level) bool {
		return slices.ContainsFunc(findings, func(f clips.Finding) bool { return f.Level == level })
	}
	switch {
	case has(clips.LevelFatal):
		return "Does not work", "bad"
	case has(clips.LevelWarning):
		return "Works, with warnings", "warn"
	}
	return "Works", "good"
}

// The picture of the lag, in units of its own.
const (
	drawnWidth  = 360
	drawnHeight = 48
)

// draw draws how far behind the source was, by the results there are.
func (v *sourceView) draw(lags []clips.LagSample, since time.Time) {
	var most time.Duration
	var own []clips.LagSample
	for _, l := range lags {
		if l.Source == v.Name {
			own = append(own, l)
			most = max(most, l.Lag)
		}
	}
	v.Samples = len(own)
	v.Most = "not behind at all"
	if most >= time.Millisecond {
		v.Most = took(most) + " behind at the most"
	}
	var points []string
	for _, l := range own {
		x := float64(l.At.Sub(since)) / float64(lagSpan) * drawnWidth
		y := drawnHeight - 2 - float64(l.Lag)/float64(max(most, time.Second))*(drawnHeight-4)
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	v.Line = strings.Join(points, " ")
}

// slowest are the refreshes of a source that took longest in the last day, of the clips that a person sees.
func (s *site) slowest(ctx context.Context, who clips.Person, source string) (rows []workRow, err error) {
	work, err := s.Store.Work(ctx, clips.WorkFilter{Viewer: &who, Since: s.Now().AddDate(0, 0, -1), Source: source, State: string(clips.RunDone), Most: 100})
	seen := map[string]bool{}
	for _, one := range work {
		if one.Sync == "" && !seen[one.Clip] && len(rows) < slowestShown {
			seen[one.Clip] = true
			rows = append(rows, s.workRow(one))
		}
	}
	return rows, err
}
