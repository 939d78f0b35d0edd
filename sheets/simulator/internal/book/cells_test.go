package book

import (
	"strings"
	"testing"
)

func TestUpdateCellsClearsWhatItsRowsDoNotCover(t *testing.T) {
	b := newBook(t, "1 2 3 / 4 5 6 / 7 8 9")
	b = do(t, b, `{"updateCells":{"range":{"startRowIndex":1,"endRowIndex":3,"endColumnIndex":2},"fields":"userEnteredValue",
		"rows":[{"values":[{"userEnteredValue":{"stringValue":"x"}}]}]}}`)
	want(t, shows(t, b, "Sheet1"), "1 2 3 / x . 6 / . . 9")
}

// TestARangeWithoutRowsClears is how to clear a tab, and how to wipe one by a range that lost its zeros.
func TestARangeWithoutRowsClears(t *testing.T) {
	b := newBook(t, "1 2 / 3 4")
	want(t, shows(t, do(t, b, `{"updateCells":{"range":{"sheetId":0,"endRowIndex":1},"fields":"userEnteredValue"}}`), "Sheet1"), " / 3 4")
	want(t, shows(t, do(t, b, `{"updateCells":{"range":{},"fields":"userEnteredValue"}}`), "Sheet1"), "")
}

func TestAStartAllowsRaggedRows(t *testing.T) {
	b := do(t, newBook(t, "1 2 3 / 4 5 6"), `{"updateCells":{"start":{"rowIndex":0,"columnIndex":1},"fields":"userEnteredValue",
		"rows":[{"values":[{"userEnteredValue":{"boolValue":true}}]},{},{"values":[{},{"userEnteredValue":{"formulaValue":"=A1"}}]}]}}`)
	want(t, shows(t, b, "Sheet1"), "1 TRUE 3 / 4 5 6 / . . 1")
}

func TestFieldsSayWhatOfACellIsWritten(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"repeatCell":{"range":{"endRowIndex":1,"endColumnIndex":1},"fields":"note,userEnteredFormat.numberFormat",
		"cell":{"note":"mine","userEnteredFormat":{"numberFormat":{"type":"NUMBER","pattern":"0.00"},"wrapStrategy":"WRAP"}}}}`)
	fields := "sheets.data.rowData.values(userEnteredValue,userEnteredFormat,note,formattedValue)"
	want(t, look(t, b, fields), `{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredValue":{"numberValue":1},"formattedValue":"1.00","note":"mine","userEnteredFormat":{"numberFormat":{"type":"NUMBER","pattern":"0.00"}}}]}]}]}]}`)

	kept := do(t, b, `{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"numberValue":2}}]}],"fields":"userEnteredValue"}}`)
	want(t, look(t, kept, fields), `{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredValue":{"numberValue":2},"formattedValue":"2.00","note":"mine","userEnteredFormat":{"numberFormat":{"type":"NUMBER","pattern":"0.00"}}}]}]}]}]}`)
	wiped := do(t, b, `{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"numberValue":2}}]}],"fields":"*"}}`)
	want(t, look(t, wiped, fields), `{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredValue":{"numberValue":2},"formattedValue":"2"}]}]}]}]}`)
}

// TestANewValueIsPlainText: what was rich text of the old value is gone with it.
func TestANewValueIsPlainText(t *testing.T) {
	b := do(t, newBook(t, ""), `{"updateCells":{"start":{},"fields":"*","rows":[{"values":[{"userEnteredValue":{"stringValue":"bold"},"note":"n","textFormatRuns":[{"format":{"bold":true}}]}]}]}}`,
		`{"updateCells":{"start":{},"fields":"userEnteredValue","rows":[{"values":[{"userEnteredValue":{"stringValue":"plain"}}]}]}}`)
	want(t, look(t, b, "sheets.data.rowData.values(userEnteredValue,note,textFormatRuns)"), `{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredValue":{"stringValue":"plain"},"note":"n"}]}]}]}]}`)
}

func TestTextStaysText(t *testing.T) {
	b := do(t, newBook(t, ""), `{"updateCells":{"start":{},"fields":"userEnteredValue","rows":[{"values":[
		{"userEnteredValue":{"stringValue":"=1+1"}},{"userEnteredValue":{"stringValue":"00123"}},{"userEnteredValue":{"stringValue":""}}]}]}}`)
	want(t, shows(t, b, "Sheet1"), "=1+1 00123")
}

