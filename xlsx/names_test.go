package xlsx

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"clipsheet/clips"
)

func TestTabsHaveNamesExcelTakes(t *testing.T) {
	for name, want := range map[string]string{
		"ledger": "ledger", "P&L / 2026": "P&L - 2026", "[a]:b*c?d/e\\f": "-a--b-c-d-e-f", "'quoted'": "quoted", "": "Sheet", "  ": "Sheet", "'": "Sheet",
		"History": "History (1)", "hiStory": "hiStory (1)", "Übersicht 😀": "Übersicht 😀", "two\nlines": "two lines", "a\x00b": "a b",
		"a_x000d_x000D_b": "a_X000D_X000D_b", "max_x2": "max_x2",
		strings.Repeat("x", 40): strings.Repeat("x", 31),
		strings.Repeat("😀", 20): strings.Repeat("😀", 15),
	} {
		if got := tabName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	n := names{}
	var got []string
	for _, name := range []string{"a", "A", "a (2)", "a", strings.Repeat("x", 31), strings.Repeat("X", 31)} {
		got = append(got, n.take(tabName(name), numberedTab))
	}
	want := "a|A (2)|a (2) (2)|a (3)|" + strings.Repeat("x", 31) + "|" + strings.Repeat("X", 27) + " (2)"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestTablesHaveNamesFormulasTake(t *testing.T) {
	for name, want := range map[string]string{
		"ledger": "ledger", "mrr-by-month": "mrr_by_month", "P&L 2026": "P_L_2026", "2026": "t_2026", "A1": "t_A1", "xfd99": "t_xfd99", "R1C1": "t_R1C1",
		"r": "t_r", "c": "t_c", "": "t_", "übersicht": "übersicht", "😀": "_", "total1234": "total1234",
		"_x0041_": "_X0041_",
	} {
		if got := tableName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// Excelize knows Excel's rules for names, so any it refuses would have been a workbook that cannot be made.
func TestAnyTextBecomesNames(t *testing.T) {
	file := excelize.NewFile()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom(nil, tableLetters))).Draw(t, "text")
		tab := tabName(text)
		if n := len(utf16.Encode([]rune(tab))); n < 1 || n > 31 {
			t.Fatalf("%q has %d characters", tab, n)
		}
		if err := file.SetSheetName(file.GetSheetName(0), tab); err != nil {
			t.Errorf("tab %q: %v", tab, err)
		}
		fresh := excelize.NewFile()
		if err := fresh.AddTable("Sheet1", &excelize.Table{Range: "A1:A2", Name: tableName(text)}); err != nil {
			t.Errorf("table %q: %v", tableName(text), err)
		}
	})
}

func TestHeadingsAreNeitherEmptyNorAlike(t *testing.T) {
	columns := []clips.Column{{Name: "amount"}, {Name: "Amount"}, {Name: ""}, {Name: "?column?"}, {Name: "?column?"}, {Name: "Column3"}, {Name: "x"},
		{Name: " "}, {Name: strings.Repeat("y", 300)}, {Name: "bad\xff"}}
	got := headings(columns, map[string]clips.ColumnFormat{"x": {Label: "Net amount"}})
	want := "amount|Amount_2|Column3|?column?|?column?_2|Column3_2|Net amount|Column8|" + strings.Repeat("y", 245) + "|bad\uFFFD"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %q\nwant %s", got, want)
	}
}

func TestColumnsAreLettered(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		if got := letters(i); got != want {
			t.Errorf("column %d is %s, want %s", i, got, want)
		}
	}
}
