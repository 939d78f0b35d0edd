package sources

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

//go:embed testdata/hostile.sql
var hostileSQL string

// theirs are the statements of hostile.sql, each under the line that says what it tries.
func theirs(t testing.TB, names *strings.Replacer) (all [][2]string) {
	t.Helper()
	_, rest, _ := strings.Cut(hostileSQL, "\n\n")
	for _, part := range strings.Split(strings.TrimSpace(rest), "\n\n") {
		tries, sql, ok := strings.Cut(part, "\n")
		if !ok || !strings.HasPrefix(tries, "-- ") {
			t.Fatalf("no statement under a line: %q", part)
		}
		all = append(all, [2]string{strings.TrimPrefix(tries, "-- "), names.Replace(sql)})
	}
	if len(all) < 60 {
		t.Fatalf("only %d statements", len(all))
	}
	return all
}

// Whatever is written, and whether or not the role was made safe: the primary has what it had, the follower answers,
// nothing of ours runs on, and the next reader gets the same bytes.
func TestNoSQLHurtsAnybody(t *testing.T) {
	t.Parallel()
	for _, hardened := range []bool{false, true} {
		t.Run(fmt.Sprintf("hardened %t", hardened), func(t *testing.T) {
			t.Parallel()
			attack(t, hardened)
		})
	}
}

func attack(t *testing.T, hardened bool) {
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t), Follower: true, TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Close() })
	pgtest.Exec(t, pg.DSN(), stubborn+`; create role naive login password 'letmein';
		create table orders (id int, amount numeric); insert into orders values (1, 10.50), (2, 20); grant select on orders to naive;
		create sequence numbers; select lo_from_bytea(424241, 'kept');
		create procedure do_it() language sql as 'insert into orders values (9, 9)';
		create function do_write() returns int language sql security definer as 'insert into orders values (9, 9) returning id'`)
	if hardened && localpg.HasExtension("dblink") { // who has a password of the primary, and dblink, can only be kept from dblink
		pgtest.Exec(t, pg.DSN(), "create extension dblink")
	}
	pgtest.WaitReplayed(t, pg)
	f := newFollower(t, pg.FollowerDSNFor("naive", "letmein", ""), func(c *Config) {
		c.StatementTimeout, c.Limits = 300*time.Millisecond, clips.Limits{Rows: 1e6, Bytes: 4 << 20, Cell: 1 << 20}
		if hardened {
			c.WatchdogDSN = pg.FollowerDSNFor("dog", "woof", "")
		}
	})
	if hardened {
		psql(t, pg.DSN(), f.HardenSQL(true))
		pgtest.Exec(t, pg.DSN(), "alter role dog password 'woof'")
		pgtest.WaitReplayed(t, pg)
	}
	const state = `select (select jsonb_agg(o) from orders o)::text || (select jsonb_agg(l.* order by l) from (select loid, data from pg_largeobject) l)::text
		|| (select last_value::text from numbers) || (select count(*) from pg_class) || (select count(*) from pg_proc)`
	const reader = "select id, amount, now() is not null, current_setting('TimeZone'), current_setting('DateStyle'), '2026-11-25'::date from orders order by id"
	before := pgtest.Query(t, pg.DSN(), state)[0]
	want, _ := mustAll(t, f, reader)
	bystander, err := f.connect(t.Context(), f.servers[0], "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer bystander.hangUp()
	names := strings.NewReplacer("{primary}", strings.ReplaceAll(pg.DSN(), "'", "''"), "{oid}", "424241", "{pid}", strconv.Itoa(int(bystander.conn.PID())))
	for _, s := range theirs(t, names) {
		began := time.Now()
		_, _, err := all(t.Context(), f, clips.Query{SQL: s[1]})
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %s (%v)", s[0], took, err)
		}
		left := pgtest.Query(t, pg.FollowerDSN(), fmt.Sprintf("select query from pg_stat_activity where usename = 'naive' and pid <> %d", bystander.conn.PID()))
		if len(left) > 0 {
			t.Errorf("%s: left running is %q", s[0], left)
		}
		if got, _, err := all(t.Context(), f, clips.Query{SQL: reader}); err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: the next reader gets %q, %v", s[0], got, err)
		}
		if after := pgtest.Query(t, pg.DSN(), state)[0]; after != before {
			t.Errorf("%s: the primary has %s, it had %s", s[0], after, before)
			before = after
		}
	}
	if locks := pgtest.Query(t, pg.FollowerDSN(), "select count(*) from pg_locks where locktype = 'advisory'")[0]; locks != "0" {
		t.Errorf("%s advisory locks are left", locks)
	}
}
