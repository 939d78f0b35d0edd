package book

import "testing"

func TestMergesAreWhole(t *testing.T) {
	b := do(t, newBook(t, "1 2 / 3 4"), `{"mergeCells":{"range":{"endRowIndex":2,"endColumnIndex":2}}}`)
	want(t, shows(t, b, "Sheet1"), "1")
	const torn = "You must select all cells in a merged range to merge or unmerge them."
	refused(t, b, owner, `{"unmergeCells":{"range":{"endRowIndex":1}}}`, "Invalid requests[0].unmergeCells: "+torn)
	refused(t, b, owner, `{"mergeCells":{"range":{"endRowIndex":3,"endColumnIndex":1}}}`, "Invalid requests[0].mergeCells: "+torn)
	b = do(t, b, `{"mergeCells":{"range":{"endRowIndex":2,"endColumnIndex":3},"mergeType":"MERGE_ROWS"}}`)
	want(t, look(t, b, "sheets.merges(startRowIndex,endColumnIndex)"), `{"sheets":[{"merges":[{"startRowIndex":0,"endColumnIndex":3},{"startRowIndex":1,"endColumnIndex":3}]}]}`)
	b = do(t, b, `{"unmergeCells":{"range":{}}}`)
	want(t, look(t, b, "sheets.merges"), `{"sheets":[{}]}`)
}

func TestACheckboxFillsEmptyCells(t *testing.T) {
	rule := `{"setDataValidation":{"range":{"endRowIndex":2,"endColumnIndex":1},"rule":{"condition":{"type":"BOOLEAN"}}}}`
	b := do(t, newBook(t, "TRUE"), rule)
	want(t, shows(t, b, "A1:A2"), "TRUE / FALSE")
	b = do(t, b, `{"setDataValidation":{"range":{}}}`)
	want(t, look(t, b, "sheets.data.rowData.values.dataValidation"), `{"sheets":[{"data":[{"rowData":[{"values":[{}]},{"values":[{}]}]}]}]}`)
	refused(t, b, owner, `{"setDataValidation":{"range":{},"rule":{}}}`, "Invalid requests[0].setDataValidation: A data validation rule must have a condition.")
}

func TestRulesHaveAnOrder(t *testing.T) {
	rule := func(color, rest string) string {
		return `{"addConditionalFormatRule":{"rule":{"ranges":[{"endRowIndex":1}],"booleanRule":{"condition":{"type":"` + color + `"}}}` + rest + `}}`
	}
	b := do(t, newBook(t, ""), rule("BLANK", ""), rule("NOT_BLANK", ""), rule("TEXT_EQ", `,"index":2`))
	types := "sheets.conditionalFormats.booleanRule.condition.type"
	kind := func(name string) string { return `{"booleanRule":{"condition":{"type":"` + name + `"}}}` }
	want(t, look(t, b, types), `{"sheets":[{"conditionalFormats":[`+kind("NOT_BLANK")+","+kind("BLANK")+","+kind("TEXT_EQ")+`]}]}`)
	b = do(t, b, `{"updateConditionalFormatRule":{"index":0,"newIndex":2}}`, `{"deleteConditionalFormatRule":{"index":0}}`)
	want(t, look(t, b, types), `{"sheets":[{"conditionalFormats":[`+kind("TEXT_EQ")+","+kind("NOT_BLANK")+`]}]}`)
	refused(t, b, owner, `{"deleteConditionalFormatRule":{"index":2}}`, "Invalid requests[0].deleteConditionalFormatRule: No conditional format on sheet: 0 at index: 2")
}

