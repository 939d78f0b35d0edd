package sources

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// seenBy runs a Lookout for a while, over servers that are as far behind as told.
func seenBy(t *testing.T, l *Lookout, dsn string, forSo time.Duration, behind func(address string, at time.Time) (age, error)) {
	t.Helper()
	f, err := New(Config{Name: "erp", DSN: dsn, WatchdogDSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	l.look = func(_ *Follower, _ context.Context, sv *server) (age, error) { return behind(sv.address(), time.Now()) }
	ctx, cancel := context.WithTimeout(t.Context(), forSo)
	defer cancel()
	l.Run(ctx, func() map[string]*Follower { return map[string]*Follower{"erp": f} })
}

// late is the age of a follower that is so far behind.
func late(at time.Time, lag time.Duration) age {
	return age{follower: true, now: at, replayed: at.Add(-lag), caughtUp: lag == 0}
}

func TestTheWorstOfEachMinuteIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, l := time.Now(), NewLookout()
		seenBy(t, l, "postgres://r@one,two/erp", 5*time.Minute-time.Second, func(address string, at time.Time) (age, error) {
			switch passed := at.Sub(began); {
			case strings.HasPrefix(address, "two"):
				return age{now: at}, nil // a primary
			case passed < time.Minute:
				return late(at, 0), nil
			case passed < 2*time.Minute:
				return late(at, passed-time.Minute+time.Second), nil // 1, 21, 41 seconds
			case passed < 3*time.Minute:
				return age{}, errNoAnswer
			case passed < 4*time.Minute:
				return age{follower: true, now: at}, nil // started anew: it does not know
			}
			return late(at, 3*time.Second), nil
		})
		all := l.Of("erp")
		if len(all) != 2 || all[0].Follower != "one:5432" || all[1].State != clips.FollowerPrimary || len(all[1].Worst) > 0 {
			t.Fatalf("seen: %+v", all)
		}
		var got []string
		for _, s := range all[0].Worst {
			got = append(got, fmt.Sprint(s.At.Sub(began), " ", s.Lag))
		}
		if want := "0s 0s, 1m0s 41s, 4m0s 3s"; strings.Join(got, ", ") != want {
			t.Errorf("the worst are %q, want %s", got, want)
		}
		if now := all[0]; now.State != clips.FollowerUp || !now.LagKnown || now.Lag != 3*time.Second || time.Since(now.LookedAt) > lookoutEvery {
			t.Errorf("now it is %+v", now)
		}
		if other := l.Of("shop"); len(other) > 0 {
			t.Errorf("of a source that is not there: %+v", other)
		}
	})
}

func TestADayIsRememberedAlsoAcrossAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLookout()
		still := func(_ string, at time.Time) (age, error) { return late(at, time.Second), nil }
		seenBy(t, l, "postgres://r@one/erp", 20*time.Hour, still)
		seenBy(t, l, "postgres://r@new,one/erp", 10*time.Hour, still) // as the config says from now on
		all := l.Of("erp")
		if len(all) != 2 || len(all[0].Worst) != 10*60 || len(all[1].Worst) != lookoutKeeps || time.Since(all[1].Worst[0].At) > 24*time.Hour {
			t.Fatalf("%d minutes of the new one are kept, %d of the old", len(all[0].Worst), len(all[1].Worst))
		}
		seenBy(t, l, "postgres://r@new/erp", time.Second, still)
		if all := l.Of("erp"); len(all) != 1 {
			t.Errorf("one that the config does not name any more is kept: %d", len(all))
		}
	})
}

// lookedAt is what a look by the watchdog's connection finds, and over which connection.
func lookedAt(t *testing.T, f *Follower) (state clips.FollowerState, lag time.Duration, pid uint32) {
	t.Helper()
	a, err := f.look(t.Context(), f.servers[0])
	if err != nil {
		t.Fatal(err)
	}
	if inUse, _ := f.Connections(); inUse != 0 {
		t.Errorf("the look took %d places from runs", inUse)
	}
	state, lag, known := found(a, err)
	if known != (state == clips.FollowerUp) {
		t.Errorf("the lag of a server that is %s is known: %t", state, known)
	}
	return state, lag, f.servers[0].watchdog.conn.PID()
}

// TestALookIsNeverInTheWay: where the reader's role has to look itself, it takes a place that is free, and gives it back.
func TestALookIsNeverInTheWay(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	f := newFollower(t, db.reader, func(c *Config) { c.MaxConnections = 1 })
	if a, err := f.look(t.Context(), f.servers[0]); err != nil || !a.follower {
		t.Fatalf("%+v, %v", a, err)
	}
	wantNoBackends(t, db)
	rows, err := f.Open(t.Context(), clips.Query{SQL: "select 1"})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if _, err := f.look(t.Context(), f.servers[0]); !errors.Is(err, errNotNow) {
		t.Errorf("beside a run on the last place: %v", err)
	}
}
