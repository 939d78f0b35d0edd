package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// format is the number format a cell is shown by: its own, or for a formula the one it takes over.
func (c *calc) format(s *Sheet, row, col int) *wire.Message { return c.formatFrom(s, row, col, 10) }

func (c *calc) formatFrom(s *Sheet, row, col, hops int) *wire.Message {
	x := s.at(row, col)
	if own := x.numberFormat(); own != nil || x == nil || x.formula == nil || hops == 0 {
		return own
	}
	if kind := x.formula.Looks(); kind != "" {
		return wire.New("type", kind)
	}
	ref, ok := x.formula.Lead()
	if !ok {
		return nil
	}
	from := s
	if ref.Sheet != "" {
		from = c.book.titled(ref.Sheet)
	}
	if from == nil {
		return nil
	}
	return c.formatFrom(from, ref.Area.Rows.From(), ref.Area.Cols.From(), hops-1)
}

// show writes a value as a cell shows it.
func (c *calc) show(v formula.Value, format *wire.Message) string {
	switch v.Kind {
	case formula.Number:
		if format == nil || format.Text("type") == "TEXT" {
			return c.book.locale.Plain(v.Num)
		}
		return c.book.locale.Format(v.Num, format.Text("type"), format.Text("pattern"))
	case formula.Text:
		return v.Str
	case formula.Bool:
		if v.True() {
			return "TRUE"
		}
		return "FALSE"
	case formula.Failed:
		return v.Fault().String()
	}
	return ""
}

// shown is the text a cell shows.
func (c *calc) shown(s *Sheet, row, col int) string {
	v := c.value(s, row, col)
	if v.Kind != formula.Number {
		return c.show(v, nil)
	}
	return c.show(v, c.format(s, row, col))
}

// isDate tells whether a number format is for moments.
func isDate(format *wire.Message) bool {
	switch format.Text("type") {
	case "DATE", "TIME", "DATE_TIME":
		return true
	}
	return false
}

// last is just beyond the last row and column of an area that hold a value or what an array formula put there.
func (c *calc) last(s *Sheet, a grid.Area) grid.Cell {
	end := grid.Cell{Row: a.Rows.Start, Col: a.Cols.Start}
	s.each(a, func(r, col int, x *cell) {
		if !x.blank() {
			end.Row, end.Col = max(end.Row, r+1), max(end.Col, col+1)
		}
	})
	if s.spilling {
		for at, v := range c.spilled(s).cells {
			if a.Has(at) && v.Kind != formula.Empty {
				end.Row, end.Col = max(end.Row, at.Row+1), max(end.Col, at.Col+1)
			}
		}
	}
	return end
}
