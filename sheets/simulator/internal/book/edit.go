package book

import (
	"slices"
	"strconv"
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

// edit is a change under way: a book of its own, that shares with the one before what it has not touched.
type edit struct {
	*Book
	mark *mark
	by   Editor
}

func (b *Book) fork(by Editor, at time.Time) *edit {
	next := *b
	next.sheets = slices.Clone(b.sheets)
	next.named = slices.Clone(b.named)
	next.metadata = slices.Clone(b.metadata)
	next.edited = at
	next.results = &results{}
	return &edit{Book: &next, mark: &mark{}, by: by}
}

// done is the new version.
func (e *edit) done() *Book {
	for _, s := range e.sheets {
		if s.owner == e.mark {
			s.trim(e.mark)
		}
	}
	e.forget()
	return e.Book
}

// forget drops what was computed so far, since a cell has changed.
func (e *edit) forget() { e.results = &results{} }

// own is the sheet as this edit's own, to be changed.
func (e *edit) own(s *Sheet) *Sheet {
	if s.owner == e.mark {
		return s
	}
	c := *s
	c.owner = e.mark
	c.rows = slices.Clone(s.rows)
	c.dims = [2][]*wire.Message{slices.Clone(s.dims[0]), slices.Clone(s.dims[1])}
	for i, old := range e.sheets {
		if old == s {
			e.sheets[i] = &c
		}
	}
	return &c
}

// ownRow is a row of an own sheet, to be changed, with room for a number of cells.
func (e *edit) ownRow(s *Sheet, r, width int) *row {
	for len(s.rows) <= r {
		s.rows = append(s.rows, nil)
	}
	old := s.rows[r]
	if old == nil {
		old = &row{}
	}
	if old.owner != e.mark {
		cells := make([]cell, max(width, len(old.cells)))
		copy(cells, old.cells)
		s.rows[r] = &row{owner: e.mark, cells: cells}
		return s.rows[r]
	}
	if len(old.cells) < width {
		old.cells = append(old.cells, make([]cell, width-len(old.cells))...)
	}
	return old
}

// cell is a cell of an own sheet, to be changed.
func (e *edit) cell(s *Sheet, r, c int) *cell { return &e.ownRow(s, r, c+1).cells[c] }

// trim drops rows and cells at the ends that hold nothing, of what the edit has made.
func (s *Sheet) trim(m *mark) {
	for _, r := range s.rows {
		if r == nil || r.owner != m {
			continue
		}
		for len(r.cells) > 0 && r.cells[len(r.cells)-1].empty() {
			r.cells = r.cells[:len(r.cells)-1]
		}
	}
	for n := len(s.rows); n > 0 && (s.rows[n-1] == nil || len(s.rows[n-1].cells) == 0); n = len(s.rows) {
		s.rows = s.rows[:n-1]
	}
}

// newID makes up an id that is not taken. The ids are the same in every run, so that tests can be told apart.
func (e *edit) newID(taken func(int) bool) int {
	for {
		e.chosen++
		x := e.chosen * 0x9e3779b97f4a7c15
		x ^= x >> 31
		x *= 0xbf58476d1ce4e5b9
		if id := int(x>>34) + 1; id < 1<<31-1 && !taken(id) {
			return id
		}
	}
}

func place(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
