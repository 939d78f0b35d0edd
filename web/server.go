package web

import (
	"log/slog"
	"net/http"
	"time"
)

// Server makes the HTTP server around a handler. A client that is slow to ask is cut off here; one that is slow to
// read, by the deadline of its answer (see allowTime).
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second, // a thousand that come at once may keep each other from asking for some seconds
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // handshakes and resets of strangers
	}
}
