package sheets

import gsheets "google.golang.org/api/sheets/v4"

// The client leaves zeros out of the JSON, and a range without an end has none: "rows 0 to 0" would be the whole tab.
// So every range is made here, with all of its bounds in it, and one without cells is a mistake of ours.

// grid is an area as the API has it.
func (a area) grid(sheet int64) *gsheets.GridRange {
	if a.top < 0 || a.left < 0 || a.height() <= 0 || a.width() <= 0 {
		panic("sheets: a range without cells: " + a.String())
	}
	return &gsheets.GridRange{
		SheetId: sheet, StartRowIndex: int64(a.top), EndRowIndex: int64(a.bottom),
		StartColumnIndex: int64(a.left), EndColumnIndex: int64(a.right),
		ForceSendFields: []string{"SheetId", "StartRowIndex", "EndRowIndex", "StartColumnIndex", "EndColumnIndex"},
	}
}

func dimension(sheet int64, dim string, from, to int) *gsheets.DimensionRange {
	if from < 0 || to <= from {
		panic("sheets: a range without rows or columns")
	}
	return &gsheets.DimensionRange{
		SheetId: sheet, Dimension: dim, StartIndex: int64(from), EndIndex: int64(to),
		ForceSendFields: []string{"SheetId", "StartIndex", "EndIndex"},
	}
}

// write puts cells, row after row, into an area. Cells that are not given become empty; formats, notes and rules of
// all of them stay.
func write(sheet int64, a area, cells []cell) *gsheets.Request {
	return &gsheets.Request{UpdateCells: &gsheets.UpdateCellsRequest{
		Range: a.grid(sheet), Rows: rowsOf(cells, a.width()), Fields: "userEnteredValue",
	}}
}

func wipe(sheet int64, a area) *gsheets.Request { return write(sheet, a, nil) }

// rowsOf leaves out the empty cells at the end of each row and the empty rows at the end.
func rowsOf(cells []cell, width int) []*gsheets.RowData {
	var rows []*gsheets.RowData
	filled := 0
	for at := 0; at < len(cells); at += width {
		row := &gsheets.RowData{}
		line := cells[at : at+width]
		for len(line) > 0 && line[len(line)-1].empty() {
			line = line[:len(line)-1]
		}
		for _, c := range line {
			row.Values = append(row.Values, c.data())
		}
		if rows = append(rows, row); len(line) > 0 {
			filled = len(rows)
		}
	}
	return rows[:filled]
}

// format sets one part of how the cells of an area look.
func format(sheet int64, a area, fields string, f *gsheets.CellFormat) *gsheets.Request {
	return &gsheets.Request{RepeatCell: &gsheets.RepeatCellRequest{
		Range: a.grid(sheet), Cell: &gsheets.CellData{UserEnteredFormat: f}, Fields: fields,
	}}
}

func (l look) set(sheet int64, a area) *gsheets.Request {
	return format(sheet, a, "userEnteredFormat.numberFormat", &gsheets.CellFormat{NumberFormat: l.numberFormat()})
}

// note writes the note of one cell; an empty text takes it away.
func note(sheet int64, row, col int, text string) *gsheets.Request {
	return &gsheets.Request{UpdateCells: &gsheets.UpdateCellsRequest{
		Range: area{row, col, row + 1, col + 1}.grid(sheet), Fields: "note",
		Rows: []*gsheets.RowData{{Values: []*gsheets.CellData{{Note: text}}}},
	}}
}

// paste copies what kind says from one area to another, which is as large or a multiple.
func paste(kind string, from *gsheets.GridRange, to *gsheets.GridRange) *gsheets.Request {
	return &gsheets.Request{CopyPaste: &gsheets.CopyPasteRequest{
		Source: from, Destination: to, PasteType: kind, PasteOrientation: "NORMAL",
	}}
}

// grow adds rows or columns at the end. An absolute size would cut off those that somebody adds at this moment.
func grow(sheet int64, dim string, n int) *gsheets.Request {
	return &gsheets.Request{AppendDimension: &gsheets.AppendDimensionRequest{
		SheetId: sheet, Dimension: dim, Length: int64(n), ForceSendFields: []string{"SheetId"},
	}}
}

// insertColumns makes room before column at, which is not the first. People's columns move to the right, and what
// points to them follows.
func insertColumns(sheet int64, at, n int) *gsheets.Request {
	return &gsheets.Request{InsertDimension: &gsheets.InsertDimensionRequest{
		Range: dimension(sheet, "COLUMNS", at, at+n), InheritFromBefore: true,
	}}
}

func deleteColumn(sheet int64, at int) *gsheets.Request {
	return &gsheets.Request{DeleteDimension: &gsheets.DeleteDimensionRequest{
		Range: dimension(sheet, "COLUMNS", at, at+1),
	}}
}

func columnProperties(sheet int64, at int, fields string, props *gsheets.DimensionProperties) *gsheets.Request {
	return &gsheets.Request{UpdateDimensionProperties: &gsheets.UpdateDimensionPropertiesRequest{
		Range: dimension(sheet, "COLUMNS", at, at+1), Properties: props, Fields: fields,
	}}
}

func addTab(p *gsheets.SheetProperties) *gsheets.Request {
	return &gsheets.Request{AddSheet: &gsheets.AddSheetRequest{Properties: p}}
}

func deleteTab(sheet int64) *gsheets.Request {
	return &gsheets.Request{DeleteSheet: &gsheets.DeleteSheetRequest{SheetId: sheet, ForceSendFields: []string{"SheetId"}}}
}
