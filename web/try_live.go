package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"clipsheet/clips"
)

// A script that tries SQL may ask for lines of JSON instead of a page: how the try goes, and at last the page.
const (
	liveType  = "application/x-ndjson"
	liveEvery = 500 * time.Millisecond
)

// progress is how far a try is.
type progress struct {
	began    time.Time
	hasBegun atomic.Bool // there is a place for it
	rows     atomic.Int64
	table    tableSoFar
}

// now is how far it is at this moment.
func (p *progress) now() clips.Progress {
	now := clips.Progress{Stage: clips.StageQueued, Rows: p.rows.Load(), Began: p.began}
	switch {
	case now.Rows > 0:
		now.Stage = clips.StageReading
	case p.hasBegun.Load():
		now.Stage = clips.StageRunning
	}
	return now
}

// news is a line: how the try goes, with the part of the table that came since the last line, or the page that ends it,
// which has the whole table again. Without that page the parts are of a result that nobody knows the end of.
type news struct {
	clips.Progress
	Part string `json:"part,omitempty"`
	Page string `json:"page,omitempty"`
}

func wantsLive(r *http.Request) bool { return r.Header.Get("Accept") == liveType }

// showLive tells how a try goes until it is over, then sends the page that finish makes.
func (s *site) showLive(w http.ResponseWriter, r *http.Request, try func(*progress) error, finish func(http.ResponseWriter, error)) {
	w.Header().Set("Content-Type", liveType)
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that kept the lines would make them useless
	how := &progress{began: s.Now()}
	stop := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		tell(w, how, stop)
	}()
	err := func() error {
		defer func() { close(stop); <-told }() // also when it panics: nobody else may write then
		return try(how)
	}()
	page := &pageKept{header: http.Header{}}
	finish(page, err)
	say(w, news{Progress: how.now(), Page: page.body.String()})
}

// tell says how a try goes, again and again until it is stopped.
func tell(w http.ResponseWriter, how *progress, stop <-chan struct{}) {
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if say(w, news{Progress: how.now(), Part: how.table.part()}) != nil {
				return // the reader went, which ends the try by itself
			}
		case <-stop:
			return
		}
	}
}

func say(w http.ResponseWriter, n news) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	out := http.NewResponseController(w)
	out.SetWriteDeadline(time.Now().Add(sayEvery))
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	return out.Flush()
}

// pageKept is a ResponseWriter that keeps a page.
type pageKept struct {
	header http.Header
	body   bytes.Buffer
}

func (p *pageKept) Header() http.Header         { return p.header }
func (p *pageKept) WriteHeader(int)             {}
func (p *pageKept) Write(b []byte) (int, error) { return p.body.Write(b) }
