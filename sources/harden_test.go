package sources

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// psql runs a script as a DBA does.
func psql(t testing.TB, dsn, script string) (out string) {
	t.Helper()
	bin, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(bin, "psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", dsn)
	cmd.Stdin = strings.NewReader(script)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, said)
	}
	return string(said)
}

// naive makes a role as people make it, in a database with something for everybody to do harm with.
func naive(t testing.TB, role string) (database, *Follower) {
	t.Helper()
	db := newDatabase(t, `
		create table orders (id int, amount numeric); insert into orders values (1, 10.50), (2, 20);
		create table notes (id int); grant insert on notes to public;
		create sequence numbers; grant update on sequence numbers to public;
		create function do_write() returns int language sql security definer as 'insert into orders values (3, 0) returning id';
		create function net(n numeric) returns numeric language sql as 'select n / 1.19';
		grant create on schema public to public`)
	pg := pgtest.Follower(t)
	name := `"` + strings.ReplaceAll(role, `"`, `""`) + `"`
	pgtest.Exec(t, db.primary, fmt.Sprintf("create role %s login password 'letmein'; grant select on orders to %s", name, name))
	if localpg.HasExtension("dblink") {
		pgtest.Exec(t, db.primary, "create extension dblink")
	}
	pgtest.WaitReplayed(t, pg)
	return db, newFollower(t, pg.FollowerDSNFor(role, "letmein", db.name), func(c *Config) {
		c.WatchdogDSN = pg.FollowerDSNFor("dog", "woof", db.name) // the script makes it
	})
}

// wrong lists what a check has to say against a source.
func wrong(t testing.TB, f *Follower) (texts []string) {
	t.Helper()
	for _, finding := range f.Check(t.Context()) {
		if finding.Level != clips.LevelOK {
			texts = append(texts, fmt.Sprintf("%s: %s", finding.Level, finding.Text))
		}
	}
	return texts
}

// One DBA at a time: the roles are those of all databases.
var dba sync.Mutex

// harden has a DBA run the script of a source, twice.
func harden(t testing.TB, db database, f *Follower, full bool) {
	t.Helper()
	dba.Lock()
	defer dba.Unlock()
	for range 2 {
		psql(t, db.primary, f.HardenSQL(full))
	}
	pgtest.Exec(t, db.primary, "alter role dog password 'woof'")
	pgtest.WaitReplayed(t, pgtest.Follower(t))
}

// hostile statements and what a hardened role gets for them, sent past the gate and outside any transaction of ours.
var hostile = []struct {
	sql     string
	minimum bool // refused by the minimum already
}{
	{"select count(pg_advisory_lock(g)) from generate_series(1, 100000) g", true},
	{"select pg_try_advisory_xact_lock_shared(1, 2)", true},
	{"select pg_terminate_backend(1)", true},
	{"select pg_cancel_backend(1)", true},
	{"select lo_from_bytea(0, 'x')", true},
	{"select lo_create(0)", true},
	{"select lowrite(0, 'x')", true},
	{"do $$ begin loop begin perform 1; exception when query_canceled then null; end; end loop; end $$", true},
	{"select query from pg_stat_activity", true},
	{"select * from pg_stat_get_activity(null)", true},
	{"select pg_stat_get_backend_activity(1)", true},
	{"select set_config('statement_timeout', '0', false)", false},
	{"select pg_sleep(0)", false},
	{"select pg_sleep_for('0')", false},
	{"select pg_notify('a', 'b')", false},
	{"select pg_export_snapshot()", false},
	{"select txid_current()", false},
	{"select pg_current_xact_id()", false},
	{"select pg_logical_emit_message(false, 'a', 'b')", false},
	{"select query_to_xml('select 1', true, true, '')", false},
	{"select database_to_xml(true, true, '')", false},
	{"select * from ts_stat('select to_tsvector(''a'')')", false},
	{"select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')", false},
	{"select do_write()", false},
	{"select net(1)", false},
	{"create temp table t (id int)", false},
	{"create table t (id int)", false},
	{"insert into notes values (1)", false},
	{"select nextval('numbers')", false},
	{"select setval('numbers', 7)", false},
	{"insert into orders values (4, 4)", true},
	{"select pg_read_file('/etc/passwd')", true},
	{"copy orders to program 'true'", true},
	{"select rolpassword from pg_authid", true},
}

// attempt runs SQL as an attacker would who had the role's password, writes allowed, and gives the SQLSTATE.
func attempt(t testing.TB, dsn, sql string) string {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "set default_transaction_read_only = off; set statement_timeout = '5s'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), sql).ReadAll()
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	if err != nil {
		t.Fatal(err)
	}
	return ""
}

