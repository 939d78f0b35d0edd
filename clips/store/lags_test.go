package store_test

import (
	"slices"
	"testing"
	"time"

	"clipsheet/clips"
)

func TestLagsAreTheWorstOfEachStep(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	began := time.Now().Add(-time.Hour).UTC().Truncate(time.Minute)
	for minute, lag := range map[time.Duration]time.Duration{-1: time.Hour, 0: time.Second, 5: 3 * time.Second, 7: 2 * time.Second, 20: 0} {
		r := start(t, s, "sales", "")
		info := infoOf(r, 1)
		info.CreatedAt, info.Header.Lag = began.Add(minute*time.Minute), lag
		if err := s.SaveSnapshot(t.Context(), info, r, noise(1)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Lags(t.Context(), began, 10*time.Minute)
	source := clip(t, s, "sales").Revision.Source
	want := []clips.LagSample{{Source: source, At: began, Lag: 3 * time.Second}, {Source: source, At: began.Add(20 * time.Minute)}}
	if err != nil || !slices.EqualFunc(all, want, func(a, b clips.LagSample) bool {
		return a.Source == b.Source && a.Lag == b.Lag && a.At.Equal(b.At)
	}) {
		t.Errorf("the lags are %v, %v, want %v", all, err, want)
	}
}
