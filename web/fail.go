package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"clipsheet/clips"
)

// fail turns an error into an answer. Readers see the notice; the cause, which can quote data, is for the log.
func (s *site) fail(w http.ResponseWriter, r *http.Request, req *request, err error) {
	visit := visitOf(r)
	visit.err = err
	if _, cut := errors.AsType[sentError](err); cut || gone(r.Context()) {
		visit.left = true
		panic(http.ErrAbortHandler) // the connection ends, so that nobody takes what came for the whole
	}
	forget(w.Header())
	if many, ok := errors.AsType[*tooManyError](err); ok {
		s.say(w, r, req, problem{Status: http.StatusTooManyRequests, Code: "too_many_requests", Wait: many.wait,
			Title: "Too many requests", Text: "This link is asked for too often: wait a moment and ask again."})
		return
	}
	if errors.Is(err, clips.ErrNotFound) {
		notFound(w)
		return
	}
	s.say(w, r, req, problemOf(err, visit.id))
}

// forget takes back what was said of a result that is not sent after all.
func forget(h http.Header) {
	for _, name := range []string{"ETag", "Last-Modified", "Content-Disposition", "Content-Encoding", "Content-Length", "Vary",
		"X-Clip-As-Of", "X-Clip-Rows", "X-Clip-Revision", "X-Clip-Digest", "X-Clip-Stale"} {
		h.Del(name)
	}
}

// problem is an error as readers see it.
type problem struct {
	Status int           `json:"-"`
	Code   string        `json:"error"` // a clips.Kind, or too_many_requests
	Title  string        `json:"-"`
	Text   string        `json:"message"`
	ID     string        `json:"id,omitempty"` // finds the cause in the server's log
	Wait   time.Duration `json:"-"`            // zero: asking again does not help
}

func problemOf(err error, id string) problem {
	p := problem{Status: http.StatusServiceUnavailable, Code: string(clips.KindOf(err)), Text: clips.NoticeOf(err), ID: id,
		Title: "This table cannot be made at the moment", Wait: patienceWith(clips.KindOf(err))}
	if clips.KindOf(err) == clips.KindParameter {
		p.Status, p.Title = http.StatusBadRequest, "The address asks for something that cannot be"
		p.Wait, p.ID = 0, "" // the answer is in the text
	}
	return p
}

// patienceWith is when another try may go otherwise.
func patienceWith(kind clips.Kind) time.Duration {
	switch kind {
	case clips.KindBusy, clips.KindConflict, clips.KindCanceled:
		return 5 * time.Second
	case clips.KindUnavailable, clips.KindLag, clips.KindCorrupt:
		return 15 * time.Second
	case clips.KindTimeout:
		return 30 * time.Second
	}
	return time.Minute // somebody has to change something
}

func (s *site) say(w http.ResponseWriter, r *http.Request, req *request, p problem) {
	if p.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((p.Wait+time.Second-1)/time.Second)))
	}
	switch {
	case req.format.page():
		showPage(w, r, "error.html", p.Status, p)
	case req.format.json():
		text, _ := json.Marshal(p) // strings always can be
		answer(w, p.Status, "application/json", string(text)+"\n")
	default:
		text := p.Text
		if p.ID != "" {
			text += " (" + p.ID + ")"
		}
		answer(w, p.Status, "text/plain; charset=utf-8", text+"\n")
	}
}

// answer sends a short text. net/http leaves the body out for HEAD.
func answer(w http.ResponseWriter, status int, contentType, text string) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write([]byte(text))
}

// notFound is the same for whatever is not there, so that it tells nothing.
func notFound(w http.ResponseWriter) {
	answer(w, http.StatusNotFound, "text/plain; charset=utf-8",
		"There is nothing at this address. If it worked before, ask whoever gave it to you for a new one.\n")
}

func notAllowed(w http.ResponseWriter) {
	w.Header().Set("Allow", "GET, HEAD")
	answer(w, http.StatusMethodNotAllowed, "text/plain; charset=utf-8", "This address can only be read: use GET or HEAD.\n")
}
