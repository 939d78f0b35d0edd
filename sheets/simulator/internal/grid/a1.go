package grid

import (
	"regexp"
	"strconv"
	"strings"
)

// MostColumns is how many columns a sheet can have: up to ZZZ.
const MostColumns = 18278

// ColumnName is the letters of a column: A for 0, AA for 26.
func ColumnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// column reads up to three letters as a column.
func column(letters string) (int, bool) {
	if letters == "" || len(letters) > 3 {
		return 0, false
	}
	n := 0
	for _, c := range strings.ToUpper(letters) {
		if c < 'A' || c > 'Z' {
			return 0, false
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, true
}

// Ref is an area as a formula or a request spells it.
type Ref struct {
	Sheet string // the title; empty when none is written
	Area  Area
	Fixed Fixed
}

// Fixed says which bounds are written with a $, so that they stay when a formula is copied.
type Fixed struct {
	Top, Left, Bottom, Right bool
}

var (
	corner = regexp.MustCompile(`^(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,9})$`)
	r1c1   = regexp.MustCompile(`^(?i)R([0-9]{1,9})C([0-9]{1,9})$`)
)

// point is one corner of a reference; -1 when its row or column is not written.
type point struct {
	row, col           int
	fixedRow, fixedCol bool
}

func parsePoint(text string) (point, bool) {
	m := corner.FindStringSubmatch(text)
	if m == nil || m[2] == "" && m[4] == "" {
		return point{}, false
	}
	p := point{row: -1, col: -1, fixedCol: m[1] != "", fixedRow: m[3] != ""}
	if m[2] == "" { // $5: the dollar belongs to the row
		if m[3] != "" {
			return point{}, false
		}
		p.fixedCol, p.fixedRow = false, p.fixedCol
	} else {
		col, ok := column(m[2])
		if !ok {
			return point{}, false
		}
		p.col = col
	}
	if m[4] != "" {
		n, err := strconv.Atoi(m[4])
		if err != nil || n == 0 {
			return point{}, false
		}
		p.row = n - 1
	} else if p.fixedRow {
		return point{}, false
	}
	return p, true
}

// ParseArea reads A1, A1:B2, A:B, 1:2, A2:B, A2:3, with dollars and in either order of corners.
func ParseArea(text string) (Area, Fixed, bool) {
	first, second, isRange := strings.Cut(text, ":")
	a, ok := parsePoint(first)
	if !ok {
		return Area{}, Fixed{}, false
	}
	if !isRange {
		if a.row < 0 || a.col < 0 {
			return Area{}, Fixed{}, false
		}
		return At(a.row, a.col), Fixed{a.fixedRow, a.fixedCol, a.fixedRow, a.fixedCol}, true
	}
	b, ok := parsePoint(second)
	if !ok {
		return Area{}, Fixed{}, false
	}
	rows, top, bottom, ok1 := join(a.row, b.row, a.fixedRow, b.fixedRow)
	cols, left, right, ok2 := join(a.col, b.col, a.fixedCol, b.fixedCol)
	return Area{rows, cols}, Fixed{top, left, bottom, right}, ok1 && ok2 && (rows != All || cols != All)
}

// join makes a span of what two corners say of a dimension. Only the second may leave it open, unless both do.
func join(a, b int, fixedA, fixedB bool) (s Span, first, last, ok bool) {
	switch {
	case a < 0 && b < 0:
		return All, false, false, true
	case a < 0:
		return Span{}, false, false, false
	case b < 0:
		return Span{a, Open}, fixedA, false, true
	case b < a:
		return Span{b, a + 1}, fixedB, fixedA, true
	}
	return Span{a, b + 1}, fixedA, fixedB, true
}

// ParseR1C1 reads R1C1 and R1C1:R2C2.
func ParseR1C1(text string) (Area, bool) {
	first, second, isRange := strings.Cut(text, ":")
	if !isRange {
		second = first
	}
	a, b := r1c1.FindStringSubmatch(first), r1c1.FindStringSubmatch(second)
	if a == nil || b == nil {
		return Area{}, false
	}
	var n [4]int
	for i, digits := range []string{a[1], a[2], b[1], b[2]} {
		n[i], _ = strconv.Atoi(digits)
		if n[i] == 0 {
			return Area{}, false
		}
	}
	return Rect(min(n[0], n[2])-1, min(n[1], n[3])-1, max(n[0], n[2]), max(n[1], n[3])), true
}

// A1 spells the area: A1, A1:B2, A:B, 1:2, A2:B.
func (r Ref) A1() string {
	text := ""
	if r.Sheet != "" {
		text = Quote(r.Sheet) + "!"
	}
	a, f := r.Area, r.Fixed
	first := spell(begin(a.Cols), f.Left, true) + spell(begin(a.Rows), f.Top, false)
	if a.Single() {
		return text + first
	}
	if a.Rows == All && a.Cols == All {
		return text + "A:" + ColumnName(MostColumns-1)
	}
	// An open end is written as nothing, so both corners of the other dimension must be there.
	last := spell(end(a.Cols), f.Right, true) + spell(end(a.Rows), f.Bottom, false)
	if last == "" {
		last = ColumnName(MostColumns - 1)
	}
	return text + first + ":" + last
}

func begin(s Span) int {
	if s == All {
		return -1
	}
	return s.From()
}

func end(s Span) int {
	if s.Bounded() {
		return s.End - 1
	}
	return -1
}

func spell(i int, fixed, letters bool) string {
	if i < 0 {
		return ""
	}
	text := strconv.Itoa(i + 1)
	if letters {
		text = ColumnName(i)
	}
	if fixed {
		return "$" + text
	}
	return text
}

var plainTitle = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// Quote spells a sheet's title before an exclamation mark, in quotes when it could be read as something else.
func Quote(title string) string {
	if plainTitle.MatchString(title) {
		_, _, isArea := ParseArea(title)
		_, isR1C1 := ParseR1C1(title)
		if !isArea && !isR1C1 && !strings.EqualFold(title, "TRUE") && !strings.EqualFold(title, "FALSE") {
			return title
		}
	}
	return "'" + strings.ReplaceAll(title, "'", "''") + "'"
}

// Split takes the title off a range: 'My tab'!A1 is My tab and A1. quoted tells the title, or a text without
// exclamation mark, was in quotes.
func Split(text string) (title, rest string, hasTitle, quoted, ok bool) {
	if !strings.HasPrefix(text, "'") {
		i := strings.LastIndexByte(text, '!')
		if i < 0 {
			return "", text, false, false, true
		}
		return text[:i], text[i+1:], true, false, i > 0 && !strings.ContainsAny(text[:i], "'!")
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '\'' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		after := text[i+1:]
		if after == "" {
			return "", b.String(), false, true, true
		}
		return b.String(), after[1:], true, true, after[0] == '!'
	}
	return "", "", false, false, false
}
