package book

import (
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// AppendValues is values.append: it looks for a table in the range and writes after its last row. What it takes for
// the table is a guess, as it is Google's.
func (b *Book) AppendValues(
	text string, body *wire.Message, option string, insert bool, by Editor, at time.Time,
) (*Book, *wire.Message, error) {
	w, err := b.readWriting(body, option)
	if err != nil {
		return nil, nil, err
	}
	e := b.fork(by, at)
	s, a, err := e.Resolve(text)
	if err != nil {
		return nil, nil, err
	}
	if a.Rows.From() >= s.height || a.Cols.From() >= s.width {
		return nil, nil, s.exceeds(s.ref(a))
	}
	table, found := e.tableIn(s, a.Within(s.height, s.width))
	start := grid.Cell{Row: a.Rows.From(), Col: a.Cols.From()}
	if found {
		start = grid.Cell{Row: table.Rows.End, Col: table.Cols.Start}
	}
	s = e.own(s)
	if err := e.makeRoom(s, start, w, insert && found); err != nil {
		return nil, nil, err
	}
	s = e.own(e.sheet(s.id))
	updates, _, err := e.writeValues(s, grid.At(start.Row, start.Col), w)
	if err != nil {
		return nil, nil, err
	}
	reply := wire.New("spreadsheetId", b.ID)
	if found {
		reply.Set("tableRange", s.ref(table))
	}
	reply.Set("updates", updates)
	return e.done(), reply, nil
}

// makeRoom inserts rows for what is appended, or adds those and the columns that are missing at the end.
func (e *edit) makeRoom(s *Sheet, start grid.Cell, w writing, insert bool) error {
	height, width := len(w.values), 0
	for _, line := range w.values {
		width = max(width, len(line.([]any)))
	}
	if w.columns {
		height, width = width, height
	}
	rows, cols := max(s.height, start.Row+height), max(s.width, start.Col+width)
	if insert && start.Row < s.height {
		rows = s.height + height
	}
	if err := e.checkSize(rows, cols, s.height*s.width); err != nil {
		return err
	}
	if insert && start.Row < s.height && height > 0 {
		e.insert(s, grid.Rows, start.Row, height)
		e.moveMetadata(s, grid.Insert(grid.Rows, start.Row, height), grid.Rows)
		e.follow(s, grid.Insert(grid.Rows, start.Row, height))
		s = e.own(e.sheet(s.id))
	}
	s.height, s.width = max(s.height, rows), cols
	return nil
}

// tableIn finds the block of cells that touch each other around the last value in an area.
func (e *edit) tableIn(s *Sheet, a grid.Area) (table grid.Area, found bool) {
	e.compute(func(c *calc) {
		full := func(row, col int) bool { return c.value(s, row, col).Kind != formula.Empty }
		last := c.last(s, a).Row - 1
		for col := a.Cols.Start; col < a.Cols.End && !found && last >= a.Rows.Start; col++ {
			if full(last, col) {
				table, found = grid.At(last, col), true
			}
		}
		for grown := found; grown; {
			grown = false
			rim := grid.Rect(max(0, table.Rows.Start-1), max(0, table.Cols.Start-1),
				min(s.height, table.Rows.End+1), min(s.width, table.Cols.End+1))
			for row := rim.Rows.Start; row < rim.Rows.End; row++ {
				for col := rim.Cols.Start; col < rim.Cols.End; col++ {
					if !table.Has(grid.Cell{Row: row, Col: col}) && full(row, col) {
						table = grid.Rect(min(table.Rows.Start, row), min(table.Cols.Start, col),
							max(table.Rows.End, row+1), max(table.Cols.End, col+1))
						grown = true
					}
				}
			}
		}
	})
	return table, found
}
