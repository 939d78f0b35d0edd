package sources

import (
	"fmt"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// Statements that are no query, and queries that would do more than read. None may run, each has words.
var refusals = []struct {
	sql  string
	kind clips.Kind
	says string
}{
	{"", clips.KindSQL, "empty"},
	{" \n\t", clips.KindSQL, "empty"},
	{"-- nothing\n/* at /* all */ */", clips.KindSQL, "empty"},
	{";", clips.KindSQL, "syntax error"},
	{"select 1; select 2", clips.KindSQL, "more than one statement"},
	{"select 1; commit; select do_write()", clips.KindSQL, "more than one statement"},
	{"commit; select do_write()", clips.KindSQL, "begins with COMMIT"},
	{"select 1; drop table t", clips.KindSQL, "more than one statement"},
	{"insert into t values (2)", clips.KindWrite, "begins with INSERT"},
	{"/* sly */ INSERT into t values (2) returning *", clips.KindWrite, "begins with INSERT"},
	{"update t set id = 2", clips.KindWrite, "begins with UPDATE"},
	{"delete from t", clips.KindWrite, "begins with DELETE"},
	{"merge into t using t u on false when matched then delete", clips.KindWrite, "begins with MERGE"},
	{"truncate t", clips.KindWrite, "begins with TRUNCATE"},
	{"drop table t", clips.KindWrite, "begins with DROP"},
	{"create table u (id int)", clips.KindWrite, "begins with CREATE"},
	{"create temp table u (id int)", clips.KindWrite, "begins with CREATE"},
	{"create table u as select 1", clips.KindWrite, "begins with CREATE"},
	{"copy t to stdout", clips.KindWrite, "begins with COPY"},
	{"copy t to program 'true'", clips.KindWrite, "begins with COPY"},
	{"do $$ begin end $$", clips.KindWrite, "begins with DO"},
	{"call p()", clips.KindWrite, "begins with CALL"},
	{"with w as (insert into t values (2) returning id) select * from w", clips.KindWrite, "WITH part"},
	{"with w as (select 1) delete from t", clips.KindSQL, "syntax error"},
	{"select * into u from t", clips.KindSQL, "INTO"},
	{"select * from t for update", clips.KindWrite, "tried to write"},
	{"select do_write()", clips.KindWrite, "tried to write"},
	{"select nextval('s')", clips.KindWrite, "tried to write"},
	{"select set_config('transaction_read_only', 'off', false)", clips.KindWrite, "tried to change its transaction"},
	{"set statement_timeout = 0", clips.KindSQL, "begins with SET"},
	{"set transaction read write", clips.KindSQL, "begins with SET"},
	{"reset all", clips.KindSQL, "begins with RESET"},
	{"begin", clips.KindSQL, "begins with BEGIN"},
	{"commit", clips.KindSQL, "begins with COMMIT"},
	{"rollback; select 1", clips.KindSQL, "begins with ROLLBACK"},
	{"end", clips.KindSQL, "begins with END"},
	{"explain select 1", clips.KindSQL, "begins with EXPLAIN"},
	{"explain analyze select do_write()", clips.KindSQL, "begins with EXPLAIN"},
	{"show all", clips.KindSQL, "begins with SHOW"},
	{"prepare p as select 1", clips.KindSQL, "begins with PREPARE"},
	{"execute p", clips.KindSQL, "begins with EXECUTE"},
	{"deallocate all", clips.KindSQL, "begins with DEALLOCATE"},
	{"discard all", clips.KindSQL, "begins with DISCARD"},
	{"declare c cursor for select 1", clips.KindSQL, "begins with DECLARE"},
	{"fetch all from c", clips.KindSQL, "begins with FETCH"},
	{"lock table t", clips.KindSQL, "begins with LOCK"},
	{"listen l", clips.KindSQL, "begins with LISTEN"},
	{"notify l", clips.KindSQL, "begins with NOTIFY"},
	{"load 'dblink'", clips.KindSQL, "begins with LOAD"},
	{"vacuum", clips.KindWrite, "begins with VACUUM"},
	{"alter system set work_mem = '1GB'", clips.KindWrite, "begins with ALTER"},
	{"grant select on t to public", clips.KindWrite, "begins with GRANT"},
	{"with hold for select 1", clips.KindSQL, "syntax error"},
	{"selec 1", clips.KindSQL, "begins with SELEC"},
	{"select 1 from", clips.KindSQL, "syntax error"},
	{"select 'unfinished", clips.KindSQL, "unterminated"},
	{"select 1 /* unfinished", clips.KindSQL, "unterminated"},
	{"select \x00 1", clips.KindSQL, "NUL"},
	{"select '\xff'", clips.KindSQL, "UTF-8"},
	{"select $1", clips.KindSQL, "write parameters as :name"},
	{"select $1::int", clips.KindSQL, "write parameters as :name"},
	{"select * from nowhere", clips.KindSQL, "does not exist"},
	{"select nothing from t", clips.KindSQL, "does not exist"},
	{"select * from secret", clips.KindPermission, "may not read"},
	{"select pg_read_file('postgresql.conf')", clips.KindPermission, "may not read"},
	{"select 1 / 0", clips.KindSQL, "divides by zero"},
	{"select 'x'::int", clips.KindSQL, "does not have that form"},
}

const refusedSetup = `
	create table t (id int); insert into t values (1); create sequence s;
	create table secret (id int);
	create procedure p() language sql as 'delete from t';
	create function do_write() returns int language sql security definer as 'insert into t values (2) returning id'`

func TestWhatDoesMoreThanReadIsRefused(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, refusedSetup)
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), "drop role if exists narrow; create role narrow login password 'letmein'")
	pgtest.Exec(t, db.primary, "grant select on t to narrow; grant usage on s to narrow")
	pgtest.WaitReplayed(t, pg)

	for server, dsn := range map[string]string{
		"follower": pg.FollowerDSNFor("narrow", "letmein", db.name),
		"primary":  pg.DSNFor("narrow", "letmein", db.name),
	} {
		f := newFollower(t, dsn, func(c *Config) { c.AllowPrimary = true })
		for _, r := range refusals {
			t.Run(fmt.Sprintf("%s/%.40q", server, r.sql), func(t *testing.T) {
				lines, _, err := all(t.Context(), f, clips.Query{SQL: r.sql})
				if err == nil {
					t.Fatalf("it ran: %q", lines)
				}
				wantError(t, err, r.kind, r.says)
			})
		}
	}
	if got := pgtest.Query(t, db.primary, "select id from t"); len(got) != 1 {
		t.Errorf("table t has %d rows now, want the 1 it had", len(got))
	}
}

