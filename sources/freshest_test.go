package sources

import (
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// pair is a primary with a follower of its own, where the role "reader" may read and the table "who" has a name.
func pair(t testing.TB, name string) *localpg.Server {
	t.Helper()
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t), Follower: true, TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Close() })
	pgtest.Exec(t, pg.DSN(), "create role reader login password 'letmein'; grant pg_read_all_data to reader; create table who as select '"+name+"' as name")
	pgtest.WaitReplayed(t, pg)
	return pg
}

// across is a DSN of the role "reader" that names several servers.
func across(t testing.TB, addresses ...string) string {
	t.Helper()
	for i, address := range addresses {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			addresses[i] = u.Host
		}
	}
	return "postgres://reader:letmein@" + strings.Join(addresses, ",") + "/postgres?sslmode=disable"
}

// holdReplay holds replay back, with something to replay.
func holdReplay(t testing.TB, pg *localpg.Server) {
	t.Helper()
	pgtest.Exec(t, pg.FollowerDSN(), "select pg_wal_replay_pause()")
	pgtest.Eventually(t, "replay to pause", func() bool {
		return pgtest.Query(t, pg.FollowerDSN(), "select pg_get_wal_replay_pause_state()")[0] == "paused"
	})
	pgtest.Exec(t, pg.DSN(), "create table if not exists later (n int)")
	pgtest.Eventually(t, "the follower to receive it", func() bool {
		return pgtest.Query(t, pg.FollowerDSN(), "select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")[0] == "t"
	})
}

// door is a TCP port that counts who comes: silent, or one that shuts at once.
func door(t testing.TB, silent bool) (address string, came *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	came = &atomic.Int64{}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			if !silent {
				conn.Close()
			}
		}
	}()
	return l.Addr().String(), came
}

func TestTheFreshestServerThatAnswersIsUsed(t *testing.T) {
	t.Parallel()
	one, two := pair(t, "one"), pair(t, "two")
	silent, came := door(t, true)
	f := newFollower(t, across(t, one.DSN(), silent, one.FollowerDSN(), two.FollowerDSN()), func(c *Config) {
		c.ConnectTimeout, c.MaxLag = 500*time.Millisecond, time.Minute
	})
	who := func() string {
		t.Helper()
		f.ranking.at = time.Time{} // as after some seconds
		lines, _ := mustAll(t, f, "select name from who")
		return lines[0]
	}
	if got := who(); got != "one" {
		t.Errorf("of two fresh ones it used %s", got)
	}
	holdReplay(t, one)
	pgtest.Eventually(t, "the other to be fresher", func() bool { return who() == "two" })
	before := f.servers[3].presence.count()
	if err := two.StopFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := who(); got != "one" {
		t.Errorf("after the end of the other it used %s", got)
	}
	if err := two.StartFollower(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Eventually(t, "it to come back", func() bool { return who() == "two" })
	if n := f.servers[3].presence.count() - before; n != 2 {
		t.Errorf("that it went and came was noticed as %d changes", n)
	}
	if n := came.Load(); n == 0 || n > 20 {
		t.Errorf("the silent server was tried %d times", n)
	}
	findings := f.Check(t.Context())
	var subjects []string
	for _, finding := range findings {
		subjects = append(subjects, finding.Subject)
	}
	if all := strings.Join(subjects, "\n"); !strings.Contains(all, "source erp, server 2 of 4") {
		t.Errorf("check speaks of\n%s", all)
	}
}

func TestServersFurtherBehindThanMaxLagAreNotUsed(t *testing.T) {
	t.Parallel()
	pg := pair(t, "one")
	f := newFollower(t, across(t, pg.FollowerDSN()), func(c *Config) { c.MaxLag = 200 * time.Millisecond })
	mustAll(t, f, "select 1")
	holdReplay(t, pg)
	pgtest.Eventually(t, "the follower to be late", func() bool {
		_, _, err := all(t.Context(), f, clips.Query{SQL: "select 1"})
		if err == nil {
			return false
		}
		wantError(t, err, clips.KindLag, "behind its primary", "more than 200ms", "sources.erp.max_lag")
		return true
	})
	loose := newFollower(t, f.cfg.DSN)
	mustAll(t, loose, "select 1")
	_, _, err := all(t.Context(), loose, clips.Query{SQL: "select 1", MaxLag: 150 * time.Millisecond})
	wantError(t, err, clips.KindLag, "more than 150ms", "the max_lag of the clip")
	two := []clips.Query{{SQL: "select 1", MaxLag: time.Hour}, {SQL: "select 2", MaxLag: 150 * time.Millisecond}}
	err = loose.Together(t.Context(), two, func(int, clips.Rows) error { t.Error("it ran"); return nil })
	wantError(t, err, clips.KindLag, "more than 150ms")
	_, _, err = all(t.Context(), f, clips.Query{SQL: "select 1", MaxLag: time.Hour}) // no author lifts the operator's limit
	wantError(t, err, clips.KindLag, "more than 200ms", "sources.erp.max_lag")
	began := time.Now()
	go func() {
		time.Sleep(300 * time.Millisecond) // the moment that a late server gets
		pgtest.Exec(t, pg.FollowerDSN(), "select pg_wal_replay_resume()")
	}()
	mustAll(t, f, "select 1")
	if took := time.Since(began); took > catchUpFor {
		t.Errorf("it took %s", took)
	}
}

func TestAServerThatIsDownIsNotHammered(t *testing.T) {
	t.Parallel()
	shut, came := door(t, false)
	f := newFollower(t, across(t, shut))
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		_, err := f.Open(t.Context(), clips.Query{SQL: "select 1"})
		wantError(t, err, clips.KindUnavailable)
	}
	if n := came.Load(); n < 2 || n > 10 {
		t.Errorf("it was tried %d times in two seconds", n)
	}
}

