package book

import "testing"

// TestValuesArePastedAcrossTabs is the swap of a staged tab: values only, formats stay, blanks overwrite.
func TestValuesArePastedAcrossTabs(t *testing.T) {
	b := do(t, newBook(t, "old old old / x =SUM(A1:A9)"),
		`{"repeatCell":{"range":{"endRowIndex":2},"cell":{"note":"n","userEnteredFormat":{"numberFormat":{"type":"NUMBER","pattern":"0.0"}}},"fields":"note,userEnteredFormat"}}`,
		`{"addSheet":{"properties":{"sheetId":5,"title":"~stage","hidden":true}}}`,
		`{"updateCells":{"start":{"sheetId":5},"fields":"userEnteredValue,userEnteredFormat,note","rows":[
			{"values":[{"userEnteredValue":{"numberValue":1},"note":"not mine"},{"userEnteredValue":{"stringValue":"=1+1"}},{}]},
			{"values":[{"userEnteredValue":{"stringValue":"007"}},{"userEnteredValue":{"formulaValue":"=A1*3"}}]}]}}`,
		`{"copyPaste":{"source":{"sheetId":5,"endRowIndex":2,"endColumnIndex":3},"destination":{"endRowIndex":2,"endColumnIndex":3},"pasteType":"PASTE_VALUES"}}`,
		`{"deleteSheet":{"sheetId":5}}`)
	want(t, shows(t, b, "Sheet1"), "1.0 =1+1 / 007 3.0")
	want(t, holds(t, b, "Sheet1"), "1 =1+1 / 007 3")
	want(t, look(t, b, "sheets.data.rowData.values(note,userEnteredValue)", "A1:C1"), `{"sheets":[{"data":[{"rowData":[{"values":[`+
		`{"userEnteredValue":{"numberValue":1},"note":"n"},{"userEnteredValue":{"stringValue":"=1+1"},"note":"n"},{"note":"n"}]}]}]}]}`)
}

func TestACopyRepeatsToFillAMultiple(t *testing.T) {
	b := newBook(t, "1 =A1+$A$1")
	b = do(t, b, `{"copyPaste":{"source":{"endRowIndex":1,"endColumnIndex":2},"destination":{"startRowIndex":1,"endRowIndex":4,"endColumnIndex":2}}}`)
	want(t, holds(t, b, "Sheet1"), "1 =A1+$A$1 / 1 =A2+$A$1 / 1 =A3+$A$1 / 1 =A4+$A$1")
	b = do(t, b, `{"copyPaste":{"source":{"endRowIndex":2,"endColumnIndex":2},"destination":{"startRowIndex":7,"endRowIndex":8,"startColumnIndex":2,"endColumnIndex":3}}}`)
	want(t, holds(t, b, "C8:D9"), "1 =C8+$A$1 / 1 =C9+$A$1")
	b = do(t, b, `{"copyPaste":{"source":{"endRowIndex":2,"endColumnIndex":1},"destination":{"startColumnIndex":3,"endColumnIndex":4},"pasteOrientation":"TRANSPOSE"}}`)
	want(t, holds(t, b, "D1:E1"), "1 1")
	refused(t, b, owner, `{"copyPaste":{"source":{"endRowIndex":2,"endColumnIndex":2},"destination":{"startRowIndex":9,"endRowIndex":10,"endColumnIndex":1}}}`,
		"Invalid requests[0].copyPaste: Range (Sheet1!A10:B11) exceeds grid limits. Max rows: 10, max columns: 5")
}

func TestWhatIsPastedDependsOnTheType(t *testing.T) {
	b := do(t, newBook(t, "1 9"), `{"updateCells":{"start":{},"fields":"*","rows":[{"values":[{"userEnteredValue":{"formulaValue":"=B1"},
		"note":"n","userEnteredFormat":{"wrapStrategy":"WRAP","borders":{"top":{"style":"SOLID"}}},"dataValidation":{"condition":{"type":"NOT_BLANK"}}}]}]}}`)
	fields := "sheets.data.rowData.values(userEnteredValue,userEnteredFormat,note,dataValidation)"
	for kind, cell := range map[string]string{
		"PASTE_NORMAL":          `{"userEnteredValue":{"formulaValue":"=B2"},"dataValidation":{"condition":{"type":"NOT_BLANK"}},"note":"n","userEnteredFormat":{"wrapStrategy":"WRAP","borders":{"top":{"style":"SOLID"}}}}`,
		"PASTE_NO_BORDERS":      `{"userEnteredValue":{"formulaValue":"=B2"},"dataValidation":{"condition":{"type":"NOT_BLANK"}},"note":"n","userEnteredFormat":{"wrapStrategy":"WRAP"}}`,
		"PASTE_VALUES":          `{"userEnteredValue":{"numberValue":9}}`,
		"PASTE_FORMULA":         `{"userEnteredValue":{"formulaValue":"=B2"}}`,
		"PASTE_FORMAT":          `{"userEnteredFormat":{"wrapStrategy":"WRAP","borders":{"top":{"style":"SOLID"}}}}`,
		"PASTE_DATA_VALIDATION": `{"dataValidation":{"condition":{"type":"NOT_BLANK"}}}`,
	} {
		after := do(t, b, `{"copyPaste":{"source":{"endRowIndex":1,"endColumnIndex":1},"destination":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"pasteType":"`+kind+`"}}`)
		got := look(t, after, fields, "A2")
		if want := `{"sheets":[{"data":[{"rowData":[{"values":[` + cell + `]}]}]}]}`; got != want {
			t.Errorf("%s\n got %s\nwant %s", kind, got, want)
		}
	}
}

