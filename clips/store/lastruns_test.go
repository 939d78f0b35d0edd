package store_test

import (
	"testing"

	"clipsheet/clips"
)

func TestLastRunsAreTheLastThatEnded(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "quiet", "sales")
	for _, state := range []clips.RunState{clips.RunDone, clips.RunFailed} {
		r := start(t, s, "sales", "")
		r.State, r.Rows, r.Notice = state, 3, "words"
		if err := s.FinishRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	start(t, s, "sales", "") // under way
	all, err := s.LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := all[clip(t, s, "sales").ID]
	if len(all) != 1 || got.State != clips.RunFailed || got.Notice != "words" || got.EndedAt.IsZero() {
		t.Errorf("%+v", all)
	}
}
