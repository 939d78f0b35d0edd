package web_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sources"
	"clipsheet/web"
)

// hanging is a site whose clip cash runs on a real follower until nobody waits for it.
type hanging struct {
	*world
	follower string // DSN
}

func newHanging(t *testing.T) *hanging {
	_, dsn := pgtest.Database(t)
	f, err := sources.New(sources.Config{Name: "erp", DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	files, err := sources.NewFiles(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	h := &hanging{follower: dsn}
	h.world = newWorld(t, func(o *web.Options) {
		o.Stopping = nil
		cache := sources.NewCache(sources.CacheOptions{Store: o.Store.(sources.Store), Files: files, Log: slog.New(slog.DiscardHandler),
			Source: func(string) (clips.Source, bool) { return f, true }})
		t.Cleanup(cache.Close)
		o.Results = cache
	})
	h.clips[0].Revision.SQL = "select pg_sleep(600)"
	h.apply()
	return h
}

// running is how many queries the follower works on.
func (h *hanging) running() int {
	h.Helper()
	return len(pgtest.Query(h, h.follower, "select pid from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database()"))
}

func (h *hanging) until(running int) {
	h.Helper()
	pgtest.Eventually(h, fmt.Sprintf("%d queries on the follower", running), func() bool { return h.running() == running })
}

// reader asks for an address, and leaves when it is told to.
func (h *hanging) reader(path string) (leave func()) {
	ctx, cancel := context.WithCancel(h.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL+path, nil)
	if err != nil {
		h.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r, err := h.server.Client().Do(req); err == nil {
			r.Body.Close()
			h.Errorf("%s was answered with %d", path, r.StatusCode)
		} else if !errors.Is(err, context.Canceled) {
			h.Error(err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// When the last reader hangs up, the query ends on the follower. That is no failure: the next reader has another at once.
// As long as somebody waits, be it on a page, it goes on.
func TestTheQueryEndsWhenTheLastReaderHangsUp(t *testing.T) {
	t.Parallel()
	h := newHanging(t)
	path := h.link("cash")
	alone := h.reader(path + ".csv")
	h.until(1)
	alone()
	h.until(0)

	page := h.stream("/clips/cash/download/xlsx/progress", "")
	page.until("running")
	feed := h.reader(path + ".json")
	h.until(1)
	feed()
	pgtest.Eventually(t, "the service to notice", func() bool { return strings.Contains(h.log.String(), "*.json") })
	page.until("running")
	if n := h.running(); n != 1 {
		t.Errorf("%d queries are on the follower", n)
	}
	page.close() // as Cancel does
	h.until(0)

	pgtest.Eventually(t, "the runs to be noted as left", func() bool {
		work := h.get("/api/v1/runs").body
		return strings.Count(work, `"left"`) == 2 && !strings.Contains(work, "failed") && !strings.Contains(work, "running")
	})
}
