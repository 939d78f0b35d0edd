package sources

import (
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// TestAsOf follows one follower through its life: idle, behind, cut off, promoted.
func TestAsOf(t *testing.T) {
	t.Parallel()
	pg, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t), Follower: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Close() })
	pgtest.Exec(t, pg.DSN(), "create table t as select 1 as n")
	pgtest.WaitReplayed(t, pg)
	f := newFollower(t, pg.FollowerDSN())
	eyes := newFollower(t, pg.FollowerDSN(), func(c *Config) { c.WatchdogDSN = c.DSN })
	read := func() (rows int, h clips.Header) {
		t.Helper()
		lines, h := mustAll(t, f, "select n from t")
		return len(lines), h
	}

	// A primary that commits nothing is not lag.
	_, first := read()
	_, idle := read()
	if idle.Lag != 0 || !idle.AsOf.After(first.AsOf) || time.Since(idle.AsOf) > time.Minute {
		t.Errorf("idle: as of %s, lag %s", idle.AsOf, idle.Lag)
	}

	state, lag, pid := lookedAt(t, eyes)
	if state != clips.FollowerUp || lag != 0 {
		t.Errorf("looked at while idle, it is %s and %s behind", state, lag)
	}

	// Behind: the moment stays where the follower was last seen to be up to date, though the last commit it has
	// replayed is older than that.
	pgtest.Exec(t, pg.FollowerDSN(), "select pg_wal_replay_pause()")
	pgtest.Eventually(t, "replay to pause", func() bool {
		return pgtest.Query(t, pg.FollowerDSN(), "select pg_get_wal_replay_pause_state()")[0] == "paused"
	})
	paused := time.Now()
	pgtest.Exec(t, pg.DSN(), "insert into t values (2)")
	pgtest.Eventually(t, "the follower to receive it", func() bool {
		return pgtest.Query(t, pg.FollowerDSN(), "select pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()")[0] == "t"
	})
	rows, behind := read()
	if rows != 1 || behind.Lag <= 0 || behind.AsOf.Before(idle.AsOf) || behind.AsOf.After(paused) {
		t.Errorf("behind: %d rows as of %s, lag %s; paused at %s, last seen up to date at %s", rows, behind.AsOf, behind.Lag, paused, idle.AsOf)
	}
	_, later := read()
	if later.Lag <= behind.Lag || !later.AsOf.Equal(behind.AsOf) {
		t.Errorf("behind for longer: as of %s, lag %s after %s", later.AsOf, later.Lag, behind.Lag)
	}
	_, seen, _ := lookedAt(t, eyes)
	if _, grown, samePID := lookedAt(t, eyes); seen <= 0 || grown <= seen || samePID != pid {
		t.Errorf("looked at while behind, it is %s behind and then %s; by the connections %d and %d", seen, grown, pid, samePID)
	}
	pgtest.Exec(t, pg.FollowerDSN(), "select pg_wal_replay_resume()")
	pgtest.WaitReplayed(t, pg)
	if rows, h := read(); rows != 2 || h.Lag != 0 || !h.AsOf.After(later.AsOf) {
		t.Errorf("caught up: %d rows as of %s, lag %s", rows, h.AsOf, h.Lag)
	}

	// Cut off from its primary, its data grows old.
	if err := pg.StopPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped := time.Now()
	pgtest.Eventually(t, "the follower to notice", func() bool {
		return pgtest.Query(t, pg.FollowerDSN(), "select count(*) from pg_stat_wal_receiver")[0] == "0"
	})
	if rows, h := read(); rows != 2 || h.Lag <= 0 || h.AsOf.After(stopped) {
		t.Errorf("cut off at %s: %d rows as of %s, lag %s", stopped, rows, h.AsOf, h.Lag)
	}

	// Promoted, it is a follower no longer.
	if err := pg.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, _, _ := lookedAt(t, eyes); state != clips.FollowerPrimary {
		t.Errorf("looked at after its promotion, it is %s", state)
	}
	eyes.lookAway()
	if eyes.servers[0].watchdog.conn != nil {
		t.Error("nobody looks any more, and the connection is kept")
	}
	_, _, err = all(t.Context(), f, clips.Query{SQL: "select n from t"})
	wantError(t, err, clips.KindNotFollower, "erp")
	f.servers[0].pg.ValidateConnect = nil // as with servers that do not say by themselves what they are
	_, _, err = all(t.Context(), f, clips.Query{SQL: "select n from t"})
	wantError(t, err, clips.KindNotFollower, "erp")
}
