package selftest

import (
	"fmt"
	"testing"

	"clipsheet/clips"
)

// TestEveryPointHoldsInTheSimulator, which is how Google is said to behave, within its quota.
func TestEveryPointHoldsInTheSimulator(t *testing.T) {
	inWorld(t, all, func(w *world) {
		before := w.json()
		var told []clips.Finding
		w.o.Tell = func(f clips.Finding) { told = append(told, f) }
		found := Run(w.t.Context(), w.o)
		w.unchanged(before)
		if fmt.Sprint(told) != fmt.Sprint(found) || len(found) != len(points) {
			w.t.Errorf("%d found, %d told", len(found), len(told))
		}
		for i, f := range found {
			level := clips.LevelOK
			if points[i].number == "13" {
				level = clips.LevelWarning
			}
			w.want(f, level, "google "+points[i].number+", "+points[i].name)
			w.t.Logf("%s  %s: %s → %s", f.Level, f.Subject, f.Text, f.Cure)
		}
		if c := w.Counters(); c.Refused != 0 || c.Reads+c.Writes > 110 {
			w.t.Errorf("%+v", c)
		}
		for i, c := range w.Calls() {
			if i > 0 && c.Time.Sub(w.Calls()[i-1].Time) < pause {
				w.t.Errorf("%s comes %s after the one before", c.Method, c.Time.Sub(w.Calls()[i-1].Time))
			}
		}
	})
}
