package book

import (
	"strings"
	"testing"
)

func valueRange(t *testing.T, b *Book, ref string, o Reading) string {
	t.Helper()
	m, err := b.Values(ref, o)
	if err != nil {
		return err.Error()
	}
	return string(m.JSON())
}

func TestValuesAreReadWithoutEmptyEnds(t *testing.T) {
	b := newBook(t, "1 . 3 / . / x")
	for ref, answer := range map[string]string{
		"Sheet1":        `{"range":"Sheet1!A1:E10","majorDimension":"ROWS","values":[["1","","3"],[],["x"]]}`,
		"A1:B2":         `{"range":"Sheet1!A1:B2","majorDimension":"ROWS","values":[["1"]]}`,
		"sheet1!C:C":    `{"range":"Sheet1!C1:C10","majorDimension":"ROWS","values":[["3"]]}`,
		"D4:E9":         `{"range":"Sheet1!D4:E9","majorDimension":"ROWS"}`,
		"A3:Z99":        `{"range":"Sheet1!A3:E10","majorDimension":"ROWS","values":[["x"]]}`,
		"R1C3":          `{"range":"Sheet1!C1","majorDimension":"ROWS","values":[["3"]]}`,
		"Sheet1!A11":    `Range (Sheet1!A11) exceeds grid limits. Max rows: 10, max columns: 5`,
		"F1:G1":         `Range (Sheet1!F1:G1) exceeds grid limits. Max rows: 10, max columns: 5`,
		"Nowhere!A1":    `Unable to parse range: Nowhere!A1`,
		"'Sheet1'!'A1'": `Unable to parse range: 'Sheet1'!'A1'`,
		"":              `Unable to parse range: `,
	} {
		want(t, valueRange(t, b, ref, Reading{}), answer)
	}
	want(t, valueRange(t, b, "A1:C3", Reading{Columns: true}), `{"range":"Sheet1!A1:C3","majorDimension":"COLUMNS","values":[["1","","x"],[],["3"]]}`)
}

func TestValuesAreReadAsAsked(t *testing.T) {
	b := newBook(t, "2026-11-24 12% TRUE =1/0 =A1+1")
	want(t, valueRange(t, b, "A1:E1", Reading{}),
		`{"range":"Sheet1!A1:E1","majorDimension":"ROWS","values":[["2026-11-24","12%","TRUE","#DIV/0!","2026-11-25"]]}`)
	want(t, valueRange(t, b, "A1:E1", Reading{Render: "UNFORMATTED_VALUE"}),
		`{"range":"Sheet1!A1:E1","majorDimension":"ROWS","values":[[46350,0.12,true,"#DIV/0!",46351]]}`)
	want(t, valueRange(t, b, "A1:E1", Reading{Render: "UNFORMATTED_VALUE", Date: "FORMATTED_STRING"}),
		`{"range":"Sheet1!A1:E1","majorDimension":"ROWS","values":[["2026-11-24",0.12,true,"#DIV/0!","2026-11-25"]]}`)
	want(t, valueRange(t, b, "A1:E1", Reading{Render: "FORMULA"}),
		`{"range":"Sheet1!A1:E1","majorDimension":"ROWS","values":[[46350,0.12,true,"=1/0","=A1+1"]]}`)
}

