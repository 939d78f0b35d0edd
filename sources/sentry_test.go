package sources

import (
	"os"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// However a run comes to learn of it, one whose server is promoted meanwhile fails and leaves nothing.
func TestAPromotionFailsTheRunUnderWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql    string
		change func(*Config, string)
	}{
		"seen by the watchdog":      {"select 1, pg_sleep(60)", func(c *Config, dog string) { c.WatchdogDSN, c.MaxConnections = dog, 1 }},
		"seen by another session":   {"select g, pg_sleep(0.01) from generate_series(1, 6000) g", func(*Config, string) {}},
		"said by the server itself": {"select 1, pg_sleep(2)", func(c *Config, _ string) { c.MaxConnections = 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pg := pair(t, "one")
			pgtest.Exec(t, pg.DSN(), "create role dog login password 'woof' in role pg_signal_backend, pg_read_all_stats")
			pgtest.WaitReplayed(t, pg)
			f := newFollower(t, across(t, pg.FollowerDSN()), func(cfg *Config) { c.change(cfg, pg.FollowerDSNFor("dog", "woof", "")) })
			w := newWorld(t, func(o *CacheOptions) { o.Source = func(string) (clips.Source, bool) { return f, true } })
			failed := make(chan error, 1)
			req := ask()
			req.Bound.Query = clips.Query{SQL: c.sql}
			go func() {
				_, err := w.Get(t.Context(), req)
				failed <- err
			}()
			pgtest.Eventually(t, "the query to run", func() bool {
				return len(pgtest.Query(t, pg.FollowerDSN(), "select 1 from pg_stat_activity where state = 'active' and usename = 'reader' and query = $$"+
					c.sql+"$$")) == 1
			})
			if err := pg.Promote(t.Context()); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			wantError(t, <-failed, clips.KindNotFollower, "was promoted", "sources.erp.dsn")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it went on for %s", took)
			}
			pgtest.Eventually(t, "its backend to go", func() bool {
				return len(pgtest.Query(t, pg.FollowerDSN(), "select 1 from pg_stat_activity where usename = 'reader'")) == 0
			})
			if kept, err := os.ReadDir(w.dir); err != nil || len(kept) > 0 {
				t.Errorf("kept are %v, %v", kept, err)
			}
			if len(w.store.infos) > 0 {
				t.Errorf("stored are %v", w.store.infos)
			}
		})
	}
}

// Queries of several are each looked at, and not only all of them at the end.
func TestAPromotionFailsTheQueryOfSeveral(t *testing.T) {
	t.Parallel()
	pg := pair(t, "one")
	f := newFollower(t, across(t, pg.FollowerDSN()), func(c *Config) { c.MaxConnections = 1 })
	read := 0
	err := f.Together(t.Context(), []clips.Query{{SQL: "select 1"}, {SQL: "select 2"}, {SQL: "select 3"}}, func(i int, rows clips.Rows) error {
		if i == 1 {
			if err := pg.Promote(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for rows.Next() {
		}
		if rows.Err() == nil {
			read++
		}
		return rows.Err()
	})
	wantError(t, err, clips.KindNotFollower, "was promoted")
	if read > 2 {
		t.Errorf("it read %d results", read)
	}
}

// A server that was a follower when its age was read, and is a primary at the next look: the first thing that a run asks
// of its snapshot, and the last.
func TestAPromotionBetweenTwoLooksIsNoticed(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.primary, func(c *Config) { c.AllowPrimary = true })
	for name, look := range map[string]func(*session) error{"first": (*session).snap, "last": (*session).end} {
		s, err := f.settle(t.Context(), f.servers[0], "", 0)
		if err != nil {
			t.Fatal(err)
		}
		s.data.follower = true
		err = look(s)
		s.hangUp()
		if clips.KindOf(err) != clips.KindNotFollower {
			t.Errorf("the %s look: %v", name, err)
		}
	}
}
