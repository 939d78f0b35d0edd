package book

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
)

// results are what the formulas of one version of a book give. They are computed when somebody first asks.
type results struct {
	mu   sync.Mutex
	calc *calc
}

// compute lends the results to f.
func (b *Book) compute(f func(*calc)) {
	b.results.mu.Lock()
	defer b.results.mu.Unlock()
	if b.results.calc == nil {
		b.results.calc = &calc{book: b, known: map[spot]formula.Value{}, busy: map[spot]bool{}, spills: map[int]*spill{}}
	}
	f(b.results.calc)
}

// calc computes formulas, each once.
type calc struct {
	book   *Book
	known  map[spot]formula.Value
	busy   map[spot]bool
	depth  int
	spills map[int]*spill
}

var _ formula.Env = (*calc)(nil)

type spot struct{ sheet, row, col int }

// deepest is how many formulas may wait for each other on the stack. A longer chain is computed from its far end.
const deepest = 500

// tooDeep is thrown when a chain of formulas is longer, with the cell to compute first.
type tooDeep struct{ at spot }

var circular = formula.Fail(formula.BadRef,
	"Circular dependency detected. To resolve with iterative calculation, see File > Settings.")

// value is the effective value of a cell.
func (c *calc) value(s *Sheet, row, col int) formula.Value {
	todo := []spot{{s.id, row, col}}
	for {
		top := todo[len(todo)-1]
		v, first, ok := c.attempt(top)
		switch {
		case ok && len(todo) == 1:
			return v
		case ok:
			todo = todo[:len(todo)-1]
		case slices.Contains(todo, first):
			c.known[first] = circular
		default:
			todo = append(todo, first)
		}
	}
}

// attempt computes one cell, or finds which other one is to be computed first.
func (c *calc) attempt(at spot) (v formula.Value, first spot, ok bool) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case tooDeep:
			first, ok = thrown.at, false
			clear(c.busy)
			c.depth = 0
			for id, sp := range c.spills {
				if !sp.done {
					delete(c.spills, id)
				}
			}
		default:
			panic(thrown)
		}
	}()
	return c.peek(c.book.sheet(at.sheet), at.row, at.col), spot{}, true
}

// peek is the value of a cell, for a formula that needs it.
func (c *calc) peek(s *Sheet, row, col int) formula.Value {
	x := s.at(row, col)
	switch {
	case x != nil && x.formula != nil:
		if x.formula.Spills() {
			c.spill(s)
		}
		v := c.run(s, x.formula, spot{s.id, row, col})
		if rows := v.Rows(); rows != nil {
			return rows[0][0]
		}
		return v
	case x != nil && !x.blank():
		return x.value
	case s.spilling:
		return c.spill(s).cells[grid.Cell{Row: row, Col: col}]
	}
	return formula.Value{}
}

func (c *calc) run(s *Sheet, f *formula.Formula, at spot) formula.Value {
	if v, ok := c.known[at]; ok {
		return v
	}
	if c.busy[at] {
		return circular
	}
	if c.depth >= deepest {
		panic(tooDeep{at})
	}
	c.busy[at] = true
	c.depth++
	v := f.Eval(c, s.title, grid.Cell{Row: at.row, Col: at.col})
	c.depth--
	delete(c.busy, at)
	c.known[at] = v
	return v
}

// spill is what the array formulas of a sheet put into other cells.
type spill struct {
	cells map[grid.Cell]formula.Value
	areas []grid.Area
	end   grid.Cell // just beyond the last cell
	done  bool
}

func (c *calc) spill(s *Sheet) *spill {
	if sp := c.spills[s.id]; sp != nil {
		return sp
	}
	sp := &spill{cells: map[grid.Cell]formula.Value{}}
	c.spills[s.id] = sp
	s.each(grid.Everything, func(row, col int, x *cell) {
		if x.formula == nil || !x.formula.Spills() {
			return
		}
		at := spot{s.id, row, col}
		rows := c.run(s, x.formula, at).Rows()
		if rows == nil {
			return
		}
		area := grid.Rect(row, col, row+len(rows), col+len(rows[0])).Within(s.height, s.width)
		if over, ok := s.occupied(area, sp, grid.Cell{Row: row, Col: col}); ok {
			name := grid.Ref{Area: grid.At(over.Row, over.Col)}.A1()
			c.known[at] = formula.Fail(formula.BadRef,
				fmt.Sprintf("Array result was not expanded because it would overwrite data in %s.", name))
			return
		}
		sp.add(area, rows)
	})
	sp.done = true
	return sp
}