func TestAWrongPasswordIsNotTriedAgainAndAgain(t *testing.T) {
	t.Parallel()
	pg := pgtest.Follower(t)
	f := newFollower(t, pg.FollowerDSNFor("nobody", "guess", ""))
	said := map[string]bool{}
	for range 100 {
		_, err := f.Open(t.Context(), clips.Query{SQL: "select 1"})
		said[wantError(t, err, clips.KindAuth, "refused the password", "It is tried again at", "UTC.").Notice] = true
	}
	if len(said) != 1 {
		t.Errorf("it is said %v", said)
	}
	if rests := f.Resting(); len(rests) != 1 || rests[0].Subject != "source erp" || !strings.Contains(rests[0].Text, "is tried again at") {
		t.Errorf("of its rest it is said %+v", rests)
	}
	if n := f.servers[0].failure.count; n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// A server that had to cancel a query to keep up is given a moment, when there is another.
func TestAfterAConflictAnotherServerIsTried(t *testing.T) {
	t.Parallel()
	f := newFollower(t, "postgres://reader@127.0.0.1:1,127.0.0.1:2/x")
	f.ranking.at = time.Now()
	first := f.ranked(t.Context())[0]
	first.aside()
	if next := f.ranked(t.Context())[0]; next == first {
		t.Error("the same is tried again")
	}
}

func TestTheWatchdogKnowsAllServers(t *testing.T) {
	t.Parallel()
	for dsn, dog := range map[string]string{
		"postgres://r@a:1,b:2/x": "postgres://w@b:2,a:1/x",
		"postgres://r@a:1,b:2/y": "postgres://w@a:1/x",
		"postgres://r@a:1/x":     "postgres://w@a:1,b:2/x",
	} {
		if _, err := New(Config{Name: "erp", DSN: dsn, WatchdogDSN: dog}); err == nil || !strings.Contains(err.Error(), "different servers") {
			t.Errorf("%s with %s: %v", dsn, dog, err)
		}
	}
	if _, err := New(Config{Name: "erp", DSN: "postgres://r@a:1,b:2/x", WatchdogDSN: "postgres://w@a:1,b:2/x"}); err != nil {
		t.Error(err)
	}
}
