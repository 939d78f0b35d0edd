package book

import (
	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

var errMerge = invalid("You must select all cells in a merged range to merge or unmerge them.")

// mergeCells merges cells, which keeps the value of the first and clears the others.
func (e *edit) mergeCells(r *wire.Message) (*wire.Message, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	if err := e.unmerge(s, a); err != nil {
		return nil, err
	}
	var parts []grid.Area
	switch r.Text("mergeType") {
	case "MERGE_COLUMNS":
		for c := a.Cols.Start; c < a.Cols.End; c++ {
			parts = append(parts, grid.Area{Rows: a.Rows, Cols: grid.One(c)})
		}
	case "MERGE_ROWS":
		for row := a.Rows.Start; row < a.Rows.End; row++ {
			parts = append(parts, grid.Area{Rows: grid.One(row), Cols: a.Cols})
		}
	default:
		parts = []grid.Area{a}
	}
	s = e.own(e.sheet(s.id))
	for _, part := range parts {
		if part.Single() {
			continue
		}
		s.each(part, func(row, c int, x *cell) {
			if (row != part.Rows.Start || c != part.Cols.Start) && !x.blank() {
				e.set(s, e.cell(s, row, c), formula.Value{}, nil)
			}
		})
		e.addObject(s, "merges", rangeOf(s.id, part))
	}
	return nil, nil
}

func (e *edit) unmergeCells(r *wire.Message) (*wire.Message, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	return nil, e.unmerge(s, a)
}

// unmerge takes apart the merges in an area, and refuses to tear one.
func (e *edit) unmerge(s *Sheet, a grid.Area) error {
	var kept []*wire.Message
	for _, m := range s.list("merges") {
		merge, err := areaOf(m)
		if err != nil {
			return err
		}
		switch {
		case !merge.Meets(a):
			kept = append(kept, m)
		case !a.Covers(merge):
			return errMerge
		}
	}
	if len(kept) != len(s.list("merges")) {
		e.own(s).setList("merges", kept)
	}
	return nil
}

// updateBorders sets the borders of the cells of a range, outside and between them.
func (e *edit) updateBorders(r *wire.Message) (*wire.Message, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	s = e.own(s)
	for row := a.Rows.Start; row < a.Rows.End; row++ {
		for c := a.Cols.Start; c < a.Cols.End; c++ {
			sides := wire.New(
				"top", r.Message(either(row == a.Rows.Start, "top", "innerHorizontal")),
				"bottom", r.Message(either(row == a.Rows.End-1, "bottom", "innerHorizontal")),
				"left", r.Message(either(c == a.Cols.Start, "left", "innerVertical")),
				"right", r.Message(either(c == a.Cols.End-1, "right", "innerVertical")),
			)
			if sides.Len() > 0 {
				x := e.cell(s, row, c)
				look := x.more.Message("userEnteredFormat")
				borders := look.Message("borders")
				sides.Each(func(side string, border any) { borders = borders.With(side, border) })
				x.more = x.more.With("userEnteredFormat", look.With("borders", borders))
			}
		}
	}
	return nil, nil
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
