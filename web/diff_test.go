package web

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Each side of a diff is its text, whatever they are, and what is called the same is.
func TestDiffLosesNothing(t *testing.T) {
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"select", "from a", "from b", "", "where x"}), 0, 12), func(lines []string) string {
		return strings.Join(lines, "\n")
	})
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		var left, right []string
		for _, l := range diff(before, after) {
			if l.From > 0 {
				left = append(left, l.Before)
			}
			if l.To > 0 {
				right = append(right, l.After)
			}
			if l.Kind == "same" && l.Before != l.After {
				t.Fatalf("%+v", l)
			}
		}
		if got := strings.Join(left, "\n"); got != before {
			t.Fatalf("the left side is %q", got)
		}
		if got := strings.Join(right, "\n"); got != after {
			t.Fatalf("the right side is %q", got)
		}
	})
}
