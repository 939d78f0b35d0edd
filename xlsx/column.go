package xlsx

import (
	"bytes"
	"fmt"
	"strings"

	"clipsheet/clips"
)

// column writes the values of one column as cells, and keeps count of them.
type column struct {
	clips.Column
	heading string
	format  clips.ColumnFormat
	letters string
	kind    kind
	pattern string // of the clip; "" leaves it to the type
	styles  styler
	tally   tally
	width   int // of the widest value seen, in characters

	// The starts of its cells; see startCell.
	plain, part string                   // of values, and of those with a part of a second
	wholeDay    string                   // of 24:00:00
	numbers     [mostDecimals + 2]string // of numbers by their decimals, made when needed
	text        string                   // of text
	retyped     string                   // of text that Excel would take for something else when it is typed again
	empty       string                   // of text without a character
	emptyEnd    string                   // and the rest of that cell

	cut, replaced int64 // texts shortened, and bytes that were not UTF-8
}

// styler gives cells their looks, by number: of a format, and of a number that had to become text under it.
type styler interface {
	pattern(pattern string) int
	aside(pattern string) int
}

// kind is how values are read.
type kind uint8

const (
	asText kind = iota
	asCode      // text of letters, digits and hyphens
	asInt
	asNumeric
	asFloat
	asBool
	asDate
	asTimestamp
	asTimestampTZ
	asTime
	asInterval
)

// timetz has an offset in each of its values, which no number could carry.
const timetz = 1266

func kindOf(c clips.Column, pattern string) kind {
	if pattern == clips.TextPattern || c.OID == timetz {
		return asText
	}
	switch c.Type {
	case clips.Int:
		return asInt
	case clips.Numeric:
		return asNumeric
	case clips.Float:
		return asFloat
	case clips.Bool:
		return asBool
	case clips.Date:
		return asDate
	case clips.Timestamp:
		return asTimestamp
	case clips.TimestampTZ:
		return asTimestampTZ
	case clips.Time:
		return asTime
	case clips.Interval:
		return asInterval
	case clips.UUID:
		return asCode
	}
	return asText
}

func (k kind) isNumber() bool { return k == asInt || k == asNumeric || k == asFloat }

// right tells whether Excel sets values to the right.
func (k kind) right() bool { return k.isNumber() || k >= asDate }

func newColumn(i int, c clips.Column, heading string, f clips.ColumnFormat, s styler) (*column, error) {
	pattern, err := f.Pattern()
	if err != nil {
		return nil, err
	}
	col := &column{Column: c, heading: heading, format: f, letters: letters(i), kind: kindOf(c, pattern), pattern: pattern, styles: s}
	plain, part := col.patterns()
	form, text, again := "", 0, s.pattern(clips.TextPattern)
	if col.kind == asBool {
		form = "b"
	}
	if pattern != "" {
		text, again = s.pattern(pattern), s.pattern(pattern)
	}
	if col.kind.right() {
		again = s.aside(firstOf(pattern, clips.TextPattern))
		text = again
	}
	col.plain = startCell(s.pattern(plain), form, col.letters)
	col.part = startCell(s.pattern(part), form, col.letters)
	col.text = startCell(text, "inlineStr", col.letters)
	col.empty, col.emptyEnd = startCell(text, "s", col.letters), emptyText
	if col.kind == asTime {
		col.wholeDay = startCell(s.pattern(firstOf(pattern, spanPattern)), "", col.letters)
	}
	col.retyped = startCell(again, "inlineStr", col.letters)
	return col, nil
}

// patterns are those of the values, and of those with a part of a second.
func (c *column) patterns() (plain, part string) {
	switch {
	case c.pattern != "":
		return c.pattern, c.pattern
	case c.kind == asBool:
		return boolPattern, ""
	case c.kind == asDate:
		return datePattern, datePattern
	case c.kind == asTimestamp || c.kind == asTimestampTZ:
		return secondsPattern, momentPattern
	case c.kind == asTime:
		return timePattern, timePartPattern
	case c.kind == asInterval:
		return spanPattern, spanPartPattern
	case c.kind == asInt:
		return decimals(0), ""
	case c.kind == asNumeric && c.scale() >= 0:
		return decimals(c.scale()), ""
	}
	return "", ""
}

// scale is that of a numeric's type, such as 2 of numeric(14,2); -1 when every value has its own.
func (c *column) scale() int {
	if c.Type != clips.Numeric || c.Typmod < 4 {
		return -1
	}
	scale := int((c.Typmod - 4) & 0x7ff)
	if scale >= 1024 { // a negative one: whole hundreds, say
		return 0
	}
	return scale
}

// append appends a value that is not NULL as a cell of the row whose number has these digits.
func (c *column) append(b, row, v []byte) []byte {
	c.tally.values++
	switch c.kind {
	case asInt, asNumeric, asFloat:
		return c.appendNumber(b, row, v)
	case asBool:
		return c.appendBool(b, row, v)
	case asDate:
		m, ok := parseDate(v)
		return c.appendMoment(b, row, v, m, ok)
	case asTimestamp, asTimestampTZ:
		m, ok := parseTimestamp(v, c.kind == asTimestampTZ)
		return c.appendMoment(b, row, v, m, ok)
	case asTime:
		m, ok := parseTime(v)
		return c.appendMoment(b, row, v, m, ok)
	case asInterval:
		m, ok := parseInterval(v)
		return c.appendMoment(b, row, v, m, ok)
	}
	return c.appendText(b, row, v)
}

// startCell is the tag of a cell up to its name, which comes last: what is the same in all cells of a column stands
// together, and so do the number of the row and what follows it. That makes a file 6 % smaller.
func startCell(style int, form, name string) string {
	b := []byte("<c")
	if style != 0 {
		b = fmt.Appendf(b, ` s="%d"`, style)
	}
	if form != "" {
		b = fmt.Appendf(b, ` t="%s"`, form)
	}
	return string(append(append(b, ` r="`...), name...))
}

