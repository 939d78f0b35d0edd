package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clipsheet/cmd/clipsheet/demo"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web"
)

// TestDemo is the main job from one command: everything answers, a crowd costs one query, and feeds stay up while the
// follower is away.
func TestDemo(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	t.Run("every link answers", d.everyLinkAnswers)
	t.Run("the month-end pack is whole", d.monthEndPack)
	t.Run("a crowd costs one query", d.aCrowdCostsOneQuery)
	t.Run("syncs land in spreadsheets", d.syncsLand)
	t.Run("somebody new finds the way", d.somebodyNewFindsTheWay)
	t.Run("commands work on a server", d.commandsWorkOnAServer)
	t.Run("feeds outlive the follower", d.feedsOutliveTheFollower)
	t.Run("a stop removes everything", d.stopRemovesEverything)
}

type demoTest struct {
	demoFile
	dir  string
	stop context.CancelFunc
	done chan int
	errs *syncBuffer
}

// syncBuffer may be written and read at once.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func startDemo(t *testing.T) *demoTest {
	t.Helper()
	d := &demoTest{dir: pgtest.Dir(t), done: make(chan int, 1), errs: &syncBuffer{}}
	var ctx context.Context
	ctx, d.stop = context.WithCancel(context.Background())
	go func() {
		d.done <- run(ctx, []string{"demo", "--dir", d.dir, "--listen", "127.0.0.1:0"}, streams{Out: io.Discard, Err: d.errs})
	}()
	t.Cleanup(d.stop)
	pgtest.EventuallyWithin(t, 2*time.Minute, "demo.json", func() bool {
		select {
		case code := <-d.done:
			t.Fatalf("the demo ended with %d: %s", code, d.errs)
		default:
		}
		text, err := os.ReadFile(filepath.Join(d.dir, "demo.json"))
		return err == nil && json.Unmarshal(text, &d.demoFile) == nil
	})
	return d
}

type answer struct {
	status int
	header http.Header
	body   string
}

func get(t testing.TB, url string, headers ...string) answer {
	t.Helper()
	a, err := fetch(url, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func fetch(url string, headers ...string) (answer, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

func (d *demoTest) everyLinkAnswers(t *testing.T) {
	if len(d.Links) < 10 {
		t.Errorf("only %d clips", len(d.Links))
	}
	for slug, addresses := range d.Links {
		if got := slices.Sorted(maps.Keys(addresses)); !slices.Equal(got, slices.Sorted(slices.Values(web.Formats()))) {
			t.Errorf("%s has links for %q", slug, got)
		}
		get(t, addresses["csv"]+"?_fresh=1") // a sync may have left a result that is about to be too old
		digests := map[string]bool{}
		for format, url := range addresses {
			a := get(t, url)
			if a.status != http.StatusOK || a.header.Get("X-Clip-Stale") != "" || a.header.Get("X-Clip-Rows") == "0" {
				t.Errorf("%s as %s: %d, %s rows, stale %q: %.200s", slug, format, a.status, a.header.Get("X-Clip-Rows"), a.header.Get("X-Clip-Stale"), a.body)
			}
			digests[a.header.Get("X-Clip-Digest")] = true
		}
		if len(digests) != 1 {
			t.Errorf("%s: the formats show %d different results", slug, len(digests))
		}
	}
	if a := get(t, d.AdminURL); a.status != http.StatusOK || strings.Count(a.body, "/d/") != len(d.Links)+len(d.Workbooks) {
		t.Errorf("the front page: %d, %d links", a.status, strings.Count(a.body, "/d/"))
	}
}

// sqlResult is the result of last month, account by account as the books are rounded.
const sqlResult = `
select sum(amount)::text
from (select round(-sum(p.amount / r.per_eur), 2) as amount
      from postings p
      join entries e on e.id = p.entry_id
      join accounts a on a.code = p.account and a.kind in ('revenue', 'cost')
      join fx_rates r on r.currency = p.currency and r.day = e.booked_on
      where date_trunc('month', e.booked_on) = date_trunc('month', current_date - interval '1 month')
      group by p.account) lines`

func (d *demoTest) monthEndPack(t *testing.T) {
	a := get(t, d.Workbooks[demo.Pack])
	if a.status != http.StatusOK || a.header.Get("X-Clip-Stale") != "" {
		t.Fatalf("%d: %.300s", a.status, a.body)
	}
	book := opened(t, a.body)
	if got := fmt.Sprint(book.GetSheetList()); got != "[About Profit and loss Receivables by age Cash by account Ledger export]" {
		t.Errorf("tabs %s", got)
	}
	cover, err := book.GetRows("About")
	if err != nil {
		t.Fatal(err)
	}
	lastDay := pgtest.Query(t, d.FollowerDSN, "select (date_trunc('month', current_date)::date - 1)::text")[0]
	d.says(t, fmt.Sprint(cover), "[Month-end pack]", "[Cash by account As of "+lastDay+"]", "[Receivables by age As of "+lastDay+"]")
	result := int64(0)
	for _, row := range rowsOf(t, book, "Profit and loss") {
		result += cents(t, row[4])
	}
	if want := cents(t, pgtest.Query(t, d.FollowerDSN, sqlResult)[0]); result != want || want == 0 {
		t.Errorf("the result is %d cents on the tab, and %d in the books", result, want)
	}
	debits, credits := int64(0), int64(0)
	for _, row := range rowsOf(t, book, "Ledger export") {
		if row[8] != "" {
			debits += cents(t, row[8])
		} else {
			credits += cents(t, row[9])
		}
	}
	if debits != credits || debits == 0 {
		t.Errorf("debits of %d cents, and credits of %d", debits, credits)
	}
	for cell, form := range map[string]string{"D2": `^[A-Z][a-z]{2} 20\d\d$`, "E2": `^ *€.*\d,\d{3}\.\d\d`, "F2": `^\d+\.\d%$`} {
		if got, err := book.GetCellValue("Profit and loss", cell); err != nil || !regexp.MustCompile(form).MatchString(got) {
			t.Errorf("%s shows %q", cell, got)
		}
	}
}

// command runs a command on the demo's config and gives what it said.
func (d *demoTest) command(t *testing.T, want int, args ...string) string {
	t.Helper()
	return d.commandLine(t, want, append(args, "--config", d.Config)...)
}

func (d *demoTest) commandLine(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, streams{Out: &out, Err: &errs}); code != want {
		t.Errorf("%q: exit code %d, want %d: %s", args, code, want, errs.String())
	}
	return out.String() + errs.String()
}

func (d *demoTest) says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q: %s", w, text)
		}
	}
}

