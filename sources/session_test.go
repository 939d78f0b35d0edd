package sources

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// backends are the sessions of sources in a database.
func backends(t testing.TB, db database) []string {
	t.Helper()
	return pgtest.Query(t, db.follower, fmt.Sprintf(
		"select query from pg_stat_activity where application_name like 'clipsheet %%' and application_name <> 'clipsheet watchdog' and datname = '%s'", db.name))
}

func wantNoBackends(t testing.TB, db database) {
	t.Helper()
	if left := backends(t, db); len(left) > 0 {
		t.Errorf("left on the server: %q", left)
	}
}

func TestCancelEndsTheQueryOnTheServer(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, _, err := all(ctx, f, clips.Query{SQL: "select pg_sleep(60)"})
		failed <- err
	}()
	pgtest.Eventually(t, "the query to run", func() bool { return strings.Contains(fmt.Sprint(backends(t, db)), "pg_sleep") })
	began := time.Now()
	cancel()
	wantError(t, <-failed, clips.KindCanceled, "nobody waits")
	if took := time.Since(began); took > farewell {
		t.Errorf("it took %s", took)
	}
	wantNoBackends(t, db)
}

func TestDeadlineIsATimeout(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, _, err := all(ctx, newFollower(t, db.reader), clips.Query{SQL: "select pg_sleep(60)"})
	wantError(t, err, clips.KindTimeout, "not done in time")
	wantNoBackends(t, db)
}

func TestStatementTimeoutNamesItsSetting(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.StatementTimeout = 100 * time.Millisecond })
	for what, sql := range map[string]string{
		"to run":          "select pg_sleep(60)",
		"to be looked at": strings.Repeat("select (", 3_000) + "select 1" + strings.Repeat(")", 3_000),
	} {
		_, _, err := all(t.Context(), f, clips.Query{SQL: sql})
		e := wantError(t, err, clips.KindTimeout, "longer than 100ms", "sources.erp.statement_timeout")
		if e.SQLState != "57014" {
			t.Errorf("%s: SQLSTATE %s", what, e.SQLState)
		}
	}
}

func TestQueryCancelledByAPersonIsNoTimeout(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader)
	for function, want := range map[string]clips.Kind{"pg_cancel_backend": clips.KindCanceled, "pg_terminate_backend": clips.KindUnavailable} {
		failed := make(chan error, 1)
		go func() {
			_, _, err := all(t.Context(), f, clips.Query{SQL: "select pg_sleep(60)"})
			failed <- err
		}()
		pgtest.Eventually(t, "the query to be ended", func() bool {
			return len(pgtest.Query(t, db.follower, fmt.Sprintf("select %s(pid) from pg_stat_activity where datname = '%s' and wait_event = 'PgSleep' "+
				"and application_name like 'clipsheet %%'", function, db.name))) > 0
		})
		wantError(t, <-failed, want)
	}
}

func TestClosingEarlyCancelsRatherThanReadsOn(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader)
	rows, err := f.Open(t.Context(), clips.Query{SQL: "select repeat('x', 1000), generate_series(1, 100000000)"})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
	}
	began := time.Now()
	for range 2 {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	if took := time.Since(began); took > farewell {
		t.Errorf("it took %s", took)
	}
	wantNoBackends(t, db)
	if rows.Next() || rows.Row() != nil || rows.Err() != nil {
		t.Errorf("closed rows have another: %q, %v", rows.Row(), rows.Err())
	}
}

func TestNothingOfARunReachesTheNext(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.MaxConnections = 1 })
	settings := "select current_setting('work_mem'), current_setting('TimeZone'), current_setting('custom.it', true), pg_try_advisory_lock_shared(7)"
	before, _ := mustAll(t, f, settings)
	mustAll(t, f, `select pg_advisory_lock(7), set_config('work_mem', '77MB', false), set_config('TimeZone', 'Asia/Kolkata', false),
		set_config('custom.it', 'mine', false), setseed(0.5)`)
	if after, _ := mustAll(t, f, settings); after[0] != before[0] {
		t.Errorf("before %q, after %q", before, after)
	}
	one, _ := mustAll(t, f, "select random()")
	two, _ := mustAll(t, f, "select random()")
	if one[0] == two[0] {
		t.Errorf("random() gave %s twice", one)
	}
	wantNoBackends(t, db)
}

func TestMoreRunsThanSeatsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.MaxConnections = 2 })
	var open []clips.Rows
	for range 2 {
		rows, err := f.Open(t.Context(), clips.Query{SQL: "select generate_series(1, 1000000)"})
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, rows)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := f.Open(ctx, clips.Query{SQL: "select 1"})
	wantError(t, err, clips.KindBusy, "All 2 connections", "sources.erp.max_connections")

	done := make(chan error, 1)
	go func() {
		_, _, err := all(t.Context(), f, clips.Query{SQL: "select 1"})
		done <- err
	}()
	open[0].Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	open[1].Close()
}