const (
	beginValue = `"><v>`
	endValue   = `</v></c>`
	// emptyText is the first of the shared strings, and the only one. ExcelJS sees no cell in an empty text that stands
	// in its cell.
	emptyText = beginValue + "0" + endValue
)

func (c *column) appendNumber(b, row, v []byte) []byte {
	n, ok := scanNumber(v)
	if !ok {
		c.tally.addSpecial(string(v))
		c.tally.asText++
		return c.appendText(b, row, v)
	}
	switch {
	case c.kind != asFloat && n.significant() > exactDigits:
		if c.pattern == "" || n.whole > exactDigits {
			return c.appendLong(b, row, v, &n)
		}
		// Who gives a column a number format wants numbers, to the digits that there can be.
		c.tally.rounded++
	case !n.fits(v):
		return c.appendLong(b, row, v, &n)
	}
	c.tally.cells.add(&n, v)
	b = append(append(b, c.numberStart(n.fraction)...), row...)
	b = append(append(b, beginValue...), v...)
	return append(b, endValue...)
}

func (c *column) appendLong(b, row, v []byte, n *number) []byte {
	c.tally.asText++
	c.tally.texts.add(n, v)
	return c.appendText(b, row, v)
}

// numberStart shows a numeric with as many decimals as Postgres prints of it.
func (c *column) numberStart(fraction int) string {
	if c.kind != asNumeric || c.pattern != "" {
		return c.plain
	}
	at := min(fraction, mostDecimals+1)
	if c.numbers[at] == "" {
		c.numbers[at] = startCell(c.styles.pattern(decimals(fraction)), "", c.letters)
	}
	return c.numbers[at]
}

func (c *column) appendBool(b, row, v []byte) []byte {
	digit := "0"
	switch string(v) {
	case "f":
	case "t":
		digit = "1"
	default:
		return c.appendText(b, row, v)
	}
	b = append(append(append(b, c.plain...), row...), beginValue...)
	return append(append(b, digit...), endValue...)
}

func (c *column) appendMoment(b, row, v []byte, m moment, ok bool) []byte {
	if !ok {
		return c.appendText(b, row, v)
	}
	start := c.plain
	switch {
	case c.kind == asTime && m.days == 1:
		start = c.wholeDay // rather than the midnight before
	case m.hasFraction():
		start = c.part
	}
	b = append(append(append(b, start...), row...), beginValue...)
	return append(m.append(b), endValue...)
}

func (c *column) appendText(b, row, v []byte) []byte {
	if len(v) == 0 {
		return append(append(append(b, c.empty...), row...), c.emptyEnd...)
	}
	start := c.text
	if c.kind != asCode && retyped(v) {
		start = c.retyped
	}
	b, replaced := appendString(append(append(b, start...), row...), v)
	c.replaced += int64(replaced)
	return b
}

// appendString appends the rest of a cell of text, after its name.
func appendString(b, v []byte) (out []byte, replaced int) {
	if needsSpace(v) {
		b = append(b, `"><is><t xml:space="preserve">`...)
	} else {
		b = append(b, `"><is><t>`...)
	}
	b, replaced = appendText(b, v)
	return append(b, `</t></is></c>`...), replaced
}

// retyped tells whether Excel could take a text for a number, a date or a formula when someone opens the cell and
// presses Enter. Under the format of text it stays what it is.
func retyped(v []byte) bool {
	return len(v) > 0 && v[0] < 0x80 && !('a' <= v[0]|0x20 && v[0]|0x20 <= 'z')
}

// tooLongError is what becomes of a text that is longer than a cell, unless cutting was asked for.
func tooLongError(heading string, row int64, v []byte) *clips.Error {
	return &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf(
		"Column %q of row %s holds a text of %s characters, and a cell of Excel has room for %s: shorten it in the SQL "+
			"with left(), leave the column out, or ask for long texts to be cut.",
		heading, grouped(row), grouped(int64(units(v))), grouped(longestText))}
}

// measure remembers how wide a value is when shown, roughly: half a character does not matter.
func (c *column) measure(v []byte) {
	width := 0
	switch {
	case c.kind.isNumber():
		width = len(v)
		if strings.Contains(c.pattern, ",") {
			width += len(v) / 3
		}
		if len(c.pattern) > 8 {
			width += 4 // a currency, or brackets
		}
	case c.kind == asBool:
		width = 5
	case c.kind == asTimestampTZ || c.kind == asTimestamp:
		if width = len(secondsPattern); bytes.IndexByte(v, '.') > 0 {
			width = len(momentPattern)
		}
	default:
		width = textWidth(v)
	}
	c.width = max(c.width, width)
}

const (
	narrowest = 7
	// widestColumn leaves room for other columns on the screen.
	widestColumn = 60
)

// columnWidth is what the clip says, else what fits the heading, with the button of its filter, and the values.
func (c *column) columnWidth() float64 {
	if c.format.Width > 0 {
		return c.format.Width
	}
	width := max(c.width, textWidth([]byte(c.heading))+3)
	if c.format.Total == clips.TotalSum {
		width += 3
	}
	return float64(min(max(width+2, narrowest), widestColumn))
}

// textWidth is that of the first line. Characters of East Asia are twice as wide.
func textWidth(v []byte) int {
	if end := bytes.IndexByte(v, '\n'); end >= 0 {
		v = v[:end]
	}
	width := 0
	for _, r := range string(v[:min(len(v), 4*widestColumn)]) {
		width++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
			r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300) {
			width++
		}
	}
	return width
}
