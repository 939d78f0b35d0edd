package book

import (
	"time"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// ColumnName is the letters of a column.
func ColumnName(i int) string { return grid.ColumnName(i) }

// Page is the cells of some rows and the first columns of a sheet, as GridData.
func (b *Book) Page(sheet, top, bottom, columns int) *wire.Message {
	s := b.sheet(sheet)
	if s == nil {
		return nil
	}
	m := &wire.Message{}
	b.compute(func(c *calc) {
		m.Set("rowData", c.rowData(s, grid.Rect(top, 0, bottom, columns).Within(s.height, s.width), nil))
	})
	return m
}

// Type types text into one cell of a sheet: A1, without a title.
func (b *Book) Type(sheet int, ref, text string, by Editor, at time.Time) (*Book, error) {
	s := b.sheet(sheet)
	if s == nil {
		return nil, invalid("No sheet with id: %d", sheet)
	}
	a, _, ok := grid.ParseArea(ref)
	if !ok || !a.Single() {
		return nil, invalid("Unable to parse range: %s", ref)
	}
	e := b.fork(by, at)
	if _, _, err := e.writeValues(e.sheet(sheet), a, writing{values: []any{[]any{text}}, typed: true}); err != nil {
		return nil, err
	}
	return e.done(), nil
}
