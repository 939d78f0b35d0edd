package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func prune(t testing.TB, s *store.Store, keep store.Retention) int {
	t.Helper()
	n, err := s.Prune(t.Context(), keep)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// kept lists what is stored, oldest first: clip, revision, parameters, size.
func kept(t testing.TB, dsn string) []string {
	t.Helper()
	return pgtest.Query(t, dsn, `select slug || ' ' || s.revision || ' ' || params_key || ' ' || s.size
		from clipsheet.snapshots s join clipsheet.clips c on c.id = s.clip_id order by s.id`)
}

// age makes all there is a thousand days older.
func age(t testing.TB, dsn string) {
	t.Helper()
	pgtest.Exec(t, dsn, `
		update clipsheet.snapshots set created_at = created_at - interval '1000 days';
		update clipsheet.runs set started_at = started_at - interval '1000 days'`)
}

func TestPruneCountsPerClip(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales", "other")
	save(t, s, "other", "", 1)
	for i := range 5 {
		save(t, s, "sales", "", int64(i))
	}
	if n := prune(t, s, store.Retention{PerClip: 2}); n != 3 {
		t.Errorf("%d went, want 3", n)
	}
	if diff := cmp.Diff([]string{"other 1  1", "sales 1  3", "sales 1  4"}, kept(t, dsn)); diff != "" {
		t.Error(diff)
	}
	if orphans := pgtest.Query(t, dsn, `select count(*) from clipsheet.snapshot_chunks
		where snapshot_id not in (select id from clipsheet.snapshots)`)[0]; orphans != "0" {
		t.Errorf("%s chunks of nothing", orphans)
	}
	if n := prune(t, s, store.Retention{}); n != 0 {
		t.Errorf("without limits %d went", n)
	}
}

func TestManyParametersCannotPushOutTheResultWithoutAny(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	save(t, s, "sales", "", 1)
	save(t, s, "sales", "", 2)
	for i := range 5 {
		save(t, s, "sales", fmt.Sprintf("k%d", i), 3)
	}
	prune(t, s, store.Retention{PerClip: 2})
	if diff := cmp.Diff([]string{"sales 1  2", "sales 1 k3 3", "sales 1 k4 3"}, kept(t, dsn)); diff != "" {
		t.Error(diff)
	}
}

func TestAgeLeavesALastGoodResult(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales", "gone")
	save(t, s, "sales", "", 1) // of a revision that is no longer current
	edited := declare("sales", "gone")
	edited[0].Revision.SQL = "select 2"
	apply(t, s, edited...)
	for i := range 2 {
		save(t, s, "sales", "", int64(2+i))
		save(t, s, "sales", "k", int64(2+i))
		save(t, s, "gone", "", int64(2+i))
	}
	apply(t, s, edited[:1]...)
	age(t, dsn)
	if n := prune(t, s, store.Retention{PerClip: 100, Age: 90 * 24 * time.Hour}); n != 5 {
		t.Errorf("%d went, want 5", n)
	}
	if diff := cmp.Diff([]string{"sales 2  3", "sales 2 k 3"}, kept(t, dsn)); diff != "" {
		t.Error(diff)
	}
	// Runs go with their snapshots.
	if n := pgtest.Query(t, dsn, "select count(*) from clipsheet.runs")[0]; n != "2" {
		t.Errorf("%s runs, want the 2 of the snapshots that are left", n)
	}
}

func TestPruneForgetsOldRunsButNoneUnderWay(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	failed := start(t, s, "sales", "")
	if err := s.FinishRun(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	running := start(t, s, "sales", "")
	age(t, dsn)
	young := start(t, s, "sales", "")
	if err := s.FinishRun(t.Context(), young); err != nil {
		t.Fatal(err)
	}
	prune(t, s, store.Retention{PerClip: 1, Age: time.Hour})
	var got []int64
	for _, r := range runs(t, s, "sales") {
		got = append(got, r.ID)
	}
	if diff := cmp.Diff([]int64{young.ID, running.ID}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOneNodePrunesAtATime(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	for range 10 {
		save(t, s, "sales", "", 1)
	}
	other, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "select pg_advisory_lock(1668049264, 3)"); err != nil {
		t.Fatal(err)
	}
	if n := prune(t, s, store.Retention{PerClip: 1}); n != 0 {
		t.Errorf("%d went while another node was at it", n)
	}
	if _, err := other.Exec(t.Context(), "select pg_advisory_unlock_all()"); err != nil {
		t.Fatal(err)
	}
	err = together(4, func(int) error {
		_, err := s.Prune(t.Context(), store.Retention{PerClip: 1})
		return err
	})
	if left := kept(t, dsn); err != nil || len(left) != 1 {
		t.Errorf("%d left (%v), want 1", len(left), err)
	}
}
