package main

import (
	"strings"
	"syscall"
	"testing"

	"clipsheet/internal/localpg/pgtest"
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
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}
