package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"clipsheet/internal/localpg/pgtest"
)

// Money moves between ten accounts, and each move is noted in the journal: in every moment the accounts hold what the
// journal says of them.
const bankSchema = `
create table account (id integer primary key, balance numeric(14, 2) not null);
create table journal (id bigint generated always as identity primary key, account integer not null, amount numeric(14, 2) not null);
insert into account select g, 0 from generate_series(1, 10) g`

const bankMove = `
with moved as (insert into journal (account, amount) values ($1, $3), ($2, -$3::numeric))
update account set balance = balance + case id when $1 then $3 else -$3::numeric end where id in ($1, $2)`

const bankConfig = `
[server]
listen = "%s"
data_dir = "data"
[sources.follower]
dsn = '''%s'''
[clips.accounts]
title = "Accounts"
sql = "select id, balance, :nth::bigint as nth from account order by id"
[clips.accounts.params.nth]
type = "integer"
default = 0
[clips.journal]
title = "Journal"
sql = "select account, sum(amount) as moved, count(*) as moves from journal group by account order by account"
[workbooks.month-end]
clips = ["accounts", "journal"]
title = "Month end: bänk"
owner = "cfo@example.com"
[workbooks.month-end.params]
nth = 1000
`

// newBank is a service with a workbook over a bank with two tellers who move money all the time.
func newBank(t *testing.T) (s *served, address string) {
	t.Helper()
	primary, follower := pgtest.Database(t)
	pgtest.Exec(t, primary, bankSchema)
	s = newServed(t, follower)
	s.configure(fmt.Sprintf(bankConfig, s.address, follower))
	s.start()
	out, err := s.command("link", "create", "month-end").Output()
	if err != nil {
		t.Fatalf("link create: %v: %s", err, s.log)
	}
	for teller := range 2 {
		moveMoney(t, primary, teller)
	}
	pgtest.Eventually(t, "the money to move", func() bool {
		return pgtest.Query(t, follower, "select count(*) > 100 from journal")[0] == "t"
	})
	return s, regexp.MustCompile(`http://\S+\.xlsx`).FindString(string(out))
}

// moveMoney moves money between the five accounts of a teller, up to 250 times a second, until the test ends.
func moveMoney(t *testing.T, primary string, teller int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), primary)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		var err error
		beat := time.NewTicker(4 * time.Millisecond)
		defer beat.Stop()
		for n := 0; err == nil; n++ {
			<-beat.C
			from, to := n%5, (n+1+n/5%4)%5
			_, err = conn.Exec(ctx, bankMove, teller*5+from+1, teller*5+to+1, fmt.Sprintf("%d.%02d", n%1000, n%100))
		}
		done <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; ctx.Err() == nil {
			t.Errorf("a teller stopped: %v", err)
		}
		conn.Close(context.Background())
	})
}

