package book

import (
	"slices"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// insert puts n empty rows or columns before at. It moves cells only; follow makes the rest go along.
func (e *edit) insert(s *Sheet, d grid.Dim, at, n int) {
	s.dims[d] = inserted(s.dims[d], at, n)
	if d == grid.Rows {
		s.rows = inserted(s.rows, at, n)
		s.height += n
		return
	}
	for r, x := range s.rows {
		if x != nil && len(x.cells) > at {
			own := e.ownRow(s, r, 0)
			own.cells = inserted(own.cells, at, n)
		}
	}
	s.width += n
}

// remove takes rows or columns out.
func (e *edit) remove(s *Sheet, d grid.Dim, cut grid.Span) {
	s.dims[d] = removed(s.dims[d], cut)
	n := cut.End - cut.Start
	if d == grid.Rows {
		s.rows = removed(s.rows, cut)
		s.height -= n
		return
	}
	for r, x := range s.rows {
		if x != nil && len(x.cells) > cut.Start {
			own := e.ownRow(s, r, 0)
			own.cells = removed(own.cells, cut)
		}
	}
	s.width -= n
}

// move takes rows or columns out and puts them before dest, counted as they were.
func (e *edit) move(s *Sheet, d grid.Dim, source grid.Span, dest int) {
	s.dims[d] = moved(s.dims[d], source, dest)
	if d == grid.Rows {
		s.rows = moved(s.rows, source, dest)
		return
	}
	for r, x := range s.rows {
		if x != nil && len(x.cells) > min(source.Start, dest) {
			own := e.ownRow(s, r, 0)
			own.cells = moved(own.cells, source, dest)
		}
	}
}

func inserted[T any](list []T, at, n int) []T {
	if at >= len(list) {
		return list
	}
	return slices.Insert(list, at, make([]T, n)...)
}

func removed[T any](list []T, cut grid.Span) []T {
	if cut.Start >= len(list) {
		return list
	}
	return slices.Delete(list, cut.Start, min(cut.End, len(list)))
}

func moved[T any](list []T, source grid.Span, dest int) []T {
	for len(list) < max(source.End, dest) {
		list = append(list, *new(T))
	}
	out := make([]T, len(list))
	for i := range list {
		out[grid.Moved(i, source, dest)] = list[i]
	}
	return out
}

// push moves the cells from an area on down or right to make room, within the grid: what is pushed out is lost.
func (e *edit) push(s *Sheet, d grid.Dim, room grid.Area) {
	if d == grid.Cols {
		for r := room.Rows.Start; r < room.Rows.End; r++ {
			if r < len(s.rows) && s.rows[r] != nil && len(s.rows[r].cells) > room.Cols.Start {
				own := e.ownRow(s, r, 0)
				own.cells = inserted(own.cells, room.Cols.Start, room.Cols.End-room.Cols.Start)
				own.cells = own.cells[:min(len(own.cells), s.width)]
			}
		}
		return
	}
	n := room.Rows.End - room.Rows.Start
	for r := min(len(s.rows)+n, s.height) - 1; r >= room.Rows.Start; r-- {
		for c := room.Cols.Start; c < room.Cols.End; c++ {
			from := s.at(r-n, c)
			if r-n < room.Rows.Start {
				from = nil
			}
			e.replace(s, r, c, from)
		}
	}
}

// pull deletes the cells of an area and moves those after it up or left.
func (e *edit) pull(s *Sheet, d grid.Dim, hole grid.Area) {
	if d == grid.Cols {
		for r := hole.Rows.Start; r < min(hole.Rows.End, len(s.rows)); r++ {
			if s.rows[r] != nil && len(s.rows[r].cells) > hole.Cols.Start {
				own := e.ownRow(s, r, 0)
				own.cells = removed(own.cells, hole.Cols)
			}
		}
		return
	}
	n := hole.Rows.End - hole.Rows.Start
	for r := hole.Rows.Start; r < len(s.rows); r++ {
		for c := hole.Cols.Start; c < hole.Cols.End; c++ {
			e.replace(s, r, c, s.at(r+n, c))
		}
	}
}

// replace makes a cell what another one is; nil is an empty one.
func (e *edit) replace(s *Sheet, r, c int, from *cell) {
	if from == nil {
		if s.at(r, c) != nil {
			*e.cell(s, r, c) = cell{}
		}
		return
	}
	copied := *from // before the row may be copied
	*e.cell(s, r, c) = copied
}

// setDim sets the properties of a row or column; nil is the default.
func (s *Sheet) setDim(d grid.Dim, i int, props *wire.Message) {
	if props.Len() == 0 {
		props = nil
	}
	for len(s.dims[d]) <= i {
		if props == nil {
			return
		}
		s.dims[d] = append(s.dims[d], nil)
	}
	s.dims[d][i] = props
}

// dim is the properties of a row or column, nil when it has none of its own.
func (s *Sheet) dim(d grid.Dim, i int) *wire.Message {
	if i < len(s.dims[d]) {
		return s.dims[d][i]
	}
	return nil
}
