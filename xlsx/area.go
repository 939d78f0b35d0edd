package xlsx

import (
	"fmt"
	"strconv"
	"strings"
)

// area is a rectangle of cells. Columns are counted from 0, rows from 1.
type area struct {
	left, right int
	top, bottom int64
}

func (a area) String() string {
	if a.left == a.right && a.top == a.bottom {
		return cell(a.left, a.top)
	}
	return cell(a.left, a.top) + ":" + cell(a.right, a.bottom)
}

func (a area) overlaps(b area) bool {
	return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom
}

// parseArea reads A1:D10, or A1, with or without dollar signs.
func parseArea(s string) (area, bool) {
	from, to, isRange := strings.Cut(s, ":")
	a, ok := parseCorner(from)
	if !ok || !isRange {
		return area{a.column, a.column, a.row, a.row}, ok
	}
	b, ok := parseCorner(to)
	return area{a.column, b.column, a.row, b.row}, ok && a.column <= b.column && a.row <= b.row
}

// corner is a cell as a formula names it.
type corner struct {
	column                int
	row                   int64
	fixedColumn, fixedRow bool // with a dollar sign
}

func (c corner) String() string {
	column, row := letters(c.column), fmt.Sprint(c.row)
	if c.fixedColumn {
		column = "$" + column
	}
	if c.fixedRow {
		row = "$" + row
	}
	return column + row
}

func parseCorner(s string) (c corner, ok bool) {
	s, c.fixedColumn = strings.CutPrefix(s, "$")
	n := 0
	for n < len(s) && 'A' <= s[n]&^0x20 && s[n]&^0x20 <= 'Z' {
		c.column = c.column*26 + int(s[n]&^0x20-'A') + 1
		if n++; n > 3 {
			return c, false
		}
	}
	c.column--
	s, c.fixedRow = strings.CutPrefix(s[n:], "$")
	if n == 0 || s == "" || len(s) > 7 || s[0] < '1' || s[0] > '9' {
		return c, false
	}
	var err error
	c.row, err = strconv.ParseInt(s, 10, 64)
	return c, err == nil && c.row <= mostRows && c.column < mostColumns
}
