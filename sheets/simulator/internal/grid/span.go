// Package grid is the geometry of a sheet: spans of rows or columns, areas, their A1 spelling, and what becomes of
// them when rows and columns are inserted, deleted and moved. It knows no values.
package grid

import "math"

// Open is the end of a span that has none: it goes to the end of the sheet, however far that is.
const Open = math.MaxInt

// Span is rows or columns from Start up to but not with End. A Start below zero was not given, as in A:B, whose rows
// begin at the top even after one is inserted there.
type Span struct {
	Start, End int
}

// All is a span without either bound.
var All = Span{Start: -1, End: Open}

// One is a single row or column.
func One(i int) Span { return Span{i, i + 1} }

// From is where the span begins.
func (s Span) From() int { return max(s.Start, 0) }

// Len is how many there are in a sheet of a size.
func (s Span) Len(size int) int { return max(0, min(s.End, size)-s.From()) }

// Within is the span with both bounds, in a sheet of a size.
func (s Span) Within(size int) Span {
	start := min(s.From(), size)
	return Span{start, max(start, min(s.End, size))}
}

// Has tells whether a row or column is in the span.
func (s Span) Has(i int) bool { return i >= s.From() && i < s.End }

// Covers tells whether the other span is in this one.
func (s Span) Covers(o Span) bool { return s.From() <= o.From() && o.End <= s.End }

// Meets tells whether the two have a row or column in common.
func (s Span) Meets(o Span) bool { return s.From() < o.End && o.From() < s.End }

// Bounded tells whether the span has an end.
func (s Span) Bounded() bool { return s.End != Open }

// inserted is the span after n were inserted before at. Inside a span they extend it, at its edges they do not.
func (s Span) inserted(at, n int) Span {
	if s.Start >= at {
		s.Start += n
	}
	if s.Bounded() && s.End > at {
		s.End += n
	}
	return s
}

// deleted is the span after those of cut were deleted, and whether anything is left of it.
func (s Span) deleted(cut Span) (Span, bool) {
	if s.Start < 0 && !s.Bounded() {
		return s, true
	}
	if cut.Covers(Span{s.From(), s.End}) {
		return s, false
	}
	before := func(i int) int { return i - max(0, min(i, cut.End)-cut.Start) }
	if s.Start >= 0 {
		s.Start = before(s.Start)
	}
	if s.Bounded() {
		s.End = before(s.End)
	}
	return s, true
}

// moved is the span after those of source were moved to before dest. What lies in the source wholly goes along; else
// the span loses what was moved out of it and gains what lands inside.
func (s Span) moved(source Span, dest int) Span {
	if s.Start >= 0 && source.Covers(s) {
		return Span{Moved(s.Start, source, dest), Moved(s.End-1, source, dest) + 1}
	}
	left, ok := s.deleted(source)
	if !ok {
		return s // unbounded above and moved whole: it is still all there is from the top
	}
	n := source.End - source.Start
	if dest > source.Start {
		dest -= n
	}
	return left.inserted(dest, n)
}

// Moved is where a row or column is after those of source were moved to before dest.
func Moved(i int, source Span, dest int) int {
	n := source.End - source.Start
	switch {
	case source.Has(i) && dest > i:
		return i - source.Start + dest - n
	case source.Has(i):
		return i - source.Start + dest
	case i >= source.End && i < dest:
		return i - n
	case i >= dest && i < source.Start:
		return i + n
	}
	return i
}
