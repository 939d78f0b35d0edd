package book

import "testing"

func TestNamedRangesAreUsedAndRenamed(t *testing.T) {
	b := newBook(t, "1 2 3")
	b = do(t, b, `{"addNamedRange":{"namedRange":{"namedRangeId":"n1","name":"nums","range":{"endRowIndex":1,"endColumnIndex":3}}}}`)
	b = typed(t, b, "A2", "=SUM(nums)")
	want(t, shows(t, b, "A2"), "6")
	want(t, shows(t, b, "NUMS"), "1 2 3")
	b = do(t, b, `{"updateNamedRange":{"namedRange":{"namedRangeId":"n1","name":"numbers","range":{"endRowIndex":1,"endColumnIndex":2}},"fields":"name,range"}}`)
	want(t, holds(t, b, "A2"), "=SUM(numbers)")
	want(t, shows(t, b, "A2"), "3")
	b = do(t, b, `{"deleteNamedRange":{"namedRangeId":"n1"}}`)
	want(t, shows(t, b, "A2"), "#NAME?")
	for _, name := range []string{"A1", "R1C1", "two words", "1st", "TRUE", ""} {
		refused(t, b, owner, `{"addNamedRange":{"namedRange":{"name":"`+name+`","range":{}}}}`, "Invalid requests[0].addNamedRange: "+
			"The name of a named range must begin with a letter or an underscore, hold only letters, numbers and underscores, and not look like a cell.")
	}
	b = do(t, b, `{"addNamedRange":{"namedRange":{"namedRangeId":"n1","name":"nums","range":{}}}}`)
	refused(t, b, owner, `{"addNamedRange":{"namedRange":{"name":"Nums","range":{}}}}`, "Invalid requests[0].addNamedRange: Cannot add named range with name Nums, a named range with that name already exists.")
	refused(t, b, owner, `{"addNamedRange":{"namedRange":{"namedRangeId":"n1","name":"x","range":{}}}}`, "Invalid requests[0].addNamedRange: Cannot add named range with ID n1, a named range with that ID already exists.")
	refused(t, b, owner, `{"deleteNamedRange":{"namedRangeId":"zz"}}`, "Invalid requests[0].deleteNamedRange: No named range with ID: zz")
}

const isProtected = "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit."

func TestAProtectedRangeHoldsForOthers(t *testing.T) {
	b := do(t, newBook(t, "1 2 / 3 4"), `{"addProtectedRange":{"protectedRange":{"protectedRangeId":1,"range":{"endRowIndex":1},"editors":{"users":["friend@example.com"]}}}}`)
	friend := Editor{Email: "Friend@example.com"}
	for _, request := range []string{
		`{"updateCells":{"start":{},"rows":[{"values":[{}]}],"fields":"note"}}`,
		`{"updateCells":{"range":{},"fields":"userEnteredValue"}}`,
		`{"repeatCell":{"range":{},"cell":{},"fields":"note"}}`,
		`{"copyPaste":{"source":{"startRowIndex":1,"endRowIndex":2},"destination":{"endRowIndex":1}}}`,
		`{"cutPaste":{"source":{"endRowIndex":1},"destination":{"rowIndex":4}}}`,
		`{"deleteDimension":{"range":{"dimension":"ROWS","endIndex":1}}}`,
		`{"deleteDimension":{"range":{"dimension":"COLUMNS","endIndex":1}}}`,
		`{"sortRange":{"range":{"endRowIndex":2},"sortSpecs":[{}]}}`,
		`{"mergeCells":{"range":{"endRowIndex":1}}}`,
		`{"findReplace":{"find":"1","replacement":"2","allSheets":true}}`,
		`{"setDataValidation":{"range":{}}}`,
		`{"deleteProtectedRange":{"protectedRangeId":1}}`,
		`{"updateProtectedRange":{"protectedRange":{"protectedRangeId":1,"warningOnly":true},"fields":"warningOnly"}}`,
	} {
		if _, _, err := b.Batch(requests(t, request), owner, noon); err != nil {
			t.Errorf("the owner cannot %s: %v", request, err)
		}
		if _, _, err := b.Batch(requests(t, request), friend, noon); err != nil {
			t.Errorf("an editor of the range cannot %s: %v", request, err)
		}
		if _, _, err := b.Batch(requests(t, request), someone, noon); err == nil {
			t.Errorf("anybody can %s", request)
		}
	}
	_, _, err := b.Batch(requests(t, `{"updateCells":{"range":{},"fields":"userEnteredValue"}}`), someone, noon)
	want(t, err.Error(), "Invalid requests[0].updateCells: "+isProtected)
	if _, _, err := b.Batch(requests(t, `{"updateCells":{"range":{"startRowIndex":1},"fields":"userEnteredValue"}}`), someone, noon); err != nil {
		t.Error(err)
	}
	_, _, err = b.UpdateValues("A1", message(t, "ValueRange", `{"values":[[1]]}`), "RAW", someone, noon)
	want(t, err.Error(), isProtected)
	_, _, err = b.Clear([]string{"A:A"}, someone, noon)
	want(t, err.Error(), isProtected)
}

func TestAWarningOnlyWarns(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"addProtectedRange":{"protectedRange":{"protectedRangeId":1,"warningOnly":true,"range":{},"editors":{"users":["x@example.com"]}}}}`)
	if _, _, err := b.Batch(requests(t, `{"updateCells":{"range":{},"fields":"userEnteredValue"}}`), someone, noon); err != nil {
		t.Error(err)
	}
	want(t, look(t, b, "sheets.protectedRanges"), `{"sheets":[{"protectedRanges":[{"protectedRangeId":1,"warningOnly":true,"range":{},"requestingUserCanEdit":true}]}]}`)
}

func TestAProtectedSheetLeavesSomeRangesOpen(t *testing.T) {
	b := do(t, newBook(t, "1 2"), `{"addProtectedRange":{"protectedRange":{"range":{"sheetId":0},"unprotectedRanges":[{"startColumnIndex":1,"endColumnIndex":2}]}}}`)
	_, _, err := b.UpdateValues("B1", message(t, "ValueRange", `{"values":[[1]]}`), "RAW", someone, noon)
	if err != nil {
		t.Error(err)
	}
	_, _, err = b.UpdateValues("A1:B1", message(t, "ValueRange", `{"values":[[1,2]]}`), "RAW", someone, noon)
	want(t, err.Error(), isProtected)
	_, _, err = b.Batch(requests(t, `{"updateSheetProperties":{"properties":{"title":"x"},"fields":"title"}}`), someone, noon)
	want(t, err.Error(), "Invalid requests[0].updateSheetProperties: "+isProtected)
	refused(t, b, owner, `{"addProtectedRange":{"protectedRange":{"range":{"endRowIndex":1},"unprotectedRanges":[{"endRowIndex":1}]}}}`,
		"Invalid requests[0].addProtectedRange: Unprotected ranges are only supported on protected sheets.")
}
