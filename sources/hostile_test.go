package sources

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

//go:embed testdata/hostile.sql
var hostileSQL string

// attack is one of their statements, under the line that says what it tries.
type attack struct{ tries, sql string }

// theirs are the statements of hostile.sql: those that may reach other sessions, those that are quickly over, and those
// that cost something.
func theirs(t testing.TB, names *strings.Replacer) (reaching, quick, costly []attack) {
	t.Helper()
	_, rest, _ := strings.Cut(hostileSQL, "\n\n")
	parts := strings.Split(rest, "\n-- From here on")
	if len(parts) != 3 {
		t.Fatalf("hostile.sql has %d parts", len(parts))
	}
	read := func(part string) (all []attack) {
		for _, statement := range strings.Split(strings.TrimSpace(part), "\n\n") {
			tries, sql, ok := strings.Cut(statement, "\n")
			if !ok || !strings.HasPrefix(tries, "-- ") {
				t.Fatalf("no statement under a line: %q", statement)
			}
			all = append(all, attack{strings.TrimPrefix(tries, "-- "), names.Replace(sql)})
		}
		return all
	}
	untitled := func(part string) string {
		_, part, _ = strings.Cut(part, "\n\n")
		return part
	}
	return read(parts[0]), read(untitled(parts[1])), read(untitled(parts[2]))
}

// unwritten are statements that a file of text cannot hold, or nobody would read in one.
var unwritten = []attack{
	{"nothing at all", ""},
	{"nothing but comments", "-- nothing\n/* and /* again */ nothing */"},
	{"a NUL, and a statement behind it", "select 1\x00; select do_write()"},
	{"a NUL in a text", "select 'a\x00b'"},
	{"bytes that are no text, before a quote", "select '\xe3'; select do_write(); --'"},
	{"a character that is cut, before the end", "select 1 as \"\xf0\x9f"},
	{"a character longer than it needs to be", "select '\xc0\xa7; select do_write(); --'"},
	{"half of a pair", "select '\xed\xa0\x80'"},
	{"a text of ten megabytes", "select length('" + strings.Repeat("x", 10<<20) + "')"},
	{"a comment of ten megabytes, and a second statement", "select 1 /*" + strings.Repeat("x", 10<<20) + "*/; select do_write()"},
	{"brackets in brackets", "select " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000)},
	{"brackets that do not end", "select " + strings.Repeat("(", 100_000)},
	{"queries in queries", strings.Repeat("select (", 3_000) + "select 1" + strings.Repeat(")", 3_000)},
	{"a sum of many", "select 1" + strings.Repeat("+1", 100_000)},
	{"a union of many", "select 1" + strings.Repeat(" union select 1", 5_000)},
	{"a join of many", "select count(*) from orders" + numbered(60, " natural join orders o%d")},
	{"a list of many", "select 1 where 1 in (0" + strings.Repeat(",0", 200_000) + ")"},
	{"as many columns as there can be", "select 1" + strings.Repeat(",1", 1663)},
	{"a column more", "select 1" + strings.Repeat(",1", 1664)},
	{"a name of a megabyte", `select 1 as "` + strings.Repeat("n", 1<<20) + `"`},
	{"a product of many", "select 1 from pg_class" + numbered(500, ", pg_class t%d")},
}

func numbered(n int, format string) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, format, i)
	}
	return all.String()
}

// Whatever is written, and whether or not the role was made safe: the primary has what it had, the follower answers,
// nothing of ours runs on, and the next reader gets the same bytes.
func TestNoSQLHurtsAnybody(t *testing.T) {
	t.Parallel()
	for _, hardened := range []bool{false, true} {
		t.Run(fmt.Sprintf("hardened %t", hardened), func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, hardened)
			names := strings.NewReplacer("{primary}", strings.ReplaceAll(v.pg.DSN(), "'", "''"), "{oid}", "424241",
				"{pid}", strconv.Itoa(int(v.bystander.conn.PID())))
			reaching, quick, costly := theirs(t, names)
			for _, a := range reaching {
				v.suffer(t, a)
			}
			for several := range slices.Chunk(append(costly, unwritten...), 4) { // the places of a source
				v.suffer(t, several...)
			}
			v.attackers = append(v.attackers, v.onPrimary)
			for several := range slices.Chunk(quick, 4) {
				v.suffer(t, several...)
			}
			if n := len(reaching) + len(quick) + len(costly) + len(unwritten); n < 200 {
				t.Errorf("only %d statements were tried", n)
			}
		})
	}
}

// victim is a company whose follower takes SQL of anybody.
type victim struct {
	pg         *localpg.Server
	attackers  []*Follower // each attack is made on each
	onPrimary  *Follower   // where an operator allowed that, and nothing but our own policy holds
	next       *Follower   // for the next reader, whose query is quick, but not always the machine
	isHardened bool
	bystander  *session // another reader's, idle
	primary    witness
	follower   witness
	rows       []string // what the next reader is to get
}

const hostileSetup = stubborn + `; create role naive login password 'letmein';
	create table orders (id int, amount numeric); insert into orders values (1, 10.50), (2, 20); grant select on orders to naive;
	create sequence numbers; grant usage, update on sequence numbers to naive; select lo_from_bytea(424241, 'kept');
	create procedure do_it() language sql as 'insert into orders values (9, 9)';
	create function do_write() returns int language sql security definer as 'insert into public.orders values (9, 9) returning id';
	create function do_write_stably() returns int language sql stable security definer as 'select do_write()'`

