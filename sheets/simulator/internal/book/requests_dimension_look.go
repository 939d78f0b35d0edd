package book

import (
	"unicode/utf8"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// The size of a row and of a column that was never changed, in pixels.
const (
	rowPixels    = 21
	columnPixels = 100
)

func (e *edit) updateDimensionProperties(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "DimensionProperties")
	if err != nil {
		return nil, err
	}
	s, d, span, err := e.dimension(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if span.From() >= s.size(d) || span.Bounded() && span.End > s.size(d) {
		return nil, invalid("The range is beyond the grid, which has %d.", s.size(d))
	}
	s = e.own(s)
	written := mask.Only("pixelSize", "hiddenByUser")
	span = span.Within(s.size(d))
	for i := span.Start; i < span.End; i++ {
		s.setDim(d, i, written.Apply(s.dim(d, i), r.Message("properties")))
	}
	return nil, nil
}

// autoResize makes columns as wide as their longest text. Rows have the height of one line anyway.
func (e *edit) autoResize(r *wire.Message) (*wire.Message, error) {
	s, d, span, err := e.dimension(r.Message("dimensions"))
	if err != nil {
		return nil, err
	}
	s = e.own(s)
	span = span.Within(s.size(d))
	if d == grid.Rows {
		for i := span.Start; i < span.End; i++ {
			s.setDim(d, i, s.dim(d, i).Without("pixelSize"))
		}
		return nil, nil
	}
	longest := map[int]int{}
	e.compute(func(c *calc) {
		s.each(grid.Band(d, span), func(row, col int, _ *cell) {
			longest[col] = max(longest[col], utf8.RuneCountInString(c.shown(s, row, col)))
		})
	})
	for col, n := range longest {
		s.setDim(d, col, s.dim(d, col).With("pixelSize", max(21, 7*n+14)))
	}
	return nil, nil
}
