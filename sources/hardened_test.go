package sources

import (
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

func TestNothingRunsOnASourceThatHasToBeHardened(t *testing.T) {
	t.Parallel()
	db, lax := naive(t, "strict")
	strict := newFollower(t, lax.cfg.DSN, func(c *Config) { c.RequireHardened, c.WatchdogDSN = true, lax.cfg.WatchdogDSN })
	mustAll(t, lax, "select count(*) from orders")
	_, _, err := all(t.Context(), strict, clips.Query{SQL: "select count(*) from orders"})
	wantError(t, err, clips.KindAuth, "Nothing runs on source erp, since the role", "clipsheet check", "sources.erp.require_hardened")
	for _, finding := range strict.Check(t.Context()) {
		if finding.Level == clips.LevelWarning && strings.Contains(finding.Text, "role") {
			t.Errorf("only a warning: %s", finding.Text)
		}
	}

	harden(t, db, lax, true) // the cure counts at once
	mustAll(t, strict, "select count(*) from orders")

	pgtest.Exec(t, db.primary, "grant insert on orders to strict")
	pgtest.WaitReplayed(t, pgtest.Follower(t))
	mustAll(t, strict, "select count(*) from orders")
	strict.servers[0].inspection.at = strict.servers[0].inspection.at.Add(-checkedFor)
	_, _, err = all(t.Context(), strict, clips.Query{SQL: "select count(*) from orders"})
	wantError(t, err, clips.KindAuth, "may write tables, such as orders")
	wantNoBackends(t, db)
}