func (d *demoTest) syncsLand(t *testing.T) {
	d.command(t, 0, "sync", "payments-log", "--pause") // its schedule may just have brought all there is
	dry := ""
	pgtest.Eventually(t, "a payment that is not in the spreadsheet", func() bool {
		dry = d.command(t, 0, "sync", "payments-log", "--dry-run")
		return strings.Contains(dry, "would change")
	})
	d.says(t, dry, "TAB", "Payments  A")
	d.says(t, d.command(t, 0, "sync", "payments-log"), "Done: ", "read back and right", "1 read and 1 write of Google's API")
	d.command(t, 0, "sync", "payments-log", "--resume")
	d.command(t, 0, "sync", "mrr-to-board", "--pause") // a run of its schedule would be the one that was asked for
	d.says(t, d.command(t, 0, "sync", "mrr-to-board"), "Done: 37 rows")
	d.says(t, d.command(t, 0, "sync", "mrr-to-board", "--undo"), "Done: ")
	d.says(t, d.command(t, 0, "sync", "mrr-to-board", "--history"), "undo", "command", "done")
	d.command(t, 0, "sync", "mrr-to-board", "--resume")
	d.command(t, 0, "sync", "pack-to-board", "--pause") // its schedule would bring back what is undone
	d.says(t, d.command(t, 0, "sync", "pack-to-board"), "Done: ")
	d.says(t, d.command(t, 0, "sync", "pack-to-board", "--dry-run"), "Nothing would change")
	d.says(t, d.command(t, 0, "sync", "pack-to-board", "--undo"), "Done: ")
	d.says(t, d.command(t, 0, "sync", "pack-to-board", "--dry-run"), "would change", "Profit and loss ", "Cash by account ")
	d.says(t, d.command(t, 0, "sync", "pack-to-board", "--history"), "undo", "command", "done")
	d.command(t, 0, "sync", "pack-to-board", "--resume")
	d.says(t, d.command(t, 1, "sync", "cash-to-treasury"), "where something stands already", "My notes on the accounts", "Move or delete those cells")
	d.says(t, d.command(t, 0, "sync"), "mrr-to-board", "every 1m", "cash-to-treasury", "failed")
	d.says(t, d.command(t, 0, "sync", "--forecast"), "stay within Google's quota")
	d.says(t, d.command(t, 0, "account", "list"), "service", demoService, "works")
	d.says(t, d.command(t, 1, "check"), "account service: gets a token from Google", "sync cash-to-treasury: its last run failed", "1 finding to look at")
	d.says(t, d.command(t, 2, "sync", "mrr-to-bord"), "did you mean mrr-to-board?")
	pgtest.EventuallyWithin(t, 2*time.Minute, "the schedule", func() bool {
		return strings.Contains(d.command(t, 0, "sync", "payments-log", "--history"), "schedule")
	})
	page := get(t, d.SheetsURL+"/spreadsheets/d/"+d.Sheets["board"]+"/edit")
	d.says(t, page.body, "Numbers for the board", "Best month so far", "Profit and loss", "Receivables by age", "Cash by account")
}