// TestAFilterHidesRowsWhenItIsSet and not when values change later.
func TestAFilterHidesRowsWhenItIsSet(t *testing.T) {
	b := do(t, newBook(t, "h / a / b / a"), `{"setBasicFilter":{"filter":{"range":{"endRowIndex":4,"endColumnIndex":1},"filterSpecs":[{"columnIndex":0,"filterCriteria":{"hiddenValues":["a"]}}]}}}`)
	hidden := `{"sheets":[{"data":[{"rowMetadata":[{},{"hiddenByFilter":true},{},{"hiddenByFilter":true}]}]}]}`
	fields := "sheets.data.rowMetadata.hiddenByFilter"
	want(t, look(t, b, fields, "A1:A4"), hidden)
	b = typed(t, b, "A2", "c")
	want(t, look(t, b, fields, "A1:A4"), hidden)
	want(t, look(t, b, "sheets.basicFilter.criteria"), `{"sheets":[{"basicFilter":{"criteria":{"0":{"hiddenValues":["a"]}}}}]}`)
	other := do(t, b, `{"setBasicFilter":{"filter":{"range":{"endRowIndex":4,"endColumnIndex":1},"criteria":{"0":{"hiddenValues":["b"]}}}}}`)
	want(t, look(t, other, fields, "A1:A4"), `{"sheets":[{"data":[{"rowMetadata":[{},{},{"hiddenByFilter":true},{}]}]}]}`)
	b = do(t, b, `{"clearBasicFilter":{}}`)
	want(t, look(t, b, "sheets.basicFilter"), `{"sheets":[{}]}`)
	want(t, look(t, b, fields, "A2"), `{"sheets":[{"data":[{"rowMetadata":[{}]}]}]}`)
}

func TestFilterViews(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"addFilterView":{"filter":{"filterViewId":4,"title":"mine","range":{"endRowIndex":5}}}}`,
		`{"updateFilterView":{"filter":{"filterViewId":4,"title":"ours"},"fields":"title"}}`)
	want(t, look(t, b, "sheets.filterViews"), `{"sheets":[{"filterViews":[{"filterViewId":4,"title":"ours","range":{"endRowIndex":5}}]}]}`)
	refused(t, b, owner, `{"addFilterView":{"filter":{"filterViewId":4,"range":{}}}}`, "Invalid requests[0].addFilterView: Cannot add a filter view with ID [4] because a filter view with that ID already exists.")
	b = do(t, b, `{"deleteFilterView":{"filterId":4}}`)
	want(t, look(t, b, "sheets.filterViews"), `{"sheets":[{}]}`)
}

func TestTablesNameTheirColumns(t *testing.T) {
	b := do(t, newBook(t, "Name . name / a 1"), `{"addTable":{"table":{"tableId":"t","name":"People","range":{"endRowIndex":3,"endColumnIndex":3},
		"columnProperties":[{"columnIndex":1,"columnType":"DOUBLE"}]}}}`)
	want(t, shows(t, b, "A1:C1"), "Name Column 2 Column 3")
	b = do(t, b, `{"appendCells":{"tableId":"t","rows":[{"values":[{"userEnteredValue":{"stringValue":"b"}}]},{"values":[{"userEnteredValue":{"stringValue":"c"}}]}],"fields":"userEnteredValue"}}`)
	want(t, look(t, b, "sheets.tables.range"), `{"sheets":[{"tables":[{"range":{"sheetId":0,"startRowIndex":0,"endRowIndex":4,"startColumnIndex":0,"endColumnIndex":3}}]}]}`)
	want(t, shows(t, b, "A1:A4"), "Name / a / b / c")
	b = do(t, b, `{"updateTable":{"table":{"tableId":"t","range":{"endRowIndex":6,"endColumnIndex":3}},"fields":"range"}}`)
	want(t, look(t, b, "sheets.tables.range.endRowIndex"), `{"sheets":[{"tables":[{"range":{"endRowIndex":6}}]}]}`)
	refused(t, b, owner, `{"addTable":{"table":{"name":"people","range":{"startRowIndex":7,"endRowIndex":9,"endColumnIndex":2}}}}`, `Invalid requests[0].addTable: A table with the name "people" already exists. Please enter another name.`)
	refused(t, b, owner, `{"addTable":{"table":{"range":{"startRowIndex":5,"endRowIndex":9,"endColumnIndex":2}}}}`, `Invalid requests[0].addTable: A table cannot overlap with another table.`)
	refused(t, b, owner, `{"addTable":{"table":{"range":{"startRowIndex":6,"endRowIndex":9,"endColumnIndex":1},"columnProperties":[{"columnType":"DROPDOWN"}]}}}`, `Invalid requests[0].addTable: Condition must be set for dropdown column type.`)
	b = do(t, b, `{"deleteTable":{"tableId":"t"}}`)
	want(t, look(t, b, "sheets.tables"), `{"sheets":[{}]}`)
}

func TestChartsKeepTheirSources(t *testing.T) {
	b := do(t, newBook(t, "1 2"), `{"addChart":{"chart":{"chartId":3,"spec":{"basicChart":{"series":[{"series":{"sourceRange":{"sources":[{"startRowIndex":0,"endRowIndex":5,"startColumnIndex":0,"endColumnIndex":1}]}}}]}},
		"position":{"overlayPosition":{"anchorCell":{"rowIndex":2,"columnIndex":2}}}}}}`,
		`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":2,"endIndex":4}}}`)
	want(t, look(t, b, "sheets.charts(spec.basicChart.series.series.sourceRange.sources.endRowIndex,position.overlayPosition.anchorCell.rowIndex)"),
		`{"sheets":[{"charts":[{"spec":{"basicChart":{"series":[{"series":{"sourceRange":{"sources":[{"endRowIndex":7}]}}}]}},"position":{"overlayPosition":{"anchorCell":{"rowIndex":4}}}}]}]}`)
	b = do(t, b, `{"updateChartSpec":{"chartId":3,"spec":{"title":"t"}}}`)
	want(t, look(t, b, "sheets.charts.spec"), `{"sheets":[{"charts":[{"spec":{"title":"t"}}]}]}`)
	do(t, b, `{"deleteEmbeddedObject":{"objectId":3}}`)
}

