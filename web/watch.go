package web

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"clipsheet/clips"
)

// visit is what the log and the metrics say of one request. It never holds a token or a parameter's value.
type visit struct {
	id    string // also shown to readers beside an error, so that its cause is found
	link  int64
	clip  string // or workbook
	form  string
	stale string
	rows  int64 // of a result, in the body
	err   error
	left  bool // the reader went before the end
}

type visitKey struct{}

// visitOf is the visit a request is part of; a new one outside the site's own handler.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// of notes whose feed it is.
func (v *visit) of(req *request) {
	v.link, v.clip, v.form = req.link.ID, req.link.Name(), req.format.name
}

// sends notes how many rows the body has; HEAD has none.
func (v *visit) sends(r *http.Request, rows int64) {
	if r.Method != http.MethodHead {
		v.rows = rows
	}
}

// watched logs and counts every request.
func (s *site) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		v := &visit{id: rand.Text()[:8]}
		out := &written{ResponseWriter: w}
		s.metrics.open.Inc()
		defer func() {
			s.metrics.open.Dec()
			s.metrics.count(v, out, time.Since(began))
			s.log(r, v, out, time.Since(began))
		}()
		next.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

func (s *site) log(r *http.Request, v *visit, out *written, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{slog.String("id", v.id), slog.String("method", r.Method), slog.String("path", safePath(r.URL.Path)),
		slog.Int("status", out.Status()), slog.Int64("bytes", out.bytes), slog.Duration("took", took)}
	if v.link != 0 {
		attrs = append(attrs, slog.Int64("link", v.link), slog.String("clip", v.clip), slog.String("by", readerOf(r.UserAgent())),
			slog.String("takes", r.Header.Get("Accept-Encoding")))
	}
	if v.stale != "" {
		attrs = append(attrs, slog.String("stale", v.stale))
	}
	if v.err != nil {
		attrs = append(attrs, slog.String("kind", string(clips.KindOf(v.err))))
	}
	if v.err != nil && clips.KindOf(v.err) != clips.KindParameter { // whose words quote what readers wrote
		attrs = append(attrs, slog.Any("err", v.err))
	}
	if out.Status() >= 500 {
		level = slog.LevelWarn
	}
	s.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// safePath leaves the token out of a path.
func safePath(path string) string {
	if rest, ok := strings.CutPrefix(path, "/d/"); ok {
		_, file, _ := strings.Cut(rest, "/")
		if f, known := formatOf(file); known {
			return "/d/****/*." + f.name
		}
		return "/d/****"
	}
	return path
}

// recovered turns a panic into an answer: one poisoned request must not take the others down.
func (s *site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Log.Error("panic", "id", visitOf(r).id, "path", safePath(r.URL.Path), "panic", p, "stack", string(debug.Stack()))
			if out, ok := w.(*written); ok && out.status != 0 {
				panic(http.ErrAbortHandler) // part of an answer is out
			}
			forget(w.Header())
			answer(w, http.StatusInternalServerError, "text/plain; charset=utf-8",
				"Something went wrong on our side; the log of the server has it ("+visitOf(r).id+").\n")
		}()
		next.ServeHTTP(w, r)
	})
}

// written is a ResponseWriter that remembers what was written. It passes files on as files, since the system sends
// them without a copy.
type written struct {
	http.ResponseWriter
	status int
	bytes  int64
}

var _ io.ReaderFrom = (*written)(nil)

func (w *written) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Status is what the reader got; 200 when nobody said otherwise.
func (w *written) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *written) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *written) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

func (w *written) ReadFrom(r io.Reader) (int64, error) {
	w.begin()
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

func (w *written) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
}