// TestCutCellsAreFollowed: references go with the cells, and those to the cells that are overwritten break.
func TestCutCellsAreFollowed(t *testing.T) {
	b := do(t, newBook(t, "1 =B2 =A1 =A3 / . 5 =SUM(A1:A3) / 3"),
		`{"addSheet":{"properties":{"sheetId":7,"title":"Other"}}}`,
		`{"cutPaste":{"source":{"endRowIndex":1,"endColumnIndex":2},"destination":{"rowIndex":2,"columnIndex":0}}}`)
	want(t, holds(t, b, "Sheet1"), ". . =A3 =#REF! / . 5 =SUM(A1:A3) / 1 =B2")
	b = do(t, b, `{"cutPaste":{"source":{"startRowIndex":2,"endRowIndex":3,"endColumnIndex":2},"destination":{"sheetId":7}}}`)
	want(t, holds(t, b, "Sheet1!C1"), "=Other!A1")
	want(t, holds(t, b, "Other"), "1 =Sheet1!B2")
	want(t, shows(t, b, "Other"), "1 5")
}

func TestFillingGoesOn(t *testing.T) {
	b := do(t, newBook(t, "1 x =A1*2 / 3 y =A2*2"),
		`{"autoFill":{"sourceAndDestination":{"source":{"endRowIndex":2,"endColumnIndex":3},"dimension":"ROWS","fillLength":3}}}`)
	want(t, holds(t, b, "Sheet1"), "1 x =A1*2 / 3 y =A2*2 / 5 x =A3*2 / 7 y =A4*2 / 9 x =A5*2")
}

func TestRowsAreSorted(t *testing.T) {
	b := do(t, newBook(t, "b 2 =B1 / . 5 =B2 / a 2 =B3 / c 1 =B4"),
		`{"sortRange":{"range":{"endRowIndex":4,"endColumnIndex":3},"sortSpecs":[{"dimensionIndex":1,"sortOrder":"DESCENDING"},{"dimensionIndex":0}]}}`)
	want(t, holds(t, b, "Sheet1"), ". 5 =B1 / a 2 =B2 / b 2 =B3 / c 1 =B4")
	want(t, shows(t, b, "C1:C4"), "5 / 2 / 2 / 1")
	b = do(t, b, `{"sortRange":{"range":{"endRowIndex":4,"endColumnIndex":3},"sortSpecs":[{"dimensionIndex":0}]}}`)
	want(t, shows(t, b, "A1:A4"), "a / b / c")
}

func TestTextIsFoundAndReplaced(t *testing.T) {
	b := newBook(t, "East east 3 / west =\"east\" 33")
	b, got := reply(t, b, `{"findReplace":{"find":"east","replacement":"$1","allSheets":true}}`)
	want(t, got, `{"findReplace":{"valuesChanged":2,"formulasChanged":0,"rowsChanged":1,"sheetsChanged":1,"occurrencesChanged":2}}`)
	want(t, holds(t, b, "Sheet1"), "1 1 3 / west =\"east\" 33")
	b, got = reply(t, b, `{"findReplace":{"find":"^(.)3$","replacement":"4$1","searchByRegex":true,"sheetId":0}}`)
	want(t, got, `{"findReplace":{"valuesChanged":1,"formulasChanged":0,"rowsChanged":1,"sheetsChanged":1,"occurrencesChanged":1}}`)
	b, _ = reply(t, b, `{"findReplace":{"find":"EAST","replacement":"x","includeFormulas":true,"range":{}}}`)
	want(t, holds(t, b, "Sheet1"), "1 1 3 / west =\"x\" 43")
	refused(t, b, owner, `{"findReplace":{"find":"","allSheets":true}}`, "Invalid requests[0].findReplace: The text to find must not be empty.")
}
