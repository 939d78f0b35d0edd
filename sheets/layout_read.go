package sheets

import (
	"regexp"
	"strconv"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

// Field masks bring what a push looks at and nothing else.
const (
	maskMarks = "developerMetadata(metadataId,metadataKey,metadataValue)"
	maskTabs  = "properties(sheetId,title,index,sheetType,gridProperties(rowCount,columnCount))," + maskMarks +
		",merges,protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit,namedRangeId,tableId)" +
		",tables(tableId,range),basicFilter(range)"
	maskLines = "startRow,startColumn,rowMetadata(" + maskMarks + "),columnMetadata(" + maskMarks + ")"
	maskBook  = "spreadsheetId,properties(locale,timeZone)"

	// maskTarget is for the rows and columns of targets, maskTab for a tab that may become one: there, what array
	// formulas of people spill counts too. maskWhole is for all tabs, without a cell.
	maskTarget = maskBook + ",sheets(" + maskTabs + ",data(" + maskLines + ",rowData(values(userEnteredValue,note))))"
	maskTab    = maskBook + ",sheets(" + maskTabs + ",data(" + maskLines + ",rowData(values(userEnteredValue,effectiveValue,note))))"
	maskAnswer = "spreadsheetId,updatedSpreadsheet(" + maskTarget + ")"
	maskWhole  = maskBook + ",namedRanges(namedRangeId,range)," + maskMarks + ",sheets(" + maskTabs + ")"
)

// readLayout reads an answer of spreadsheets.get or getByDataFilter.
func readLayout(s *gsheets.Spreadsheet) *layout {
	l := &layout{id: s.SpreadsheetId, zone: time.UTC, marks: marksOf(s.DeveloperMetadata)}
	if s.Properties != nil {
		l.zone = zoneOf(s.Properties.TimeZone)
	}
	for _, sheet := range s.Sheets {
		if sheet.Properties != nil {
			l.tabs = append(l.tabs, readTab(sheet))
		}
	}
	return l
}

func readTab(s *gsheets.Sheet) *tab {
	p := s.Properties
	t := newTab(p.SheetId, p.Title)
	t.index, t.marks = int(p.Index), marksOf(s.DeveloperMetadata)
	if t.grid = p.GridProperties != nil && (p.SheetType == "" || p.SheetType == "GRID"); t.grid {
		t.rows, t.cols = int(p.GridProperties.RowCount), int(p.GridProperties.ColumnCount)
	}
	for _, m := range s.Merges {
		t.merges = append(t.merges, t.areaOf(m))
	}
	for _, x := range s.Tables {
		t.tables = append(t.tables, table{x.TableId, t.areaOf(x.Range)})
	}
	if s.BasicFilter != nil {
		t.filter = new(t.areaOf(s.BasicFilter.Range))
	}
	t.readProtected(s.ProtectedRanges)
	for _, d := range s.Data {
		t.readGrid(d)
	}
	return t
}

// readProtected notes where the account may not write. A protection that only warns keeps nobody out.
func (t *tab) readProtected(ranges []*gsheets.ProtectedRange) {
	for _, p := range ranges {
		if p.WarningOnly || p.RequestingUserCanEdit || p.Range == nil {
			continue
		}
		closed := []area{t.areaOf(p.Range)}
		for _, open := range p.UnprotectedRanges {
			closed = without(closed, t.areaOf(open))
		}
		t.protected = append(t.protected, closed...)
	}
}

// without cuts a hole into areas.
func without(areas []area, hole area) []area {
	var left []area
	for _, a := range areas {
		if !a.meets(hole) {
			left = append(left, a)
			continue
		}
		top, bottom := max(a.top, hole.top), min(a.bottom, hole.bottom)
		for _, part := range []area{
			{a.top, a.left, top, a.right}, {bottom, a.left, a.bottom, a.right},
			{top, a.left, bottom, max(a.left, hole.left)}, {top, min(a.right, hole.right), bottom, a.right},
		} {
			if part.height() > 0 && part.width() > 0 {
				left = append(left, part)
			}
		}
	}
	return left
}

// areaOf reads a range; a bound it does not have is that of the tab.
func (t *tab) areaOf(r *gsheets.GridRange) area {
	if r == nil {
		return t.all()
	}
	a := area{int(r.StartRowIndex), int(r.StartColumnIndex), int(r.EndRowIndex), int(r.EndColumnIndex)}
	if r.EndRowIndex == 0 {
		a.bottom = t.rows
	}
	if r.EndColumnIndex == 0 {
		a.right = t.cols
	}
	return a
}

// readGrid takes the cells and marks of one answered range. A range that has all rows is of columns, and they are
// known whole from then on; another one adds single cells.
func (t *tab) readGrid(d *gsheets.GridData) {
	top, left := int(d.StartRow), int(d.StartColumn)
	for i, m := range d.RowMetadata {
		t.addMarks(t.onRows, top+i, m)
	}
	for i, m := range d.ColumnMetadata {
		t.addMarks(t.onCols, left+i, m)
	}
	if top == 0 && len(d.RowMetadata) >= t.rows {
		for i := range d.ColumnMetadata {
			t.columns[left+i] = nil
		}
	}
	for i, row := range d.RowData {
		for j, c := range row.Values {
			if c != nil {
				t.readCell(place{top + i, left + j}, c)
			}
		}
	}
}

func (t *tab) addMarks(on map[int][]mark, at int, d *gsheets.DimensionProperties) {
	if d == nil || len(d.DeveloperMetadata) == 0 || on[at] != nil {
		return
	}
	on[at] = marksOf(d.DeveloperMetadata)
}

func (t *tab) readCell(p place, d *gsheets.CellData) {
	c := cellOf(d.UserEnteredValue)
	if d.Note != "" {
		t.notes[p] = d.Note
	}
	if c.empty() && d.EffectiveValue != nil {
		t.spilled[p] = true
	}
	t.set(p, c)
}

// put adds a cell to a column that is read whole.
func (t *tab) put(p place, c cell) {
	column := t.columns[p.col]
	for len(column) <= p.row {
		column = append(column, cell{})
	}
	column[p.row] = c
	t.columns[p.col] = column
}

// know makes the columns of areas known whole, where an area has all rows: what is read of them is all there is.
func (t *tab) know(areas []area) {
	for _, a := range areas {
		for col := a.left; col < a.right && a.top == 0 && a.bottom >= t.rows; col++ {
			t.columns[col] = nil
		}
	}
}

// readRanges takes the values of areas as values.* answers them. An answer names its range; without a name it is the
// next of those that were asked for.
func (t *tab) readRanges(asked []area, answers []*gsheets.MatchedValueRange) {
	for i, answer := range answers {
		a := asked[min(i, len(asked)-1)]
		if len(answer.DataFilters) > 0 && answer.DataFilters[0].GridRange != nil {
			a = t.areaOf(answer.DataFilters[0].GridRange)
		}
		if answer.ValueRange == nil {
			continue
		}
		for row, values := range answer.ValueRange.Values {
			for col, v := range values {
				t.set(place{a.top + row, a.left + col}, cellOfRaw(v))
			}
		}
	}
}

// set adds a cell that is not empty.
func (t *tab) set(p place, c cell) {
	if c.empty() {
		return
	}
	if _, known := t.columns[p.col]; known {
		t.put(p, c)
		return
	}
	t.loose[p] = c
}

func marksOf(entries []*gsheets.DeveloperMetadata) []mark {
	var marks []mark
	for _, e := range entries {
		marks = append(marks, mark{e.MetadataId, e.MetadataKey, e.MetadataValue})
	}
	return marks
}

var customZone = regexp.MustCompile(`^GMT([+-])(\d{1,2}):(\d{2})$`)

// zoneOf reads the time zone of a spreadsheet: a name of the CLDR, or GMT-07:00. One that this machine does not know
// is UTC.
func zoneOf(name string) *time.Location {
	if m := customZone.FindStringSubmatch(name); m != nil {
		hours, _ := strconv.Atoi(m[2])
		minutes, _ := strconv.Atoi(m[3])
		seconds := hours*3600 + minutes*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(name, seconds)
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC
	}
	return zone
}
