package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A page is compressed for who asked for it, and never for who was sent to it by another site.
func TestPagesArePackedWhereThatTellsNothing(t *testing.T) {
	w := newWorld(t)
	plain := w.get("/clips/cash")
	for from, want := range map[string]string{"none": "gzip", "same-origin": "gzip", "same-site": "", "cross-site": "", "": ""} {
		r := w.get("/clips/cash", "Accept-Encoding", "gzip, br", "Sec-Fetch-Site", from)
		if got := r.header.Get("Content-Encoding"); got != want {
			t.Errorf("from %q: Content-Encoding %q, want %q", from, got, want)
		}
		if r.header.Get("Vary") != "Accept-Encoding, Sec-Fetch-Site" {
			t.Errorf("from %q: Vary %q", from, r.header.Get("Vary"))
		}
		if text := unpacked(t, r); text != plain.body {
			t.Errorf("from %q it is another page: %.300s", from, text)
		}
	}
	if r := w.get("/clips/cash", "Sec-Fetch-Site", "none"); r.header.Get("Content-Encoding") != "" {
		t.Error("it is compressed for who does not take that")
	}
	made := w.ask(http.MethodPost, "/clips/cash/links?format=csv", "Accept-Encoding", "gzip", "Sec-Fetch-Site", "same-origin")
	w.want(made, http.StatusOK, "it is shown this once")
	if made.header.Get("Content-Encoding") != "" {
		t.Error("the page with a new link is compressed")
	}
}

func unpacked(t *testing.T, r reply) string {
	t.Helper()
	if r.header.Get("Content-Encoding") == "" {
		return r.body
	}
	z, err := gzip.NewReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
