package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustMask(t *testing.T, text string) *Mask {
	t.Helper()
	m, err := ParseMask(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMasksFilterAnswers(t *testing.T) {
	whole := parse(t, "Spreadsheet", `{"spreadsheetId":"x","properties":{"title":"T","locale":"en_US"},
		"sheets":[{"properties":{"sheetId":0,"title":"A","gridProperties":{"rowCount":3}}},{"properties":{"sheetId":1,"title":"B"}}]}`)
	for mask, want := range map[string]string{
		"spreadsheetId":                               `{"spreadsheetId":"x"}`,
		"properties.title":                            `{"properties":{"title":"T"}}`,
		"properties/title":                            `{"properties":{"title":"T"}}`,
		"properties(title)":                           `{"properties":{"title":"T"}}`,
		"sheets.properties.title":                     `{"sheets":[{"properties":{"title":"A"}},{"properties":{"title":"B"}}]}`,
		"sheets(properties(title,sheetId))":           `{"sheets":[{"properties":{"sheetId":0,"title":"A"}},{"properties":{"sheetId":1,"title":"B"}}]}`,
		"sheets.properties(gridProperties/rowCount)":  `{"sheets":[{"properties":{"gridProperties":{"rowCount":3}}},{"properties":{}}]}`,
		"properties.title,properties.locale":          `{"properties":{"title":"T","locale":"en_US"}}`,
		"properties.title,properties":                 `{"properties":{"title":"T","locale":"en_US"}}`,
		"namedRanges":                                 `{}`,
		"sheets(properties(title)),sheets.properties": `{"sheets":[{"properties":{"sheetId":0,"title":"A","gridProperties":{"rowCount":3}}},{"properties":{"sheetId":1,"title":"B"}}]}`,
	} {
		m, missing := mustMask(t, mask).For(TypeOf("Spreadsheet"), false)
		if missing != "" {
			t.Errorf("%s: no field %s", mask, missing)
		}
		if got := string(m.Project(whole).JSON()); got != want {
			t.Errorf("%s: %s", mask, cmp.Diff(want, got))
		}
	}
	if got := mustMask(t, "*").Project(whole); got != whole {
		t.Error("* is not everything")
	}
}

func TestMasksNameFieldsThatExist(t *testing.T) {
	for mask, want := range map[string]string{
		"sheets.properties.titel": "sheets.properties.titel",
		"sheet":                   "sheet",
		"spreadsheetId.x":         "spreadsheetId",
	} {
		if _, missing := mustMask(t, mask).For(TypeOf("Spreadsheet"), false); missing != want {
			t.Errorf("%s: missing %q, want %q", mask, missing, want)
		}
	}
}

func TestWrittenMasksClearWhatWasNotSent(t *testing.T) {
	old := parse(t, "CellData", `{"note":"n","userEnteredFormat":{"numberFormat":{"type":"DATE"},"wrapStrategy":"WRAP"}}`)
	for _, test := range []struct{ mask, sent, want string }{
		{"note", `{}`, `{"userEnteredFormat":{"numberFormat":{"type":"DATE"},"wrapStrategy":"WRAP"}}`},
		{"note", `{"note":"m"}`, `{"note":"m","userEnteredFormat":{"numberFormat":{"type":"DATE"},"wrapStrategy":"WRAP"}}`},
		{"userEnteredFormat.numberFormat", `{"userEnteredFormat":{"wrapStrategy":"CLIP"}}`, `{"note":"n","userEnteredFormat":{"wrapStrategy":"WRAP"}}`},
		{"userEnteredFormat(numberFormat,wrapStrategy)", `{}`, `{"note":"n"}`},
		{"userEnteredFormat", `{"userEnteredFormat":{"wrapStrategy":"CLIP"}}`, `{"note":"n","userEnteredFormat":{"wrapStrategy":"CLIP"}}`},
		{"*", `{"note":"m"}`, `{"note":"m"}`},
	} {
		m, missing := mustMask(t, test.mask).For(TypeOf("CellData"), true)
		if missing != "" {
			t.Fatal(missing)
		}
		got, want := m.Apply(old, parse(t, "CellData", test.sent)), parse(t, "CellData", test.want)
		if !got.Equal(want) {
			t.Errorf("%s with %s: got %s, want %s", test.mask, test.sent, got.JSON(), want.JSON())
		}
	}
	if _, missing := mustMask(t, "rules.x").For(TypeOf("CellData"), true); missing != "rules" {
		t.Errorf("missing %q", missing)
	}
}

func TestBadMasksAreRefused(t *testing.T) {
	for _, text := range []string{"", ",", "a,", "a.", "a(b", "a)b", "a(b))", "(a)", "a..b"} {
		if _, err := ParseMask(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzParseMask(f *testing.F) {
	f.Add("sheets(properties.title,data/rowData/values(userEnteredValue)),spreadsheetId")
	f.Add("*")
	f.Add("a.(b,c)")
	sheet := New("spreadsheetId", "x", "sheets", []any{New("properties", New("title", "a"))})
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMask(text)
		if err != nil {
			return
		}
		known, missing := m.For(TypeOf("Spreadsheet"), false)
		if missing == "" {
			once := known.Project(sheet)
			if !known.Project(once).Equal(once) {
				t.Fatalf("%q filters its own answer", text)
			}
		}
	})
}
