package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// downloadClip sends the result as a file, to somebody who needs no link. The result that _digest names is sent as it is
// while it is the newest: the page has just had it made.
func (s *site) downloadClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	req, ok := s.findDownload(w, r, who)
	if !ok {
		return
	}
	err := s.sendMade(w, r, req)
	if errors.Is(err, errNotMade) {
		err = s.serveClip(w, r, req)
	}
	if err != nil {
		s.fail(w, r, req, err)
	}
}

// findDownload finds the clip and the format that an address names; otherwise it answers, and ok is false.
func (s *site) findDownload(w http.ResponseWriter, r *http.Request, who clips.Person) (req *request, ok bool) {
	name := chi.URLParam(r, "format")
	f, known := formatOf("x." + name)
	clip, ok := s.findClip(w, r, who)
	switch {
	case !ok:
		return nil, false
	case !known || f.name != name || f.page():
		notFound(w)
		return nil, false
	}
	return &request{query: parseQuery(r.URL.RawQuery), clip: clip, format: f}, true
}

var errNotMade = fmt.Errorf("there is no such result in hand")

// sendMade sends the result that the address asks for by its digest, or is errNotMade.
func (s *site) sendMade(w http.ResponseWriter, r *http.Request, req *request) error {
	digest, given, _ := req.query.value("_digest")
	if !given || s.bind(req) != nil {
		return errNotMade
	}
	made, err := s.Results.Peek(r.Context(), clips.Request{Clip: req.clip, Bound: req.bound})
	if err != nil || made.Info.Digest != digest {
		return errNotMade
	}
	return s.send(w, r, req, made)
}

// progressEvery is how often a page is told how far its download is.
const progressEvery = 250 * time.Millisecond

// downloadProgress makes a download, tells the page meanwhile how far it is, and in the end where to fetch it. However
// many ask for the same, it is made once. Who leaves stops waiting, and the last to leave ends the query.
func (s *site) downloadProgress(w http.ResponseWriter, r *http.Request, who clips.Person) {
	req, ok := s.findDownload(w, r, who)
	if !ok {
		return
	}
	req.patient = true
	allowWaiting(w)
	w.Header().Set("Content-Type", "text/event-stream")
	ctx, leave := context.WithCancel(r.Context())
	d := &preparing{site: s, r: r.WithContext(ctx), req: req, done: make(chan struct{})}
	go func() {
		defer close(d.done)
		d.err = d.make()
	}()
	defer func() {
		leave()
		<-d.done
	}()
	out := http.NewResponseController(w)
	say := func(event string, what any) error {
		text, err := json.Marshal(what)
		if err != nil {
			return err
		}
		out.SetWriteDeadline(time.Now().Add(sayEvery))
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text); err != nil {
			return err
		}
		return out.Flush()
	}
	d.watch(say, s.Stopping)
}

// preparing is a download that is being made.
type preparing struct {
	*site
	r    *http.Request
	req  *request
	done chan struct{}

	bound  atomic.Bool
	of     atomic.Int64 // rows there are to write; 0 as long as that is not known
	wrote  atomic.Int64
	digest string // good once done, as err is
	err    error
}

// watch tells how far it is until it is made, or nobody listens.
func (d *preparing) watch(say func(string, any) error, stopping <-chan struct{}) {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		if say("progress", d.progress()) != nil {
			return
		}
		select {
		case <-tick.C:
		case <-d.done:
			say(d.outcome())
			return
		case <-d.r.Context().Done():
			return
		case <-stopping:
			return
		}
	}
}

func (d *preparing) outcome() (event string, what map[string]string) {
	if d.err != nil {
		visitOf(d.r).err = d.err
		return "failed", map[string]string{"message": sentence(problemOf(d.err, visitOf(d.r).id).Text)}
	}
	address := "/clips/" + d.req.clip.Slug + "/download/" + d.req.format.name + "?_digest=" + d.digest
	if said := d.r.URL.RawQuery; said != "" {
		address += "&" + said
	}
	return "ready", map[string]string{"address": address}
}

// downloading is how far a download is: its run, then its file.
type downloading struct {
	clips.Progress
	Of      int64   `json:"of,omitempty"` // rows to write
	Seconds float64 `json:"seconds"`
}

func (d *preparing) progress() downloading {
	if of := d.of.Load(); of > 0 {
		return downloading{Progress: clips.Progress{Stage: "writing", Rows: d.wrote.Load()}, Of: of}
	}
	if !d.bound.Load() {
		return downloading{Progress: clips.Progress{Stage: clips.StageQueued}}
	}
	now, ok := d.Results.Progress(d.ask())
	if !ok {
		return downloading{Progress: clips.Progress{Stage: clips.StageQueued}}
	}
	return downloading{Progress: now, Seconds: time.Since(now.Began).Seconds()}
}

func (d *preparing) ask() clips.Request { return clips.Request{Clip: d.req.clip, Bound: d.req.bound} }

// make gets the result, however long its run takes, and makes the file.
func (d *preparing) make() error {
	if err := d.bind(d.req); err != nil {
		return err
	}
	d.bound.Store(true)
	answer, err := d.answer(d.r, d.req)
	if err != nil {
		return err
	}
	d.digest = answer.Info.Digest
	d.of.Store(max(answer.Info.Rows, 1))
	_, body, err := d.body(d.r, d.req, answer)
	if err != nil {
		return err
	}
	encode := body.encode
	body.encode = func(w io.Writer, r clips.Rows) error { return encode(w, &countedRows{r, &d.wrote}) }
	file, err := d.render(d.r, d.req, answer.Info, body)
	if err != nil {
		return err
	}
	return file.Close()
}

// countedRows tells how many have been read.
type countedRows struct {
	clips.Rows
	read *atomic.Int64
}

func (c *countedRows) Next() bool {
	ok := c.Rows.Next()
	if ok {
		c.read.Add(1)
	}
	return ok
}
