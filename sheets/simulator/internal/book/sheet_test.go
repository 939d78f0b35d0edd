package book

import "testing"

func TestTabsAreAddedRenamedMovedAndDeleted(t *testing.T) {
	b := newBook(t, "1 2")
	b = do(t, b, `{"addSheet":{"properties":{"title":"Data","sheetId":7,"gridProperties":{"rowCount":3,"columnCount":2}}}}`,
		`{"updateCells":{"start":{"sheetId":7},"rows":[{"values":[{"userEnteredValue":{"numberValue":5}}]}],"fields":"userEnteredValue"}}`)
	want(t, shows(t, b, "Data"), "5")
	b = typed(t, b, "Sheet1!C1", "=Data!A1*2")
	b = do(t, b, `{"updateSheetProperties":{"properties":{"sheetId":7,"title":"My data"},"fields":"title"}}`)
	want(t, holds(t, b, "Sheet1!C1"), "='My data'!A1*2")
	want(t, shows(t, b, "Sheet1!C1"), "10")
	b = do(t, b, `{"updateSheetProperties":{"properties":{"sheetId":7,"index":0},"fields":"index"}}`)
	want(t, look(t, b, "sheets.properties(title,index)"),
		`{"sheets":[{"properties":{"title":"My data","index":0}},{"properties":{"title":"Sheet1","index":1}}]}`)
	b = do(t, b, `{"updateSheetProperties":{"properties":{"sheetId":7},"fields":"index"}}`)
	want(t, look(t, b, "sheets.properties.title"), `{"sheets":[{"properties":{"title":"Sheet1"}},{"properties":{"title":"My data"}}]}`)
	b = do(t, b, `{"deleteSheet":{"sheetId":7}}`)
	want(t, shows(t, b, "Sheet1!C1"), "#REF!")
	want(t, holds(t, b, "Sheet1!C1"), "=#REF!*2")
}

func TestAFreshTabHasTheSizeGoogleGivesIt(t *testing.T) {
	b, got := reply(t, newBook(t, ""), `{"addSheet":{}}`)
	if s := b.titled("Sheet2"); s == nil || s.id == 0 {
		t.Fatal("no new tab with a title and an id of its own: " + got)
	}
	want(t, look(t, b, "sheets.properties.gridProperties", "Sheet2"),
		`{"sheets":[{"properties":{"gridProperties":{"rowCount":1000,"columnCount":26}}}]}`)
}

func TestTabsThatCannotBe(t *testing.T) {
	b := do(t, newBook(t, ""), `{"addSheet":{"properties":{"sheetId":1,"title":"Hidden","hidden":true}}}`)
	for request, text := range map[string]string{
		`{"addSheet":{"properties":{"title":"sheet1"}}}`:                                                                             `Invalid requests[0].addSheet: A sheet with the name "sheet1" already exists. Please enter another name.`,
		`{"addSheet":{"properties":{"sheetId":1}}}`:                                                                                  `Invalid requests[0].addSheet: A sheet with the ID 1 already exists. Please enter another ID.`,
		`{"addSheet":{"properties":{"gridProperties":{"rowCount":0}}}}`:                                                              `Invalid requests[0].addSheet: You can't delete all the rows on the sheet.`,
		`{"addSheet":{"properties":{"gridProperties":{"rowCount":1000001,"columnCount":10}}}}`:                                       `Invalid requests[0].addSheet: This action would increase the number of cells in the workbook above the limit of 10000000 cells.`,
		`{"addSheet":{"properties":{"gridProperties":{"rowCount":10,"columnCount":18279}}}}`:                                         `Invalid requests[0].addSheet: This action would increase the number of columns in the sheet above the limit of 18278 columns.`,
		`{"deleteSheet":{"sheetId":5}}`:                                                                                              `Invalid requests[0].deleteSheet: No sheet with id: 5`,
		`{"deleteSheet":{}}`:                                                                                                         `Invalid requests[0].deleteSheet: You can't remove all the visible sheets in a document.`,
		`{"updateSheetProperties":{"properties":{"title":""},"fields":"title"}}`:                                                     `Invalid requests[0].updateSheetProperties: The sheet name cannot be empty.`,
		`{"updateSheetProperties":{"properties":{"title":"HIDDEN"},"fields":"title"}}`:                                               `Invalid requests[0].updateSheetProperties: A sheet with the name "HIDDEN" already exists. Please enter another name.`,
		`{"updateSheetProperties":{"properties":{"title":"x"}}}`:                                                                     `Invalid requests[0].updateSheetProperties: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)`,
		`{"updateSheetProperties":{"properties":{"title":"x"},"fields":"titel"}}`:                                                    `Invalid requests[0].updateSheetProperties: Invalid field: titel`,
		`{"updateSheetProperties":{"properties":{"sheetId":9,"title":"x"},"fields":"title"}}`:                                        `Invalid requests[0].updateSheetProperties: No sheet with id: 9`,
		`{"updateSheetProperties":{"properties":{"hidden":true},"fields":"hidden"}}`:                                                 `Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document.`,
		`{"updateSheetProperties":{"properties":{"gridProperties":{"frozenRowCount":10}},"fields":"gridProperties.frozenRowCount"}}`: `Invalid requests[0].updateSheetProperties: You can't freeze all visible rows on the sheet.`,
		`{"updateSheetProperties":{"properties":{"gridProperties":{}},"fields":"gridProperties.rowCount"}}`:                          `Invalid requests[0].updateSheetProperties: You can't delete all the rows on the sheet.`,
	} {
		refused(t, b, owner, request, text)
	}
	refused(t, newBook(t, ""), owner, `{"deleteSheet":{"sheetId":0}}`, `Invalid requests[0].deleteSheet: You can't remove all the sheets in a document.`)
}

