package book

import "testing"

func TestInsertedRowsAreSurvivedByEverything(t *testing.T) {
	b := newBook(t, "1 . =SUM(A1:A3) / 2 . =A3 / 3 . =Sheet1!$A$1")
	b = do(t, b,
		`{"addNamedRange":{"namedRange":{"namedRangeId":"n","name":"numbers","range":{"startRowIndex":0,"endRowIndex":3,"startColumnIndex":0,"endColumnIndex":1}}}}`,
		`{"addProtectedRange":{"protectedRange":{"protectedRangeId":1,"warningOnly":true,"range":{"startRowIndex":2,"endRowIndex":3}}}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataId":1,"metadataKey":"row","location":{"dimensionRange":{"dimension":"ROWS","startIndex":1,"endIndex":2}},"visibility":"DOCUMENT"}}}`,
		`{"setBasicFilter":{"filter":{"range":{"startRowIndex":0,"endRowIndex":3}}}}`,
		`{"mergeCells":{"range":{"startRowIndex":1,"endRowIndex":3,"startColumnIndex":3,"endColumnIndex":4}}}`,
		`{"addConditionalFormatRule":{"rule":{"ranges":[{"startRowIndex":0,"endRowIndex":3}],"booleanRule":{"condition":{"type":"CUSTOM_FORMULA","values":[{"userEnteredValue":"=$A2>1"}]}}}}}`,
		`{"setDataValidation":{"range":{"startRowIndex":2,"endRowIndex":3,"startColumnIndex":4},"rule":{"condition":{"type":"ONE_OF_RANGE","values":[{"userEnteredValue":"=Sheet1!$A$2:$A$3"}]}}}}`)
	b = do(t, b, `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":3}}}`)

	want(t, shows(t, b, "Sheet1"), "1 . 6 /  /  / 2 . 3 / 3 . 1")
	want(t, holds(t, b, "C1:C5"), "=SUM(A1:A5) /  /  / =A5 / =Sheet1!$A$1")
	want(t, look(t, b, "namedRanges.range"), `{"namedRanges":[{"range":{"sheetId":0,"startRowIndex":0,"endRowIndex":5,"startColumnIndex":0,"endColumnIndex":1}}]}`)
	want(t, look(t, b, "sheets(protectedRanges.range,basicFilter.range,merges,conditionalFormats)"), `{"sheets":[{`+
		`"protectedRanges":[{"range":{"sheetId":0,"startRowIndex":4,"endRowIndex":5}}],`+
		`"basicFilter":{"range":{"sheetId":0,"startRowIndex":0,"endRowIndex":5}},`+
		`"merges":[{"sheetId":0,"startRowIndex":3,"endRowIndex":5,"startColumnIndex":3,"endColumnIndex":4}],`+
		`"conditionalFormats":[{"ranges":[{"sheetId":0,"startRowIndex":0,"endRowIndex":5}],"booleanRule":{"condition":{"type":"CUSTOM_FORMULA","values":[{"userEnteredValue":"=$A4\u003e1"}]}}}]}]}`)
	want(t, look(t, b, "sheets.data.rowData.values.dataValidation", "E5"), `{"sheets":[{"data":[{"rowData":[{"values":[{"dataValidation":{"condition":{"type":"ONE_OF_RANGE","values":[{"userEnteredValue":"=Sheet1!$A$4:$A$5"}]}}}]}]}]}]}`)
	if m := b.metadata[0]; m.at.index != 3 {
		t.Errorf("the metadata is on row %d", m.at.index)
	}
}

func TestDeletedRowsTakeTheirReferencesAlong(t *testing.T) {
	b := newBook(t, "1 =SUM(A1:A4) =A2 / 2 / 3 / 4")
	b = do(t, b, `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":1,"metadataKey":"row","location":{"dimensionRange":{"dimension":"ROWS","startIndex":1,"endIndex":2}},"visibility":"DOCUMENT"}}}`,
		`{"addNamedRange":{"namedRange":{"name":"two","range":{"startRowIndex":1,"endRowIndex":2}}}}`,
		`{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}`)
	want(t, shows(t, b, "Sheet1"), "1 8 #REF! / 3 / 4")
	want(t, holds(t, b, "B1:C1"), "=SUM(A1:A3) =#REF!")
	if len(b.metadata) != 0 || len(b.named) != 0 {
		t.Error("the metadata or the named range of the deleted row is left")
	}
}

func TestColumnsMoveWithWhatHangsOnThem(t *testing.T) {
	b := newBook(t, "1 2 3 =A1 =SUM(A1:C1)")
	b = do(t, b, `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":1,"metadataKey":"col","location":{"dimensionRange":{"dimension":"COLUMNS","startIndex":0,"endIndex":1}},"visibility":"DOCUMENT"}}}`,
		`{"updateDimensionProperties":{"range":{"dimension":"COLUMNS","startIndex":0,"endIndex":1},"properties":{"pixelSize":42},"fields":"pixelSize"}}`,
		`{"moveDimension":{"source":{"dimension":"COLUMNS","startIndex":0,"endIndex":1},"destinationIndex":3}}`)
	want(t, holds(t, b, "Sheet1"), "2 3 1 =C1 =SUM(A1:B1)")
	if b.metadata[0].at.index != 2 {
		t.Errorf("the metadata is on column %d", b.metadata[0].at.index)
	}
	want(t, look(t, b, "sheets.data.columnMetadata(pixelSize,developerMetadata.metadataKey)", "C1:D1"),
		`{"sheets":[{"data":[{"columnMetadata":[{"pixelSize":42,"developerMetadata":[{"metadataKey":"col"}]},{"pixelSize":100}]}]}]}`)
}

