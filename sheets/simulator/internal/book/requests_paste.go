package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// paste is what of a cell a paste writes.
type paste struct {
	kind      string
	transpose bool
}

// copyPaste copies cells, also from tab to tab, and repeats them when the destination is a multiple of the source.
func (e *edit) copyPaste(r *wire.Message) (*wire.Message, error) {
	from, source, err := e.area(r.Message("source"))
	if err != nil {
		return nil, err
	}
	p := paste{kind: r.Text("pasteType"), transpose: r.Text("pasteOrientation") == "TRANSPOSE"}
	if p.kind == "" {
		p.kind = "PASTE_NORMAL"
	}
	to, dest, err := e.looseArea(r.Message("destination"))
	if err != nil {
		return nil, err
	}
	height, width := source.Rows.Len(from.height), source.Cols.Len(from.width)
	if p.transpose {
		height, width = width, height
	}
	dest = dest.Within(to.height, to.width)
	dest.Rows.End = dest.Rows.Start + repeated(dest.Rows.Len(to.height), height)
	dest.Cols.End = dest.Cols.Start + repeated(dest.Cols.Len(to.width), width)
	if dest.Rows.End > to.height || dest.Cols.End > to.width {
		return nil, to.exceeds(to.ref(dest))
	}
	if err := e.guard(to, dest); err != nil {
		return nil, err
	}
	block := e.lift(from, source, p)
	to = e.own(e.sheet(to.id))
	for row := dest.Rows.Start; row < dest.Rows.End; row++ {
		for col := dest.Cols.Start; col < dest.Cols.End; col++ {
			r, c := (row-dest.Rows.Start)%height, (col-dest.Cols.Start)%width
			if p.transpose {
				r, c = c, r
			}
			e.put(to, row, col, block[r][c], grid.Cell{Row: source.Rows.Start + r, Col: source.Cols.Start + c}, p)
		}
	}
	if p.kind == "PASTE_NORMAL" && !p.transpose {
		e.copyMerges(from, source, to, dest)
	}
	return nil, nil
}

// repeated is how many rows or columns a paste fills: the destination when it is a multiple of the source, else the
// source once, even beyond the end of the destination.
func repeated(dest, source int) int {
	if dest > source && dest%source == 0 {
		return dest
	}
	return source
}

// lift copies the cells of an area; for a paste of values, with what formulas give in place of the formulas.
func (e *edit) lift(s *Sheet, a grid.Area, p paste) [][]cell {
	block := make([][]cell, a.Rows.End-a.Rows.Start)
	e.compute(func(calc *calc) {
		for i := range block {
			block[i] = make([]cell, a.Cols.End-a.Cols.Start)
			for j := range block[i] {
				r, c := a.Rows.Start+i, a.Cols.Start+j
				x := s.at(r, c)
				if x != nil {
					block[i][j] = *x
				}
				if p.kind == "PASTE_VALUES" && (x != nil && x.formula != nil || s.spilling) {
					block[i][j].value, block[i][j].formula = calc.value(s, r, c), nil
				}
			}
		}
	})
	return block
}

// put pastes one cell. from is where it comes from, since references move along.
func (e *edit) put(s *Sheet, row, col int, source cell, from grid.Cell, p paste) {
	if source.empty() && s.at(row, col) == nil {
		return
	}
	x := e.cell(s, row, col)
	if f := source.formula; f != nil {
		source.formula = f.Shifted(row-from.Row, col-from.Col)
	}
	switch p.kind {
	case "PASTE_NORMAL":
		e.set(s, x, source.value, source.formula)
		x.setMore(source.more)
	case "PASTE_NO_BORDERS":
		e.set(s, x, source.value, source.formula)
		look := source.more.Message("userEnteredFormat").Without("borders")
		if borders := x.more.Message("userEnteredFormat").Message("borders"); borders != nil {
			look = look.With("borders", borders)
		}
		x.setMore(source.more.With("userEnteredFormat", orNil(look)))
	case "PASTE_VALUES", "PASTE_FORMULA":
		e.set(s, x, source.value, source.formula)
	case "PASTE_FORMAT":
		x.setMore(x.more.With("userEnteredFormat", source.more.Message("userEnteredFormat")))
	case "PASTE_DATA_VALIDATION":
		x.setMore(x.more.With("dataValidation", source.more.Message("dataValidation")))
	}
}

func orNil(m *wire.Message) *wire.Message {
	if m.Len() == 0 {
		return nil
	}
	return m
}

// copyMerges repeats the merges of the source in the destination, where cells are not merged otherwise.
func (e *edit) copyMerges(from *Sheet, source grid.Area, to *Sheet, dest grid.Area) {
	height, width := source.Rows.End-source.Rows.Start, source.Cols.End-source.Cols.Start
	for _, m := range e.sheet(from.id).list("merges") {
		merge, err := areaOf(m)
		if err != nil || !source.Covers(merge) {
			continue
		}
		for down := dest.Rows.Start - source.Rows.Start; down < dest.Rows.End-source.Rows.Start; down += height {
			for right := dest.Cols.Start - source.Cols.Start; right < dest.Cols.End-source.Cols.Start; right += width {
				if there, ok := merge.Shifted(down, right); ok && !to.merged(there) {
					e.addObject(to, "merges", rangeOf(to.id, there))
				}
			}
		}
	}
}

// merged tells whether an area has to do with merged cells.
func (s *Sheet) merged(a grid.Area) bool {
	for _, m := range s.list("merges") {
		if merge, err := areaOf(m); err == nil && merge.Meets(a) {
			return true
		}
	}
	return false
}

// cutPaste moves cells. References to them follow; those to the cells they overwrite break.
func (e *edit) cutPaste(r *wire.Message) (*wire.Message, error) {
	from, source, err := e.area(r.Message("source"))
	if err != nil {
		return nil, err
	}
	to, at, err := e.coordinate(r.Message("destination"))
	if err != nil {
		return nil, err
	}
	p := paste{kind: r.Text("pasteType")}
	if p.kind == "" {
		p.kind = "PASTE_NORMAL"
	}
	down, right := at.Row-source.Rows.Start, at.Col-source.Cols.Start
	dest := grid.Rect(at.Row, at.Col, source.Rows.End+down, source.Cols.End+right)
	if dest.Rows.End > to.height || dest.Cols.End > to.width {
		return nil, to.exceeds(to.ref(dest))
	}
	if err := e.guard(from, source); err != nil {
		return nil, err
	}
	if err := e.guard(to, dest); err != nil {
		return nil, err
	}
	block := e.lift(from, source, p)
	e.clear(e.own(from), source, allWritable)
	to = e.own(e.sheet(to.id))
	for i, row := range block {
		for j, x := range row {
			here := grid.Cell{Row: at.Row + i, Col: at.Col + j}
			if x.formula != nil && from.id != to.id {
				x.formula = qualify(x.formula, from.title)
			}
			e.put(to, here.Row, here.Col, x, here, p)
		}
	}
	e.followAll(func(q placed) (placed, bool) {
		switch {
		case q.sheet == from.id && source.Covers(q.area):
			q.area, _ = q.area.Shifted(down, right)
			q.sheet = to.id
		case q.sheet == to.id && dest.Covers(q.area):
			return q, false
		}
		return q, true
	})
	return nil, nil
}

// qualify makes a formula that moves to another sheet go on meaning the cells of the one it came from.
func qualify(f *formula.Formula, title string) *formula.Formula {
	return f.Map(func(r grid.Ref) (grid.Ref, bool) {
		if r.Sheet == "" {
			r.Sheet = title
		}
		return r, true
	})
}