// A foreign table that an application left behind, which leads to a view that writes.
const hostileForeign = `create view writes as select do_write() as id; grant select on writes to naive;
	create extension postgres_fdw; create server itself foreign data wrapper postgres_fdw options (host '%s', port '%d', dbname '%s');
	create user mapping for naive server itself options (user 'naive', password 'letmein');
	create foreign table elsewhere (id int) server itself options (table_name 'writes'); grant select on elsewhere to naive`

const (
	// What they would change there, and on the follower.
	primaryState = `select (select jsonb_agg(o) from orders o)::text || (select jsonb_agg(l.* order by l) from (select loid, data from pg_largeobject) l)::text
		|| (select last_value::text from numbers) || (select count(*) from pg_class) || (select count(*) from pg_proc)
		|| (select md5(jsonb_agg(r order by oid)::text) from pg_authid r) || (select count(*) from pg_db_role_setting)
		|| (select count(*) from pg_replication_slots) || (select count(*) from pg_prepared_xacts)`
	// Its processes are others after a crash of one of its backends, which ends everybody's.
	followerState = `select string_agg(pid::text, ' ' order by pid) filter (where backend_type in ('startup', 'checkpointer', 'background writer'))
		|| coalesce(string_agg(query, '; ') filter (where usename = 'naive' and query not in ('', '-- ping')), '') || pg_is_in_recovery() || pg_is_wal_replay_paused()
		|| (select count(*) from pg_ls_tmpdir()) || (select count(*) from pg_locks where locktype = 'advisory') from pg_stat_activity`
	nextReader = "select id, amount, now() is not null, current_setting('TimeZone'), current_setting('DateStyle'), '2026-11-25'::date from orders order by id"
)

func newVictim(t *testing.T, hardened bool) *victim {
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t), Follower: true, TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Close() })
	v := &victim{pg: pg, isHardened: hardened}
	pgtest.Exec(t, pg.DSN(), hostileSetup)
	if hardened && localpg.HasExtension("dblink") { // who has a password of the primary, and dblink, can only be kept from dblink
		pgtest.Exec(t, pg.DSN(), "create extension dblink")
	}
	if localpg.HasExtension("postgres_fdw") {
		itself, err := pgconn.ParseConfig(pg.DSNFor("naive", "letmein", ""))
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Exec(t, pg.DSN(), fmt.Sprintf(hostileForeign, itself.Host, itself.Port, itself.Database))
	}
	pgtest.WaitReplayed(t, pg)
	dsn := pg.FollowerDSNFor("naive", "letmein", "")
	v.next = newFollower(t, dsn)
	tight := func(c *Config) {
		c.StatementTimeout, c.Limits = 100*time.Millisecond, clips.Limits{Rows: 1e6, Bytes: 4 << 20, Cell: 1 << 20}
	}
	f := newFollower(t, dsn, tight, func(c *Config) {
		if hardened {
			c.WatchdogDSN = pg.FollowerDSNFor("dog", "woof", "")
		}
	})
	v.attackers = []*Follower{f}
	v.onPrimary = newFollower(t, pg.DSNFor("naive", "letmein", ""), tight, func(c *Config) { c.AllowPrimary = true })
	if hardened {
		psql(t, pg.DSN(), f.HardenSQL(true))
		pgtest.Exec(t, pg.DSN(), "alter role dog password 'woof'")
		pgtest.WaitReplayed(t, pg)
	}
	v.primary, v.follower = newWitness(t, pg.DSN(), primaryState), newWitness(t, pg.FollowerDSN(), followerState)
	v.rows, _ = mustAll(t, v.next, nextReader)
	if v.bystander, err = v.next.connect(t.Context(), v.next.servers[0], "", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.bystander.hangUp)
	return v
}

// suffer has the attacks made, all at once, and looks what became of everybody.
func (v *victim) suffer(t *testing.T, attacks ...attack) {
	t.Helper()
	var made sync.WaitGroup
	var what []string
	for _, a := range attacks {
		what = append(what, a.tries)
		for _, f := range v.attackers {
			made.Go(func() {
				began := time.Now()
				_, _, err := all(t.Context(), f, clips.Query{SQL: a.sql})
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s: it took %s (%v)", a.tries, took, err)
				}
			})
		}
	}
	made.Wait()
	tried := strings.Join(what, ", ")
	if got, _, err := all(t.Context(), v.next, clips.Query{SQL: nextReader}); err != nil || !slices.Equal(got, v.rows) {
		t.Errorf("%s: the next reader gets %q, %v", tried, got, err)
	}
	if err := v.bystander.conn.Ping(t.Context()); v.isHardened && err != nil {
		t.Errorf("%s: the session of another reader ended: %v", tried, err)
	}
	v.primary.look(t, tried)
	v.follower.look(t, tried)
}

// witness knows what there was on a server.
type witness struct {
	conn   *pgconn.PgConn
	state  string // a query
	before string
}

func newWitness(t *testing.T, dsn, state string) witness {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	w := witness{conn: conn, state: state}
	w.before = w.read(t)
	return w
}

func (w witness) read(t *testing.T) string {
	t.Helper()
	got := w.conn.ExecParams(t.Context(), w.state, nil, nil, nil, nil).Read()
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	return string(got.Rows[0][0])
}

func (w witness) look(t *testing.T, tried string) {
	t.Helper()
	if now := w.read(t); now != w.before {
		t.Errorf("%s: there is now %s, there was %s", tried, now, w.before)
	}
}