func TestNewRowsLookLikeTheirNeighbours(t *testing.T) {
	b := do(t, newBook(t, "1 / 2"), `{"repeatCell":{"range":{"endRowIndex":1},"cell":{"userEnteredFormat":{"wrapStrategy":"WRAP"}},"fields":"userEnteredFormat"}}`,
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2},"inheritFromBefore":true}}`)
	fields := "sheets.data.rowData.values.userEnteredFormat"
	want(t, look(t, b, fields, "A2"), `{"sheets":[{"data":[{"rowData":[{"values":[{"userEnteredFormat":{"wrapStrategy":"WRAP"}}]}]}]}]}`)
	b = do(t, b, `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":3}}}`)
	want(t, look(t, b, fields, "A3"), `{"sheets":[{"data":[{}]}]}`)
}

func TestDimensionsThatCannotBeChanged(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"updateSheetProperties":{"properties":{"gridProperties":{"frozenRowCount":2}},"fields":"gridProperties.frozenRowCount"}}`)
	rows := func(kind, rest string) string { return `{"` + kind + `":{"range":{"dimension":"ROWS"` + rest + `}}}` }
	for request, text := range map[string]string{
		rows("insertDimension", ``):                                                                               "Both startIndex and endIndex must be specified.",
		rows("insertDimension", `,"startIndex":11,"endIndex":12`):                                                 "range.startIndex is larger than current grid size (10)",
		rows("insertDimension", `,"startIndex":10,"endIndex":11`):                                                 "range.startIndex must be less than the grid size (10) if inheritFromBefore is false.",
		rows("insertDimension", `,"startIndex":-1,"endIndex":1`):                                                  "DimensionRange indexes must be >= 0",
		rows("insertDimension", `,"startIndex":0,"endIndex":2000000`):                                             "This action would increase the number of cells in the workbook above the limit of 10000000 cells.",
		rows("deleteDimension", `,"startIndex":10,"endIndex":11`):                                                 "Cannot delete a row that doesn't exist. Tried to delete row index 10 but there are only 10 rows.",
		rows("deleteDimension", `,"startIndex":8,"endIndex":12`):                                                  "Cannot delete a row that doesn't exist. Tried to delete row index 10 but there are only 10 rows.",
		rows("deleteDimension", ``):                                                                               "You can't delete all the rows on the sheet.",
		rows("deleteDimension", `,"startIndex":2,"endIndex":10`):                                                  "Sorry, it is not possible to delete all non-frozen rows.",
		`{"deleteDimension":{"range":{"startIndex":2,"endIndex":3}}}`:                                             "A dimension must be specified.",
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":0,"endIndex":1},"inheritFromBefore":true}}`: "range.startIndex must be greater than 0 if inheritFromBefore is true.",
		`{"moveDimension":{"source":{"dimension":"ROWS","startIndex":1,"endIndex":4},"destinationIndex":2}}`:      "The destination cannot be within the source.",
		`{"appendDimension":{"dimension":"ROWS"}}`:                                                                "length must be greater than 0.",
	} {
		kind := request[2:][:len("insertDimension")]
		if request[2:][:4] == "move" {
			kind = "moveDimension"
		}
		refused(t, b, owner, request, "Invalid requests[0]."+kind+": "+text)
	}
	b = do(t, b, rows("deleteDimension", `,"startIndex":0,"endIndex":1`))
	want(t, look(t, b, "sheets.properties.gridProperties"), `{"sheets":[{"properties":{"gridProperties":{"rowCount":9,"columnCount":5,"frozenRowCount":1}}}]}`)
	b = do(t, b, `{"appendDimension":{"dimension":"COLUMNS","length":2}}`, `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":9,"endIndex":10},"inheritFromBefore":true}}`)
	want(t, look(t, b, "sheets.properties.gridProperties(rowCount,columnCount)"), `{"sheets":[{"properties":{"gridProperties":{"rowCount":10,"columnCount":7}}}]}`)
}

func TestCellsArePushedAndPulled(t *testing.T) {
	b := newBook(t, "1 a / 2 b / 3 c / =SUM(A1:A3) =A3")
	pushed := do(t, b, `{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"ROWS"}}`)
	want(t, holds(t, pushed, "Sheet1"), "1 a / . b / 2 c / 3 =A4 / =SUM(A1:A4)")
	pulled := do(t, b, `{"deleteRange":{"range":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"ROWS"}}`)
	want(t, holds(t, pulled, "Sheet1"), "1 a / 3 b / =SUM(A1:A2) c / . =A2")
	right := do(t, b, `{"insertRange":{"range":{"endRowIndex":1,"endColumnIndex":2},"shiftDimension":"COLUMNS"}}`)
	want(t, holds(t, right, "A1:D1"), ". . 1 a")
	left := do(t, b, `{"deleteRange":{"range":{"endRowIndex":1,"endColumnIndex":1},"shiftDimension":"COLUMNS"}}`)
	want(t, holds(t, left, "A1:D1"), "a")
	full := typed(t, b, "A10", "last")
	refused(t, full, owner, `{"insertRange":{"range":{"endRowIndex":1,"endColumnIndex":1},"shiftDimension":"ROWS"}}`,
		"Invalid requests[0].insertRange: There is not enough room to insert the cells: the cells at the end of the sheet are not empty.")
	array := typed(t, b, "D1", "=ARRAYFORMULA(A1:A3*2)")
	refused(t, array, owner, `{"deleteRange":{"range":{"startRowIndex":1,"endRowIndex":2,"startColumnIndex":3,"endColumnIndex":4},"shiftDimension":"ROWS"}}`,
		"Invalid requests[0].deleteRange: You cannot insert or delete cells over an array formula.")
}
