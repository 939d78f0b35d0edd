package store_test

import (
	"testing"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// hold takes hold of a spreadsheet for a run, on a node.
func hold(t testing.TB, s *store.Store, spreadsheet, node string, r clips.SyncRun) bool {
	t.Helper()
	held, err := s.HoldSpreadsheet(t.Context(), spreadsheet, node, r)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// claimed are runs under way, one of each sync.
func claimed(t testing.TB, s *store.Store, names ...string) []clips.SyncRun {
	t.Helper()
	var all []clips.SyncRun
	for _, name := range names {
		all = append(all, claim(t, s, ask(t, s, name, "web", at(1)).ID, at(1)).Run)
	}
	return all
}

func TestOneNodeAtATimeWritesASpreadsheet(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two", "three")
	r := claimed(t, s, "one", "two", "three")
	three := r[2]
	if !hold(t, s, "book", "a", r[0]) || !hold(t, s, "other", "b", three) {
		t.Error("a free spreadsheet cannot be held")
	}
	if !hold(t, s, "book", "a", r[1]) {
		t.Error("runs of one node do not hold it together")
	}
	if hold(t, s, "book", "b", three) {
		t.Error("two nodes hold one spreadsheet")
	}
	for _, r := range r[:2] {
		r.State = clips.SyncDone
		finish(t, s, r)
		if hold(t, s, "book", "b", three) {
			t.Error("there is no second between two nodes, or not all of the first have let go")
		}
	}
	pgtest.Eventually(t, "a second to pass", func() bool { return hold(t, s, "book", "b", three) })
	if waited := pgtest.Query(t, dsn, `select now() - max(ended_at) >= interval '1 second' from clipsheet.sync_runs`)[0]; waited != "t" {
		t.Error("it was less than a second")
	}
}

func TestANodeThatDiesLetsGoOfItsSpreadsheets(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two")
	r := claimed(t, s, "one", "two")
	hold(t, s, "book", "a", r[0])
	pgtest.Exec(t, dsn, `update clipsheet.sync_runs set lease_until = now() where holds <> ''`)
	if hold(t, s, "book", "a", r[0]) {
		t.Error("a run holds a spreadsheet for longer than its lease")
	}
	pgtest.Eventually(t, "nobody to be waiting", func() bool { return hold(t, s, "book", "b", r[1]) })
}

func TestANodeThatWaitsForASpreadsheetGetsItsTurn(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two", "three", "four")
	r := claimed(t, s, "one", "two", "three", "four")
	hold(t, s, "book", "a", r[0])
	if hold(t, s, "book", "b", r[1]) || hold(t, s, "book", "c", r[2]) {
		t.Error("it is held by another")
	}
	if hold(t, s, "book", "a", r[3]) {
		t.Error("more and more runs of one node can hold it while another waits")
	}
	r[0].State = clips.SyncDone
	finish(t, s, r[0])
	pgtest.Exec(t, dsn, `update clipsheet.spreadsheets set free_at = now(), wanted_until = now() + interval '1 minute'`)
	if hold(t, s, "book", "c", r[2]) || !hold(t, s, "book", "b", r[1]) {
		t.Error("who waited first does not come first")
	}
}

func TestRaisingAFenceLetsItCountOnFromFarAbove(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	ended(t, s, 1, clips.SyncDone, clips.Pushed{})
	if err := s.RaiseFence(t.Context(), syncOf(t, s, "one").ID); err != nil {
		t.Fatal(err)
	}
	if r := ended(t, s, 2, clips.SyncDone, clips.Pushed{}); r.Fence != 1_000_002 {
		t.Errorf("the fence is %d", r.Fence)
	}
}
