// Package web is Clipsheet over HTTP: feeds for machines, a page for people, and what operators probe.
//
// A feed request goes down once and comes back once: feed.go tells the story, from the token in the address to the
// file that is sent. Everything else here is a step of it or stands beside it. Databases and queries are reached
// through [Store] and [Results].
package web

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
)

// Store is what the web needs of the state database.
type Store interface {
	// LinkByHash bounds its own time, for many at once: a deadline for each cost a twentieth of a small answer.
	LinkByHash(ctx context.Context, hash [32]byte) (clips.Link, clips.Clip, error)
	TouchLink(ctx context.Context, id int64, at time.Time, by string) error
	Clips(ctx context.Context) ([]clips.Clip, error)
	Clip(ctx context.Context, slug string) (clips.Clip, error)
	LastRuns(ctx context.Context) (map[int64]clips.Run, error)
	Note(ctx context.Context, act clips.Act) error
	Work(ctx context.Context, f clips.WorkFilter) ([]clips.Work, error)
	Lags(ctx context.Context, since time.Time, step time.Duration) ([]clips.LagSample, error)
	Runs(ctx context.Context, clipID int64, limit int) ([]clips.Run, error)
	Links
	Authoring
}

// Results yields results and files made of them. Get may run the clip; Peek never does, and answers
// clips.ErrNotFound when there is nothing yet. Render calls encode at most once per snapshot and variant as long as
// it keeps the file; the caller closes the file.
type Results interface {
	Get(ctx context.Context, req clips.Request) (clips.Answer, error)
	Peek(ctx context.Context, req clips.Request) (clips.Answer, error)
	// Progress says how far the run has come that makes the result; ok is false when none is under way.
	Progress(req clips.Request) (now clips.Progress, ok bool)
	Render(ctx context.Context, info clips.SnapshotInfo, variant string,
		encode func(io.Writer, *clips.Snapshot) error) (*os.File, error)

	// The same for the clips of a workbook, whose results are of one moment.
	Together(ctx context.Context, req clips.WorkbookRequest) (clips.WorkbookAnswer, error)
	PeekTogether(ctx context.Context, req clips.WorkbookRequest) (clips.WorkbookAnswer, error)
	RenderTogether(ctx context.Context, req clips.WorkbookRequest, infos []clips.SnapshotInfo, variant string,
		encode func(io.Writer, []*clips.Snapshot) error) (*os.File, error)
}

// Subject is what a workbook says of the result in it.
type Subject struct {
	Clip    clips.Clip
	Params  []clips.BoundParam
	Info    clips.SnapshotInfo
	Formats map[string]clips.ColumnFormat // how its columns look, by their names
}

// Options say what the web works with. Store, Results and Workbook are required.
type Options struct {
	Store       Store
	Results     Results
	Workbook    func(Subject) clips.Encoder                     // makes what .xlsx serves; the same for equal Subjects
	Workbooks   Workbooks                                       // of several clips; nil: there are none
	BaseURL     string                                          // what readers type before /d/; never taken from a request
	Formats     func(slug string) map[string]clips.ColumnFormat // how the columns of a clip look; nil is as they are
	TimeZone    func(source string) *time.Location              // of a clip that names none; UTC
	Ready       func(ctx context.Context) error                 // nil is always ready
	Findings    func() []clips.Finding                          // what is wrong with the sources, for /readyz; nil says nothing
	Accounts    Accounts                                        // nil: there is no Google to connect to
	Desk        Desk                                            // nil: clips are written in the config file alone
	Syncs       Syncs                                           // nil: there are no pages of syncs
	Sources     Sources                                         // nil: there is no page of sources
	Stopping    <-chan struct{}                                 // closed when streams are to end, since the server stops; may be nil
	SignIn      *SignIn                                         // how people sign in; nil: nobody does
	People      People                                          // required to sign in; nil: there is no audit log
	Settings    func() Settings                                 // for admins; nil: there is no page of them
	SourceNames func() []string                                 // of all there are; none
	Origin      string                                          // where people at this machine find the pages to manage things: http://localhost:8765
	Home        map[string]string                               // slug → address of the clip's page, for the front page; not to change
	Local       bool                                            // the front page lists clips, for people on this machine
	Listen      string                                          // the address listened on: also a name the front page answers to
	Metrics     *prometheus.Registry                            // gets ours, and is what /metrics shows
	OpenToAll   bool                                            // /metrics answers whoever asks, not only this machine
	Now         func() time.Time
	Log         *slog.Logger
}

// site is the handler behind New.
type site struct {
	Options
	links     *buckets[int64]      // requests, by link
	strangers *buckets[netip.Addr] // requests with tokens nobody has, by address
	touches   touches
	provider  *provider // of sign-ins; nil without them
	watchers  watchers  // pages that show what happens
	lessons   lessons   // what was said of clips lately
	metrics   metrics
	router    chi.Routes
}

// New makes the handler of everything Clipsheet serves.
func New(o Options) http.Handler {
	s := &site{
		Options:   o.withDefaults(),
		links:     newBuckets[int64](linkRate, linkBurst),
		strangers: newBuckets[netip.Addr](strangerRate, strangerBurst),
	}
	s.metrics = newMetrics(s.Metrics)
	s.touches.write = s.Store.TouchLink
	s.touches.log = s.Log
	if s.Syncs != nil {
		s.watchers.look = s.Syncs.Pulse
	}

	r := chi.NewRouter()
	s.router = r
	r.Use(s.watched, s.recovered, guarded)
	r.HandleFunc("/d/*", s.feed)
	for path, page := range map[string]http.HandlerFunc{
		"/":           s.home,
		"/robots.txt": robots,
		"/healthz":    healthz,
		"/readyz":     s.readyz,
		"/metrics":    s.showMetrics(),
	} {
		r.Get(path, page)
		r.Head(path, page)
	}
	if s.Accounts != nil {
		s.accountPages(r)
	}
	s.peoplePages(r)
	s.apiPages(r)
	s.clipPages(r)
	s.syncPages(r)
	s.runPages(r)
	s.workbookPages(r)
	s.sourcePages(r)
	s.settingsPages(r)
	s.searchPages(r)
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) { notFound(w) })
	r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) { notAllowed(w) })
	return r
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TimeZone == nil {
		o.TimeZone = func(string) *time.Location { return time.UTC }
	}
	if o.Formats == nil {
		o.Formats = func(string) map[string]clips.ColumnFormat { return nil }
	}
	if o.SourceNames == nil {
		o.SourceNames = func() []string { return nil }
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	o.Metrics = cmp.Or(o.Metrics, prometheus.NewRegistry())
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return o
}

// guarded sets the headers every answer has. Handlers add to them and may narrow the policy to what a page needs.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Referrer-Policy", "no-referrer") // the address is the secret
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
