package grid

// Edit is a change of a sheet's shape: what becomes of an area by it, and whether anything does.
type Edit func(Area) (Area, bool)

// Insert puts n rows or columns before at.
func Insert(d Dim, at, n int) Edit {
	return func(a Area) (Area, bool) { return a.With(d, a.Span(d).inserted(at, n)), true }
}

// Delete takes rows or columns out.
func Delete(d Dim, cut Span) Edit {
	return func(a Area) (Area, bool) {
		s, ok := a.Span(d).deleted(cut)
		return a.With(d, s), ok
	}
}

// Move takes rows or columns out and puts them before dest, counted as they were.
func Move(d Dim, source Span, dest int) Edit {
	return func(a Area) (Area, bool) { return a.With(d, a.Span(d).moved(source, dest)), true }
}

// Push moves the cells of an area down or right to make room for it. Areas that lie across its sides stay.
func Push(d Dim, room Area) Edit {
	across := room.Span(1 - d)
	return func(a Area) (Area, bool) {
		if !across.Covers(a.Span(1 - d)) {
			return a, true
		}
		s := room.Span(d)
		return a.With(d, a.Span(d).inserted(s.Start, s.End-s.Start)), true
	}
}

// Pull deletes the cells of an area and moves up or left those after it. Areas that lie across its sides stay.
func Pull(d Dim, hole Area) Edit {
	across := hole.Span(1 - d)
	return func(a Area) (Area, bool) {
		if !across.Covers(a.Span(1 - d)) {
			return a, true
		}
		s, ok := a.Span(d).deleted(hole.Span(d))
		return a.With(d, s), ok
	}
}