func TestWorkbookAtItsLink(t *testing.T) {
	t.Parallel()
	s, address := newBank(t)
	whole := get(t, address)
	tag := whole.header.Get("ETag")
	for name, want := range map[string]string{
		"Content-Type":        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"Content-Length":      fmt.Sprint(len(whole.body)),
		"Content-Disposition": `attachment; filename="month-end.xlsx"; filename*=UTF-8''Month%20end%20b%C3%A4nk.xlsx`,
		"X-Clip-Rows":         "20",
		"X-Clip-Revision":     "1, 1",
		"X-Clip-Stale":        "",
	} {
		if got := whole.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if whole.status != http.StatusOK || tag == "" || strings.HasPrefix(tag, "W/") {
		t.Fatalf("%d, ETag %q: %.200s", whole.status, tag, whole.body)
	}
	if again := get(t, address); again.body != whole.body || again.header.Get("ETag") != tag {
		t.Error("a second reader got another file, though the first is young")
	}
	if a := get(t, address, "If-None-Match", tag); a.status != http.StatusNotModified || a.body != "" {
		t.Errorf("what the reader has was sent again: %d", a.status)
	}
	if a := get(t, address+"?nth=1", "If-None-Match", tag); a.status != http.StatusOK || a.header.Get("ETag") == tag {
		t.Errorf("with another parameter: %d", a.status)
	}
	head, err := http.Head(address)
	if err != nil {
		t.Fatal(err)
	}
	head.Body.Close()
	if head.StatusCode != http.StatusOK || head.ContentLength != int64(len(whole.body)) || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: %d, %d bytes, ETag %s", head.StatusCode, head.ContentLength, head.Header.Get("ETag"))
	}
	if a := get(t, strings.TrimSuffix(address, "xlsx")+"csv"); a.status != http.StatusNotFound {
		t.Errorf("as CSV: %d", a.status)
	}
	book := opened(t, whole.body)
	if got := fmt.Sprint(book.GetSheetList()); got != "[About Accounts Journal]" {
		t.Errorf("tabs %s", got)
	}
	for account, nth := range column(t, book, "Accounts", 2) {
		if nth != 1000_00 {
			t.Errorf("account %s was read with another parameter than the workbook's own: %d", account, nth)
		}
	}
	if token := strings.Split(address, "/")[4]; strings.Contains(s.log.String(), token) {
		t.Error("the token is in the log")
	}
}

// TestTabsTieOut reads the workbook a hundred times, each time anew, while money moves.
func TestTabsTieOut(t *testing.T) {
	t.Parallel()
	_, address := newBank(t)
	seen := map[string]bool{}
	for nth := range 100 {
		a := get(t, fmt.Sprintf("%s?nth=%d", address, nth+1))
		if a.status != http.StatusOK || a.header.Get("X-Clip-Stale") != "" {
			t.Fatalf("workbook %d: %d, stale %q: %.200s", nth, a.status, a.header.Get("X-Clip-Stale"), a.body)
		}
		book := opened(t, a.body)
		accounts, journal := column(t, book, "Accounts", 1), column(t, book, "Journal", 1)
		if diff := cmp.Diff(accounts, journal); diff != "" || len(accounts) != 10 {
			t.Fatalf("workbook %d does not tie out (-accounts +journal):\n%s", nth, diff)
		}
		seen[fmt.Sprint(column(t, book, "Journal", 2))] = true
	}
	if len(seen) < 75 {
		t.Errorf("only %d of 100 workbooks differ: the money stood still", len(seen))
	}
}

func opened(t *testing.T, file string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// column is a column of numbers by what the first one says, in cents.
func column(t *testing.T, book *excelize.File, tab string, at int) map[string]int64 {
	t.Helper()
	numbers := map[string]int64{}
	for _, row := range rowsOf(t, book, tab) {
		numbers[row[0]] = cents(t, row[at])
	}
	return numbers
}

// rowsOf are the rows of a tab's table, without headings and totals, as the file has them.
func rowsOf(t *testing.T, book *excelize.File, tab string) [][]string {
	t.Helper()
	rows, err := book.GetRows(tab, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if last := rows[len(rows)-1]; last[0] == "Total" {
		rows = rows[:len(rows)-1]
	}
	return rows[1:]
}

func cents(t *testing.T, number string) int64 {
	t.Helper()
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(f * 100))
}

func TestProgressIsShownOnceInAWhile(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	p := &progress{w: &screen, label: "writing  ", begin: time.Now()}
	p.told(512, 1e6)
	p.told(1024, 2e6)
	if got := screen.String(); strings.Count(got, "rows") != 1 || !strings.Contains(got, "writing  512 rows  1.0 MB") {
		t.Errorf("%q", got)
	}
	p.done()
	if got := screen.String(); !strings.Contains(got, "writing  1024 rows  2.0 MB") || !strings.HasSuffix(got, "\n") {
		t.Errorf("%q", got)
	}
	watch(nil, &screen).told(1, 1) // no terminal: nobody watches
	if strings.Contains(screen.String(), "1 rows") {
		t.Error("a count is written where nobody watches")
	}
}
