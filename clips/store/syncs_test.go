package store_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

var wholeSync = clips.Sync{
	Name: "mrr-board", Clip: clips.Clip{Slug: "mrr"}, Params: map[string]string{"since": "start of month", "odd": "\"'\n😀"},
	Account: "finance", Spreadsheet: "1AbC_d-E", Tab: "Board “MRR”", At: "B3", Mode: clips.SyncUpsert, Key: []string{"id", `a"b`},
	Period: clips.EachMonth, Keep: 12, FillDown: []string{"Margin", "a, b"}, AsOfCell: "B1", InfoTab: true,
	Schedule: "every 15m", TimeZone: "Europe/Berlin", Declared: true,
}

func applySyncs(t testing.TB, s *store.Store, declared []clips.Clip, syncs ...clips.Sync) store.Changes {
	t.Helper()
	changes, err := s.Apply(t.Context(), declared, syncs...)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func declareSyncs(names ...string) []clips.Sync {
	var all []clips.Sync
	for _, name := range names {
		all = append(all, clips.Sync{Name: name, Clip: clips.Clip{Slug: "sales"}, Account: "finance", Spreadsheet: "book of " + name,
			Mode: clips.SyncReplace, Schedule: "every 1m"})
	}
	return all
}

// openSyncing opens a store that has these syncs of one clip, each into a spreadsheet of its own.
func openSyncing(t testing.TB, names ...string) (*store.Store, string) {
	t.Helper()
	s, dsn := open(t)
	applySyncs(t, s, declare("sales"), declareSyncs(names...)...)
	return s, dsn
}

func syncOf(t testing.TB, s *store.Store, name string) clips.Sync {
	t.Helper()
	got, err := s.Sync(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestASyncComesBackAsItWasDeclared(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	changes := applySyncs(t, s, []clips.Clip{whole}, wholeSync)
	if diff := cmp.Diff(store.Changes{New: []string{"mrr"}, Syncs: store.SyncChanges{New: []string{"mrr-board"}}}, changes); diff != "" {
		t.Error(diff)
	}
	got := syncOf(t, s, "mrr-board")
	want := wholeSync
	want.Clip = clip(t, s, "mrr")
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(clips.Sync{}, "ID", "Target", "Edition")); diff != "" {
		t.Error(diff)
	}
	if len(got.Target) != 32 {
		t.Errorf("target is %q, want 128 bits in hex", got.Target)
	}
	if changes := applySyncs(t, s, []clips.Clip{whole}, wholeSync); !cmp.Equal(changes, store.Changes{}) {
		t.Errorf("applying it again changes %+v", changes)
	}
	all, err := s.Syncs(t.Context())
	if err != nil || len(all) != 1 || all[0].Name != "mrr-board" {
		t.Errorf("listed %+v: %v", all, err)
	}
	_, err = s.Sync(t.Context(), "other")
	wantNotFound(t, err)
}

func TestWhatTheConfigSaysOfASyncMayChangeAndItsTargetStays(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	clips2 := append(declare("other"), whole)
	applySyncs(t, s, clips2, wholeSync)
	first := syncOf(t, s, "mrr-board")
	edition := first.Edition
	for name, edit := range map[string]func(*clips.Sync){
		"clip":        func(s *clips.Sync) { s.Clip.Slug = "other" },
		"params":      func(s *clips.Sync) { s.Params = nil },
		"account":     func(s *clips.Sync) { s.Account = "ops" },
		"spreadsheet": func(s *clips.Sync) { s.Spreadsheet = "2" },
		"tab":         func(s *clips.Sync) { s.Tab = "" },
		"at":          func(s *clips.Sync) { s.At = "A1" },
		"mode":        func(s *clips.Sync) { s.Mode = clips.SyncAppend },
		"key":         func(s *clips.Sync) { s.Key = nil },
		"period":      func(s *clips.Sync) { s.Period = clips.EachRun },
		"keep":        func(s *clips.Sync) { s.Keep = 0 },
		"fill down":   func(s *clips.Sync) { s.FillDown = nil },
		"as-of cell":  func(s *clips.Sync) { s.AsOfCell = "" },
		"info tab":    func(s *clips.Sync) { s.InfoTab = false },
		"schedule":    func(s *clips.Sync) { s.Schedule = "@daily" },
		"time zone":   func(s *clips.Sync) { s.TimeZone = "UTC" },
	} {
		next := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		pgtest.Exec(t, dsn, `update clipsheet.syncs set next_at = '2026-11-24 12:00Z'`)
		edited := wholeSync
		edit(&edited)
		changes := applySyncs(t, s, clips2, edited)
		if diff := cmp.Diff(store.Changes{Syncs: store.SyncChanges{Changed: []string{"mrr-board"}}}, changes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if name == "schedule" || name == "time zone" {
			next = time.Time{} // to be computed anew
		}
		edition++
		edited.ID, edited.Target, edited.NextAt, edited.Clip = first.ID, first.Target, next, clip(t, s, edited.Clip.Slug)
		edited.Edition = edition
		if diff := cmp.Diff(edited, syncOf(t, s, "mrr-board"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		applySyncs(t, s, clips2, wholeSync)
		edition++
	}
}

func TestASyncTakesTheTimeZoneOfItsClip(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	berlin := declare("sales", "other")
	berlin[0].Revision.TimeZone = "Europe/Berlin"
	plain := declareSyncs("one", "two")
	plain[1].Clip.Slug = "other"
	applySyncs(t, s, berlin, plain...)
	if one, two := syncOf(t, s, "one").TimeZone, syncOf(t, s, "two").TimeZone; one != "Europe/Berlin" || two != "UTC" {
		t.Errorf("time zones are %q and %q", one, two)
	}
}

func TestASyncThatIsNoLongerDeclaredRetires(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one", "two")
	first := syncOf(t, s, "one")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	changes := applySyncs(t, s, declare("sales"), declareSyncs("two")...)
	if diff := cmp.Diff(store.SyncChanges{Retired: []string{"one"}}, changes.Syncs); diff != "" {
		t.Error(diff)
	}
	_, err := s.Sync(t.Context(), "one")
	wantNotFound(t, err)
	wantStates(t, dsn, "one 12:01 skipped", "two 12:01 queued")

	changed := declareSyncs("one", "two")
	changed[0].Tab = "New"
	changes = applySyncs(t, s, declare("sales"), changed...)
	if diff := cmp.Diff(store.SyncChanges{Changed: []string{"one"}, Revived: []string{"one"}}, changes.Syncs); diff != "" {
		t.Error(diff)
	}
	if again := syncOf(t, s, "one"); again.ID != first.ID || again.Target != first.Target || !again.NextAt.IsZero() {
		t.Errorf("it came back as %+v", again)
	}
}

func TestASyncMadeInTheApplicationRetiresWithItsClip(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "made", "declared")
	pgtest.Exec(t, dsn, `update clipsheet.syncs set declared = false where name = 'made'`)
	if changes := applySyncs(t, s, declare("sales"), declareSyncs("declared")...); !cmp.Equal(changes, store.Changes{}) {
		t.Errorf("changed %+v", changes)
	}
	_, err := s.Apply(t.Context(), declare("sales"), declareSyncs("made", "declared")...)
	wantSays(t, err, `"made"`, "rename")
	changes := applySyncs(t, s, nil)
	if diff := cmp.Diff(store.SyncChanges{Retired: []string{"declared", "made"}}, changes.Syncs); diff != "" {
		t.Error(diff)
	}
}

func TestClipsAndSyncsApplyTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one")
	bad := declareSyncs("one", "two")
	bad[0].Tab, bad[1].Clip.Slug = "New", "missing"
	_, err := s.Apply(t.Context(), declare("sales", "another"), bad...)
	wantSays(t, err, `"two"`, `"missing"`)
	if got := syncOf(t, s, "one"); got.Tab != "" {
		t.Errorf("the sync was changed: %+v", got)
	}
	_, err = s.Clip(t.Context(), "another")
	wantNotFound(t, err)

	for name, edit := range map[string]func(*clips.Sync){
		"no name":     func(s *clips.Sync) { s.Name = "" },
		"twice":       func(s *clips.Sync) { s.Name = "two" },
		"NUL":         func(s *clips.Sync) { s.Tab = "a\x00" },
		"UTF-8":       func(s *clips.Sync) { s.Key = []string{"\xff"} },
		"A parameter": func(s *clips.Sync) { s.Params = map[string]string{"a": "\x00"} },
	} {
		bad := declareSyncs("one", "two")
		edit(&bad[0])
		_, err := s.Apply(t.Context(), declare("sales"), bad...)
		wantSays(t, err, name)
	}
}

func TestAPausedSyncSkipsItsSlotsInOneRow(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "one")
	sweep(t, s, at(0))
	sweep(t, s, at(1))
	if err := s.PauseSync(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	for minute := 2; minute < 6; minute++ {
		sweep(t, s, at(minute))
	}
	sweep(t, s, at(9))
	wantStates(t, dsn, "one 12:01 skipped x9")
	if err := s.ResumeSync(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if handed := sweep(t, s, at(9)); len(handed) != 0 {
		t.Errorf("resuming starts %v at once", handed)
	}
	sweep(t, s, at(10))
	wantStates(t, dsn, "one 12:01 skipped x9", "one 12:10 queued")
	wantNotFound(t, s.PauseSync(t.Context(), "other"))
	if runs := syncRuns(t, s, "one"); runs[1].Notice != "The sync was paused." || runs[1].Slots != 9 {
		t.Errorf("it says %+v", runs[1])
	}
}

func TestASlotThatIsTooFarAheadIsBroughtForward(t *testing.T) {
	t.Parallel()
	s, dsn := openSyncing(t, "near", "far", "none")
	pgtest.Exec(t, dsn, `update clipsheet.syncs set next_at = case name when 'near' then timestamptz '2026-11-24 12:01Z'
		when 'far' then timestamptz '2027-11-24 12:01Z' end`)
	if err := s.AlignSyncs(t.Context(), at(0), func(_ clips.Sync, now time.Time) time.Time { return now.Add(2 * time.Minute) }); err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Time{}
	for _, name := range []string{"near", "far", "none"} {
		got[name] = syncOf(t, s, name).NextAt
	}
	if want := map[string]time.Time{"near": at(1), "far": at(2), "none": {}}; !maps.Equal(got, want) {
		t.Errorf("next slots are %v, want %v", got, want)
	}
}

func TestWhatRunsCostIsRemembered(t *testing.T) {
	t.Parallel()
	s, _ := openSyncing(t, "one", "never", "gone")
	sweep(t, s, at(0))
	for minute := 1; minute <= 12; minute++ {
		sweep(t, s, at(minute))
		for _, name := range []string{"one", "gone"} {
			task := claim(t, s, newest(t, s, name).ID, at(minute))
			task.Run.State, task.Run.Pushed = clips.SyncDone, clips.Pushed{Reads: 20 - minute, Writes: minute % 3}
			finish(t, s, task.Run)
		}
	}
	applySyncs(t, s, declare("sales"), declareSyncs("one", "never")...)
	calls, err := s.SyncCalls(t.Context())
	want := map[string]clips.Pushed{"one": {Reads: 17, Writes: 2}}
	if diff := cmp.Diff(want, calls); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// wantStates compares all runs there are: sync, slot, state, and how many slots when more than one.
func wantStates(t testing.TB, dsn string, want ...string) {
	t.Helper()
	got := pgtest.Query(t, dsn, `
		select s.name || to_char(r.slot at time zone 'utc', ' HH24:MI ') || r.state ||
			case when r.slots > 1 then ' x' || r.slots else '' end
		from clipsheet.sync_runs r join clipsheet.syncs s on s.id = r.sync_id
		order by s.name, r.slot`)
	if !slices.Equal(got, want) {
		t.Errorf("runs are %q, want %q", got, want)
	}
}
