//go:build lighthouse

package web_test

import (
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLighthouse holds what only a server with sign-in has against Lighthouse, and a clip with revisions. It takes minutes:
// make lighthouse runs it.
func TestLighthouse(t *testing.T) {
	o := newOffice(t, plain)
	at, err := url.Parse(o.company.origin)
	if err != nil {
		t.Fatal(err)
	}
	session := o.admin.http.Jar.Cookies(at)[0]
	measure := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "node", append([]string{"testdata/lighthouse/measure.mjs"}, args...)...)
		cmd.Args = append(cmd.Args, strings.Fields(os.Getenv("LIGHTHOUSE"))...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			t.Error(err)
		}
	}
	measure(o.company.origin, "/signin")
	measure("--cookie", session.Name+"="+session.Value, o.company.origin, "/people", "/people/1", "/keys", "/me",
		"/clips/open-invoices/edit", "/clips/open-invoices/revisions/2", "/syncs/mine/edit", "/syncs/mine/undo")
}