// A role's connection limit equal to max_connections is enough: a run is over when its backend is gone.
func TestSeatsAreFreeOnlyWhenTheBackendIsGone(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), "create role single login password 'letmein' connection limit 1")
	pgtest.WaitReplayed(t, pg)
	f := newFollower(t, pg.FollowerDSNFor("single", "letmein", db.name), func(c *Config) { c.MaxConnections = 1 })
	for i := range 60 {
		rows, err := f.Open(t.Context(), clips.Query{SQL: "select generate_series(1, 100000)"})
		if err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
		if i%3 == 0 {
			for rows.Next() {
			}
		} else {
			rows.Next()
		}
		rows.Close()
	}
	rows, err := f.Open(t.Context(), clips.Query{SQL: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	other := newFollower(t, pg.FollowerDSNFor("single", "letmein", db.name))
	_, err = other.Open(t.Context(), clips.Query{SQL: "select 1"})
	wantError(t, err, clips.KindBusy, "no connection left")
}

func TestParametersAreBoundUnderTheirTypes(t *testing.T) {
	t.Parallel()
	f := newFollower(t, newDatabase(t, "").reader)
	lines, _ := mustAll(t, f, "select pg_typeof($1), pg_typeof($2), pg_typeof($3), pg_typeof($4), $1 + 1, $5 is null, $4 || '!'",
		arg(20, "41"), arg(1082, "2026-11-24"), arg(16, "true"), arg(25, "'; drop table t; --"), clips.Arg{OID: 25})
	if want := "bigint|date|boolean|text|42|t|'; drop table t; --!"; lines[0] != want {
		t.Errorf("got  %s\nwant %s", lines[0], want)
	}
	lines, _ = mustAll(t, f, "select $1 + 1, $2 = ''", arg(0, "41"), arg(25, ""))
	if lines[0] != "42|t" {
		t.Errorf("a type left to the server gave %q", lines)
	}
	_, _, err := all(t.Context(), f, clips.Query{SQL: "select $1 + 1", Args: []clips.Arg{arg(0, "forty")}})
	wantError(t, err, clips.KindParameter, "forty")
	_, _, err = all(t.Context(), f, clips.Query{SQL: "select $1::int, $2::int", Args: []clips.Arg{arg(23, "1")}})
	wantError(t, err, clips.KindSQL, ":name")
}

func TestTimeZoneIsTheClipsThenTheSourcesThenTheServers(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	sql := "select '2026-11-24 12:00+00'::timestamptz"
	plain := newFollower(t, db.reader)
	server := pgtest.Query(t, db.follower, "show timezone")[0]
	_, h := mustAll(t, plain, sql)
	if h.TimeZone != server || plain.TimeZone(t.Context()).String() != server {
		t.Errorf("the server's zone is %s: header has %s, source %s", server, h.TimeZone, plain.TimeZone(t.Context()))
	}
	if asked := newFollower(t, db.reader).TimeZone(t.Context()).String(); asked != server {
		t.Errorf("asked, the server said %s", asked)
	}
	berlin := newFollower(t, db.reader, func(c *Config) { c.TimeZone = "Europe/Berlin" })
	lines, h := mustAll(t, berlin, sql)
	if h.TimeZone != "Europe/Berlin" || lines[0] != "2026-11-24 13:00:00+01" || berlin.TimeZone(t.Context()).String() != "Europe/Berlin" {
		t.Errorf("the source's zone: %q in %s", lines, h.TimeZone)
	}
	lines, h, err := all(t.Context(), berlin, clips.Query{SQL: sql, TimeZone: "Asia/Kolkata"})
	if err != nil || h.TimeZone != "Asia/Kolkata" || lines[0] != "2026-11-24 17:30:00+05:30" {
		t.Errorf("the clip's zone: %q in %s, %v", lines, h.TimeZone, err)
	}
	_, _, err = all(t.Context(), berlin, clips.Query{SQL: sql, TimeZone: "Mars/Olympus"})
	wantError(t, err, clips.KindSQL, `no time zone "Mars/Olympus"`)
	if _, err := New(Config{Name: "erp", DSN: db.reader, TimeZone: "Mars/Olympus"}); err == nil {
		t.Error("a config with a wrong zone is taken")
	}
}

func TestTextsWithoutEncodingPassAsTheyAre(t *testing.T) {
	t.Parallel()
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), "create database bytes encoding 'SQL_ASCII' template template0 locale 'C'")
	pgtest.WaitReplayed(t, pg)
	f := newFollower(t, pg.FollowerDSNFor("", "", "bytes"))
	if lines, _ := mustAll(t, f, `select E'caf\xe9'`); lines[0] != "caf\xe9" {
		t.Errorf("got %q", lines[0])
	}
}
