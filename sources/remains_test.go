package sources

import (
	"context"
	"fmt"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// TestABackendThatCannotBeEndedKeepsItsSeat: its watchdog sees it and may not end it, so that it stays, as one does that looks
// at no signal.
func TestABackendThatCannotBeEndedKeepsItsSeat(t *testing.T) {
	t.Parallel()
	var d diary
	db := newDatabase(t, stubborn)
	pg := pgtest.Follower(t)
	pgtest.Exec(t, db.primary, "create role toothless login password 'woof' in role pg_read_all_stats")
	pgtest.WaitReplayed(t, pg)
	f := newFollower(t, db.reader, func(c *Config) {
		c.WatchdogDSN, c.MaxConnections, c.OnWatchdog = pg.FollowerDSNFor("toothless", "woof", db.name), 1, d.note
	})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, _, err := all(ctx, f, clips.Query{SQL: "select stubborn()"})
	wantError(t, err, clips.KindTimeout)
	if got := d.read(); got == "" || got == "gone" {
		t.Fatalf("the watchdog says %q", got)
	}
	full, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = f.Open(full, clips.Query{SQL: "select 1"})
	wantError(t, err, clips.KindBusy, "connections of source")
	if inUse, _ := f.Connections(); inUse != 1 {
		t.Errorf("%d connections are in use", inUse)
	}
	pgtest.Exec(t, db.follower, fmt.Sprintf(
		"select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s' and usename = 'reader'", db.name))
	mustAll(t, f, "select 1")
	pgtest.Eventually(t, "the seat to be free", func() bool { inUse, _ := f.Connections(); return inUse == 0 })
}
