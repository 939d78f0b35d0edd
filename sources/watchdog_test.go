package sources

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// stubborn makes a function that no cancel ends, no timeout, and not the end of its client.
const stubborn = `create function stubborn() returns int language plpgsql as $$
begin perform set_config('client_connection_check_interval', '0', false);
loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$`

// diary notes what a watchdog did.
type diary struct {
	mu    sync.Mutex
	ended []string
}

func (d *diary) note(ended string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		ended += ": " + err.Error()
	}
	d.ended = append(d.ended, ended)
}

func (d *diary) read() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.ended, ", ")
}

// guarded makes a role that may end nothing, and gives the source a watchdog that may.
func guarded(t testing.TB, role string, change ...func(*Config)) (database, *Follower) {
	t.Helper()
	db := newDatabase(t, stubborn)
	pg := pgtest.Follower(t)
	pgtest.Exec(t, db.primary, fmt.Sprintf(`create role %[1]s login password 'letmein'; create role %[1]s_dog login password 'woof';
		grant pg_signal_backend, pg_read_all_stats to %[1]s_dog;
		revoke execute on function pg_terminate_backend, pg_cancel_backend from public;
		grant execute on function pg_terminate_backend, pg_cancel_backend to %[1]s_dog`, role))
	pgtest.WaitReplayed(t, pg)
	withDog := func(c *Config) { c.WatchdogDSN = pg.FollowerDSNFor(role+"_dog", "woof", db.name) }
	return db, newFollower(t, pg.FollowerDSNFor(role, "letmein", db.name), append([]func(*Config){withDog}, change...)...)
}

func TestAQueryThatCatchesItsTimeoutIsTerminated(t *testing.T) {
	t.Parallel()
	var d diary
	hasty := func(c *Config) { c.StatementTimeout, c.OnWatchdog = 200*time.Millisecond, d.note }
	alone := newDatabase(t, stubborn)
	db, f := guarded(t, "trapped", hasty)
	for name, run := range map[string]struct {
		db database
		f  *Follower
	}{"own role": {alone, newFollower(t, alone.reader, hasty)}, "role of its own": {db, f}} {
		began := time.Now()
		_, _, err := all(t.Context(), run.f, clips.Query{SQL: "select stubborn()"})
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
		wantError(t, err, clips.KindTimeout, "longer than 200ms", "statement_timeout")
		wantNoBackends(t, run.db)
	}
	if got := d.read(); got != "terminated, terminated" {
		t.Errorf("the watchdog says %q", got)
	}
	mustAll(t, f, "select 1")
}

// Also when the reader leaves, and when several queries share the session.
func TestAQueryThatCatchesItsCancelIsTerminated(t *testing.T) {
	t.Parallel()
	var d diary
	db, f := guarded(t, "left", func(c *Config) { c.OnWatchdog = d.note })
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := f.Together(ctx, []clips.Query{{SQL: "select 1"}, {SQL: "select stubborn()"}}, func(_ int, rows clips.Rows) error {
		for rows.Next() {
		}
		return rows.Err()
	})
	wantError(t, err, clips.KindTimeout)
	wantNoBackends(t, db)
	if got := d.read(); got != "terminated" {
		t.Errorf("the watchdog says %q", got)
	}
}

