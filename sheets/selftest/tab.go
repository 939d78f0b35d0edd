package selftest

import (
	"fmt"

	gsheets "google.golang.org/api/sheets/v4"
)

// tab is one of ours. Its id is never 0 and no area of it is empty, so nothing we say of either is a zero that Google's
// client would leave out of the JSON, but the first row and column, and those are what is meant then.
type tab struct {
	id    int64
	title string
}

// area is cells of a tab, counted from 0, its end not among them.
type area struct{ top, left, bottom, right int }

func block(top, left, rows, columns int) area {
	return area{top, left, top + rows, left + columns}
}

func (b tab) grid(a area) *gsheets.GridRange {
	return &gsheets.GridRange{SheetId: b.id, StartRowIndex: int64(a.top), EndRowIndex: int64(a.bottom),
		StartColumnIndex: int64(a.left), EndColumnIndex: int64(a.right)}
}

// ref is an area in A1 notation. Titles of ours have no quotes in them, and our columns are those with one letter.
func (b tab) ref(a area) string {
	return fmt.Sprintf("'%s'!%c%d:%c%d", b.title, 'A'+a.left, a.top+1, 'A'+a.right-1, a.bottom)
}

// add makes the tab, hidden as the stage of a sync is.
func (b tab) add(rows, columns int64) *gsheets.Request {
	return &gsheets.Request{AddSheet: &gsheets.AddSheetRequest{Properties: &gsheets.SheetProperties{
		SheetId: b.id, Title: b.title, Hidden: true,
		GridProperties: &gsheets.GridProperties{RowCount: rows, ColumnCount: columns}}}}
}

func (b tab) remove() *gsheets.Request {
	return &gsheets.Request{DeleteSheet: &gsheets.DeleteSheetRequest{SheetId: b.id}}
}

// formula is a cell that counts, without the separators that differ by language.
type formula string

// write puts rows of cells into a tab: formulas, texts and whole numbers.
func (b tab) write(top, left int, rows ...[]any) *gsheets.Request {
	return b.update(block(top, left, len(rows), len(rows[0])), rows...)
}

// update puts rows into an area, which may be larger: then its other cells become empty.
func (b tab) update(a area, rows ...[]any) *gsheets.Request {
	r := &gsheets.UpdateCellsRequest{Range: b.grid(a), Fields: "userEnteredValue"}
	for _, row := range rows {
		data := &gsheets.RowData{}
		for _, v := range row {
			data.Values = append(data.Values, &gsheets.CellData{UserEnteredValue: entered(v)})
		}
		r.Rows = append(r.Rows, data)
	}
	return &gsheets.Request{UpdateCells: r}
}

func entered(v any) *gsheets.ExtendedValue {
	switch v := v.(type) {
	case formula:
		return &gsheets.ExtendedValue{FormulaValue: new(string(v))}
	case string:
		return &gsheets.ExtendedValue{StringValue: &v}
	case int:
		return &gsheets.ExtendedValue{NumberValue: new(float64(v))}
	}
	panic(fmt.Sprintf("selftest: no cell holds %T", v))
}

// clear empties an area.
func (b tab) clear(a area) *gsheets.Request { return b.update(a) }

// pattern is the number format of cells that were formatted by hand.
const pattern = "0.00"

// dress formats an area and notes something on its first cell, as people do.
func (b tab) dress(a area, note string) []*gsheets.Request {
	look := &gsheets.CellData{UserEnteredFormat: &gsheets.CellFormat{
		NumberFormat: &gsheets.NumberFormat{Type: "NUMBER", Pattern: pattern}, TextFormat: &gsheets.TextFormat{Bold: true}}}
	return []*gsheets.Request{
		{RepeatCell: &gsheets.RepeatCellRequest{Range: b.grid(a), Cell: look, Fields: "userEnteredFormat"}},
		{UpdateCells: &gsheets.UpdateCellsRequest{Range: b.grid(block(a.top, a.left, 1, 1)), Fields: "note",
			Rows: []*gsheets.RowData{{Values: []*gsheets.CellData{{Note: note}}}}}},
	}
}

// paste copies values from one of our tabs to another.
func (b tab) paste(to area, from tab, source area) *gsheets.Request {
	return &gsheets.Request{CopyPaste: &gsheets.CopyPasteRequest{
		Source: from.grid(source), Destination: b.grid(to), PasteType: "PASTE_VALUES", PasteOrientation: "NORMAL",
	}}
}

func (b tab) dimension(name string, from, to int) *gsheets.DimensionRange {
	return &gsheets.DimensionRange{SheetId: b.id, Dimension: name, StartIndex: int64(from), EndIndex: int64(to)}
}
