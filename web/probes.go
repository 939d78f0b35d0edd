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

// readyz answers whether requests can be served.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		visitOf(r).err = err
		answer(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", clips.NoticeOf(err)+"\n")
		return
	}
	answer(w, http.StatusOK, "text/plain; charset=utf-8", "ready\n")
}
