package book

import (
	"fmt"
	"testing"

	"clipsheet/sheets/simulator/internal/wire"
)

func TestFormulasSeeOtherCells(t *testing.T) {
	b := newBook(t, "1 =A1+1 =B1*2 =SUM(A1:C1)")
	want(t, shows(t, b, "Sheet1"), "1 2 4 7")
	want(t, shows(t, typed(t, b, "A1", "10"), "Sheet1"), "10 11 22 43")
}

func TestCirclesAreErrors(t *testing.T) {
	b := newBook(t, "=B1 =A1 =C1 =SUM(A1:D1)")
	want(t, shows(t, b, "Sheet1"), "#REF! #REF! #REF! #REF!")
}

// TestALongChainNeedsNoDeepStack reads the last of many formulas that each need the one before.
func TestALongChainNeedsNoDeepStack(t *testing.T) {
	const n = 50_000
	b, err := New("b", message(t, "Spreadsheet", fmt.Sprintf(`{"sheets":[{"properties":{"gridProperties":{"rowCount":%d,"columnCount":2}}}]}`, n)), owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	b = do(t, b, `{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"numberValue":1}}]}],"fields":"userEnteredValue"}}`,
		`{"repeatCell":{"range":{"startRowIndex":1,"endColumnIndex":1},"cell":{"userEnteredValue":{"formulaValue":"=A1+1"}},"fields":"userEnteredValue"}}`)
	want(t, shows(t, b, fmt.Sprintf("A%d", n)), fmt.Sprint(n))
	circle := typed(t, b, "A1", fmt.Sprintf("=A%d", n))
	want(t, shows(t, circle, fmt.Sprintf("A%d", n)), "#REF!")
}

func TestArraysSpill(t *testing.T) {
	b := newBook(t, "1 =ARRAYFORMULA(A1:A3*2) =SUM(B:B) / 2 / 3")
	want(t, shows(t, b, "Sheet1"), "1 2 12 / 2 4 / 3 6")
	want(t, holds(t, b, "B1:B3"), "=ARRAYFORMULA(A1:A3*2) / 4 / 6")
	blocked := typed(t, b, "B3", "x")
	want(t, shows(t, blocked, "Sheet1"), "1 #REF! #REF! / 2 / 3 x")
	want(t, string(cellAt(t, blocked, "B1").Message("effectiveValue").JSON()),
		`{"errorValue":{"type":"REF","message":"Array result was not expanded because it would overwrite data in B3."}}`)
	want(t, shows(t, typed(t, b, "E1", "=SEQUENCE(20)"), "E10"), "10") // ends with the sheet
}

func cellAt(t *testing.T, b *Book, ref string) *wire.Message {
	t.Helper()
	m, err := b.Get(View{Ranges: []string{ref}, GridData: true, By: owner})
	if err != nil {
		t.Fatal(err)
	}
	return m.Messages("sheets")[0].Messages("data")[0].Messages("rowData")[0].Messages("values")[0]
}

func TestLocaleDecidesHowFormulasAreSpelt(t *testing.T) {
	b := newBook(t, "1.5 =SUM(A1,2.5)")
	b = do(t, b, `{"updateSpreadsheetProperties":{"properties":{"locale":"de_DE"},"fields":"locale"}}`)
	want(t, holds(t, b, "B1"), "=SUM(A1;2,5)")
	want(t, shows(t, b, "Sheet1"), "1,5 4")
	german := do(t, b, `{"updateCells":{"start":{"columnIndex":2},"fields":"userEnteredValue","rows":[{"values":[
		{"userEnteredValue":{"formulaValue":"=SUM(A1,B1)"}},{"userEnteredValue":{"formulaValue":"=SUM(A1;B1)"}}]}]}}`)
	want(t, shows(t, german, "C1:D1"), "#ERROR! 5,5")
	want(t, shows(t, typed(t, b, "C1", "3,25"), "C1"), "3,25")
	refused(t, b, owner, `{"updateSpreadsheetProperties":{"properties":{"locale":"xx_YY"},"fields":"locale"}}`, "Invalid requests[0].updateSpreadsheetProperties: Unsupported locale: xx_YY")
	refused(t, b, owner, `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Mars"},"fields":"timeZone"}}`, "Invalid requests[0].updateSpreadsheetProperties: Invalid time zone: Mars")
}

func TestNowIsInTheZoneOfTheSpreadsheet(t *testing.T) {
	b := do(t, newBook(t, "=TEXT(NOW(),\"yyyy-mm-dd/hh:mm\") =TODAY()"), `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Asia/Tokyo"},"fields":"timeZone"}}`)
	want(t, shows(t, b, "Sheet1"), "2026-11-24/21:00 11/24/2026")
	b = do(t, b, `{"updateSpreadsheetProperties":{"properties":{"timeZone":"GMT-07:00"},"fields":"timeZone"}}`)
	want(t, shows(t, b, "A1"), "2026-11-24/05:00")
}

func TestWhatACellIsMadeOf(t *testing.T) {
	b := newBook(t, `=HYPERLINK("https://example.com","x") =1/0 2026-11-24 =C1`)
	want(t, string(cellAt(t, b, "A1").JSON()), `{"userEnteredValue":{"formulaValue":"=HYPERLINK(\"https://example.com\",\"x\")"},"effectiveValue":{"stringValue":"x"},"formattedValue":"x","hyperlink":"https://example.com"}`)
	want(t, string(cellAt(t, b, "B1").JSON()), `{"userEnteredValue":{"formulaValue":"=1/0"},"effectiveValue":{"errorValue":{"type":"DIVIDE_BY_ZERO","message":"Function DIVIDE parameter 2 cannot be zero."}},"formattedValue":"#DIV/0!"}`)
	date := cellAt(t, b, "D1")
	want(t, date.Text("formattedValue"), "2026-11-24")
	want(t, string(date.Message("effectiveFormat").Message("numberFormat").JSON()), `{"type":"DATE","pattern":"yyyy-mm-dd"}`)
	if date.Has("userEnteredFormat") {
		t.Error("a computed format became the user's")
	}
}

// TestCellsAreAnsweredWhenAskedFor: with a field mask the mask alone decides.
func TestCellsAreAnsweredWhenAskedFor(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"addSheet":{"properties":{"title":"Other"}}}`)
	has := func(v View) bool {
		m, err := b.Get(v)
		if err != nil {
			t.Fatal(err)
		}
		return m.Messages("sheets")[0].Has("data")
	}
	mask, err := wire.ParseMask("sheets.properties")
	if err != nil {
		t.Fatal(err)
	}
	if has(View{}) || !has(View{GridData: true}) || has(View{GridData: true, Mask: mask}) {
		t.Error("data is there when it should not be, or not when it should")
	}
	want(t, look(t, b, "sheets.properties.title", "Other!A1"), `{"sheets":[{"properties":{"title":"Other"}}]}`)
	got := look(t, b, "sheets.data(startRow,startColumn,rowData.values.formattedValue)", "Sheet1!A1:B2", "Sheet1!C3")
	want(t, got, `{"sheets":[{"data":[{"rowData":[{"values":[{"formattedValue":"1"}]}]},{"startRow":2,"startColumn":2}]}]}`)
	want(t, look(t, b, "sheets.data(rowMetadata,columnMetadata)", "Sheet1!A1"),
		`{"sheets":[{"data":[{"rowMetadata":[{"pixelSize":21}],"columnMetadata":[{"pixelSize":100}]}]}]}`)
}
