package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// apiClip is a clip as programs see it. Revision counts what runs: its number is the ETag.
type apiClipBody struct {
	Slug        string   `json:"slug"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Owner       string   `json:"owner"`
	Visibility  string   `json:"visibility"` // who sees it beside its owner: everyone, authors, admins or owner
	Tags        []string `json:"tags"`
	Source      string   `json:"source"`
	Declared    bool     `json:"declared"` // by the config file: read-only here
	Revision    apiBody  `json:"revision"`
	LastRun     *apiRun  `json:"last_run,omitempty"`
}

type apiBody struct {
	Number    int           `json:"number"`
	SQL       string        `json:"sql"`
	Params    []clips.Param `json:"params"`
	TimeZone  string        `json:"timezone,omitempty"`
	MaxAge    float64       `json:"max_age_seconds"`
	MaxLag    float64       `json:"max_lag_seconds"` // 0: the source's
	OnLag     clips.OnLag   `json:"on_lag"`          // stale, fail
	Key       []string      `json:"key,omitempty"`
	Author    string        `json:"author"`
	Message   string        `json:"message"`
	CreatedAt time.Time     `json:"created_at"`
}

// apiRun is one attempt to refresh a clip.
type apiRun struct {
	ID        int64          `json:"id"`
	Revision  int            `json:"revision"`
	State     clips.RunState `json:"state"`
	StartedAt time.Time      `json:"started_at"`
	EndedAt   *time.Time     `json:"ended_at"` // null while it runs
	Rows      int64          `json:"rows"`
	Bytes     int64          `json:"bytes"`
	Digest    string         `json:"digest,omitempty"`
	Error     clips.Kind     `json:"error,omitempty"`
	Message   string         `json:"message,omitempty"`
}

func (s *site) clipOperations() []operation {
	const reader, author = clips.RoleReader, clips.RoleAuthor
	all := []operation{
		{method: "GET", path: "/clips", least: reader, do: s.apiClips, summary: "Clips, by slug", query: []string{"q", "owner", "source", "tag"}, answer: apiClipBody{}, list: true},
		{method: "GET", path: "/clips/{slug}", least: reader, do: s.apiClip, summary: "One clip. Its ETag is the number of its revision", answer: apiClipBody{}},
		{method: "GET", path: "/clips/{slug}/revisions", least: reader, do: s.apiRevisions, summary: "What the clip ran, newest first", answer: apiBody{}, list: true},
		{method: "GET", path: "/clips/{slug}/revisions/{number}", least: reader, do: s.apiRevision, summary: "One of them", answer: apiBody{}},
		{method: "GET", path: "/clips/{slug}/runs", least: reader, do: s.apiRuns, summary: "How its refreshes went, newest first", answer: apiRun{}, list: true},
		{method: "GET", path: "/clips/{slug}/result.{format}", least: reader, do: s.apiResult, file: true,
			summary: "The result as csv, tsv, json, ndjson or xlsx, exactly as at a link: parameters and options in the query string, as-of and digest in the headers"},
	}
	if s.Desk == nil {
		return all
	}
	return append(all,
		operation{method: "POST", path: "/clips", least: author, do: s.apiCreateClip, summary: "Make a clip. Its SQL is tried first", body: apiDraft{}, answer: apiClipBody{}},
		operation{method: "PUT", path: "/clips/{slug}", least: author, do: s.apiReviseClip, match: true, body: apiDraft{}, answer: apiClipBody{},
			summary: "Change a clip, all of it. If-Match says which revision you read: 412 when there is a newer one"},
		operation{method: "POST", path: "/clips/{slug}/copy", least: author, do: s.apiCopyClip, body: copyOf{}, answer: apiClipBody{},
			summary: "Make a clip of your own from another"},
		operation{method: "POST", path: "/clips/{slug}/revisions/{number}/restore", least: author, do: s.apiRestoreRevision, match: true, answer: apiClipBody{},
			summary: "Make an old revision the newest. If-Match says which one is the newest by now"},
		operation{method: "DELETE", path: "/clips/{slug}", least: author, do: s.apiRetireClip, summary: "Take a clip out of use. Its history stays"})
}

func (s *site) apiClips(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	all, err := s.seenClips(r.Context(), who)
	if err != nil {
		return nil, err
	}
	last, err := s.Store.LastRuns(r.Context())
	if err != nil {
		return nil, err
	}
	search := clipSearch{Words: r.URL.Query().Get("q"), Owner: r.URL.Query().Get("owner"), Source: r.URL.Query().Get("source"), Tag: r.URL.Query().Get("tag")}
	var seen []clips.Clip
	for _, c := range all {
		if search.fits(c) {
			seen = append(seen, c)
		}
	}
	return pageOf(r, seen, func(c clips.Clip) string { return c.Slug }, func(c clips.Clip) apiClipBody {
		body := clipBody(c)
		if run, ok := last[c.ID]; ok {
			shown := runBody(run)
			body.LastRun = &shown
		}
		return body
	})
}

func clipBody(c clips.Clip) apiClipBody {
	return apiClipBody{Slug: c.Slug, Title: c.Title, Description: c.Description, Owner: c.Owner, Visibility: string(c.Visibility), Tags: asList(c.Tags),
		Source: c.Revision.Source, Declared: c.Declared, Revision: revisionBody(c.Revision)}
}

func revisionBody(r clips.Revision) apiBody {
	return apiBody{Number: r.Number, SQL: r.SQL, Params: asList(r.Params), TimeZone: r.TimeZone, MaxAge: r.MaxAge.Seconds(), MaxLag: r.MaxLag.Seconds(), OnLag: r.OnLag,
		Key: r.Key, Author: r.Author, Message: r.Message, CreatedAt: r.CreatedAt.UTC()}
}

func runBody(r clips.Run) apiRun {
	return apiRun{ID: r.ID, Revision: r.Revision, State: r.State, StartedAt: r.StartedAt.UTC(), EndedAt: momentOrNull(r.EndedAt),
		Rows: r.Rows, Bytes: r.Bytes, Digest: r.Digest, Error: r.Kind, Message: r.Notice}
}

// asList is a list that JSON shows as [] when it is empty, and not as null.
func asList[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func momentOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// apiFind finds the clip that an address names, if the caller sees it.
func (s *site) apiFind(r *http.Request, who clips.Person) (clips.Clip, error) {
	return s.seenClip(r.Context(), who, chi.URLParam(r, "slug"))
}

func (s *site) apiClip(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(clip.Revision.Number)))
	return clipBody(clip), nil
}

func (s *site) apiRuns(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Runs(r.Context(), clip.ID, mostItems)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(r clips.Run) string { return strconv.FormatInt(r.ID, 10) }, runBody)
}

// apiResult sends the result as a feed does, headers and all; the query string is that of a feed.
func (s *site) apiResult(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	name := chi.URLParam(r, "format")
	f, known := formatOf("x." + name)
	if !known || f.name != name || f.page() {
		return nil, errNothing
	}
	req := &request{query: parseQuery(r.URL.RawQuery), clip: clip, format: f}
	return nil, s.serveClip(w, r, req)
}
