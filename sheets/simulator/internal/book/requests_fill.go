package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// autoFill extends a range the way dragging its corner does: formulas and texts repeat, two or more numbers go on.
func (e *edit) autoFill(r *wire.Message) (*wire.Message, error) {
	fill := r.Message("sourceAndDestination")
	if fill == nil {
		return nil, invalid("This simulator of Google Sheets fills only from sourceAndDestination.")
	}
	s, source, err := e.area(fill.Message("source"))
	if err != nil {
		return nil, err
	}
	d, err := dimOf(fill.Text("dimension"))
	if err != nil {
		return nil, err
	}
	n := fill.Int("fillLength")
	span := source.Span(d)
	target := grid.Span{Start: span.End, End: span.End + n}
	if n < 0 {
		target = grid.Span{Start: span.Start + n, End: span.Start}
	}
	dest := source.With(d, target)
	if target.Start < 0 || target.End > s.size(d) {
		return nil, s.exceeds(s.ref(dest))
	}
	if err := e.guard(s, dest); err != nil {
		return nil, err
	}
	block := e.lift(s, source, paste{kind: "PASTE_NORMAL"})
	s = e.own(s)
	for row := dest.Rows.Start; row < dest.Rows.End; row++ {
		for col := dest.Cols.Start; col < dest.Cols.End; col++ {
			e.fillCell(s, row, col, source, d, block)
		}
	}
	return nil, nil
}

func (e *edit) fillCell(s *Sheet, row, col int, source grid.Area, d grid.Dim, block [][]cell) {
	height, width := len(block), len(block[0])
	i := ((row-source.Rows.Start)%height + height) % height
	j := ((col-source.Cols.Start)%width + width) % width
	x := block[i][j]
	if step, ok := series(block, d, i, j); ok {
		at := row - source.Rows.Start
		if d == grid.Cols {
			at = col - source.Cols.Start
		}
		first := block[0][j]
		if d == grid.Cols {
			first = block[i][0]
		}
		x.value = formula.Of(first.value.Num + step*float64(at))
	}
	e.put(s, row, col, x, grid.Cell{Row: source.Rows.Start + i, Col: source.Cols.Start + j}, paste{kind: "PASTE_NORMAL"})
}

// series is the step between the numbers of a row or column of the source, when there are at least two and no others.
func series(block [][]cell, d grid.Dim, i, j int) (float64, bool) {
	var line []cell
	if d == grid.Rows {
		for r := range block {
			line = append(line, block[r][j])
		}
	} else {
		line = block[i]
	}
	for _, x := range line {
		if x.formula != nil || x.value.Kind != formula.Number {
			return 0, false
		}
	}
	if len(line) < 2 {
		return 0, false
	}
	return line[1].value.Num - line[0].value.Num, true
}
