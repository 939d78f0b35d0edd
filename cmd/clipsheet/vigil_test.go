package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sources"
)

func TestServeChecksItsSources(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t) // as superuser, against which there is something to say
	s := newServed(t, follower)
	s.start()
	pgtest.Eventually(t, "the finding to be counted", func() bool {
		a, err := fetch("http://" + s.address + "/metrics")
		return err == nil && strings.Contains(a.body, `clipsheet_source_findings{level="fatal",source="follower"} 1`)
	})
	if !strings.Contains(s.log.String(), "the role is a superuser") {
		t.Errorf("the log does not say it:\n%s", s.log)
	}
	if a, err := fetch("http://" + s.address + "/sources"); err != nil || !strings.Contains(a.body, "The role is a superuser") || !strings.Contains(a.body, "Looked at ") {
		t.Errorf("the page of sources does not say it: %v: %.3000s", err, a.body)
	}
	wantMetrics(s)
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

// TestASourceThatComesBackIsCheckedAtOnce: nobody waits for the next look of the hour, nor for that of the minute.
func TestASourceThatComesBackIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	u, err := url.Parse(follower)
	if err != nil {
		t.Fatal(err)
	}
	sockets, away := pgtest.Query(t, follower, "show unix_socket_directories")[0], filepath.Join(pgtest.Dir(t), "sockets")
	u.RawQuery = url.Values{"host": {away}, "port": {pgtest.Query(t, follower, "show port")[0]}}.Encode()
	f, err := sources.New(sources.Config{Name: "erp", DSN: u.String()})
	if err != nil {
		t.Fatal(err)
	}
	s := &service{core: &core{log: slog.New(slog.DiscardHandler)}}
	s.sources.Store(&map[string]*sources.Follower{"erp": f})
	v := newVigil(newMetrics(prometheus.NewRegistry()))
	ctx, cancel := context.WithCancel(t.Context())
	s.background.Go(func() { s.watchSources(ctx, v) })
	defer s.background.Wait()
	defer cancel()

	says := func(what string) {
		t.Helper()
		pgtest.Eventually(t, what, func() bool {
			all := v.wrong(*s.sources.Load())
			return len(all) > 0 && strings.Contains(all[0].Text, what)
		})
	}
	says("is not there")
	if err := os.Symlink(sockets, away); err != nil {
		t.Fatal(err)
	}
	pgtest.Eventually(t, "a run", func() bool {
		rows, err := f.Open(t.Context(), clips.Query{SQL: "select 1"})
		if err == nil {
			rows.Close()
		}
		return err == nil
	})
	says("the role is a superuser")
	if err := os.Remove(away); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(t.Context(), clips.Query{SQL: "select 1"}); err == nil {
		t.Fatal("it answers while it is away")
	}
	says("is not there")
}

// wantMetrics reads a clip, and wants the metrics to tell of it, by Prometheus' own rules for names and help.
func wantMetrics(s *served) {
	s.Helper()
	link := s.link("numbers")
	for range 2 {
		if a := get(s, link); a.status != http.StatusOK {
			s.Errorf("the clip answers %d: %.200s", a.status, a.body)
		}
	}
	var body string
	pgtest.Eventually(s, "the follower to be looked at", func() bool {
		body = get(s, "http://"+s.address+"/metrics").body
		return strings.Contains(body, `clipsheet_follower_lag_seconds{follower="`)
	})
	for _, line := range []string{
		`clipsheet_runs_total{outcome="done",source="follower"} 2`, `clipsheet_run_seconds_count{source="follower"} 2`,
		`clipsheet_queue_wait_seconds_count{source="follower"} 2`, `clipsheet_queue_runs{source="follower"} 0`,
		`clipsheet_source_connections_max{source="follower"} 4`, `clipsheet_cache_answers_total{answer="miss"} 2`,
		`clipsheet_cache_answers_total{answer="stale"} 0`, "clipsheet_state_up 1", "clipsheet_accounts_broken 0",
		`clipsheet_clip_as_of_timestamp_seconds{clip="numbers"} 1.`, `clipsheet_http_response_rows_total{format="csv"} 2000`,
		`clipsheet_watchdog_total{ended="unable",source="follower"} 0`, "clipsheet_follower_up{", "clipsheet_follower_is_follower{",
		`clipsheet_build_info{goversion="go1.`,
	} {
		if !strings.Contains(body, line) {
			s.Errorf("the metrics do not say %s", line)
		}
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "clipsheet_") {
			s.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	if err != nil || s.Failed() {
		s.Errorf("%v, of\n%s", err, body)
	}
}
