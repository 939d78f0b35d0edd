package selftest

import (
	"strconv"
	"strings"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

// cells are what Google answered for an area. It leaves out what is empty at the end.
type cells struct {
	area
	rows []*gsheets.RowData
}

func (c cells) at(row, column int) *gsheets.CellData {
	if row < len(c.rows) && column < len(c.rows[row].Values) {
		return c.rows[row].Values[column]
	}
	return &gsheets.CellData{}
}

// each says something of every cell: those of a row with commas, and rows with slashes between.
func (c cells) each(say func(*gsheets.CellData) string) string {
	var rows []string
	for row := range c.bottom - c.top {
		var line []string
		for column := range c.right - c.left {
			line = append(line, say(c.at(row, column)))
		}
		rows = append(rows, strings.Join(line, ", "))
	}
	return strings.Join(rows, " / ")
}

// entered is what the cells hold, and shown what they come to.
func (c cells) entered() string {
	return c.each(func(d *gsheets.CellData) string { return words(d.UserEnteredValue) })
}

func (c cells) shown() string {
	return c.each(func(d *gsheets.CellData) string { return words(d.EffectiveValue) })
}

// dressed counts the cells that look as dress made them, and gives the note.
func (c cells) dressed() string {
	n := 0
	c.each(func(d *gsheets.CellData) string {
		f := d.UserEnteredFormat
		if f != nil && f.NumberFormat != nil && f.NumberFormat.Pattern == pattern && f.TextFormat != nil && f.TextFormat.Bold {
			n++
		}
		return ""
	})
	return strconv.Itoa(n) + " formatted cells, note " + strconv.Quote(c.at(0, 0).Note)
}

// words says what a value is: "a text", 7, TRUE, =A1, nothing.
func words(v *gsheets.ExtendedValue) string {
	switch {
	case v == nil:
	case v.FormulaValue != nil:
		return *v.FormulaValue
	case v.StringValue != nil:
		return strconv.Quote(*v.StringValue)
	case v.NumberValue != nil:
		return strconv.FormatFloat(*v.NumberValue, 'f', -1, 64)
	case v.BoolValue != nil:
		return strings.ToUpper(strconv.FormatBool(*v.BoolValue))
	case v.ErrorValue != nil:
		return "an error (" + v.ErrorValue.Type + ")"
	}
	return "nothing"
}

// grouped is 1,234,567.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s" }
