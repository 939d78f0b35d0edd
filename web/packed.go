package web

import (
	"net/http"
	"strings"
)

// sendHTML sends a page made at once, compressed where that gives nothing away.
func sendHTML(w http.ResponseWriter, r *http.Request, status int, page string) {
	h := w.Header()
	h.Set("Vary", "Accept-Encoding, Sec-Fetch-Site")
	if len(page) >= smallest && mayPack(r) {
		h.Set("Content-Encoding", "gzip")
		page = gzipped(page, gzipLevel)
	}
	answer(w, status, "text/html; charset=utf-8", page)
}

// mayPack tells whether whoever asks may have a page compressed: somebody who typed its address, or came from a page of
// ours. The length of a compressed page tells whether two things on it are alike. Another site that sends people to
// addresses of its choice, and sees how long the answers are, could guess word by word what is on their pages; and what
// an action answers can have the secret of a link on it.
func mayPack(r *http.Request) bool {
	from := r.Header.Get("Sec-Fetch-Site")
	return r.Method == http.MethodGet && (from == "none" || from == "same-origin") && takesGzip(r)
}

func takesGzip(r *http.Request) bool {
	return acceptEncoding(strings.Join(r.Header.Values("Accept-Encoding"), ","))["gzip"] > 0
}
