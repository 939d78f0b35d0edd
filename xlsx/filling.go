package xlsx

import (
	"fmt"
	"strings"

	"clipsheet/clips"
)

// filling is a sheet of a book on its way into a place of a template.
type filling struct {
	*place
	sheet   int // which of Book.Sheets
	rows    clips.Rows
	count   int64
	header  clips.Header
	source  []int     // for each column of the place, the column of the result; -1 is a calculated one
	columns []*column // likewise; nil for a calculated one
	after   area      // where the data is to be
	found   survey
	written int64
	values  int64 // bytes of them
}

// survey is what a look at the template's tab tells of a place.
type survey struct {
	styles    []int     // of the first row of data, by column
	formulas  []formula // likewise
	height    string    // attributes of the rows
	totals    []oldCell
	removed   map[string]bool // cells with formulas that are replaced
	filtered  bool            // rows may be hidden by a filter
	occupied  int64           // the first row below that has something in the place's columns; 0 is none
	wrongCell string          // a cell whose formula reaches out of the place
}

// formula is one of a calculated column, in the words of one row.
type formula struct {
	text string
	row  int64
}

func newFilling(p *place, book Book, i int) (*filling, error) {
	s := book.Sheets[i]
	f := &filling{place: p, sheet: i, rows: s.Rows, count: s.Count, header: s.Rows.Header(), after: p.data}
	f.after.bottom = p.data.top + max(s.Count, 1) - 1
	if f.bottomAfter() > mostRows {
		return nil, errTooMany(p, s.Count)
	}
	if !p.isTable() {
		return f, f.matchRange()
	}
	return f, f.matchTable(headings(f.header.Columns, s.Columns))
}

// totalsAfter is the new row of totals, 0 for none.
func (f *filling) totalsAfter() int64 {
	if f.totals == 0 {
		return 0
	}
	return f.after.bottom + 1
}

func (f *filling) bottomAfter() int64 { return max(f.after.bottom, f.totalsAfter()) }

// bottomBefore is the last row of the place in the template.
func (f *filling) bottomBefore() int64 { return max(f.data.bottom, f.totals) }

// matchRange takes the columns as they come: a range has no headings to go by.
func (f *filling) matchRange() error {
	wide := f.data.right - f.data.left + 1
	if n := len(f.header.Columns); n != wide {
		return refuse(nil, "The range %q in the template is %d columns wide, and the result has %d: make them agree.", f.name, wide, n)
	}
	for i := range wide {
		f.source = append(f.source, i)
	}
	return nil
}

// matchTable finds the column of the result for each column of the table, by heading. Nothing is left out silently, on
// either side: see missing for the other.
func (f *filling) matchTable(words []string) error {
	used := make([]bool, len(words))
	for _, c := range f.place.columns {
		at := f.find(c.name, words, used)
		if at >= 0 {
			used[at] = true
		}
		f.source = append(f.source, at)
	}
	var extra []string
	for i, word := range words {
		if !used[i] {
			extra = append(extra, word)
		}
	}
	if len(extra) > 0 {
		return refuse(nil, "The result has columns that the table %q in the template lacks: %s. Add them to the table, or leave them out of the SQL.",
			f.name, strings.Join(extra, ", "))
	}
	return nil
}

// missing finds the columns of a table that are neither in the result nor calculated. LibreOffice does not say of a
// column that it is calculated: a formula in its first row does.
func (f *filling) missing() error {
	var missing []string
	for i, source := range f.source {
		if source < 0 && f.found.formulas[i].text == "" {
			missing = append(missing, f.place.columns[i].name)
		}
	}
	if len(missing) > 0 {
		return refuse(nil, "The table %q in the template has columns that the result lacks: %s. Select them, or remove them from the table.",
			f.name, strings.Join(missing, ", "))
	}
	return nil
}

func (f *filling) find(heading string, words []string, used []bool) int {
	for i, word := range words {
		if !used[i] && (strings.EqualFold(word, heading) || strings.EqualFold(f.header.Columns[i].Name, heading)) {
			return i
		}
	}
	return -1
}

// dress makes the writers of the columns, in the looks of the template's first row.
func (f *filling) dress(s Sheet, styles *templateStyles) error {
	for i, source := range f.source {
		if source < 0 {
			f.columns = append(f.columns, nil)
			continue
		}
		c := f.header.Columns[source]
		format := s.Columns[c.Name]
		format.Total = clips.NoTotal // the template's own business
		look := &templateLook{base: f.found.styles[i], styles: styles}
		look.own = styles.hasFormat(look.base) || format.Format == "" && !isMoment(c.Type)
		col, err := newColumn(f.data.left+i, c, firstOf(format.Label, c.Name), format, look)
		if err != nil {
			return err
		}
		// The first of the template's shared strings is its own.
		col.empty, col.emptyEnd = startCell(look.base, "inlineStr", col.letters), `"><is><t></t></is></c>`
		f.columns = append(f.columns, col)
	}
	return nil
}

// isMoment tells the types that are numbers only under a format.
func isMoment(t clips.Type) bool {
	switch t {
	case clips.Date, clips.Time, clips.Timestamp, clips.TimestampTZ, clips.Interval:
		return true
	}
	return false
}

// appendRow appends the cells of the next row of data.
func (f *filling) appendRow(b []byte, row int64, cutLong bool) ([]byte, error) {
	digits := fmt.Append(nil, row)
	if f.written == f.count {
		return f.appendFormulas(b, digits, row), nil
	}
	if !f.rows.Next() {
		if err := f.rows.Err(); err != nil {
			return b, err
		}
		return b, f.miscounted()
	}
	f.written++
	values := f.rows.Row()
	for i, c := range f.columns {
		if c == nil {
			b = f.appendFormula(b, i, digits, row)
			continue
		}
		v := values[f.source[i]]
		if v == nil {
			c.tally.nulls++
			b = append(b, blank(f.found.styles[i], c.letters, digits)...)
			continue
		}
		f.values += int64(len(v))
		if tooLong(v) {
			if !cutLong {
				return b, tooLongError(c.heading, f.written, v)
			}
			c.cut++
			v = cut(v)
		}
		b = c.append(b, digits, v)
	}
	return b, nil
}

// blank is a cell with a look and no value.
func blank(style int, letters string, row []byte) string {
	if style == 0 {
		return ""
	}
	return startCell(style, "", letters) + string(row) + `"/>`
}

// appendFormulas appends a row without data, which a table has when the result is empty.
func (f *filling) appendFormulas(b, digits []byte, row int64) []byte {
	for i, c := range f.columns {
		if c == nil {
			b = f.appendFormula(b, i, digits, row)
			continue
		}
		b = append(b, blank(f.found.styles[i], c.letters, digits)...)
	}
	return b
}

// appendFormula fills down a calculated column. Who opens the file calculates it.
func (f *filling) appendFormula(b []byte, i int, digits []byte, row int64) []byte {
	from := f.found.formulas[i]
	b = append(append(b, startCell(f.found.styles[i], "", letters(f.data.left+i))...), digits...)
	return appendFormula(b, shiftFormula(from.text, row-from.row), "")
}

// ended checks that all rows are written.
func (f *filling) ended() error {
	if f.written < f.count || f.rows.Next() {
		return f.miscounted()
	}
	return f.rows.Err()
}

func (f *filling) miscounted() error {
	return fmt.Errorf("fill %q: the result does not have the %d rows that Sheet.Count says", f.name, f.count)
}
