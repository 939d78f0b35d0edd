package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// updateCells writes rows from a start, or into a range whose other cells it clears of the fields that are meant.
func (e *edit) updateCells(r *wire.Message) (*wire.Message, error) {
	f, err := readFields(r.Text("fields"))
	if err != nil {
		return nil, err
	}
	if r.Has("start") {
		s, at, err := e.coordinate(r.Message("start"))
		if err != nil {
			return nil, err
		}
		if err := e.guard(s, reach(r.List("rows"), at)); err != nil {
			return nil, err
		}
		return nil, e.writeRows(e.own(s), r.List("rows"), at.Row, at.Col, s.height, s.width, f)
	}
	if !r.Has("range") {
		return nil, invalid("Must specify either a start or a range.")
	}
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	s = e.own(s)
	e.clear(s, a, f)
	return nil, e.writeRows(s, r.List("rows"), a.Rows.Start, a.Cols.Start, a.Rows.End, a.Cols.End, f)
}

// reach is the area that rows written from a cell take.
func reach(rows []any, at grid.Cell) grid.Area {
	width := 1
	for _, row := range rows {
		width = max(width, len(row.(*wire.Message).List("values")))
	}
	return grid.Rect(at.Row, at.Col, at.Row+max(1, len(rows)), at.Col+width)
}

// writeRows writes RowData from a cell on; beyond bottom and right nothing may be written.
func (e *edit) writeRows(s *Sheet, rows []any, top, left, bottom, right int, f cellFields) error {
	for i, data := range rows {
		if top+i >= bottom {
			return invalid("Attempting to write row: %d, beyond the last requested row of: %d", top+i, bottom-1)
		}
		values := data.(*wire.Message).List("values")
		if left+len(values) > right {
			return invalid("Attempting to write column: %d, beyond the last requested column of: %d", right, right-1)
		}
		if len(values) > 0 {
			e.ownRow(s, top+i, left+len(values))
		}
		for j, value := range values {
			if err := e.write(s, top+i, left+j, value.(*wire.Message), f); err != nil {
				return err
			}
		}
	}
	return nil
}

// clear takes the fields that are meant out of the cells of an area.
func (e *edit) clear(s *Sheet, a grid.Area, f cellFields) {
	s.each(a, func(r, c int, _ *cell) {
		x := e.cell(s, r, c)
		if f.value && !x.blank() {
			e.set(s, x, formula.Value{}, nil)
		}
		if !f.more.Empty() && x.more != nil {
			x.setMore(f.more.Apply(x.more, nil))
		}
	})
}

// repeatCell writes one cell into all cells of a range. The references of a formula move along.
func (e *edit) repeatCell(r *wire.Message) (*wire.Message, error) {
	f, err := readFields(r.Text("fields"))
	if err != nil {
		return nil, err
	}
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	data := r.Message("cell")
	value, fx, err := e.read(data.Message("userEnteredValue"))
	if err != nil {
		return nil, err
	}
	s = e.own(s)
	if f.more.Project(data).Len() == 0 && (!f.value || value.Kind == formula.Empty && fx == nil) {
		e.clear(s, a, f)
		return nil, nil
	}
	for row := a.Rows.Start; row < a.Rows.End; row++ {
		cells := e.ownRow(s, row, a.Cols.End).cells
		for col := a.Cols.Start; col < a.Cols.End; col++ {
			x := &cells[col]
			if f.value {
				here := fx
				if fx != nil {
					here = fx.Shifted(row-a.Rows.Start, col-a.Cols.Start)
				}
				e.set(s, x, value, here)
			}
			if !f.more.Empty() {
				x.setMore(f.more.Apply(x.more, data))
			}
		}
	}
	return nil, nil
}

// appendCells writes rows after the last row with data, anywhere in the sheet. It adds rows, never columns.
func (e *edit) appendCells(r *wire.Message) (*wire.Message, error) {
	f, err := readFields(r.Text("fields"))
	if err != nil {
		return nil, err
	}
	rows := r.List("rows")
	if r.Text("tableId") != "" {
		return nil, e.appendToTable(r, f)
	}
	s := e.sheet(r.Int("sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", r.Int("sheetId"))
	}
	at := 0
	e.compute(func(c *calc) { at = c.last(s, grid.Everything.Within(s.height, s.width)).Row })
	if err := e.guard(s, reach(rows, grid.Cell{Row: at})); err != nil {
		return nil, err
	}
	s = e.own(s)
	if missing := at + len(rows) - s.height; missing > 0 {
		if err := e.checkSize(s.height+missing, s.width, s.height*s.width); err != nil {
			return nil, err
		}
		s.height += missing
	}
	return nil, e.writeRows(s, rows, at, 0, s.height, s.width, f)
}
