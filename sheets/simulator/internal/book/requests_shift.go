package book

import (
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// insertRange pushes cells down or right. The grid keeps its size, so what is pushed over the edge must be empty.
func (e *edit) insertRange(r *wire.Message) (*wire.Message, error) {
	s, a, d, err := e.shiftArea(r)
	if err != nil {
		return nil, err
	}
	n := a.Span(d).End - a.Span(d).Start
	lost := a.With(d, grid.Span{Start: max(a.Span(d).Start, s.size(d)-n), End: s.size(d)})
	full := false
	s.each(lost, func(_, _ int, x *cell) { full = full || !x.blank() })
	if full {
		return nil, invalid("There is not enough room to insert the cells: the cells at the end of the sheet are not empty.")
	}
	s = e.own(s)
	e.push(s, d, a)
	e.follow(s, grid.Push(d, a))
	return nil, nil
}

// deleteRange deletes cells and pulls those after them up or left.
func (e *edit) deleteRange(r *wire.Message) (*wire.Message, error) {
	s, a, d, err := e.shiftArea(r)
	if err != nil {
		return nil, err
	}
	s = e.own(s)
	e.pull(s, d, a)
	e.follow(s, grid.Pull(d, a))
	return nil, nil
}

// shiftArea reads what insertRange and deleteRange have in common, and refuses what would tear something apart.
func (e *edit) shiftArea(r *wire.Message) (*Sheet, grid.Area, grid.Dim, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, a, 0, err
	}
	d, err := dimOf(r.Text("shiftDimension"))
	if err != nil {
		return nil, a, 0, err
	}
	moving := a.With(d, grid.Span{Start: a.Span(d).Start, End: grid.Open})
	if err := e.guard(s, moving); err != nil {
		return nil, a, 0, err
	}
	var arrays []grid.Area
	if s.spilling {
		e.compute(func(c *calc) { arrays = c.spilled(s).areas })
	}
	for _, array := range arrays {
		if array.Meets(moving) {
			return nil, a, 0, errOverArray
		}
	}
	for _, m := range s.list("merges") {
		merge, err := areaOf(m)
		if err == nil && merge.Meets(moving) && !moving.Covers(merge) {
			return nil, a, 0, invalid("You can't insert or delete cells over a merged range.")
		}
	}
	return s, a, d, nil
}
