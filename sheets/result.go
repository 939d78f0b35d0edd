package sheets

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clipsheet/clips"
)

// result is what a target shall hold: the rows of a clip as cells.
type result struct {
	columns []column
	cells   []cell // row after row
}

// column is one of a result.
type column struct {
	name    string // by which its column of the sheet is known; not empty, and once
	heading string
	kind    clips.Type
	look    look
	width   float64 // in characters; 0 is Google's
	hidden  bool
	read    func([]byte) cell
}

func (r *result) rows() int { return len(r.cells) / max(1, len(r.columns)) }

func (r *result) at(row, col int) cell { return r.cells[row*len(r.columns)+col] }

// newResult has the columns of a result without its rows. Moments with an offset become what the clocks of the zone
// show: a spreadsheet has one time zone, and its numbers have none.
func newResult(h clips.Header, formats map[string]clips.ColumnFormat, zone *time.Location) (*result, error) {
	r := &result{columns: make([]column, len(h.Columns))}
	for i, c := range h.Columns {
		f := formats[c.Name]
		l, err := lookOf(c, f)
		if err != nil {
			return nil, err
		}
		r.columns[i] = column{name: c.Name, heading: f.Label, kind: c.Type, look: l, width: f.Width, hidden: f.Hidden, read: reader(c, l, zone)}
	}
	r.name()
	return r, nil
}

// name gives each column a name and a heading that no other has: an empty heading would be taken for the end of a
// table, and of two equal ones a formula finds the first.
func (r *result) name() {
	unique(r.columns, func(c *column) *string { return &c.name })
	for i := range r.columns {
		r.columns[i].heading = cmp.Or(strings.TrimSpace(r.columns[i].heading), r.columns[i].name)
	}
	unique(r.columns, func(c *column) *string { return &c.heading })
}

func unique(columns []column, of func(*column) *string) {
	taken := map[string]bool{}
	for i := range columns {
		taken[*of(&columns[i])] = true
	}
	seen := map[string]bool{}
	for i := range columns {
		name := of(&columns[i])
		if strings.TrimSpace(*name) == "" {
			*name = "column " + strconv.Itoa(i+1)
		}
		base := *name
		for n := 2; seen[*name] || n > 2 && taken[*name]; n++ {
			*name = fmt.Sprintf("%s (%d)", base, n)
		}
		seen[*name] = true
	}
}

// load reads rows, at most so many; a negative number reads them all. It does not close them.
func (r *result) load(rows clips.Rows, most int) error {
	for n := 0; n != most && rows.Next(); n++ {
		for i, v := range rows.Row() {
			c, err := r.cell(i, v, n)
			if err != nil {
				return err
			}
			r.cells = append(r.cells, c)
		}
	}
	return rows.Err()
}

func (r *result) cell(i int, v []byte, row int) (cell, error) {
	if v == nil {
		return cell{}, nil
	}
	c := r.columns[i].read(v)
	if c.kind != isText {
		return c, nil
	}
	if !utf8.Valid(v) {
		return c, &clips.Error{Kind: clips.KindSQL, Notice: fmt.Sprintf("Column %q of row %d holds bytes that are not UTF-8, "+
			"which Google Sheets cannot hold: convert the column in the SQL with convert_from().", r.columns[i].name, row+1)}
	}
	if len(v) > longestText && utf16Length(c.text) > longestText {
		return c, &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf("Column %q of row %d is %s characters long, and a "+
			"cell of Google Sheets holds 50,000: shorten it in the SQL, with left(%s, 50000) for example.",
			r.columns[i].name, row+1, grouped(utf16Length(c.text)), r.columns[i].name)}
	}
	return c, nil
}

// utf16Length counts a text as Google does.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// reader makes cells of the values of a column. A value that its type's rule does not take is the text of Postgres.
func reader(c clips.Column, l look, zone *time.Location) func([]byte) cell {
	text := func(v []byte) cell { return textCell(string(v)) }
	if l.kind == "TEXT" || c.OID == timetz {
		return text
	}
	var read func([]byte) (float64, bool)
	switch c.Type {
	case clips.Bool:
		return readBool
	case clips.Int, clips.Numeric:
		read = exact
	case clips.Float:
		read = func(v []byte) (float64, bool) { return number(v, true) }
	case clips.Date:
		read = ofMoment(parseDate)
	case clips.Timestamp:
		read = ofMoment(parseTimestamp)
	case clips.TimestampTZ:
		read = ofMoment(func(v []byte) (time.Time, bool) { return parseTimestampTZ(v, zone) })
	case clips.Time:
		read = ofLength(parseTime)
	case clips.Interval:
		read = ofLength(parseInterval)
	default:
		return text
	}
	return func(v []byte) cell {
		if f, ok := read(v); ok {
			return numberCell(f)
		}
		return text(v)
	}
}

func readBool(v []byte) cell {
	switch string(v) {
	case "t":
		return boolCell(true)
	case "f":
		return boolCell(false)
	}
	return textCell(string(v))
}

func ofMoment(parse func([]byte) (time.Time, bool)) func([]byte) (float64, bool) {
	return func(v []byte) (float64, bool) {
		t, ok := parse(v)
		return serial(t), ok
	}
}

func ofLength(parse func([]byte) (time.Duration, bool)) func([]byte) (float64, bool) {
	return func(v []byte) (float64, bool) {
		d, ok := parse(v)
		return inDays(d), ok
	}
}
