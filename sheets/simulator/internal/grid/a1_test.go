package grid

import (
	"strings"
	"testing"
)

func TestA1IsReadAndWritten(t *testing.T) {
	for text, want := range map[string]string{
		"A1": "A1", "zzz9": "ZZZ9", "$B$2": "$B$2", "B$2": "B$2", "A1:B2": "A1:B2", "B2:A1": "A1:B2",
		"A:C": "A:C", "C:A": "A:C", "2:5": "2:5", "$2:$5": "$2:$5", "A2:B": "A2:B", "B2:5": "B2:5", "A$1:$B2": "A$1:$B2", "A1:A1": "A1",
	} {
		a, fixed, ok := ParseArea(text)
		if got := (Ref{Area: a, Fixed: fixed}).A1(); !ok || got != want {
			t.Errorf("%s: %s %v, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "A", "1", "A0", "AAAA1", "A1:", ":B2", "A1:B2:C3", "$", "A$", "1A", "A:5", "A-1", "ZZZZ9", "A99999999999"} {
		if a, _, ok := ParseArea(text); ok {
			t.Errorf("%q was read as %v", text, a)
		}
	}
}

func TestTitlesAreQuotedWhenTheyMust(t *testing.T) {
	for title, want := range map[string]string{
		"Sheet1": "Sheet1", "Übersicht": "Übersicht", "my_tab": "my_tab",
		"My tab": "'My tab'", "it's": "'it''s'", "A1": "'A1'", "R1C1": "'R1C1'", "2024": "'2024'", "a!b": "'a!b'", "true": "'true'", "Q1-2": "'Q1-2'",
	} {
		if got := Quote(title); got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
		back, rest, hasTitle, _, ok := Split(Quote(title) + "!A1")
		if back != title || rest != "A1" || !hasTitle || !ok {
			t.Errorf("%s was read back as %q %q", title, back, rest)
		}
	}
	if _, _, _, _, ok := Split("Funnel!Funnel!A1"); ok {
		t.Error("a title with an exclamation mark needs quotes")
	}
}

// FuzzParseArea holds reading and writing to each other.
func FuzzParseArea(f *testing.F) {
	for _, seed := range []string{"A1", "$A$1:B", "2:$5", "ZZZ1:A9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, fixed, ok := ParseArea(text)
		if !ok {
			return
		}
		again, fixedAgain, ok := ParseArea(Ref{Area: a, Fixed: fixed}.A1())
		if !ok || again != a || !a.Single() && fixedAgain != fixed {
			t.Fatalf("%q was read as %v and then as %v", text, a, again)
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add("'it''s'!A1:B2")
	f.Add("Sheet1!A1")
	f.Fuzz(func(t *testing.T, text string) {
		title, rest, hasTitle, _, ok := Split(text)
		if !ok || !hasTitle || strings.Contains(rest, "!") {
			return
		}
		back, restAgain, _, _, ok := Split(Quote(title) + "!" + rest)
		if !ok && title != "" || ok && (back != title || restAgain != rest) {
			t.Fatalf("%q: %q %q, then %q %q", text, title, rest, back, restAgain)
		}
	})
}
