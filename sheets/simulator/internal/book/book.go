// Package book is a spreadsheet as the Sheets API sees it: tabs, cells, and all that hangs on them; the requests that
// change it; and what reading it gives. It knows no HTTP, and of people only who may edit a protected range.
//
// A Book is never changed. An edit works on a fork that shares every row it does not touch, and gives a new Book or
// an error; so a batch is applied whole or not at all, and whoever reads holds one moment.
package book

import (
	"strings"
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/locale"
	"clipsheet/sheets/simulator/internal/wire"
)

// Book is one version of a spreadsheet.
type Book struct {
	ID string

	props    *wire.Message
	locale   locale.Locale
	zone     *time.Location
	sheets   []*Sheet
	named    []*wire.Message
	metadata []metadata
	edited   time.Time // of the last change, which is when NOW() was computed
	chosen   uint64    // how many ids were made up

	results *results
}

// Editor is who makes a change.
type Editor struct {
	Email   string
	Owner   bool   // owns the file, so that no protection holds
	Project string // the developer project, which alone sees its private metadata
}

// Sheet is one tab.
type Sheet struct {
	owner   *mark
	id      int
	title   string
	height  int
	width   int
	props   *wire.Message      // without index, title and size
	rows    []*row             // up to the last that holds something
	dims    [2][]*wire.Message // properties of rows and columns that have any
	objects *wire.Message      // filters, merges, protections …: fields of the API's Sheet

	formulas bool // some cell has, or had, a formula
	spilling bool // or one that may fill several cells
}

// row is the cells of a row up to the last that holds something.
type row struct {
	owner *mark
	cells []cell
}

// cell is what one cell holds.
type cell struct {
	value   formula.Value
	formula *formula.Formula
	more    *wire.Message // format, note, validation …: fields of CellData
}

// mark tells whose a sheet or a row is: an edit changes in place what it has copied before.
type mark struct{ _ byte }

func (c *cell) blank() bool { return c.value.Kind == formula.Empty && c.formula == nil }

func (c *cell) empty() bool { return c.blank() && c.more == nil }

// at reads a cell; nil when nothing was ever put there.
func (s *Sheet) at(r, c int) *cell {
	if r >= len(s.rows) || s.rows[r] == nil || c >= len(s.rows[r].cells) {
		return nil
	}
	return &s.rows[r].cells[c]
}

// each yields the cells of an area that hold something.
func (s *Sheet) each(a grid.Area, yield func(r, c int, x *cell)) {
	a = a.Within(len(s.rows), s.width)
	for r := a.Rows.Start; r < a.Rows.End; r++ {
		if s.rows[r] == nil {
			continue
		}
		cells := s.rows[r].cells
		for c := a.Cols.Start; c < min(a.Cols.End, len(cells)); c++ {
			if !cells[c].empty() {
				yield(r, c, &cells[c])
			}
		}
	}
}

// size is the number of rows or columns.
func (s *Sheet) size(d grid.Dim) int {
	if d == grid.Cols {
		return s.width
	}
	return s.height
}

// frozen is how many rows or columns stay in sight.
func (s *Sheet) frozen(d grid.Dim) int {
	g := s.props.Message("gridProperties")
	if d == grid.Cols {
		return g.Int("frozenColumnCount")
	}
	return g.Int("frozenRowCount")
}

func (s *Sheet) hidden() bool { return s.props.Bool("hidden") }

// ref spells an area of the sheet.
func (s *Sheet) ref(a grid.Area) string { return grid.Ref{Sheet: s.title, Area: a}.A1() }

func (b *Book) sheet(id int) *Sheet {
	for _, s := range b.sheets {
		if s.id == id {
			return s
		}
	}
	return nil
}

// titled finds a sheet by its title, whose capitals do not matter.
func (b *Book) titled(title string) *Sheet {
	for _, s := range b.sheets {
		if strings.EqualFold(s.title, title) {
			return s
		}
	}
	return nil
}

// cells is the size of all grids, which is what the limit counts.
func (b *Book) cells() int {
	n := 0
	for _, s := range b.sheets {
		n += s.height * s.width
	}
	return n
}

// Title is the name of the spreadsheet.
func (b *Book) Title() string { return b.props.Text("title") }

// Edited is when the book was last changed.
func (b *Book) Edited() time.Time { return b.edited }