func TestCellsThatCannotBeWritten(t *testing.T) {
	b := newBook(t, "1")
	long := strings.Repeat("é", 50_001)
	for request, text := range map[string]string{
		`{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"stringValue":"` + long + `"}}]}],"fields":"userEnteredValue"}}`: "Invalid requests[0].updateCells: Your input contains more than the maximum of 50000 characters in a single cell.",
		`{"updateCells":{"start":{"columnIndex":4},"rows":[{"values":[{},{}]}],"fields":"*"}}`:                                               "Invalid requests[0].updateCells: Attempting to write column: 5, beyond the last requested column of: 4",
		`{"updateCells":{"start":{"rowIndex":9},"rows":[{},{}],"fields":"*"}}`:                                                               "Invalid requests[0].updateCells: Attempting to write row: 10, beyond the last requested row of: 9",
		`{"updateCells":{"range":{"endColumnIndex":1},"rows":[{"values":[{},{}]}],"fields":"*"}}`:                                            "Invalid requests[0].updateCells: Attempting to write column: 1, beyond the last requested column of: 0",
		`{"updateCells":{"range":{"endRowIndex":11},"fields":"*"}}`:                                                                          "Invalid requests[0].updateCells: Range (Sheet1!1:11) exceeds grid limits. Max rows: 10, max columns: 5",
		`{"updateCells":{"range":{"startRowIndex":2,"endRowIndex":2},"fields":"*"}}`:                                                         "Invalid requests[0].updateCells: GridRange.endRowIndex[2] must be after startRowIndex[2]",
		`{"updateCells":{"range":{"startRowIndex":-1},"fields":"*"}}`:                                                                        "Invalid requests[0].updateCells: GridRange indexes must be >= 0",
		`{"updateCells":{"range":{"sheetId":5},"fields":"*"}}`:                                                                               "Invalid requests[0].updateCells: No grid with id: 5",
		`{"updateCells":{"range":{}}}`:   "Invalid requests[0].updateCells: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
		`{"updateCells":{"fields":"*"}}`: "Invalid requests[0].updateCells: Must specify either a start or a range.",
		`{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"formulaValue":"1"}}]}],"fields":"*"}}`: "Invalid requests[0].updateCells: A formula value must begin with '='.",
		`{"appendCells":{"rows":[{"values":[{},{},{},{},{},{}]}],"fields":"*"}}`:                                    "Invalid requests[0].appendCells: Attempting to write column: 5, beyond the last requested column of: 4",
		`{}`:                       "Invalid requests[0]: No request set.",
		`{"refreshDataSource":{}}`: "Invalid requests[0].refreshDataSource: This simulator of Google Sheets does not know refreshDataSource.",
	} {
		refused(t, b, owner, request, text)
	}
	full := strings.Repeat("é", 50_000)
	do(t, b, `{"updateCells":{"start":{},"rows":[{"values":[{"userEnteredValue":{"stringValue":"`+full+`"}}]}],"fields":"userEnteredValue"}}`)
}

func TestRepeatedFormulasMoveAlong(t *testing.T) {
	b := do(t, newBook(t, "1 . / 2 . / 3 ."), `{"repeatCell":{"range":{"endRowIndex":3,"startColumnIndex":1,"endColumnIndex":3},
		"cell":{"userEnteredValue":{"formulaValue":"=A1+$A$1"}},"fields":"userEnteredValue"}}`)
	want(t, holds(t, b, "B1:C3"), "=A1+$A$1 =B1+$A$1 / =A2+$A$1 =B2+$A$1 / =A3+$A$1 =B3+$A$1")
	want(t, shows(t, b, "Sheet1"), "1 2 3 / 2 3 4 / 3 4 5")
}

func TestAppendedCellsComeAfterTheLastRowWithData(t *testing.T) {
	b := newBook(t, "1 / 2 / . . . stray")
	b = do(t, b, `{"appendCells":{"rows":[{"values":[{"userEnteredValue":{"numberValue":9}}]},{}],"fields":"userEnteredValue"}}`)
	want(t, shows(t, b, "Sheet1"), "1 / 2 / . . . stray / 9")
	b = do(t, b, `{"appendCells":{"rows":[{},{},{},{},{},{},{"values":[{"userEnteredValue":{"numberValue":10}}]}],"fields":"userEnteredValue"}}`)
	want(t, look(t, b, "sheets.properties.gridProperties.rowCount"), `{"sheets":[{"properties":{"gridProperties":{"rowCount":11}}}]}`)
}

// TestABatchIsAppliedWholeOrNotAtAll is what everything else relies on.
func TestABatchIsAppliedWholeOrNotAtAll(t *testing.T) {
	b := newBook(t, "1 2")
	before := look(t, b, "*")
	_, _, err := b.Batch(requests(t,
		`{"updateCells":{"range":{},"fields":"userEnteredValue"}}`,
		`{"addSheet":{"properties":{"title":"New"}}}`,
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":1}}}`,
		`{"deleteSheet":{"sheetId":99}}`), owner, noon)
	want(t, err.Error(), "Invalid requests[3].deleteSheet: No sheet with id: 99")
	want(t, look(t, b, "*"), before)
	if _, _, err := b.Batch(nil, owner, noon); err.Error() != "Must specify at least one request." {
		t.Error(err)
	}
	many := requests(t, strings.Repeat(`{"deleteSheet":{"sheetId":99}},`, 100_000)+`{"deleteSheet":{"sheetId":99}}`)
	if _, _, err := b.Batch(many, owner, noon); err.Error() != "Cannot exceed 100000 requests in a single batch." {
		t.Error(err)
	}
}
