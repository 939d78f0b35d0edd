package store_test

import (
	"slices"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
)

// work lists what fits a filter, each as "sync/clip state".
func work(t testing.TB, s *store.Store, f clips.WorkFilter) []string {
	t.Helper()
	f.Most = 100
	all, err := s.Work(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, w := range all {
		lines = append(lines, w.Sync+"/"+w.Clip+" "+w.State)
	}
	return lines
}

func TestWorkIsWhatFailedThenWhatTookLongest(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "mrr")
	mrr := clip(t, s, "mrr")
	mrr.Owner, mrr.Visibility = "Ann@example.com", clips.VisibleToAuthors
	apply(t, s, clip(t, s, "sales"), mrr)
	now := time.Now().Truncate(time.Second)
	ran := func(slug string, state clips.RunState, began, took time.Duration) {
		t.Helper()
		id, err := s.StartRun(t.Context(), clips.Run{ClipID: clip(t, s, slug).ID, Revision: 1, StartedAt: now.Add(-began)})
		if err == nil {
			err = s.FinishRun(t.Context(), clips.Run{ID: id, State: state, EndedAt: now.Add(-began + took), Rows: 7})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ran("sales", clips.RunDone, 50*time.Minute, time.Second)
	ran("mrr", clips.RunDone, 40*time.Minute, time.Minute)
	ran("sales", clips.RunFailed, 30*time.Minute, time.Second)
	ran("mrr", clips.RunAbandoned, 20*time.Minute, time.Second)
	ran("mrr", clips.RunDone, 30*time.Hour, time.Hour)
	create(t, s, made("mine"))
	run := claim(t, s, ask(t, s, "mine", "web", time.Time{}).ID, time.Time{}).Run
	run.State, run.Pushed = clips.SyncDone, clips.Pushed{Rows: 5, Cells: 3}
	finish(t, s, run)
	ask(t, s, "mine", "web", time.Time{})

	day := now.Add(-24 * time.Hour)
	for _, c := range []struct {
		name   string
		filter clips.WorkFilter
		want   []string
	}{
		{"the worst first", clips.WorkFilter{Since: day, State: "done"}, []string{"/mrr done", "/sales done", "mine/sales done"}},
		{"what failed", clips.WorkFilter{Since: day, State: "failed"}, []string{"/mrr abandoned", "/sales failed"}},
		{"what is open", clips.WorkFilter{State: "open"}, []string{"mine/sales queued"}},
		{"of a clip, the newest first", clips.WorkFilter{Since: day, Clip: "mrr", Newest: true}, []string{"/mrr abandoned", "/mrr done"}},
		{"for ever", clips.WorkFilter{Clip: "mrr"}, []string{"/mrr abandoned", "/mrr done", "/mrr done"}},
		{"of another source", clips.WorkFilter{Source: "elsewhere"}, nil},
		{"for somebody who may read no source", clips.WorkFilter{Viewer: &clips.Person{Role: clips.RoleAdmin, Sources: []string{}}}, nil},
		{"for a reader", clips.WorkFilter{Viewer: &clips.Person{Email: "bob@example.com", Role: clips.RoleReader}, Clip: "mrr"}, nil},
		{"for an author", clips.WorkFilter{Viewer: &clips.Person{Email: "bob@example.com", Role: clips.RoleAuthor}, Clip: "mrr", Since: day}, []string{"/mrr abandoned", "/mrr done"}},
		{"for its owner", clips.WorkFilter{Viewer: &clips.Person{Email: "ann@example.com", Role: clips.RoleReader}, Clip: "mrr", Since: day}, []string{"/mrr abandoned", "/mrr done"}},
	} {
		if got := work(t, s, c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := work(t, s, clips.WorkFilter{Since: day}); !slices.Equal(got[:2], []string{"/mrr abandoned", "/sales failed"}) || len(got) != 6 {
		t.Errorf("in all it is %q", got)
	}
	all, err := s.Work(t.Context(), clips.WorkFilter{State: "done", Clip: "sales", Newest: true, Most: 1})
	if err != nil || len(all) != 1 || all[0].Rows != 5 || all[0].Cells != 3 || all[0].Title == "" || all[0].Source == "" || all[0].EndedAt.IsZero() {
		t.Errorf("the newest is %+v, %v", all, err)
	}
}
