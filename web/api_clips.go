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
	return apiBody{Number: r.Number, SQL: r.SQL, Params: asList(r.Params), TimeZone: r.TimeZone, MaxAge: r.MaxAge.Seconds(),
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

func (s *site) apiRevisions(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Revisions(r.Context(), clip.ID)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(r clips.Revision) string { return strconv.Itoa(r.Number) }, revisionBody)
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
