package grid

// Dim tells rows from columns.
type Dim uint8

const (
	Rows Dim = iota
	Cols
)

// String is the name the API has for it.
func (d Dim) String() string {
	if d == Cols {
		return "COLUMNS"
	}
	return "ROWS"
}

// Cell is a place in a sheet, counted from zero.
type Cell struct {
	Row, Col int
}

// Area is a rectangle of cells, perhaps without some of its bounds.
type Area struct {
	Rows, Cols Span
}

// Everything is a whole sheet.
var Everything = Area{All, All}

// At is the area of one cell.
func At(row, col int) Area { return Area{One(row), One(col)} }

// Rect is an area with all its bounds.
func Rect(top, left, bottom, right int) Area { return Area{Span{top, bottom}, Span{left, right}} }

// Span is the rows or the columns of the area.
func (a Area) Span(d Dim) Span {
	if d == Cols {
		return a.Cols
	}
	return a.Rows
}

// With is the area with other rows or columns.
func (a Area) With(d Dim, s Span) Area {
	if d == Cols {
		a.Cols = s
	} else {
		a.Rows = s
	}
	return a
}

// Band is everything in some rows or columns.
func Band(d Dim, s Span) Area { return Everything.With(d, s) }

// Within is the area with all bounds, in a sheet of a size.
func (a Area) Within(rows, cols int) Area { return Area{a.Rows.Within(rows), a.Cols.Within(cols)} }

// Has tells whether a cell is in the area.
func (a Area) Has(c Cell) bool { return a.Rows.Has(c.Row) && a.Cols.Has(c.Col) }

// Covers tells whether the other area is in this one.
func (a Area) Covers(o Area) bool { return a.Rows.Covers(o.Rows) && a.Cols.Covers(o.Cols) }

// Meets tells whether the two have a cell in common.
func (a Area) Meets(o Area) bool { return a.Rows.Meets(o.Rows) && a.Cols.Meets(o.Cols) }

// Single tells whether the area is one cell.
func (a Area) Single() bool {
	return a.Rows.Bounded() && a.Cols.Bounded() && a.Rows.End-a.Rows.From() == 1 && a.Cols.End-a.Cols.From() == 1
}

// Empty tells whether a bounded area has no cell.
func (a Area) Empty() bool { return a.Rows.From() >= a.Rows.End || a.Cols.From() >= a.Cols.End }

// Shifted is the area a number of rows down and of columns right, its open bounds as they are. It is false when that
// is above or left of the sheet.
func (a Area) Shifted(down, right int) (Area, bool) {
	a.Rows, a.Cols = a.Rows.shifted(down), a.Cols.shifted(right)
	return a, a.Rows.Start >= -1 && a.Cols.Start >= -1
}

func (s Span) shifted(n int) Span {
	if s.Start >= 0 {
		if s.Start += n; s.Start < 0 {
			s.Start = -2 // off the sheet
		}
	}
	if s.Bounded() {
		s.End += n
	}
	return s
}
