package web

import (
	"context"
	"net/http"
	"time"

	"clipsheet/clips"
)

// robots keeps search engines away from everything, without naming anything secret. The fetcher of IMPORTDATA is let
// in by name, since some have seen it obey.
func robots(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n\nUser-agent: GoogleDocs\nAllow: /d/\n")
}

// healthz answers as long as the process does.
func healthz(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, "text/plain; charset=utf-8", "ok\n")
}

// readyz answers whether requests can be served. What is wrong with sources is said, to whoever may read the metrics, and
// does not count: results that are there are served all the same.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		visitOf(r).err = err
		answer(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", clips.NoticeOf(err)+"\n")
		return
	}
	text := "ready\n"
	if s.Findings != nil && (s.OpenToAll || fromHere(r)) {
		for _, f := range s.Findings() {
			text += string(f.Level) + ": " + f.Subject + ": " + f.Text + "\n"
		}
	}
	answer(w, http.StatusOK, "text/plain; charset=utf-8", text)
}
