package formula

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clipsheet/sheets/simulator/internal/grid"
)

func TestReferencesMoveWhenAFormulaIsCopied(t *testing.T) {
	for _, test := range []struct {
		in          string
		down, right int
		want        string
	}{
		{"=A1+$A$1+A$1+$A1", 1, 1, "=B2+$A$1+B$1+$A2"},
		{"=SUM(A:A)", 5, 1, "=SUM(B:B)"},
		{"=SUM($A$2:A2)", 1, 0, "=SUM($A$2:A3)"},
		{"=SUM(A$2:A4)", -3, 0, "=SUM(A1:A$2)"},
		{"=A1", -1, 0, "=#REF!"},
		{"='My tab'!A1 & \"A1\"", 1, 0, "='My tab'!A2 & \"A1\""},
		{"=LOG10(A1)+A1B2", 1, 0, "=LOG10(A2)+A1B2"},
		{"=A2:A", 1, 0, "=A3:A"},
	} {
		if got := Read(test.in, false).Shifted(test.down, test.right).Text; got != test.want {
			t.Errorf("%s by %d, %d: %s, want %s", test.in, test.down, test.right, got, test.want)
		}
	}
}

func TestRewritingKeepsTheRestOfTheText(t *testing.T) {
	f := Read("= sum( Sheet1!A1 ,  old!B2:C3 )+\"old!B2\" ", false)
	got := f.Map(func(r grid.Ref) (grid.Ref, bool) {
		if r.Sheet == "old" {
			r.Sheet = "New tab"
		}
		return r, r.Sheet != "Sheet1"
	})
	if want := "= sum( #REF! ,  'New tab'!B2:C3 )+\"old!B2\" "; got.Text != want {
		t.Errorf("got %s, want %s", got.Text, want)
	}
}

func TestRenamedRangesAreRenamedInFormulas(t *testing.T) {
	f := Read("=rate*2+RATE(1)+\"rate\"+rates", false)
	if got, want := f.Rename("Rate", "tax").Text, "=tax*2+RATE(1)+\"rate\"+rates"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFormulasAreRespeltForALocale(t *testing.T) {
	for en, de := range map[string]string{
		"=SUM(A1,1.5)":                  "=SUM(A1;1,5)",
		"=SUM({1,2;3,4.5},\"a,b;1.5\")": `=SUM({1\2;3\4,5};"a,b;1.5")`,
		"={SUM(1,2),3}":                 `={SUM(1;2)\3}`,
	} {
		if got := Read(en, false).Localized(true).Text; got != de {
			t.Errorf("%s: %s, want %s", en, got, de)
		}
		if got := Read(de, true).Localized(false).Text; got != en {
			t.Errorf("%s: %s, want %s", de, got, en)
		}
	}
}

// TestARewrittenReferenceStillMeansItsCells inserts and deletes rows under a formula and looks what it refers to.
func TestARewrittenReferenceStillMeansItsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top, height := rapid.IntRange(0, 8).Draw(t, "top"), rapid.IntRange(1, 4).Draw(t, "height")
		area := grid.Rect(top, 0, top+height, 1)
		text := "=SUM(" + (grid.Ref{Area: area, Fixed: grid.Fixed{Top: rapid.Bool().Draw(t, "fixed")}}).A1() + ")"
		edit := grid.Insert(grid.Rows, rapid.IntRange(0, 12).Draw(t, "at"), 2)
		if rapid.Bool().Draw(t, "delete") {
			from := rapid.IntRange(0, 10).Draw(t, "from")
			edit = grid.Delete(grid.Rows, grid.Span{Start: from, End: from + rapid.IntRange(1, 5).Draw(t, "n")})
		}
		want, alive := edit(area)
		after := Read(text, false).Map(func(r grid.Ref) (grid.Ref, bool) {
			var ok bool
			r.Area, ok = edit(r.Area)
			return r, ok
		})
		refs := after.Refs()
		if !alive {
			if !strings.Contains(after.Text, "#REF!") || len(refs) != 0 {
				t.Fatalf("%s became %s", text, after.Text)
			}
			return
		}
		if len(refs) != 1 || refs[0].Area != want {
			t.Fatalf("%s became %s, want %v", text, after.Text, want)
		}
	})
}

func TestAFormulaLooksLikeWhatItRefersTo(t *testing.T) {
	for text, want := range map[string]string{
		"=A1": "A1", "=-A1": "A1", "=A1+1": "A1", "=SUM(B2:B9)": "B2:B9", "=ROUND(C1,2)": "C1", "=IFERROR(A1,0)": "A1",
		"=COUNT(A1)": "", "=A1&B1": "", "=A1=B1": "", "=1+": "", "=SUMIF(A:A,1,C:C)": "C:C",
	} {
		got := ""
		if r, ok := Read(text, false).Lead(); ok {
			got = r.A1()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
