package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// commandsWorkOnAServer does with --server what the demo's clips, links and syncs allow.
func (d *demoTest) commandsWorkOnAServer(t *testing.T) {
	remotely := func(want int, args ...string) string {
		t.Helper()
		return d.commandLine(t, want, append(args, "--server", d.BaseURL)...)
	}
	file := filepath.Join(t.TempDir(), "ar.csv")
	remotely(0, "run", "ar-ageing", "-p", "as_of=2026-10-31", "-o", file)
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "account_no") || strings.Count(string(text), "\n") < 10 {
		t.Errorf("the result: %v: %.200s", err, text)
	}
	d.says(t, remotely(0, "run", "cash-by-account", "--sep", ";"), ";")
	d.says(t, remotely(0, "run", "ar-ageing", "-p", "as_of=today", "--explain"), "come out. Postgres puts the work at", "\n 1. ")
	d.says(t, remotely(2, "run", "ar-ageing", "-p", "day=today", "--explain"), `no parameter "day"; it takes as_of`)
	d.says(t, remotely(2, "run", "cash-by-acount"), "nothing of that name")
	d.says(t, remotely(2, "run", "ar-ageing", "-p", "as_of=soon"), "as_of", "soon")
	d.says(t, remotely(2, "run", "--sql", "select 1"), "a server runs clips alone")
	d.says(t, remotely(0, "run", "month-end-pack", "--format", "xlsx"), "PK")

	made := remotely(0, "link", "create", "mrr-by-month", "--label", "from afar", "--format", "csv")
	d.says(t, made, "from afar", "=IMPORTDATA(")
	url := regexp.MustCompile(`http\S+\.csv`).FindString(made)
	if a := get(t, url); a.status != 200 {
		t.Errorf("the link that was made: %d", a.status)
	}
	id := regexp.MustCompile(`Link (\d+)`).FindStringSubmatch(made)[1]
	d.says(t, remotely(0, "link", "list", "mrr-by-month"), "from afar")
	d.says(t, remotely(0, "link", "rotate", id), "Link ", "http")
	d.says(t, remotely(0, "link", "revoke", id), "opens nothing any more")

	d.says(t, remotely(0, "sync"), "mrr-to-board", "every 1m")
	remotely(0, "sync", "mrr-to-board", "--pause") // its schedule would bring back what is undone
	d.says(t, remotely(0, "sync"), "paused")
	d.says(t, remotely(0, "sync", "mrr-to-board"), "Done: 37 rows in the target")
	d.says(t, remotely(0, "sync", "mrr-to-board", "--undo"), "Done: ")
	d.says(t, remotely(0, "sync", "mrr-to-board", "--dry-run"), "would change", "THEN")
	d.says(t, remotely(0, "sync", "mrr-to-board"), "Done: 37 rows in the target")
	d.says(t, remotely(0, "sync", "mrr-to-board", "--history"), "ASKED BY", "done", "undo")
	remotely(0, "sync", "mrr-to-board", "--resume")
	remotely(0, "sync", "pack-to-board") // of the month before: no customer who comes meanwhile changes it
	d.says(t, remotely(0, "sync", "pack-to-board", "--dry-run"), "Nothing would change")
	d.says(t, remotely(2, "sync", "mrr-to-nobody", "--dry-run"), "nothing of that name")
	d.says(t, remotely(2, "sync", "--forecast"), "where the server's config is")

	d.says(t, remotely(1, "check"), "a follower", "account service: works", "sync cash-to-treasury: its last run failed", "1 finding to look at")
	d.says(t, remotely(1, "check", "--json"), `"ok": false`)
	d.says(t, remotely(2, "check", "--read-data"), "leave out --server")
	d.says(t, d.commandLine(t, 2, "sync", "--server", "clips.example.com"), "is an address such as")
	d.says(t, d.commandLine(t, 1, "sync", "--server", "http://127.0.0.1:1"), "does not answer")
}
