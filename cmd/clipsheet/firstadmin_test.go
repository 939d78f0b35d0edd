package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"clipsheet/internal/localpg/pgtest"
)

// TestServeInvitesTheFirstAdmin: the link is printed once, its token is not in the log, and its page is there.
func TestServeInvitesTheFirstAdmin(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	s := newServed(t, follower)
	s.configure(fmt.Sprintf(serveConfig, s.address, follower, "1000") + `
[auth]
mode = "oidc"
issuer = "https://sso.example.com"
client_id = "clipsheet"
client_secret = "s3cret"
domains = ["example.com"]
`)
	s.start()
	var printed []string
	pgtest.Eventually(t, "the link: "+s.log.String(), func() bool {
		printed = regexp.MustCompile(`(http://\S+/signin\?first=(\S+))\n`).FindStringSubmatch(s.log.String())
		return printed != nil
	})
	page, err := fetch(printed[1])
	if err != nil || page.status != http.StatusOK || !strings.Contains(page.body, "first admin") {
		t.Errorf("the page of the link: %v, %d %s", err, page.status, page.body)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Errorf("the end: %v", err)
	}
	if n := strings.Count(s.log.String(), printed[2]); n != 1 {
		t.Errorf("the token is in what was printed %d times, want once", n)
	}
	if strings.Contains(s.log.String(), "s3cret") {
		t.Error("the client's secret is in the log")
	}
}
