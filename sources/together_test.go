package sources

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// together runs queries in one snapshot and gives their lines, values joined by |.
func together(ctx context.Context, f *Follower, queries ...clips.Query) (results [][]string, headers []clips.Header, err error) {
	err = f.Together(ctx, queries, func(i int, rows clips.Rows) error {
		var lines []string
		for rows.Next() {
			var cells []string
			for _, v := range rows.Row() {
				cells = append(cells, string(v))
			}
			lines = append(lines, strings.Join(cells, "|"))
		}
		results, headers = append(results, lines), append(headers, rows.Header())
		return rows.Err()
	})
	return results, headers, err
}

func sqls(list ...string) (queries []clips.Query) {
	for _, sql := range list {
		queries = append(queries, clips.Query{SQL: sql})
	}
	return queries
}

// ledger is a source with accounts and their total, which agree at every moment, and a writer that changes both
// thousands of times a second until the test ends.
func ledger(t *testing.T) *Follower {
	t.Helper()
	db := newDatabase(t, `
		create table accounts (id int primary key, balance numeric(14,2) not null) with (fillfactor = 50);
		create table totals (amount numeric(14,2) not null) with (fillfactor = 10);
		insert into accounts select n, 0 from generate_series(1, 100) n;
		insert into totals values (0);
		create procedure write() language plpgsql as $$
		begin
			for n in 1..100 loop
				update accounts set balance = balance + n + 0.01 where id = n;
				update totals set amount = amount + n + 0.01;
				commit;
			end loop;
		end $$`)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var writer sync.WaitGroup
	writer.Go(func() {
		if err := write(ctx, db.primary); ctx.Err() == nil {
			t.Errorf("the writer stopped: %v", err)
		}
	})
	t.Cleanup(func() {
		stop()
		writer.Wait()
	})
	return newFollower(t, db.reader)
}

func write(ctx context.Context, dsn string) error {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for err == nil {
		_, err = conn.Exec(ctx, "call write()").ReadAll()
	}
	return err
}

// tie reads the sum of the accounts and the total so many times, and gives how often they differed and how many totals
// were seen.
func tie(t *testing.T, reads int, read func() (sum, total string, err error)) (apart int, seen map[string]bool) {
	t.Helper()
	seen = map[string]bool{}
	for n := 0; n < reads; {
		sum, total, err := read()
		if clips.KindOf(err) == clips.KindConflict {
			continue // the follower had to catch up: who asks, asks again
		}
		if err != nil {
			t.Fatal(err)
		}
		if n++; sum != total {
			apart++
		}
		seen[total] = true
	}
	return apart, seen
}

const (
	sumOfAccounts = "select sum(balance) from accounts"
	totalOfAll    = "select amount from totals"
)

func TestResultsOfOneSnapshotTieOut(t *testing.T) {
	t.Parallel()
	f := ledger(t)
	apart, seen := tie(t, 200, func() (string, string, error) {
		results, headers, err := together(t.Context(), f, sqls(sumOfAccounts, totalOfAll)...)
		if err != nil {
			return "", "", err
		}
		if !headers[0].AsOf.Equal(headers[1].AsOf) || headers[0].AsOf.IsZero() {
			t.Errorf("as of %s and %s", headers[0].AsOf, headers[1].AsOf)
		}
		return results[0][0], results[1][0], nil
	})
	if apart > 0 {
		t.Errorf("sum and total differed in %d of 200 reads", apart)
	}
	if len(seen) < 100 {
		t.Errorf("only %d different totals in 200 reads: the writer is too slow for this to mean anything", len(seen))
	}
}

// What Together is for, and that the writer of these tests is quick enough to tell.
func TestResultsOfTwoSnapshotsDoNotTieOut(t *testing.T) {
	t.Parallel()
	f := ledger(t)
	apart, _ := tie(t, 50, func() (string, string, error) {
		sum, _, err := all(t.Context(), f, clips.Query{SQL: sumOfAccounts})
		if err != nil {
			return "", "", err
		}
		total, _, err := all(t.Context(), f, clips.Query{SQL: totalOfAll})
		if err != nil {
			return "", "", err
		}
		return sum[0], total[0], nil
	})
	if apart < 25 {
		t.Errorf("sum and total differed in %d of 50 reads: the writer is too slow for the other test to mean anything", apart)
	}
}

