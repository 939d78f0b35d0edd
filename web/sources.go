package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Sources are the followers that clips run on.
type Sources interface {
	Names() []string
	// Known is what the last look at one found, and when that was; the zero time is never. It connects to nothing.
	Known(name string) (findings []clips.Finding, at time.Time)
	// Check looks now, as the command check does, for Known to tell of. clips.ErrNotFound is a source that is no more.
	Check(ctx context.Context, name string) error
	// Followers is what looking at the followers of one now and then has shown. It connects to nothing.
	Followers(name string) []clips.FollowerLag
	// Seats is how many runs there can be on one at once.
	Seats(name string) int
	// Queue says how many runs wait for their turn, and how many are under way, of all sources together.
	Queue() (waiting, running int)
}

const (
	checkTimeout = 20 * time.Second
	lagSpan      = 12 * time.Hour
	lagStep      = 6 * time.Minute
	troubleShown = 5 // slow clips, and failing ones
)

func (s *site) sourcePages(r chi.Router) {
	if s.Sources != nil {
		r.Get("/sources", s.signedIn(clips.RoleAuthor, s.listSources))
		r.Post("/sources/{name}/check", s.signedIn(clips.RoleAuthor, s.checkSource))
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
	Looked     *moment // when they were found
	Followers  []followerView
	Lag        lagPicture // by results, while nobody has looked at the followers
	Open       int        // runs under way or waiting
	Seats      int
	Slowest    []workRow
	Failing    []failingRow
}

// failingRow is a clip whose runs failed.
type failingRow struct {
	workRow     // the last of them
	Times   int // in the last day
}

func (s *site) listSources(w http.ResponseWriter, r *http.Request, who clips.Person) {
	var p sourcesPage
	p.Waiting, p.Running = s.Sources.Queue()
	since := s.Now().Add(-lagSpan).Truncate(lagStep)
	lags, err := s.Store.Lags(r.Context(), since, lagStep)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	for _, name := range s.seenSources(who) {
		v := sourceView{Name: name, Followers: s.followers(name),
			Lag: drawLag(lagsOf(lags, name), since, lagSpan, lagSpan), Seats: s.Sources.Seats(name)}
		findings, at := s.Sources.Known(name)
		v.Findings, v.Looked = findings, s.moment(at, time.UTC)
		if v.Word, v.Tone = levelInWords(levelOf(findings)); at.IsZero() {
			v.Word, v.Tone = "Not looked at yet", "quiet"
		}
		if err := s.workOf(r.Context(), who, &v); err != nil {
			s.failed(w, r, who, err)
			return
		}
		p.Sources = append(p.Sources, v)
	}
	s.show(w, r, who, "sources.html", http.StatusOK, "Sources", p)
}

// seenSources are those whose results somebody may read.
func (s *site) seenSources(who clips.Person) []string {
	return slices.DeleteFunc(s.Sources.Names(), func(name string) bool { return !who.May(name) })
}

// checkSource looks at a source now, rather than when it is its turn.
func (s *site) checkSource(w http.ResponseWriter, r *http.Request, who clips.Person) {
	name := chi.URLParam(r, "name")
	if !slices.Contains(s.seenSources(who), name) {
		s.show(w, r, who, "nothing.html", http.StatusNotFound, "No such source", nothingPage{Title: "No such source",
			Text: "There is no source of this name, or it is not for you to see.", Address: "/sources", Label: "All sources"})
		return
	}
	allowWaiting(w)
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	if err := s.Sources.Check(ctx, name); err != nil {
		s.failed(w, r, who, err)
		return
	}
	seeOther(w, "/sources#"+name)
}

// levelOf is that of the worst finding.
func levelOf(findings []clips.Finding) clips.Level {
	worst := clips.LevelOK
	for _, f := range findings {
		if f.Level == clips.LevelFatal || worst == clips.LevelOK {
			worst = f.Level
		}
	}
	return worst
}

func levelInWords(l clips.Level) (word, tone string) {
	switch l {
	case clips.LevelFatal:
		return "Does not work", "bad"
	case clips.LevelWarning:
		return "Works, with warnings", "warn"
	}
	return "Works", "good"
}

// workOf finds what runs on a source, what failed there in the last day, and what took longest, of what somebody sees.
func (s *site) workOf(ctx context.Context, who clips.Person, v *sourceView) error {
	list := func(f clips.WorkFilter) ([]clips.Work, error) {
		f.Viewer, f.Source, f.Most = &who, v.Name, mostWork
		return s.Store.Work(ctx, f)
	}
	day := s.Now().AddDate(0, 0, -1)
	open, err := list(clips.WorkFilter{State: "open"})
	if err != nil {
		return err
	}
	v.Open = len(open)
	done, err := list(clips.WorkFilter{State: string(clips.RunDone), Since: day})
	if err != nil {
		return err
	}
	failed, err := list(clips.WorkFilter{State: "failed", Since: day, Newest: true})
	v.Slowest, v.Failing = s.slowest(done), s.failing(failed)
	return err
}

// slowest are the refreshes that took longest, each clip once; they come in that order.
func (s *site) slowest(work []clips.Work) (rows []workRow) {
	seen := map[string]bool{}
	for _, one := range work {
		if one.Sync == "" && !seen[one.Clip] && len(rows) < troubleShown {
			seen[one.Clip] = true
			rows = append(rows, s.workRow(one))
		}
	}
	return rows
}

// failing are the clips whose runs failed, with the last of each; the newest come first.
func (s *site) failing(work []clips.Work) (rows []failingRow) {
	for _, one := range work {
		at := slices.IndexFunc(rows, func(row failingRow) bool { return row.Clip == one.Clip })
		switch {
		case one.Sync != "": // it failed at the spreadsheet, or its clip is in the list itself
		case at >= 0:
			rows[at].Times++
		case len(rows) < troubleShown:
			rows = append(rows, failingRow{s.workRow(one), 1})
		}
	}
	return rows
}