// Large objects are the one thing that servers before 16 let a READ ONLY transaction write.
func TestWhatReadOnlyLetsThroughIsRolledBack(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	sql := clips.Query{SQL: "select lo_create(0)"}
	_, _, err := all(t.Context(), newFollower(t, db.follower), sql)
	wantError(t, err, clips.KindWrite)
	_, _, _ = all(t.Context(), newFollower(t, db.primary, func(c *Config) { c.AllowPrimary = true }), sql)
	if left := pgtest.Query(t, db.primary, "select oid from pg_largeobject_metadata"); len(left) > 0 {
		t.Errorf("large objects are left: %v", left)
	}
}

func TestEveryFormOfQueryRuns(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create table t (id int); insert into t values (1)")
	f := newFollower(t, db.reader)
	for _, sql := range []string{
		"select id from t", "SELECT id FROM t;", "(select id from t)", "table t", "values (1)",
		"with w as (select id from t) select * from w", "-- first\nselect id from t -- last", "select id from t; -- last",
		"select id from t /* last */ ;", "\ufeff"[:0] + "\n\n select id from t\n;\n", "select 1 union select 1",
		"with recursive r(n) as (values (1) union all select n + 1 from r where n < 0) select * from r",
	} {
		if lines, _ := mustAll(t, f, sql); len(lines) != 1 || lines[0] != "1" {
			t.Errorf("%q gave %q", sql, lines)
		}
	}
}

func TestErrorsPointIntoTheAuthorsText(t *testing.T) {
	t.Parallel()
	f := newFollower(t, newDatabase(t, "").reader)
	for _, c := range []struct {
		sql string
		at  string // the text where the error is
	}{
		{"select 1 frm pg_class x", "pg_class"},
		{"select 'é', nothing", "nothing"},
		{"select 1\nfrom nowhere", "nowhere"},
		{"select 1 + 'x'", "'x'"},
		{"/* é */ insert into t values (1)", "insert"},
		{"select 1 /* unfinished", "/*"},
		{"select 'unfinished", "'unf"},
		{"select lower(1, 2)", "lower"},
		{"selec 1", "selec"},
	} {
		_, _, err := all(t.Context(), f, clips.Query{SQL: c.sql})
		e := wantError(t, err, clips.KindOf(err))
		want := len([]rune(c.sql[:strings.Index(c.sql, c.at)])) + 1
		if e.Position != want {
			t.Errorf("%q: position %d, want %d (%s): %v", c.sql, e.Position, want, c.at, err)
		}
		twice := func(n int) int { return 2 * n }
		_, _, err = all(t.Context(), f, clips.Query{SQL: c.sql, Map: twice})
		if e := wantError(t, err, clips.KindOf(err)); e.Position != 2*want {
			t.Errorf("%q: mapped position %d, want %d", c.sql, e.Position, 2*want)
		}
	}
}

func TestNoticesDoNotQuoteData(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create table t (v text); insert into t values ('hunter2')")
	_, _, err := all(t.Context(), newFollower(t, db.reader), clips.Query{SQL: "select v::int from t"})
	e := wantError(t, err, clips.KindSQL)
	if strings.Contains(e.Notice, "hunter2") || !strings.Contains(e.Detail, "hunter2") {
		t.Errorf("notice %q, detail %q", e.Notice, e.Detail)
	}
}
