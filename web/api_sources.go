package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// apiSource is a follower as programs see it.
type apiSource struct {
	Name      string          `json:"name"`
	State     string          `json:"state"`      // ok, warning, fatal, or unknown before the first look
	CheckedAt *time.Time      `json:"checked_at"` // when the findings were made
	Findings  []clips.Finding `json:"findings"`
	Seats     int             `json:"max_connections"`
	Open      int             `json:"open_runs"` // under way or waiting
	Lags      []apiLag        `json:"lags"`      // of the last twelve hours, by the results that are kept
	Followers []apiFollower   `json:"followers"`
}

// apiFollower is a follower of a source, as it was found by looking at it now and then.
type apiFollower struct {
	Follower string              `json:"follower"`    // host and port
	State    clips.FollowerState `json:"state"`       // up, primary or down
	LookedAt time.Time           `json:"looked_at"`   // for the last time
	Lag      *float64            `json:"lag_seconds"` // then; null when it is not known
	Lags     []apiLag            `json:"lags"`        // of the last day
}

// apiLag is how far behind a source was at the most, in the six minutes from a moment on.
type apiLag struct {
	At  time.Time `json:"at"`
	Lag float64   `json:"seconds"`
}

func (s *site) sourceOperations() []operation {
	if s.Sources == nil {
		return nil
	}
	const author = clips.RoleAuthor
	all := []operation{
		{method: "GET", path: "/sources", least: author, do: s.apiSources, summary: "Sources, by name: what the last check found, and how far behind they were", answer: apiSource{}, list: true},
		{method: "GET", path: "/sources/{name}", least: author, do: s.apiSource, summary: "One source", answer: apiSource{}},
		{method: "POST", path: "/sources/{name}/check", least: author, do: s.apiCheckSource, summary: "Look at it now", answer: apiSource{}},
	}
	if s.Desk == nil {
		return all
	}
	return append(all,
		operation{method: "GET", path: "/sources/{name}/tables", least: author, do: s.apiTables, answer: clips.Table{}, list: true,
			summary: "What queries on it may read: tables and views with their columns"},
		operation{method: "POST", path: "/sources/{name}/explain", least: author, do: s.apiExplain, body: asked{}, answer: apiPlan{},
			summary: "How it would run a query, in words and step by step, and what that costs. Nothing is run or kept"})
}

func (s *site) apiSources(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	all, err := s.sourceBodies(r, who, s.seenSources(who))
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(b apiSource) string { return b.Name }, func(b apiSource) apiSource { return b })
}

func (s *site) apiSource(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	name, err := s.apiFindSource(r, who)
	if err != nil {
		return nil, err
	}
	all, err := s.sourceBodies(r, who, []string{name})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// apiFindSource is the name in an address, if there is such a source and the caller may read it.
func (s *site) apiFindSource(r *http.Request, who clips.Person) (string, error) {
	name := chi.URLParam(r, "name")
	if !slices.Contains(s.seenSources(who), name) {
		return "", clips.ErrNotFound
	}
	return name, nil
}

func (s *site) sourceBodies(r *http.Request, who clips.Person, names []string) (all []apiSource, err error) {
	lags, err := s.Store.Lags(r.Context(), s.Now().Add(-lagSpan).Truncate(lagStep), lagStep)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		findings, at := s.Sources.Known(name)
		body := apiSource{Name: name, State: string(levelOf(findings)), CheckedAt: momentOrNull(at), Findings: asList(findings),
			Seats: s.Sources.Seats(name), Lags: []apiLag{}}
		if at.IsZero() {
			body.State = "unknown"
		}
		for _, l := range lagsOf(lags, name) {
			body.Lags = append(body.Lags, apiLag{l.At.UTC(), l.Lag.Seconds()})
		}
		body.Followers = s.apiFollowers(name)
		open, err := s.Store.Work(r.Context(), clips.WorkFilter{Viewer: &who, Source: name, State: "open", Most: mostItems})
		if err != nil {
			return nil, err
		}
		body.Open = len(open)
		all = append(all, body)
	}
	return all, nil
}

func (s *site) apiFollowers(source string) []apiFollower {
	all := []apiFollower{}
	for _, l := range s.Sources.Followers(source) {
		if l.LookedAt.IsZero() {
			continue
		}
		one := apiFollower{Follower: l.Follower, State: l.State, LookedAt: l.LookedAt.UTC(), Lags: []apiLag{}}
		if l.LagKnown {
			one.Lag = new(l.Lag.Seconds())
		}
		for _, worst := range worstOf(l.Worst, lagStep) {
			one.Lags = append(one.Lags, apiLag{worst.At.UTC(), worst.Lag.Seconds()})
		}
		all = append(all, one)
	}
	return all
}

func (s *site) apiCheckSource(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	name, err := s.apiFindSource(r, who)
	if err != nil {
		return nil, err
	}
	allowWaiting(w)
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	if err := s.Sources.Check(ctx, name); err != nil {
		return nil, err
	}
	return s.apiSource(w, r, who)
}

func (s *site) apiTables(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	name, err := s.apiFindSource(r, who)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), triedTime)
	defer cancel()
	all, err := s.Desk.Tables(ctx, name)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(t clips.Table) string { return t.Plain }, func(t clips.Table) clips.Table {
		t.Columns = asList(t.Columns)
		return t
	})
}