// spilled is spill for who is no formula itself, and so may have to wait for a long chain.
func (c *calc) spilled(s *Sheet) *spill {
	c.value(s, s.height, 0) // a cell outside of the sheet is empty, unless an array formula says otherwise
	return c.spill(s)
}

// occupied finds a cell of an area, other than its first, that holds something.
func (s *Sheet) occupied(a grid.Area, sp *spill, but grid.Cell) (over grid.Cell, found bool) {
	for r := a.Rows.Start; r < a.Rows.End && !found; r++ {
		for col := a.Cols.Start; col < a.Cols.End && !found; col++ {
			over = grid.Cell{Row: r, Col: col}
			x := s.at(r, col)
			_, spilled := sp.cells[over]
			found = over != but && (x != nil && !x.blank() || spilled)
		}
	}
	return over, found
}

func (sp *spill) add(a grid.Area, rows [][]formula.Value) {
	sp.areas = append(sp.areas, a)
	sp.end = grid.Cell{Row: max(sp.end.Row, a.Rows.End), Col: max(sp.end.Col, a.Cols.End)}
	for r := a.Rows.Start; r < a.Rows.End; r++ {
		for col := a.Cols.Start; col < a.Cols.End; col++ {
			sp.cells[grid.Cell{Row: r, Col: col}] = rows[r-a.Rows.Start][col-a.Cols.Start]
		}
	}
}

// Cell is the value of a cell for a formula.
func (c *calc) Cell(sheet string, at grid.Cell) formula.Value {
	return c.peek(c.book.titled(sheet), at.Row, at.Col)
}

// Each yields the cells of an area that have a value.
func (c *calc) Each(sheet string, a grid.Area, yield func(grid.Cell, formula.Value) bool) {
	s := c.book.titled(sheet)
	end := grid.Cell{Row: len(s.rows), Col: 0}
	if s.spilling {
		sp := c.spill(s)
		end = grid.Cell{Row: max(end.Row, sp.end.Row), Col: sp.end.Col}
	}
	a = a.Within(end.Row, s.width)
	for r := a.Rows.Start; r < a.Rows.End; r++ {
		right := end.Col
		if r < len(s.rows) && s.rows[r] != nil {
			right = max(right, len(s.rows[r].cells))
		}
		for col := a.Cols.Start; col < min(a.Cols.End, right); col++ {
			if v := c.peek(s, r, col); v.Kind != formula.Empty && !yield(grid.Cell{Row: r, Col: col}, v) {
				return
			}
		}
	}
}

// Size is the size of a sheet's grid.
func (c *calc) Size(sheet string) (rows, cols int, ok bool) {
	s := c.book.titled(sheet)
	if s == nil {
		return 0, 0, false
	}
	return s.height, s.width, true
}

// Named is what a named range stands for.
func (c *calc) Named(name string) (grid.Ref, bool) {
	n := c.book.namedRange(name)
	if n == nil {
		return grid.Ref{}, false
	}
	r := n.Message("range")
	s := c.book.sheet(r.Int("sheetId"))
	a, err := areaOf(r)
	if s == nil || err != nil {
		return grid.Ref{}, false
	}
	return grid.Ref{Sheet: s.title, Area: a}, true
}

// Now is the time of the last change, in the spreadsheet's zone: volatile functions are computed on change.
func (c *calc) Now() time.Time { return c.book.edited.In(c.book.zone) }

// Number reads a text as a number.
func (c *calc) Number(text string) (float64, bool) { return c.book.locale.Value(text) }

// Show writes a number as text.
func (c *calc) Show(n float64) string { return c.book.locale.Plain(n) }

// Pattern writes a number by a number format.
func (c *calc) Pattern(n float64, pattern string) string { return c.book.locale.Format(n, "", pattern) }