func (d *demoTest) aCrowdCostsOneQuery(t *testing.T) {
	const crowd, mark = 1000, "ledger-export" // with a period nobody has asked for, so that it is cold
	url := d.Links[mark]["csv"] + "?from=2025-01-01&until=2025-01-08"
	count := func() string {
		return pgtest.Query(t, d.FollowerDSN, `select coalesce(sum(calls), 0) from pg_stat_statements where query like '%as account_name%' and query not like '%pg_stat%'`)[0]
	}
	before := count()
	var wg sync.WaitGroup
	var failed atomic.Int64
	tags := make([]string, crowd)
	for i := range crowd {
		wg.Go(func() {
			a, err := fetch(url)
			if err != nil || a.status != http.StatusOK {
				failed.Add(1)
			}
			tags[i] = a.header.Get("ETag")
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of %d got nothing", n, crowd)
	}
	slices.Sort(tags)
	if all := slices.Compact(tags); len(all) != 1 || all[0] == "" {
		t.Errorf("the ETags are %q", all)
	}
	if after := count(); after != fmt.Sprint(atoi(t, before)+1) {
		t.Errorf("%s queries before and %s after %d requests", before, after, crowd)
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(s, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (d *demoTest) feedsOutliveTheFollower(t *testing.T) {
	url := d.Links["cash-by-account"]["csv"]
	fresh := func() answer { return get(t, url+"?_fresh=1") }
	good := get(t, url)
	pgctl(t, d.Data["follower"], "stop", "-m", "fast")
	pgtest.Eventually(t, "the last good result, marked", func() bool {
		a := fresh()
		if a.status != http.StatusOK || a.header.Get("X-Clip-Rows") != good.header.Get("X-Clip-Rows") {
			t.Fatalf("without the follower: %d %.200s", a.status, a.body)
		}
		return a.header.Get("X-Clip-Stale") != ""
	})
	stale := fresh()
	for _, want := range []string{"follower", "showing the result of"} {
		if got := stale.header.Get("X-Clip-Stale"); !strings.Contains(got, want) {
			t.Errorf("X-Clip-Stale %q does not say %q", got, want)
		}
	}
	if page := get(t, d.Links["cash-by-account"]["html"]+"?_fresh=1"); !strings.Contains(page.body, "Not the newest") {
		t.Errorf("the page does not say that it is stale")
	}
	cold := get(t, d.Links["ledger-export"]["csv"]+"?from=2024-01-01&until=2024-01-02")
	if cold.status != http.StatusServiceUnavailable || cold.header.Get("Retry-After") == "" {
		t.Errorf("what never had a result: %d, Retry-After %q", cold.status, cold.header.Get("Retry-After"))
	}
	pgctl(t, d.Data["follower"], "start")
	pgtest.Eventually(t, "a newer result, untouched by hand", func() bool {
		a := fresh()
		return a.header.Get("X-Clip-Stale") == "" && a.header.Get("X-Clip-As-Of") > stale.header.Get("X-Clip-As-Of")
	})
	pgctl(t, d.Data["follower"], "stop", "-m", "fast") // it is not the demo's child any more
}

func (d *demoTest) stopRemovesEverything(t *testing.T) {
	d.stop()
	if code := <-d.done; code != 0 {
		t.Errorf("exit code %d: %s", code, d.errs)
	}
	if left, _ := os.ReadDir(d.dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	for _, secret := range d.secrets() {
		if strings.Contains(d.errs.String(), secret) {
			t.Errorf("the log holds a token")
		}
	}
}

func (d *demoTest) secrets() []string {
	var all []string
	for _, addresses := range d.Links {
		all = append(all, web.TokenOf(addresses["csv"]).Reveal())
	}
	for _, address := range d.Workbooks {
		all = append(all, web.TokenOf(address).Reveal())
	}
	return all
}
