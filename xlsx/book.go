package xlsx

import (
	"io"
	"time"

	"clipsheet/clips"
)

// ContentType is that of a workbook.
const ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Book is several results delivered together as one file.
type Book struct {
	Title       string
	Description string
	Author      string // of the document; whoever stands behind the numbers
	Sheets      []Sheet
	Cover       CoverPlace
	CutLongText bool // cut texts that no cell has room for, visibly, rather than fail
}

// Sheet is one result: a tab, or several when it has more rows than a tab.
type Sheet struct {
	Name    string                        // of the tab, made fit for Excel and unique; formulas call its table by it
	Rows    clips.Rows                    // read to its end, not closed; not touched before the sheets in front are done
	Columns map[string]clips.ColumnFormat // by the column's name
	About   About
	Count   int64 // of the rows. Only Template.Fill needs it: what stands above them must know how far they reach
}

// About is what the cover says of a sheet, beyond what its Rows tell. What is empty is left out.
type About struct {
	Clip        string // its slug
	Title       string
	Description string
	Params      []clips.BoundParam
	Revision    int
	Author      string // of the revision
	Digest      string
	Link        string // where the sheet can be read afresh. It is a key: whoever gets the file has it
}

// CoverPlace is where the cover sheet stands.
type CoverPlace uint8

const (
	CoverFirst CoverPlace = iota // and a book of several sheets opens at it
	CoverLast                    // for programs that read the first tab
	NoCover
)

// Report is what was written.
type Report struct {
	Tabs     []Tab
	Rows     int64
	Bytes    int64 // of the text values, all together
	Cut      int64 // texts shortened because CutLongText asked for it
	Replaced int64 // bytes that were not UTF-8, each now U+FFFD
}

// Tab is one tab of data.
type Tab struct {
	Name    string
	Table   string // as formulas call it; "" for a result without columns
	Sheet   int    // which of Book.Sheets
	Rows    int64
	Columns []ControlTotal // of the columns that hold numbers
	AsOf    time.Time
}

// ControlTotal is what a column of numbers adds up to, exactly, whatever a cell can hold.
type ControlTotal struct {
	Column string // its heading
	Sum    string // in digits; NaN or Infinity when a value is
	Values int64  // that are not NULL
	Nulls  int64
	AsText int64 // values with more digits than Excel keeps, kept whole as text: Excel's own sums leave them out

	inCells, notInCells string // the parts of Sum
	scale               int
	float               bool
}

// Write writes the book to w and reports what it holds. progress, if not nil, is told the rows and bytes of text
// values so far. It writes to w, and calls progress, only from the goroutine it is called on. What is in w after an
// error is no workbook.
//
// A result with more columns than Excel has, or a text longer than a cell, is a KindTooLarge.
func Write(w io.Writer, book Book, progress func(rows, bytes int64)) (Report, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	b, err := newBookWriter(w, book, progress)
	if err != nil {
		return Report{}, err
	}
	for i := range book.Sheets {
		if err := b.writeSheet(i); err != nil {
			return Report{}, err
		}
	}
	if err := b.finish(); err != nil {
		return Report{}, err
	}
	return b.report, nil
}