func TestQueriesTogetherHaveTheirOwnZoneLimitsAndParameters(t *testing.T) {
	t.Parallel()
	f := newFollower(t, newDatabase(t, "").reader, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	const noon = "select '2026-11-24 12:00+00'::timestamptz, $1::text"
	results, headers, err := together(t.Context(), f,
		clips.Query{SQL: noon, Args: []clips.Arg{arg(25, "one")}, TimeZone: "Asia/Kolkata"},
		clips.Query{SQL: noon, Args: []clips.Arg{arg(25, "two")}, Limits: clips.Limits{Rows: 1}})
	want := "[[2026-11-24 17:30:00+05:30|one] [2026-11-24 13:00:00+01|two]]"
	if err != nil || fmt.Sprint(results) != want || headers[0].TimeZone != "Asia/Kolkata" || headers[1].TimeZone != "Europe/Berlin" {
		t.Errorf("%v\nheaders %+v, %v", results, headers, err)
	}
	_, _, err = together(t.Context(), f, clips.Query{SQL: "select 1"},
		clips.Query{SQL: "select generate_series(1, 3)", Limits: clips.Limits{Rows: 2}})
	wantError(t, err, clips.KindTooLarge, "more than 2 rows")
	_, _, err = together(t.Context(), f, clips.Query{SQL: "select 1", TimeZone: `Mars"; select do_write(); --`})
	wantError(t, err, clips.KindSQL, "no time zone")
	_, _, err = together(t.Context(), f, sqls("select 1", "select nmae")...)
	if e := wantError(t, err, clips.KindSQL, "column"); e.Position != 8 {
		t.Errorf("position %d", e.Position)
	}
	_, _, err = together(t.Context(), f, sqls("select 1", "delete from pg_class")...)
	wantError(t, err, clips.KindWrite, "begins with DELETE")
}

func TestNothingOfAQueryReachesTheNextBesideIt(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create table t (id int); insert into t values (1); create schema sly; create table sly.t (id int)")
	f := newFollower(t, db.reader)
	const settings = "select current_setting('work_mem'), current_setting('TimeZone'), current_setting('statement_timeout'), (select id from t)"
	sly := `select set_config('search_path', 'sly', false), set_config('work_mem', '77MB', false),
		set_config('TimeZone', 'Asia/Kolkata', false), set_config('statement_timeout', '0', false)`
	results, _, err := together(t.Context(), f, sqls(settings, sly, settings)...)
	if err != nil {
		t.Fatal(err)
	}
	if results[0][0] != results[2][0] {
		t.Errorf("before %q, after %q", results[0], results[2])
	}
	_, _, err = together(t.Context(), f, sqls("select set_config('transaction_read_only', 'off', false)", "select 1")...)
	wantError(t, err, clips.KindWrite)
	wantNoBackends(t, db)
}

func TestTogetherTakesOneSeatAndGivesItBack(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.MaxConnections = 1 })
	read := func(rows clips.Rows) error {
		for rows.Next() {
		}
		return rows.Err()
	}
	stop := errors.New("enough")
	long := sqls("select 1", "select repeat('x', 1000), generate_series(1, 100000000)", "select 1")
	for name, c := range map[string]struct {
		each func(clips.Rows) error
		want error
	}{
		"reads nothing": {func(clips.Rows) error { return nil }, errUnread},
		"fails":         {func(rows clips.Rows) error { rows.Next(); return stop }, stop},
		"closes early":  {func(rows clips.Rows) error { rows.Next(); return rows.Close() }, errUnread},
	} {
		err := f.Together(t.Context(), long, func(i int, rows clips.Rows) error {
			if i == 0 {
				return read(rows)
			}
			return c.each(rows)
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		wantNoBackends(t, db)
		if lines, _ := mustAll(t, f, "select 1"); lines[0] != "1" {
			t.Errorf("%s: then %q", name, lines)
		}
	}
}
