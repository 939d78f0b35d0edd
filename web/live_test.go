package web_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web"
	"clipsheet/web/webtest"
)

// open is how many requests a site is answering.
func (w *world) open() (n float64) {
	w.Helper()
	families, err := w.options.Metrics.Gather()
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "clipsheet_http_requests_open" {
			n = f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	return n
}

// serveAt serves at an address, which may be "127.0.0.1:0" the first time, until end is called.
func serveAt(t *testing.T, address string, h http.Handler) (at string, end func()) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener)
	}()
	end = func() {
		server.Close() // as a kill does: without a word to those who listen
		<-done
	}
	t.Cleanup(end)
	return listener.Addr().String(), end
}

// A page that somebody looks at comes back after its server was gone, and a proxy spoke in its place.
func TestAnOpenPageComesBackWithItsServer(t *testing.T) {
	s := newSyncing(t, func(o *web.Options) { o.Stopping = nil })
	site := func() http.Handler {
		s.options.Metrics = prometheus.NewRegistry()
		return web.New(s.options)
	}
	address, kill := serveAt(t, "127.0.0.1:0", site())
	page := webtest.Open(t, "http://"+address+"/syncs/mine")
	page.Until(`document.body.textContent.includes("It has not run yet")`)
	pgtest.Eventually(t, "the page to listen", func() bool { return s.open() == 1 })

	kill()
	asked := make(chan struct{}, 100)
	_, stop := serveAt(t, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		asked <- struct{}{}
	}))
	for range 2 { // the second time it has come back by itself after an answer that was none
		select {
		case <-asked:
		case <-page.GetContext().Done():
			t.Fatal("the page does not ask")
		}
	}
	s.run("mine", "web", wrote) // which it cannot know of
	stop()
	serveAt(t, address, site())
	page.Until(`document.body.textContent.includes("1,204")`)
	if page.MustEval(`() => performance.getEntriesByType("navigation").length`).Int() != 1 {
		t.Error("it was loaded again")
	}
}

// Pages that nobody sees hold no connection: of six, a browser has none left for the page that somebody looks at.
func TestPagesThatNobodySeesDoNotListen(t *testing.T) {
	s := newSyncing(t, func(o *web.Options) { o.Stopping = nil })
	page := s.tab("/syncs/mine")
	pgtest.Eventually(t, "the page to listen", func() bool { return s.open() == 1 })
	hide := func(hidden string) {
		page.MustEval(`() => {
			Object.defineProperty(document, "hidden", { configurable: true, get: () => ` + hidden + ` });
			document.dispatchEvent(new Event("visibilitychange"));
		}`)
	}
	hide("true")
	pgtest.Eventually(t, "the page to go", func() bool { return s.open() == 0 })
	s.run("mine", "web", wrote)
	hide("false")
	page.wait(`document.body.textContent.includes("1,204")`)
	pgtest.Eventually(t, "one connection", func() bool { return s.open() == 1 })
}
