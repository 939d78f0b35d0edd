package xlsx

import (
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