func TestBandsAndBorders(t *testing.T) {
	b := do(t, newBook(t, "1"), `{"addBanding":{"bandedRange":{"bandedRangeId":2,"range":{"endRowIndex":5},"rowProperties":{}}}}`)
	refused(t, b, owner, `{"addBanding":{"bandedRange":{"range":{"endRowIndex":1}}}}`, "Invalid requests[0].addBanding: You cannot add alternating background colors to a range that already has alternating background colors.")
	b = do(t, b, `{"updateBanding":{"bandedRange":{"bandedRangeId":2,"range":{"endRowIndex":6}},"fields":"range"}}`, `{"deleteBanding":{"bandedRangeId":2}}`,
		`{"updateBorders":{"range":{"endRowIndex":2,"endColumnIndex":1},"top":{"style":"SOLID"},"innerHorizontal":{"style":"DOTTED"}}}`)
	want(t, look(t, b, "sheets.data.rowData.values.userEnteredFormat.borders"), `{"sheets":[{"data":[{"rowData":[`+
		`{"values":[{"userEnteredFormat":{"borders":{"top":{"style":"SOLID"},"bottom":{"style":"DOTTED"}}}}]},`+
		`{"values":[{"userEnteredFormat":{"borders":{"top":{"style":"DOTTED"}}}}]}]}]}]}`)
}

func TestColumnsFitTheirText(t *testing.T) {
	b := do(t, newBook(t, "a abcdefghijklmnopqrstuvwxyz"), `{"autoResizeDimensions":{"dimensions":{"dimension":"COLUMNS"}}}`,
		`{"updateDimensionProperties":{"range":{"dimension":"ROWS","startIndex":1,"endIndex":2},"properties":{"hiddenByUser":true},"fields":"hiddenByUser"}}`)
	want(t, look(t, b, "sheets.data(columnMetadata.pixelSize,rowMetadata.hiddenByUser)", "A1:C2"),
		`{"sheets":[{"data":[{"rowMetadata":[{},{"hiddenByUser":true}],"columnMetadata":[{"pixelSize":21},{"pixelSize":196},{"pixelSize":100}]}]}]}`)
}
