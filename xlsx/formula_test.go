package xlsx

import (
	"slices"
	"strings"
	"testing"
)

func TestFormulasAreReadAsExcelReadsThem(t *testing.T) {
	for formula, want := range map[string]string{
		"SUM(A1:B2)":                   "|A1:B2",
		"$A$1+B2*C$3":                  "|$A$1 |B2 |C$3",
		"'P&L'!A1+Data!$B$2:$B$4":      "P&L|A1 Data|$B$2:$B$4",
		"'it''s'!A1":                   "it's|A1",
		`"A1:B2"&"say ""A1"""&C1`:      "|C1",
		"ledger[[#This Row],[A1]]*B1":  "|B1",
		"ledger['[A1']]+C2":            "|C2",
		"LOG10(A1)+A1B2+_A1+A1.x+XFE1": "|A1",
		"A1048577+ABCD1+A0+a1":         "|A1",
		"January:March!B2:B4+A:A+1:5":  "",
		"Übersicht!A1":                 "Übersicht|A1",
		"A1:INDEX(B:B,3)":              "",
		"[1]Sheet!A1":                  "Sheet|A1",
		"'unclosed":                    "",
		"SUM(A1":                       "|A1",
	} {
		var got []string
		same := rewriteFormula(formula, func(tab string, from corner, to *corner) string {
			text := from.String()
			if to != nil {
				text += ":" + to.String()
			}
			got = append(got, tab+"|"+text)
			return text
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %q, want %s", formula, got, want)
		}
		if !strings.EqualFold(same, formula) {
			t.Errorf("%s became %s", formula, same)
		}
	}
}

func TestFormulasMoveDownAsCopiesDo(t *testing.T) {
	for formula, want := range map[string]string{
		"B2*$H$1": "B5*$H$1", "SUM($A2:A$9)": "SUM($A5:A$9)", `"B2"&B2`: `"B2"&B5`, "ledger[[#This Row],[B2]]": "ledger[[#This Row],[B2]]",
	} {
		if got := shiftFormula(formula, 3); got != want {
			t.Errorf("%s becomes %s, want %s", formula, got, want)
		}
	}
}

func TestPlacesGrowInWhateverNamesTheWholeOfThem(t *testing.T) {
	f := &filling{place: &place{tab: &templateTab{name: "Data"}, data: area{0, 3, 2, 4}, heading: 1, totals: 5}, after: area{0, 3, 2, 101}}
	g := growth{f}
	for old, want := range map[string]string{
		"SUM(B2:B4)": "SUM(B2:B101)", "SUM($A$1:$D$4)": "SUM($A$1:$D$101)", "SUM(A1:D5)": "SUM(A1:D102)",
		"SUM(B2:B3)": "SUM(B2:B3)", "SUM(B3:B4)": "SUM(B3:B4)", "SUM(B2:E4)": "SUM(B2:E4)", "B2": "B2", "data!B2:B4": "data!B2:B101",
		"Other!B2:B4": "Other!B2:B4",
	} {
		if got := g.formula(old, "Data", false); got != want {
			t.Errorf("%s becomes %s, want %s", old, got, want)
		}
	}
	if got := g.sqref("B2:B4 C2  F9", "Data"); got != "B2:B101 C2 F9" {
		t.Error(got)
	}
	one := &filling{place: &place{tab: &templateTab{name: "Data"}, data: area{0, 3, 2, 2}, heading: 1}, after: area{0, 3, 2, 10}}
	if got := (growth{one}).formula("Data!$B$2", "", true); got != "Data!$B$2:$B$10" {
		t.Errorf("a series of one row becomes %s", got)
	}
}

func FuzzFormula(f *testing.F) {
	for _, s := range []string{"SUM('P&L'!$A$1:B2)", `"a"&[x]`, "'", "[", "A1:", "$", "a!b!c1", "é!A1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		n := 0
		out := rewriteFormula(formula, func(string, corner, *corner) string { n++; return "X" })
		if n == 0 && out != formula {
			t.Errorf("%q became %q", formula, out)
		}
		formulaNames(formula)
	})
}

func FuzzXMLAttributes(f *testing.F) {
	f.Add(`<a b="c" d='e'>`, "b", "x\"<\n")
	f.Add(`<x:row r="5"/>`, "spans", "1:2")
	f.Fuzz(func(t *testing.T, tag, name, value string) {
		r := newXMLReader([]byte(tag))
		if _, err := r.next(); err != nil || r.to != len(tag) || len(tag) < 3 || tag[0] != '<' || strings.ContainsAny(tag[1:2], "/!?") {
			return
		}
		if name == "" || strings.ContainsAny(name, " =<>\"'/&:\t\r\n\x00") || !slices.Equal([]byte(name), []byte(strings.ToValidUTF8(name, ""))) {
			return
		}
		now := setAttr([]byte(tag), name, value)
		if again := setAttr(now, name, value); string(again) != string(now) {
			t.Errorf("%q: setting %q twice gives %q and %q", tag, name, now, again)
		}
		if dropped := dropAttr(now, name); findAttr(dropped, name) != nil && findAttr([]byte(tag), name) == nil {
			t.Errorf("%q is still there in %q", name, dropped)
		}
	})
}
