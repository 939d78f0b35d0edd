package book

import (
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// appendDimension adds rows or columns at the end. Sent twice it adds twice.
func (e *edit) appendDimension(r *wire.Message) (*wire.Message, error) {
	s := e.sheet(r.Int("sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", r.Int("sheetId"))
	}
	d, err := dimOf(r.Text("dimension"))
	if err != nil {
		return nil, err
	}
	n := r.Int("length")
	if n < 1 {
		return nil, invalid("length must be greater than 0.")
	}
	return nil, e.resize(e.own(s), d, s.size(d)+n)
}

func (e *edit) insertDimension(r *wire.Message) (*wire.Message, error) {
	m := r.Message("range")
	s, d, span, err := e.dimension(m)
	if err != nil {
		return nil, err
	}
	before := r.Bool("inheritFromBefore")
	switch size := s.size(d); {
	case !m.Has("startIndex") || !m.Has("endIndex"):
		return nil, invalid("Both startIndex and endIndex must be specified.")
	case span.Start > size:
		return nil, invalid("range.startIndex is larger than current grid size (%d)", size)
	case span.Start == size && !before:
		return nil, invalid("range.startIndex must be less than the grid size (%d) if inheritFromBefore is false.", size)
	case span.Start == 0 && before:
		return nil, invalid("range.startIndex must be greater than 0 if inheritFromBefore is true.")
	}
	n := span.End - span.Start
	height, width := s.height+n, s.width
	if d == grid.Cols {
		height, width = s.height, s.width+n
	}
	if err := e.checkSize(height, width, s.height*s.width); err != nil {
		return nil, err
	}
	if err := e.guardInsert(s, d, span.Start); err != nil {
		return nil, err
	}
	s = e.own(s)
	e.insert(s, d, span.Start, n)
	e.moveMetadata(s, grid.Insert(d, span.Start, n), d)
	e.follow(s, grid.Insert(d, span.Start, n))
	from := span.Start - 1
	if !before {
		from = span.End
	}
	e.inherit(e.own(e.sheet(s.id)), d, span, from)
	return nil, nil
}

// guardInsert refuses to insert inside of a protected range.
func (e *edit) guardInsert(s *Sheet, d grid.Dim, at int) error {
	if at == 0 {
		return nil
	}
	before, after := e.guard(s, grid.Band(d, grid.One(at-1))), e.guard(s, grid.Band(d, grid.One(at)))
	if before != nil && after != nil {
		return errProtected
	}
	return nil
}

// inherit gives new rows or columns the formats of the one beside them.
func (e *edit) inherit(s *Sheet, d grid.Dim, span grid.Span, from int) {
	for i := span.Start; i < span.End; i++ {
		s.setDim(d, i, s.dim(d, from).Without("hiddenByFilter"))
	}
	s.each(grid.Band(d, grid.One(from)), func(r, c int, x *cell) {
		look := x.more.Message("userEnteredFormat")
		rule := x.more.Message("dataValidation")
		if look == nil && rule == nil {
			return
		}
		more := wire.New("userEnteredFormat", look, "dataValidation", rule)
		for i := span.Start; i < span.End; i++ {
			if d == grid.Rows {
				r = i
			} else {
				c = i
			}
			e.cell(s, r, c).more = more
		}
	})
}

func (e *edit) deleteDimension(r *wire.Message) (*wire.Message, error) {
	s, d, span, err := e.dimension(r.Message("range"))
	if err != nil {
		return nil, err
	}
	size, word := s.size(d), map[grid.Dim]string{grid.Rows: "row", grid.Cols: "column"}[d]
	if span.From() >= size || span.Bounded() && span.End > size {
		return nil, invalid("Cannot delete a %s that doesn't exist. Tried to delete %s index %d but there are only %d %ss.",
			word, word, max(span.From(), size), size, word)
	}
	return nil, e.cut(e.own(s), d, span.Within(size))
}

// cut deletes rows or columns and lets everything follow. One that is not frozen must be left.
func (e *edit) cut(s *Sheet, d grid.Dim, span grid.Span) error {
	left, frozen := s.size(d)-(span.End-span.Start), s.frozen(d)
	word := map[grid.Dim]string{grid.Rows: "rows", grid.Cols: "columns"}[d]
	switch gone := max(0, min(span.End, frozen)-span.Start); {
	case left < 1:
		return invalid("You can't delete all the %s on the sheet.", word)
	case left <= frozen-gone:
		return invalid("Sorry, it is not possible to delete all non-frozen %s.", word)
	case gone > 0:
		s.freeze(d, frozen-gone)
	}
	if err := e.guard(s, grid.Band(d, span)); err != nil {
		return err
	}
	e.remove(s, d, span)
	e.moveMetadata(s, grid.Delete(d, span), d)
	e.follow(s, grid.Delete(d, span))
	return nil
}

func (s *Sheet) freeze(d grid.Dim, n int) {
	field := "frozenRowCount"
	if d == grid.Cols {
		field = "frozenColumnCount"
	}
	s.props = s.props.With("gridProperties", s.props.Message("gridProperties").With(field, n))
}

func (e *edit) moveDimension(r *wire.Message) (*wire.Message, error) {
	m := r.Message("source")
	s, d, span, err := e.dimension(m)
	if err != nil {
		return nil, err
	}
	dest := r.Int("destinationIndex")
	size := s.size(d)
	switch {
	case !m.Has("startIndex") || !m.Has("endIndex"):
		return nil, invalid("Both startIndex and endIndex must be specified.")
	case span.End > size || dest < 0 || dest > size:
		return nil, invalid("The source and the destination must be within the grid, which has %d.", size)
	case dest > span.Start && dest < span.End:
		return nil, invalid("The destination cannot be within the source.")
	}
	if err := e.guard(s, grid.Band(d, span)); err != nil {
		return nil, err
	}
	if err := e.guardInsert(s, d, min(dest, size-1)); err != nil {
		return nil, err
	}
	s = e.own(s)
	e.move(s, d, span, dest)
	e.moveMetadata(s, grid.Move(d, span, dest), d)
	e.follow(s, grid.Move(d, span, dest))
	return nil, nil
}
