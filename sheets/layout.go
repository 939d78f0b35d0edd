package sheets

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// layout is what is known of a spreadsheet: as much as a read asked for.
type layout struct {
	id    string
	zone  *time.Location
	whole bool // every tab is in tabs, and marks has what is on the spreadsheet itself
	marks []mark
	tabs  []*tab
}

// tab is one sheet of a spreadsheet.
type tab struct {
	id         int64
	title      string
	index      int
	grid       bool // false: a chart or a connected table, which has no cells to write
	rows, cols int

	marks  []mark         // on the tab itself
	onRows map[int][]mark // as far as they were read, like the cells
	onCols map[int][]mark

	merges    []area
	protected []area // where the account may not write
	tables    []table
	filter    *area

	columns map[int][]cell // columns that were read whole, up to their last cell
	loose   map[place]cell // of rows that were read
	notes   map[place]string
	spilled map[place]bool // cells that show what an array formula elsewhere gives
}

// place is one cell, counted from 0.
type place struct{ row, col int }

// table is one of the tables that people can make of a range.
type table struct {
	id   string
	area area
}

func newTab(id int64, title string) *tab {
	return &tab{id: id, title: title, grid: true, onRows: map[int][]mark{}, onCols: map[int][]mark{},
		columns: map[int][]cell{}, loose: map[place]cell{}, notes: map[place]string{}, spilled: map[place]bool{}}
}

// at is the cell as far as it was read; one that was not counts as empty.
func (t *tab) at(row, col int) cell {
	if column, ok := t.columns[col]; ok {
		if row < len(column) {
			return column[row]
		}
		return cell{}
	}
	return t.loose[place{row, col}]
}

// taken tells whether there is something in a cell that writing over it would destroy.
func (t *tab) taken(row, col int) bool {
	return !t.at(row, col).empty() || t.spilled[place{row, col}]
}

// bottom is the row after the last one that holds something in a column.
func (t *tab) bottom(col int) int {
	column := t.columns[col]
	n := len(column)
	for n > 0 && column[n-1].empty() {
		n--
	}
	return n
}

func (t *tab) all() area { return area{0, 0, t.rows, t.cols} }

// marked finds the marks with a key and, if it is not empty, a value.
func marked(marks []mark, key, value string) []mark {
	var found []mark
	for _, m := range marks {
		if m.key == key && (value == "" || m.value == value) {
			found = append(found, m)
		}
	}
	return found
}

// lines finds the rows or columns with such a mark, in order.
func lines(on map[int][]mark, key, value string) []int {
	var found []int
	for at, marks := range on {
		if len(marked(marks, key, value)) > 0 {
			found = append(found, at)
		}
	}
	slices.Sort(found)
	return found
}

// titled finds a tab by its title. Google takes two titles that differ in case for one.
func (l *layout) titled(title string) *tab {
	for _, t := range l.tabs {
		if strings.EqualFold(t.title, title) {
			return t
		}
	}
	return nil
}

func (l *layout) tab(id int64) *tab {
	for _, t := range l.tabs {
		if t.id == id {
			return t
		}
	}
	return nil
}

// cells is how much of the spreadsheet's ten millions is used.
func (l *layout) cells() int {
	n := 0
	for _, t := range l.tabs {
		n += t.rows * t.cols
	}
	return n
}

// freeID is an id for a new tab: made of words, so that the same batch has it again, and not one of those there are.
func (l *layout) freeID(words ...string) int64 {
	for {
		id := hash31(words...)
		if l.tab(id) == nil {
			return id
		}
		words = append(words, "again")
	}
}

// freeTitle is a title for a new tab that none has.
func (l *layout) freeTitle(title string) string {
	base := title
	for n := 2; l.titled(title) != nil; n++ {
		title = base + " (" + strconv.Itoa(n) + ")"
	}
	return title
}

// shifted is the tab as it will be when n columns are inserted before column at, or deleted from it on when n is
// negative. Who plans goes on with what the requests before will have made.
func (t *tab) shifted(at, n int) *tab {
	move := func(col int) (int, bool) {
		switch {
		case col < at:
			return col, true
		case n < 0 && col < at-n:
			return 0, false
		}
		return col + n, true
	}
	s := *t
	s.cols += n
	s.onCols, s.columns = movedKeys(t.onCols, move), movedKeys(t.columns, move)
	movePlace := func(p place) (place, bool) {
		col, ok := move(p.col)
		return place{p.row, col}, ok
	}
	s.loose, s.notes, s.spilled = movedKeys(t.loose, movePlace), movedKeys(t.notes, movePlace), movedKeys(t.spilled, movePlace)
	s.merges, s.protected, s.tables = movedAreas(t.merges, at, n), movedAreas(t.protected, at, n), slices.Clone(t.tables)
	for i := range s.tables {
		s.tables[i].area = s.tables[i].area.shifted(at, n)
	}
	return &s
}

func movedKeys[K comparable, V any](m map[K]V, move func(K) (K, bool)) map[K]V {
	moved := make(map[K]V, len(m))
	for k, v := range maps.All(m) {
		if to, ok := move(k); ok {
			moved[to] = v
		}
	}
	return moved
}

func movedAreas(areas []area, at, n int) []area {
	moved := make([]area, len(areas))
	for i, a := range areas {
		moved[i] = a.shifted(at, n)
	}
	return moved
}

// shifted is where an area goes when columns come in or go, as in tab.shifted.
func (a area) shifted(at, n int) area {
	if n < 0 {
		gone := func(edge int) int { return edge - max(0, min(edge, at-n)-at) }
		a.left, a.right = gone(a.left), gone(a.right)
		return a
	}
	if a.left >= at {
		a.left += n
	}
	if a.right > at {
		a.right += n
	}
	return a
}
