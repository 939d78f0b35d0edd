package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// Reading says how values are to be read.
type Reading struct {
	Columns bool   // majorDimension COLUMNS
	Render  string // FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA
	Date    string // SERIAL_NUMBER or FORMATTED_STRING
}

// ReadingOf reads the options, which have these names in queries and bodies alike; a prefix may be before them.
func ReadingOf(m *wire.Message, render, date string) Reading {
	return Reading{Columns: m.Text("majorDimension") == "COLUMNS", Render: m.Text(render), Date: m.Text(date)}
}

// Values is values.get: a ValueRange.
func (b *Book) Values(text string, o Reading) (*wire.Message, error) {
	s, a, err := b.Resolve(text)
	if err != nil {
		return nil, err
	}
	return b.valueRange(s, a, o)
}

// ManyValues is values.batchGet.
func (b *Book) ManyValues(ranges []string, o Reading) (*wire.Message, error) {
	all := make([]*wire.Message, len(ranges))
	for i, text := range ranges {
		v, err := b.Values(text, o)
		if err != nil {
			return nil, err
		}
		all[i] = v
	}
	return wire.New("spreadsheetId", b.ID, "valueRanges", wire.ListOf(all)), nil
}

// FilteredValues is values.batchGetByDataFilter.
func (b *Book) FilteredValues(r *wire.Message, by Editor) (*wire.Message, error) {
	matches, err := b.filtered(r.Messages("dataFilters"), by)
	if err != nil {
		return nil, err
	}
	var all []*wire.Message
	for _, m := range matches {
		v, err := b.valueRange(m.sheet, m.area, ReadingOf(r, "valueRenderOption", "dateTimeRenderOption"))
		if err != nil {
			return nil, err
		}
		all = append(all, wire.New("valueRange", v, "dataFilters", wire.ListOf(m.filters)))
	}
	return wire.New("spreadsheetId", b.ID, "valueRanges", wire.ListOf(all)), nil
}

// valueRange reads an area, without its empty rows and columns at the end. One that begins outside of the sheet is
// an error, one that ends there ends with the sheet.
func (b *Book) valueRange(s *Sheet, a grid.Area, o Reading) (*wire.Message, error) {
	if a.Rows.From() >= s.height || a.Cols.From() >= s.width {
		return nil, s.exceeds(s.ref(a))
	}
	a = a.Within(s.height, s.width)
	var values []any
	b.compute(func(c *calc) {
		if o.Columns {
			values = c.lines(s, a, o, grid.Cols)
		} else {
			values = c.lines(s, a, o, grid.Rows)
		}
	})
	major := "ROWS"
	if o.Columns {
		major = "COLUMNS"
	}
	m := wire.New("range", s.ref(a), "majorDimension", major)
	if len(values) > 0 {
		m.Set("values", values)
	}
	return m, nil
}

// lines are the rows or columns of an area up to the last with a value, each up to its own last.
func (c *calc) lines(s *Sheet, a grid.Area, o Reading, d grid.Dim) []any {
	end := c.last(s, a)
	a = grid.Rect(a.Rows.Start, a.Cols.Start, end.Row, end.Col)
	major, minor := a.Span(d), a.Span(1-d)
	lines := make([]any, 0, max(0, major.End-major.Start))
	for i := major.Start; i < major.End; i++ {
		line, filled := make([]any, 0, minor.End-minor.Start), 0
		for j := minor.Start; j < minor.End; j++ {
			row, col := i, j
			if d == grid.Cols {
				row, col = j, i
			}
			v, ok := c.rendered(s, row, col, o)
			if line = append(line, v); ok {
				filled = len(line)
			}
		}
		lines = append(lines, line[:filled])
	}
	for n := len(lines); n > 0 && len(lines[n-1].([]any)) == 0; n = len(lines) {
		lines = lines[:n-1]
	}
	return lines
}

// rendered is the value of a cell as the options ask for it; not ok when the cell is empty.
func (c *calc) rendered(s *Sheet, row, col int, o Reading) (any, bool) {
	x := s.at(row, col)
	if o.Render == "FORMULA" && x != nil && x.formula != nil {
		return x.formula.Text, true
	}
	v := c.value(s, row, col)
	if v.Kind == formula.Empty {
		return "", false
	}
	if o.Render != "UNFORMATTED_VALUE" && o.Render != "FORMULA" {
		return c.shown(s, row, col), true
	}
	switch v.Kind {
	case formula.Bool:
		return v.True(), true
	case formula.Number:
		if o.Date == "FORMATTED_STRING" && isDate(c.format(s, row, col)) {
			return c.shown(s, row, col), true
		}
		return v.Num, true
	}
	return c.show(v, nil), true
}