// TestACellLikeTitleNeedsQuotes is how a tab called tab01 is read as the column TAB.
func TestACellLikeTitleNeedsQuotes(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"addSheet":{"properties":{"title":"B1"}}}`, `{"addNamedRange":{"namedRange":{"name":"Sheet1","range":{"endRowIndex":1,"endColumnIndex":1}}}}`)
	want(t, valueRange(t, b, "B1", Reading{}), `{"range":"Sheet1!B1","majorDimension":"ROWS"}`)
	want(t, valueRange(t, b, "'B1'", Reading{}), `{"range":"'B1'!A1:Z1000","majorDimension":"ROWS"}`)
	want(t, valueRange(t, b, "Sheet1", Reading{}), `{"range":"Sheet1!A1","majorDimension":"ROWS","values":[["1"]]}`)
}

func wrote(t *testing.T, b *Book, ref, body, option string) (*Book, string) {
	t.Helper()
	next, m, err := b.UpdateValues(ref, message(t, "ValueRange", body), option, owner, noon)
	if err != nil {
		return b, err.Error()
	}
	return next, string(m.JSON())
}

func TestRawValuesAreStoredAsTheyAre(t *testing.T) {
	b, got := wrote(t, newBook(t, "a b c"), "A1:C2", `{"values":[["=1+1",null,""],["007",1.5,true]]}`, "RAW")
	want(t, got, `{"spreadsheetId":"book","updatedRange":"Sheet1!A1:C2","updatedRows":2,"updatedColumns":3,"updatedCells":5}`)
	want(t, valueRange(t, b, "A1:C2", Reading{Render: "UNFORMATTED_VALUE"}),
		`{"range":"Sheet1!A1:C2","majorDimension":"ROWS","values":[["=1+1","b"],["007",1.5,true]]}`)
}

// TestTypedValuesTakeTheFormatWithThem is why data is not written as USER_ENTERED.
func TestTypedValuesTakeTheFormatWithThem(t *testing.T) {
	b := do(t, newBook(t, "1 1"), `{"repeatCell":{"range":{"endRowIndex":1},"cell":{"userEnteredFormat":{"numberFormat":{"type":"DATE","pattern":"yyyy"}}},"fields":"userEnteredFormat.numberFormat"}}`)
	raw, _ := wrote(t, b, "A1", `{"values":[[46350]]}`, "RAW")
	want(t, shows(t, raw, "A1"), "2026")
	number, _ := wrote(t, b, "A1", `{"values":[[46350]]}`, "USER_ENTERED")
	want(t, shows(t, number, "A1"), "46350")
	typed, _ := wrote(t, b, "A1", `{"values":[["46350","50%"]]}`, "USER_ENTERED")
	want(t, shows(t, typed, "A1:B1"), "46350 50%")
	typed, _ = wrote(t, b, "A1", `{"values":[["007","=1+1"]]}`, "USER_ENTERED")
	want(t, holds(t, typed, "A1:B1"), "7 =1+1")
}

func TestPlainTextCellsKeepWhatIsTyped(t *testing.T) {
	b := do(t, newBook(t, ""), `{"repeatCell":{"range":{"endRowIndex":1},"cell":{"userEnteredFormat":{"numberFormat":{"type":"TEXT"}}},"fields":"userEnteredFormat.numberFormat"}}`)
	b, _ = wrote(t, b, "A1", `{"values":[["007"]]}`, "USER_ENTERED")
	want(t, holds(t, b, "A1"), "007")
}

func TestValuesThatCannotBeWritten(t *testing.T) {
	b := newBook(t, "1")
	for _, test := range []struct{ ref, body, option, text string }{
		{"A1", `{"values":[[1]]}`, "", "'valueInputOption' is required but not specified"},
		{"A1:B1", `{"values":[[1,2,3]]}`, "RAW", "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]"},
		{"A1:B1", `{"values":[[1],[2]]}`, "RAW", "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]"},
		{"A1:F1", `{"values":[[1]]}`, "RAW", "Range (Sheet1!A1:F1) exceeds grid limits. Max rows: 10, max columns: 5"},
		{"A11", `{"values":[[1]]}`, "RAW", "Range (Sheet1!A11) exceeds grid limits. Max rows: 10, max columns: 5"},
		{"E10", `{"values":[[1,2]]}`, "RAW", "Range (Sheet1!E10:F10) exceeds grid limits. Max rows: 10, max columns: 5"},
		{"A1", `{"values":[[1],[{"a":1}]]}`, "RAW", `Invalid values[1][0]: struct_value {"a":1}`},
		{"A1", `{"values":[[[]]]}`, "RAW", `Invalid values[0][0]: list_value []`},
		{"A1", `{"range":"A2","values":[[1]]}`, "RAW", "Requested writing within range [A1], but the range of the body is [A2]"},
		{"A1", `{"values":[["` + strings.Repeat("x", 50_001) + `"]]}`, "RAW", "Your input contains more than the maximum of 50000 characters in a single cell."},
	} {
		_, got := wrote(t, b, test.ref, test.body, test.option)
		want(t, got, test.text)
	}
}

func TestManyRangesAreWrittenOrNone(t *testing.T) {
	b := newBook(t, "1 2")
	next, m, err := b.BatchUpdateValues(message(t, "BatchUpdateValuesRequest", `{"valueInputOption":"RAW","data":[
		{"range":"A1","values":[["x"]]},{"range":"A2:B3","majorDimension":"COLUMNS","values":[["a","b"],["c"]]}]}`), owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, shows(t, next, "Sheet1"), "x 2 / a c / b")
	want(t, string(m.Without("responses").JSON()), `{"spreadsheetId":"book","totalUpdatedRows":3,"totalUpdatedColumns":3,"totalUpdatedCells":4,"totalUpdatedSheets":1}`)
	_, _, err = b.BatchUpdateValues(message(t, "BatchUpdateValuesRequest", `{"valueInputOption":"RAW","data":[
		{"range":"A1","values":[["x"]]},{"range":"Gone!A1","values":[["x"]]}]}`), owner, noon)
	want(t, err.Error(), "Invalid data[1]: Unable to parse range: Gone!A1")
	want(t, shows(t, b, "Sheet1"), "1 2")
}

// TestAppendGuessesATable is why it is not to be used: what is below or beside decides where the rows go.
func TestAppendGuessesATable(t *testing.T) {
	for _, test := range []struct{ cells, ref, wrote, table string }{
		{"", "A1", "Sheet1!A1:B1", ""},
		{"h1 h2 / 1 2", "A1:B2", "Sheet1!A3:B3", "Sheet1!A1:B2"},
		{"h1 h2 / 1 2", "Sheet1", "Sheet1!A3:B3", "Sheet1!A1:B2"},
		{". h1 h2 / . 1 2", "A1:E9", "Sheet1!B3:C3", "Sheet1!B1:C2"},
		{"h1 h2 / 1 2 /  / . . x y", "A1:E9", "Sheet1!C5:D5", "Sheet1!C4:D4"}, // drifts right
	} {
		b := newBook(t, test.cells)
		_, m, err := b.AppendValues(test.ref, message(t, "ValueRange", `{"values":[[8,9]]}`), "RAW", false, owner, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Message("updates").Text("updatedRange"); got != test.wrote || m.Text("tableRange") != test.table {
			t.Errorf("%s in %s: wrote %s after %s, want %s after %s", test.cells, test.ref, got, m.Text("tableRange"), test.wrote, test.table)
		}
	}
}

func TestAppendGrowsTheGridOrInsertsRows(t *testing.T) {
	full := newBook(t, strings.TrimSuffix(strings.Repeat("1 / ", 10), " / "))
	b, _, err := full.AppendValues("Sheet1", message(t, "ValueRange", `{"values":[[1,2,3,4,5,6],[2]]}`), "RAW", false, owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, look(t, b, "sheets.properties.gridProperties"), `{"sheets":[{"properties":{"gridProperties":{"rowCount":12,"columnCount":6}}}]}`)
	b, _, err = newBook(t, "1 / 2 /  / below").AppendValues("A1:A2", message(t, "ValueRange", `{"values":[[3]]}`), "RAW", true, owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, shows(t, b, "Sheet1"), "1 / 2 / 3 /  / below")
	want(t, look(t, b, "sheets.properties.gridProperties.rowCount"), `{"sheets":[{"properties":{"gridProperties":{"rowCount":11}}}]}`)
}

func TestClearingValuesKeepsTheRest(t *testing.T) {
	b := do(t, newBook(t, "1 2"), `{"repeatCell":{"range":{"endRowIndex":1},"cell":{"note":"n"},"fields":"note"}}`)
	next, cleared, err := b.Clear([]string{"A1:B99", "Sheet1!D:D"}, owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, strings.Join(cleared, " "), "Sheet1!A1:B10 Sheet1!D1:D10")
	want(t, look(t, next, "sheets.data.rowData.values(note,userEnteredValue)", "A1:B1"), `{"sheets":[{"data":[{"rowData":[{"values":[{"note":"n"},{"note":"n"}]}]}]}]}`)
}
