package sheets

import (
	"strconv"
	"strings"
)

// area is a rectangle of cells, counted from 0, without its bottom row and its right column.
type area struct{ top, left, bottom, right int }

func (a area) height() int { return a.bottom - a.top }
func (a area) width() int  { return a.right - a.left }
func (a area) cells() int  { return a.height() * a.width() }

func (a area) meets(b area) bool {
	return a.top < b.bottom && b.top < a.bottom && a.left < b.right && b.left < a.right
}

func (a area) has(row, col int) bool {
	return row >= a.top && row < a.bottom && col >= a.left && col < a.right
}

// around is the smallest area that holds both.
func (a area) around(b area) area {
	return area{min(a.top, b.top), min(a.left, b.left), max(a.bottom, b.bottom), max(a.right, b.right)}
}

// String is the area in A1 notation: B2, or B2:D9.
func (a area) String() string {
	if a.cells() == 1 {
		return cellName(a.top, a.left)
	}
	return cellName(a.top, a.left) + ":" + cellName(a.bottom-1, a.right-1)
}

func cellName(row, col int) string { return letters(col) + strconv.Itoa(row+1) }

// letters names a column: A, Z, AA.
func letters(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}

// parseCell reads B2, also as $B$2.
func parseCell(text string) (row, col int, ok bool) {
	text = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), "$", ""))
	digits := strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	name := text[:len(text)-len(digits)]
	row, err := strconv.Atoi(digits)
	if name == "" || len(name) > 3 || err != nil || row < 1 || row > mostCells || digits[0] == '+' {
		return 0, 0, false
	}
	for _, c := range name {
		col = col*26 + int(c-'A') + 1
	}
	return row - 1, col - 1, col <= mostColumns
}

// quoted is the title of a tab as A1 notation wants it.
func quoted(title string) string { return "'" + strings.ReplaceAll(title, "'", "''") + "'" }

// in is an area of a tab in A1 notation.
func (a area) in(title string) string { return quoted(title) + "!" + a.String() }
