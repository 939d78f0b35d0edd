package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// bind saves results as made together.
func bind(t testing.TB, s *store.Store, name, key string, plain bool, infos ...clips.SnapshotInfo) []clips.SnapshotInfo {
	t.Helper()
	r := clips.WorkbookResult{Workbook: name, Key: key, IsPlain: plain, Infos: infos}
	if err := s.SaveWorkbookResult(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return infos
}

func TestResultsMadeTogetherComeBackTogether(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "cash")
	_, err := s.LatestWorkbookResult(t.Context(), "pack", "k")
	wantNotFound(t, err)
	bind(t, s, "pack", "k", true, save(t, s, "sales", "", 1), save(t, s, "cash", "", 2))
	want := bind(t, s, "pack", "k", true, save(t, s, "cash", "", 3), save(t, s, "sales", "", 4))
	bind(t, s, "pack", "other", true, save(t, s, "sales", "", 5))
	bind(t, s, "other", "k", true, save(t, s, "sales", "", 6))
	save(t, s, "sales", "", 7) // newer, but alone
	got, err := s.LatestWorkbookResult(t.Context(), "pack", "k")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestResultsWithOneNotStoredAreNotSaved(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	stored, lost := save(t, s, "sales", "", 1), infoOf(start(t, s, "sales", ""), 1)
	err := s.SaveWorkbookResult(t.Context(), clips.WorkbookResult{Workbook: "pack", Key: "k", Infos: []clips.SnapshotInfo{stored, lost}})
	wantNotFound(t, err)
	_, err = s.LatestWorkbookResult(t.Context(), "pack", "k")
	wantNotFound(t, err)
}

func TestPruneForgetsResultsTogetherWithTheirSnapshots(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales", "cash")
	bind(t, s, "pack", "k", false, save(t, s, "sales", "x", 1), save(t, s, "cash", "", 2))
	for range 3 {
		save(t, s, "sales", "", 3)
	}
	prune(t, s, store.Retention{PerClip: 2})
	_, err := s.LatestWorkbookResult(t.Context(), "pack", "k") // of which one snapshot is still there
	wantNotFound(t, err)
	if n := pgtest.Query(t, dsn, "select count(*) from clipsheet.workbook_results")[0]; n != "0" {
		t.Errorf("%s are left", n)
	}
}

func TestPruneKeepsTheNewestPlainResultsOfAWorkbook(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales", "cash")
	bind(t, s, "pack", "yesterday", true, save(t, s, "sales", "day=1", 1), save(t, s, "cash", "", 1))
	want := bind(t, s, "pack", "today", true, save(t, s, "sales", "day=2", 2), save(t, s, "cash", "", 2))
	for range 5 { // readers who try values, of the workbook and of its clips
		bind(t, s, "pack", "tried", false, save(t, s, "sales", "day=3", 3), save(t, s, "cash", "", 3))
	}
	age(t, dsn)
	prune(t, s, store.Retention{PerClip: 1, Age: 1})
	got, err := s.LatestWorkbookResult(t.Context(), "pack", "today")
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(clips.SnapshotInfo{}, "CreatedAt")); diff != "" || err != nil {
		t.Error(err, diff)
	}
	_, err = s.LatestWorkbookResult(t.Context(), "pack", "yesterday")
	wantNotFound(t, err)

	apply(t, s, declare("cash")...) // a retired clip has no such rights
	prune(t, s, store.Retention{Age: 1})
	_, err = s.LatestWorkbookResult(t.Context(), "pack", "today")
	wantNotFound(t, err)
}

func TestALinkOpensAWorkbook(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	want := clips.Link{Workbook: "pack", Label: "CFO", Locked: map[string]string{"as_of": "today"}}
	made, token := link(t, s, want)
	if diff := cmp.Diff(want, made, cmpopts.IgnoreFields(clips.Link{}, "ID", "CreatedAt", "Formats")); diff != "" {
		t.Error(diff)
	}
	got, opened, err := s.LinkByHash(t.Context(), token.Hash())
	if diff := cmp.Diff(made, got); diff != "" || err != nil || opened.ID != 0 {
		t.Error(err, diff, opened)
	}
	other, _ := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID})
	for name, want := range map[string][]clips.Link{"": {made, other}, "pack": {made}, "sales": {other}} {
		if all, err := s.Links(t.Context(), name); err != nil || cmp.Diff(want, all) != "" {
			t.Errorf("Links(%q): %v %s", name, err, cmp.Diff(want, all))
		}
	}
	renewed := clips.NewToken()
	again, err := s.RotateLink(t.Context(), made.ID, renewed.Hash(), 0, clips.Act{Who: "test"})
	if err != nil || again.Workbook != "pack" || again.Label != "CFO" {
		t.Errorf("rotated: %+v, %v", again, err)
	}
	if got, _, err := s.LinkByHash(t.Context(), renewed.Hash()); err != nil || got.ID != again.ID {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = s.CreateLink(t.Context(), clips.Link{}, [32]byte{1}, clips.Act{Who: "test"})
	wantNotFound(t, err)
}

func TestClipsNamedComeInTheOrderAsked(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "cash", "sales", "other")
	got, err := s.ClipsNamed(t.Context(), []string{"sales", "cash"})
	if diff := cmp.Diff([]clips.Clip{clip(t, s, "sales"), clip(t, s, "cash")}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	_, err = s.ClipsNamed(t.Context(), []string{"sales", "gone"})
	wantNotFound(t, err)
}
