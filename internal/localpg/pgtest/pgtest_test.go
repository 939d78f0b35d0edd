package pgtest_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	one, oneThere := pgtest.Database(t)
	two, twoThere := pgtest.Database(t)
	pgtest.Exec(t, one, "create table mine as select 1 as n")
	pgtest.WaitReplayed(t, pgtest.Follower(t))
	const tables = "select count(*) from pg_tables where tablename = 'mine' and pg_is_in_recovery() = "
	for dsn, sql := range map[string]string{
		one: tables + "false", oneThere: tables + "true",
	} {
		if got := pgtest.Query(t, dsn, sql); got[0] != "1" {
			t.Errorf("%s: %q", sql, got)
		}
	}
	for _, dsn := range []string{two, twoThere} {
		if got := pgtest.Query(t, dsn, "select count(*) from pg_tables where tablename = 'mine'"); got[0] != "0" {
			t.Errorf("another test's database shows %q", got)
		}
	}
}

// Each row is read on the follower the moment WaitReplayed returns.
func TestWaitReplayedMissesNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.Follower(t)
	primary, follower := pgtest.Database(t)
	pgtest.Exec(t, primary, "create table t (n int)")
	for range 20 {
		pgtest.Exec(t, primary, "insert into t values (1)")
		want := pgtest.Query(t, primary, "select count(*) from t")[0]
		pgtest.WaitReplayed(t, s)
		if got := pgtest.Query(t, follower, "select count(*) from t")[0]; got != want {
			t.Fatalf("the follower has %s rows of %s", got, want)
		}
	}
}

func TestWhatAKilledRunLeftIsSwept(t *testing.T) {
	tmp := pgtest.Dir(t)
	t.Setenv("TMPDIR", tmp)
	old, young := pgtest.Dir(t), pgtest.Dir(t)
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	pgtest.Sweep()
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", old, err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Error(err)
	}
}
