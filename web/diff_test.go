package web

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clipsheet/clips"
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

// The first revision of a clip is all new.
func TestDiffOfNothing(t *testing.T) {
	got := diff("", "select 1\nfrom a")
	if len(got) != 2 || got[0].Kind != "added" || got[1].Kind != "added" {
		t.Errorf("%+v", got)
	}
}

func TestDiffMarksWords(t *testing.T) {
	for _, c := range [][6]string{
		{"sum(i.gross) as a", "sum(i.net) as a", "sum(i.", "gross", "net", ") as a"},
		{"select a", "select a, b", "select a", "", ", b", ""},
		{"totals", "total", "", "totals", "total", ""},
		{"x = 'ä'", "x = 'ö'", "x = '", "ä", "ö", "'"},
		{"aa", "aaa", "", "aa", "aaa", ""},
		{"a a", "a a a", "a a", "", " a", ""},
		{"", "x", "", "", "x", ""},
	} {
		p := diffLine{Before: c[0], After: c[1]}.Parts()
		if got := [6]string{c[0], c[1], p.Start, p.Before, p.After, p.End}; got != c {
			t.Errorf("%q, want %q", got, c)
		}
	}
}

// However two lines differ, their parts are the lines.
func FuzzDiffParts(f *testing.F) {
	f.Add("select a, b", "select b")
	f.Add("\xff", "ä")
	f.Fuzz(func(t *testing.T, before, after string) {
		p := diffLine{Before: before, After: after}.Parts()
		if p.Start+p.Before+p.End != before || p.Start+p.After+p.End != after {
			t.Errorf("%q and %q became %q", before, after, p)
		}
	})
}

// What revisions have apart from their SQL is said in words, also when one of them has none of it.
func TestDifferencesInWords(t *testing.T) {
	usual := "EMEA"
	before := clips.Revision{Source: "erp", Key: []string{"id"}}
	after := clips.Revision{Source: "erp", TimeZone: "Europe/Berlin", Params: []clips.Param{
		{Name: "region", Type: clips.ParamText, Default: &usual}, {Name: "from", Type: clips.ParamDate}}}
	want := []string{"Time zone: Europe/Berlin; before: none.", "Key: none; before: id.",
		`Parameters: :region, text, usually "EMEA" and :from, date; before: none.`}
	if got := differences(before, after); !slices.Equal(got, want) {
		t.Errorf("they are %q, want %q", got, want)
	}
}
