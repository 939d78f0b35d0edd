package book

import (
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// areaOf reads a GridRange. A bound that was not sent is no bound.
func areaOf(m *wire.Message) (grid.Area, error) {
	rows, err := spanOf(m, "startRowIndex", "endRowIndex")
	if err != nil {
		return grid.Area{}, err
	}
	cols, err := spanOf(m, "startColumnIndex", "endColumnIndex")
	return grid.Area{Rows: rows, Cols: cols}, err
}

func spanOf(m *wire.Message, start, end string) (grid.Span, error) {
	s := grid.Span{Start: m.IntOr(start, -1), End: m.IntOr(end, grid.Open)}
	if m.Has(start) && s.Start < 0 || s.End < 0 {
		return s, invalid("GridRange indexes must be >= 0")
	}
	if s.From() >= s.End {
		return s, invalid("GridRange.%s[%d] must be after %s[%d]", end, s.End, start, s.From())
	}
	return s, nil
}

// rangeOf writes a GridRange.
func rangeOf(sheet int, a grid.Area) *wire.Message {
	m := wire.New("sheetId", sheet)
	bound := func(name string, value int, set bool) {
		if set {
			m.Set(name, value)
		}
	}
	bound("startRowIndex", a.Rows.Start, a.Rows.Start >= 0)
	bound("endRowIndex", a.Rows.End, a.Rows.Bounded())
	bound("startColumnIndex", a.Cols.Start, a.Cols.Start >= 0)
	bound("endColumnIndex", a.Cols.End, a.Cols.Bounded())
	return m
}

// area finds the sheet of a GridRange and the area, which must be in the sheet. What is not bounded ends with it.
func (e *edit) area(m *wire.Message) (*Sheet, grid.Area, error) {
	s, a, err := e.looseArea(m)
	if err != nil {
		return nil, a, err
	}
	return s, a.Within(s.height, s.width), nil
}

// looseArea is area with the bounds as they were sent.
func (e *edit) looseArea(m *wire.Message) (*Sheet, grid.Area, error) {
	if m == nil {
		return nil, grid.Area{}, invalid("range is required")
	}
	s := e.sheet(m.Int("sheetId"))
	if s == nil {
		return nil, grid.Area{}, invalid("No grid with id: %d", m.Int("sheetId"))
	}
	a, err := areaOf(m)
	if err != nil {
		return nil, a, err
	}
	if !s.holds(a) {
		return nil, a, s.exceeds(s.ref(a))
	}
	return s, a, nil
}

// holds tells whether an area begins in the sheet and, where it has an end, ends there too.
func (s *Sheet) holds(a grid.Area) bool {
	return a.Rows.From() < s.height && a.Cols.From() < s.width &&
		!(a.Rows.Bounded() && a.Rows.End > s.height) && !(a.Cols.Bounded() && a.Cols.End > s.width)
}

// coordinate finds the sheet and the cell of a GridCoordinate.
func (e *edit) coordinate(m *wire.Message) (*Sheet, grid.Cell, error) {
	c := grid.Cell{Row: m.Int("rowIndex"), Col: m.Int("columnIndex")}
	s := e.sheet(m.Int("sheetId"))
	switch {
	case s == nil:
		return nil, c, invalid("No grid with id: %d", m.Int("sheetId"))
	case c.Row < 0 || c.Col < 0:
		return nil, c, invalid("GridCoordinate indexes must be >= 0")
	case c.Row >= s.height || c.Col >= s.width:
		return nil, c, s.exceeds(s.ref(grid.At(c.Row, c.Col)))
	}
	return s, c, nil
}

// dimension finds the sheet of a DimensionRange, which dimension it means, and its bounds as they were sent.
func (e *edit) dimension(m *wire.Message) (*Sheet, grid.Dim, grid.Span, error) {
	fail := func(err error) (*Sheet, grid.Dim, grid.Span, error) { return nil, 0, grid.Span{}, err }
	if m == nil {
		return fail(invalid("range is required"))
	}
	s := e.sheet(m.Int("sheetId"))
	if s == nil {
		return fail(invalid("No grid with id: %d", m.Int("sheetId")))
	}
	d, err := dimOf(m.Text("dimension"))
	if err != nil {
		return fail(err)
	}
	span := grid.Span{Start: m.IntOr("startIndex", -1), End: m.IntOr("endIndex", grid.Open)}
	if m.Has("startIndex") && span.Start < 0 || span.End < 0 {
		return fail(invalid("DimensionRange indexes must be >= 0"))
	}
	if span.From() >= span.End {
		return fail(invalid("DimensionRange.endIndex[%d] must be after startIndex[%d]", span.End, span.From()))
	}
	return s, d, span, nil
}

func dimOf(name string) (grid.Dim, error) {
	switch name {
	case "ROWS":
		return grid.Rows, nil
	case "COLUMNS":
		return grid.Cols, nil
	}
	return 0, invalid("A dimension must be specified.")
}

// Resolve reads a range in A1 or R1C1 notation, a title, or the name of a named range.
func (b *Book) Resolve(text string) (*Sheet, grid.Area, error) {
	bad := invalid("Unable to parse range: %s", text)
	title, rest, hasTitle, quoted, ok := grid.Split(text)
	if !ok || text == "" {
		return nil, grid.Area{}, bad
	}
	if !hasTitle {
		return b.resolveBare(rest, quoted, bad)
	}
	s := b.titled(title)
	if s == nil {
		return nil, grid.Area{}, bad
	}
	if a, ok := readArea(rest); ok {
		return s, a, nil
	}
	return nil, grid.Area{}, bad
}

// resolveBare reads a range without a title: cells of the first tab in sight come first, then named ranges, then
// titles; in quotes it is a title.
func (b *Book) resolveBare(text string, quoted bool, bad error) (*Sheet, grid.Area, error) {
	if !quoted {
		if a, ok := readArea(text); ok {
			for _, s := range b.sheets {
				if !s.hidden() {
					return s, a, nil
				}
			}
		}
		for _, n := range b.named {
			if strings.EqualFold(n.Text("name"), text) {
				a, err := areaOf(n.Message("range"))
				return b.sheet(n.Message("range").Int("sheetId")), a, err
			}
		}
	}
	if s := b.titled(text); s != nil {
		return s, grid.Everything, nil
	}
	return nil, grid.Area{}, bad
}

func readArea(text string) (grid.Area, bool) {
	if a, ok := grid.ParseR1C1(text); ok {
		return a, true
	}
	a, _, ok := grid.ParseArea(strings.ReplaceAll(text, "$", ""))
	return a, ok
}