// Numbers of processes come again: a backend that began later, or on a server started anew, is somebody else's.
func TestTheWatchdogEndsNobodyElse(t *testing.T) {
	t.Parallel()
	var d diary
	db, f := guarded(t, "careful", func(c *Config) { c.OnWatchdog = d.note })
	s, err := f.connect(t.Context(), f.servers[0], "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.hangUp()
	if s.data, err = s.age(); err != nil {
		t.Fatal(err)
	}
	began, err := strconv.ParseInt(pgtest.Query(t, db.follower, fmt.Sprintf(
		"select (extract(epoch from backend_start) * 1000000)::bigint from pg_stat_activity where pid = %d", s.conn.PID()))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	f.servers[0].watchdog.end(backend{s.conn.PID(), time.UnixMicro(began - 1), s.data.started})
	f.servers[0].watchdog.end(backend{s.conn.PID(), s.data.now, s.data.started.Add(time.Microsecond)})
	if _, err := s.age(); err != nil {
		t.Errorf("it was ended: %v", err)
	}
	for _, c := range []struct {
		b    backend
		want bool
	}{
		{backend{s.conn.PID(), s.data.now, s.data.started}, true},
		{backend{s.conn.PID(), time.UnixMicro(began - 1), s.data.started}, false},
		{backend{s.conn.PID(), s.data.now, s.data.started.Add(time.Microsecond)}, false}, // the server was started anew
	} {
		if isThere, err := f.servers[0].watchdog.sees(c.b); isThere != c.want || err != nil {
			t.Errorf("of %+v it sees %t, %v", c.b, isThere, err)
		}
	}
	f.servers[0].watchdog.end(backend{s.conn.PID(), s.data.now, s.data.started})
	if _, err := s.age(); err == nil {
		t.Error("it was not ended")
	}
	if got := d.read(); got != "gone, gone, terminated" {
		t.Errorf("the watchdog says %q", got)
	}
}

// A query whose client is gone ends with a cancel, and its backend with it: no more is done to it than that.
func TestTheWatchdogCancelsBeforeItTerminates(t *testing.T) {
	t.Parallel()
	var d diary
	db, f := guarded(t, "gentle", func(c *Config) { c.OnWatchdog = d.note })
	s, err := f.connect(t.Context(), f.servers[0], "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.hangUp()
	if s.data, err = s.age(); err != nil {
		t.Fatal(err)
	}
	s.conn.Frontend().Send(&pgproto3.Query{String: "select pg_sleep(600)"})
	if err := s.conn.Frontend().Flush(); err != nil {
		t.Fatal(err)
	}
	pgtest.Eventually(t, "the query to run", func() bool { return slices.Contains(backends(t, db), "select pg_sleep(600)") })
	s.conn.Conn().Close()
	f.servers[0].watchdog.end(backend{s.conn.PID(), s.data.now, s.data.started})
	if got := d.read(); got != "canceled" {
		t.Errorf("the watchdog says %q", got)
	}
}

func TestCheckSaysWhetherARunCanBeTerminated(t *testing.T) {
	t.Parallel()
	db, f := guarded(t, "looked_after")
	pg := pgtest.Follower(t)
	role, dog := f.cfg.DSN, f.cfg.WatchdogDSN
	pgtest.Exec(t, pg.DSN(), "create role lapdog login password 'woof'")
	pgtest.WaitReplayed(t, pg)
	for _, c := range []struct{ dsn, dog, says string }{
		{role, dog, "ok: the watchdog can terminate"},
		{role, "", "warning: nothing can end a run that ignores its timeout"},
		{role, role, "warning: the watchdog has the role of the clips"},
		{role, pg.FollowerDSNFor("lapdog", "woof", db.name), "warning: the watchdog cannot terminate"},
		{role, pg.FollowerDSNFor("nobody", "woof", db.name), "warning: the watchdog cannot connect"},
		{role, pg.DSNFor("looked_after_dog", "woof", db.name), "warning: the watchdog is on another server"},
	} {
		var texts []string
		for _, finding := range newFollower(t, c.dsn, func(cfg *Config) { cfg.WatchdogDSN = c.dog }).Check(t.Context()) {
			texts = append(texts, fmt.Sprintf("%s: %s", finding.Level, finding.Text))
		}
		if !slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, c.says) }) {
			t.Errorf("with the watchdog %q it does not say %q, but\n%s", c.dog, c.says, strings.Join(texts, "\n"))
		}
	}
	naive := newDatabase(t, "")
	if left := strings.Join(wrong(t, newFollower(t, naive.reader)), "\n"); strings.Contains(left, "watchdog") {
		t.Errorf("of a role that may end its own kind it says\n%s", left)
	}
}