func TestAHardenedRoleCanDoNothingButRead(t *testing.T) {
	t.Parallel()
	db, f := naive(t, "hardened")
	before := wrong(t, f)
	if len(before) < 6 {
		t.Fatalf("of the naive role the check says only %q", before)
	}
	harden(t, db, f, true)
	if left := wrong(t, f); len(left) > 0 {
		t.Errorf("after the script the check still says %q", left)
	}
	pg := pgtest.Follower(t)
	probes := hostile
	if localpg.HasExtension("dblink") {
		probes = append(probes[:len(probes):len(probes)], struct {
			sql     string
			minimum bool
		}{"select * from dblink('dbname=x', 'select 1') as d(n int)", true})
	}
	for _, h := range probes {
		for where, dsn := range map[string]string{"follower": f.cfg.DSN, "primary": pg.DSNFor("hardened", "letmein", db.name)} {
			want := "42501"
			if where == "follower" && (strings.HasPrefix(h.sql, "create") || strings.HasPrefix(h.sql, "insert")) {
				want = "25006" // said before rights are looked at
			}
			if got := attempt(t, dsn, h.sql); got != want && got != "42501" {
				t.Errorf("%s: %q ended with %q, want %s", where, h.sql, got, want)
			}
		}
	}
	for sql, want := range map[string]string{
		"select count(*), sum(amount) from orders":                                                        "2|30.50",
		"select table_name from information_schema.tables where table_schema = 'public'":                  "orders",
		"select json_agg(o order by id)->1->>'amount' from orders o":                                      "20",
		"select to_char(sum(amount) over (), 'FM990.00') from orders limit 1":                             "30.50",
		"select string_agg(column_name, ',') from information_schema.columns where table_name = 'orders'": "id,amount",
		"select count(*) > 0 from pg_roles, pg_settings":                                                  "t",
	} {
		if lines, _ := mustAll(t, f, sql); lines[0] != want {
			t.Errorf("%s gave %q, want %q", sql, lines, want)
		}
	}
	if rows := pgtest.Query(t, db.primary, "select id from orders"); len(rows) != 2 {
		t.Errorf("orders has %d rows now", len(rows))
	}
}

func TestTheMinimumIsWhatBringsAFollowerDown(t *testing.T) {
	t.Parallel()
	db, f := naive(t, "minimal")
	harden(t, db, f, false)
	for _, h := range hostile {
		if got := attempt(t, f.cfg.DSN, h.sql); h.minimum && got != "42501" && got != "25006" {
			t.Errorf("%q ended with %q", h.sql, got)
		}
	}
	for _, sql := range []string{"select net(1.19)", "select pg_sleep(0)", "select set_config('work_mem', '1MB', false)"} {
		if got := attempt(t, f.cfg.DSN, sql); got != "" {
			t.Errorf("%q ended with %q, which the minimum leaves", sql, got)
		}
	}
	if left := strings.Join(wrong(t, f), "\n"); strings.Contains(left, "end another") || strings.Contains(left, "locks") {
		t.Errorf("after the minimum the check still says:\n%s", left)
	}
}

func TestWhatOthersLoseComesBackWithOneGrant(t *testing.T) {
	t.Parallel()
	db, f := naive(t, "reading")
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), "create role app login password 'letmein'")
	harden(t, db, f, true)
	app := pg.DSNFor("app", "letmein", db.name)
	lost := []string{"select pg_advisory_lock(1)", "do $$ begin perform 1; end $$", "create temp table t (id int)", "select net(1)",
		"select set_config('work_mem', '1MB', false)", "select count(*) from pg_stat_activity", "select pg_cancel_backend(0)"}
	for _, sql := range lost {
		if got := attempt(t, app, sql); got != "42501" {
			t.Errorf("before the grant %q ended with %q", sql, got)
		}
	}
	pgtest.Exec(t, pg.DSN(), "grant clipsheet_exempt to app")
	for _, sql := range lost {
		if got := attempt(t, app, sql); got != "" {
			t.Errorf("after the grant %q ended with %q", sql, got)
		}
	}
}

// The script is made of names from a config: none of them may say more than a name.
func TestAnOddRoleIsStillAName(t *testing.T) {
	t.Parallel()
	role := "o'dd \"role\"\n$$; drop table orders; --\\{database}"
	db, f := naive(t, role)
	f.cfg.Name = "erp\n; drop table orders; --"
	if script := f.HardenSQL(true); strings.Contains(script, "letmein") || strings.Contains(script, role) {
		t.Error("the script has the password, or the name as it is")
	}
	harden(t, db, f, true)
	if left := wrong(t, f); len(left) > 0 {
		t.Errorf("after the script the check still says %q", left)
	}
	if lines, _ := mustAll(t, f, "select count(*) from orders"); lines[0] != "2" {
		t.Errorf("orders has %s rows", lines)
	}
}

func TestTheScriptRefusesTheWrongPlace(t *testing.T) {
	t.Parallel()
	db, f := naive(t, "lost")
	bin, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	super := newFollower(t, db.follower)
	for _, c := range []struct{ dsn, script, says string }{
		{pgtest.Follower(t).DSN(), f.HardenSQL(true), "connect to " + db.name},
		{db.follower, f.HardenSQL(true), "run this on its primary"},
		{db.primary, super.HardenSQL(true), "is a superuser"},
	} {
		cmd := exec.Command(filepath.Join(bin, "psql"), "-X", "-d", c.dsn)
		cmd.Stdin = strings.NewReader(c.script)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.says) || strings.Contains(string(out), "COMMIT") {
			t.Errorf("%v, it does not say %q:\n%.300s", err, c.says, out)
		}
	}
	if !strings.Contains(strings.Join(wrong(t, f), "\n"), "advisory") {
		t.Error("the role was hardened all the same")
	}
}