// TestRowsAreCheckedBeforeColumns is why columns are to be shrunk in an earlier request than rows grow.
func TestRowsAreCheckedBeforeColumns(t *testing.T) {
	b := do(t, newBook(t, ""), `{"updateSheetProperties":{"properties":{"gridProperties":{"columnCount":1000}},"fields":"gridProperties.columnCount"}}`)
	both := `{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":100000,"columnCount":10}},"fields":"gridProperties(rowCount,columnCount)"}}`
	refused(t, b, owner, both, "Invalid requests[0].updateSheetProperties: This action would increase the number of cells in the workbook above the limit of 10000000 cells.")
	do(t, b, `{"updateSheetProperties":{"properties":{"gridProperties":{"columnCount":10}},"fields":"gridProperties.columnCount"}}`, both)
}

func TestShrinkingDeletesCellsAndReferences(t *testing.T) {
	b := newBook(t, "1 =SUM(A:A) =SUM(A1:A5) =A5 / 2 / 3 / 4 / 5")
	b = do(t, b, `{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":3}},"fields":"gridProperties.rowCount"}}`)
	want(t, holds(t, b, "B1:D1"), "=SUM(A:A) =SUM(A1:A3) =#REF!")
	want(t, shows(t, b, "Sheet1"), "1 6 6 #REF! / 2 / 3")
	b = do(t, b, `{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":6}},"fields":"gridProperties.rowCount"}}`)
	want(t, shows(t, b, "A1:A6"), "1 / 2 / 3")
}

func TestADuplicateIsAnotherTab(t *testing.T) {
	b := newBook(t, "1 =A1 =Sheet1!A1")
	b = do(t, b,
		`{"addProtectedRange":{"protectedRange":{"protectedRangeId":1,"range":{"endRowIndex":1},"warningOnly":true}}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataId":3,"metadataKey":"k","location":{"sheetId":0},"visibility":"DOCUMENT"}}}`,
		`{"duplicateSheet":{"newSheetId":9,"insertSheetIndex":1}}`,
		`{"updateCells":{"start":{"sheetId":9},"rows":[{"values":[{"userEnteredValue":{"numberValue":5}}]}],"fields":"userEnteredValue"}}`)
	want(t, shows(t, b, "'Copy of Sheet1'"), "5 5 1")
	want(t, shows(t, b, "Sheet1"), "1 1 1")
	if n := len(b.metadata); n != 2 || b.metadata[0].at.sheet == b.metadata[1].at.sheet || b.metadata[0].id == b.metadata[1].id {
		t.Errorf("the metadata was not copied along: %+v", b.metadata)
	}
	ids := b.sheet(9).list("protectedRanges")
	if len(ids) != 1 || ids[0].Int("protectedRangeId") == 1 || ids[0].Message("range").Int("sheetId") != 9 {
		t.Error("the protection was not copied under an id of its own")
	}
}

func TestASheetIsCopiedToAnotherSpreadsheet(t *testing.T) {
	from, to := newBook(t, "1 =A1+1"), newBook(t, "x")
	next, props, err := to.CopySheet(from, 0, owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, props.Text("title"), "Copy of Sheet1")
	want(t, shows(t, next, "'Copy of Sheet1'"), "1 2")
	want(t, shows(t, to, "Sheet1"), "x")
}

func TestACopyOfASpreadsheetHasEverything(t *testing.T) {
	b := do(t, newBook(t, "1 =A1+1"), `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":3,"metadataKey":"k","location":{"spreadsheet":true},"visibility":"DOCUMENT"}}}`)
	c := b.Copy("other", "Copy of Test", noon)
	c = typed(t, c, "A1", "5")
	want(t, shows(t, c, "Sheet1"), "5 6")
	want(t, shows(t, b, "Sheet1"), "1 2")
	want(t, look(t, c, "spreadsheetId,properties.title,developerMetadata.metadataId"),
		`{"spreadsheetId":"other","properties":{"title":"Copy of Test"},"developerMetadata":[{"metadataId":3}]}`)
}
