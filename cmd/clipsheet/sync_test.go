package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/simulator"
)

const syncConfig = `
[server]
listen = "127.0.0.1:0"
data_dir = "data"
[state]
dsn = '''%s'''
[google]
service_account_file = "key.json"
[google.endpoints]
sheets = %q
token = %q
revoke = %q
[sources.follower]
dsn = '''%s'''
[clips.numbers]
sql = "select g as n, 'row ' || g as name, pg_postmaster_start_time() is not null as up, now() as at from generate_series(1, 300) g"
key = ["n"]
[syncs.replaced]
clip = "numbers"
spreadsheet = %q
tab = "Replaced"
[syncs.appended]
clip = "numbers"
spreadsheet = %q
tab = "Appended"
mode = "append"
`

// TestKilledSyncsLeaveTheSheetRight: kill -9 at any moment, dozens of times, and after one more run each tab holds one
// whole result: no row is doubled or missing, nothing of ours is left behind, and people's sums are right all the time.
func TestKilledSyncsLeaveTheSheetRight(t *testing.T) {
	t.Parallel()
	google := simulator.New(simulator.Options{Quota: simulator.Unlimited})
	t.Cleanup(google.Close)
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	google.AddUser("ann@example.com")
	robot := google.AddServiceAccount("robot@example.iam.gserviceaccount.com")
	book := google.Create("ann@example.com", "Board", "Replaced", "Appended", "Sums")
	google.Share(book, robot.Email, simulator.Writer)
	for i, tab := range []string{"Replaced", "Appended"} {
		if err := google.As("ann@example.com").Type(book, fmt.Sprintf("Sums!A%d", i+1), []any{"=SUM(" + tab + "!A2:A1000)", "=COUNT(" + tab + "!A2:A1000)"}); err != nil {
			t.Fatal(err)
		}
	}
	// Whoever looks sees the whole table or none of it.
	google.OnChange(func(_ string, s simulator.Snapshot) {
		sums, err := s.Shown("Sums!A1:B2")
		if err != nil || len(sums) != 2 {
			t.Errorf("the sums are %q, %v", sums, err)
		}
		for _, line := range sums {
			if got := strings.Join(line, " "); got != "45150 300" && got != "0 0" {
				t.Errorf("a viewer saw a part of a table: sum and count %q", got)
			}
		}
	})
	state, _ := pgtest.Database(t)
	_, follower := pgtest.Database(t)
	at, dir := simulator.EndpointsAt(server.URL), pgtest.Dir(t)
	for name, text := range map[string]string{
		"clipsheet.toml": fmt.Sprintf(syncConfig, state, at.Sheets, at.Token, at.Revoke, follower, book, book),
		"key.json":       string(robot.KeyFile(server.URL)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start := func(sync string) (*exec.Cmd, *syncBuffer) {
		cmd, said := exec.Command("clipsheet", "sync", sync), &syncBuffer{}
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, said
	}
	syncs := []string{"replaced", "appended"}
	for range 24 {
		cmd, _ := start(syncs[rand.IntN(2)])
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond) // when the kill comes is the test
		cmd.Process.Signal(syscall.SIGKILL)
		cmd.Wait()
	}
	for _, sync := range syncs {
		cmd, said := start(sync)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s, after all kills: %v: %s", sync, err, said)
		}
	}
	last, ok := google.Spreadsheet(book)
	if !ok {
		t.Fatal("the spreadsheet is gone")
	}
	var tabs []string
	for _, tab := range last.Tabs() {
		tabs = append(tabs, tab.Title)
	}
	if want := []string{"Replaced", "Appended", "Sums"}; !slices.Equal(tabs, want) {
		t.Errorf("the tabs are %q, not %q", tabs, want)
	}
	for _, tab := range []string{"Replaced", "Appended"} {
		lines, err := last.Shown(tab + "!A1:B400")
		if err != nil || len(lines) < 301 {
			t.Fatalf("%s has %d rows, %v", tab, len(lines), err)
		}
		for i, line := range lines {
			want := fmt.Sprintf("%d row %d", i, i)
			if i == 0 {
				want = "n name"
			} else if i > 300 {
				want = " "
			}
			if got := strings.Join(line, " "); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Fatalf("%s, row %d: %q, not %q", tab, i+1, got, want)
			}
		}
	}
	open := pgtest.Query(t, state, "select count(*) from clipsheet.sync_runs where ended_at is null and lease_until < now() - interval '1 hour'")
	if open[0] != "0" {
		t.Errorf("%s runs have no end", open[0])
	}
}
