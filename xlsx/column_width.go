package xlsx

import (
	"bytes"
	"strings"

	"clipsheet/clips"
)

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
