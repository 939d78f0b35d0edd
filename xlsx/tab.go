package xlsx

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// Excel's limits of a tab.
const (
	mostRows    = 1 << 20
	mostColumns = 1 << 14
)

// tab is a tab of data being written.
type tab struct {
	book    *bookWriter
	header  clips.Header
	tab     Tab
	path    string // of its part
	table   string // of the part of its table; "" without columns
	columns []*column
	totals  bool
	most    int64 // rows of data it has room for
	first   int64 // rows of the sheet in the tabs before, for messages

	part *rawPart // nil until it is begun, which waits for the widths
	tail []byte   // what stands behind the rows
	b    []byte   // XML in hand
}

func (b *bookWriter) newTab(sheet int, name, tableName string, h clips.Header, first int64) (*tab, error) {
	s := b.book.Sheets[sheet]
	t := &tab{book: b, header: h, first: first, tab: Tab{Name: name, Sheet: sheet, AsOf: h.AsOf}}
	words := headings(h.Columns, s.Columns)
	for i, c := range h.Columns {
		col, err := newColumn(i, c, words[i], s.Columns[c.Name], b.skeleton.styles)
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, col)
	}
	t.totals = hasTotals(t.columns)
	t.most = mostRows - 1
	if t.totals {
		t.most--
	}
	t.b = b.spare[:0]
	if err := t.make(tableName); err != nil {
		return nil, err
	}
	t.headingRow()
	return t, nil
}

// make makes all of the tab but its rows.
func (t *tab) make(tableName string) (err error) {
	s := t.book.skeleton
	if t.path, err = s.addTab(t.tab.Name); err != nil {
		return err
	}
	if err := s.layout(t.tab.Name, footer(t.header)); err != nil {
		return fmt.Errorf("lay out the tab %q: %w", t.tab.Name, err)
	}
	if len(t.columns) == 0 {
		return nil
	}
	t.tab.Table = tableName
	if t.table, err = s.addTable(t.tab.Name, tableName); err != nil {
		return fmt.Errorf("make the table %q: %w", tableName, err)
	}
	if err := s.noTriangles(t.tab.Name, t.columns); err != nil {
		return err
	}
	return s.noteZone(t.tab.Name, t.columns, t.header.TimeZone)
}

// footer is at the bottom of each printed page.
func footer(h clips.Header) string {
	return "&L&A, as of " + strings.ReplaceAll(momentIn(h.AsOf, h.TimeZone), "&", "&&") + "&R&P / &N"
}

func (t *tab) headingRow() {
	if len(t.columns) == 0 {
		return
	}
	t.b = append(t.b, `<row r="1" ht="20" customHeight="1">`...)
	for _, c := range t.columns {
		style := t.book.skeleton.styles.heading(c.kind.right())
		t.b = append(t.b, startCell(style, "inlineStr", c.letters+"1")...)
		t.b, _ = appendString(t.b, []byte(c.heading))
	}
	t.b = append(t.b, `</row>`...)
}

// row writes a row of values.
func (t *tab) row(values [][]byte) error {
	t.tab.Rows++
	var digits [8]byte
	number := strconv.AppendInt(digits[:0], t.tab.Rows+1, 10)
	b := append(append(append(t.b, `<row r="`...), number...), `">`...)
	for i, v := range values {
		c := t.columns[i]
		if v == nil {
			c.tally.nulls++
			continue
		}
		if tooLong(v) {
			if !t.book.book.CutLongText {
				return tooLongError(c.heading, t.first+t.tab.Rows, v)
			}
			c.cut++
			v = cut(v)
		}
		if t.part == nil {
			c.measure(v)
		}
		if b = c.append(b, number, v); len(b) >= blockSize {
			t.b = b
			if err := t.flush(); err != nil {
				return err
			}
			b = t.b
		}
	}
	t.b = append(b, `</row>`...)
	return nil
}

// flush hands the XML in hand to the deflater. The first time, it begins the part: now the widths are known.
func (t *tab) flush() error {
	if t.part == nil {
		if err := t.begin(); err != nil {
			return err
		}
	}
	t.b = t.part.add(t.b)
	t.book.told(t)
	return t.part.err
}

func (t *tab) begin() error {
	s := t.book.skeleton
	if err := s.widths(t.tab.Name, t.columns); err != nil {
		return err
	}
	head, tail, err := s.halves(t.path)
	if err != nil {
		return err
	}
	t.b, t.tail = slices.Concat(head, t.b), bytes.Clone(tail)
	t.part, err = t.book.zip.raw(t.path)
	return err
}

// end writes what follows the rows, and fills in the table.
func (t *tab) end() error {
	if t.totals {
		t.b = totalsRow(t.b, t.tab.Table, t.columns, max(t.tab.Rows, 1)+2, t.book.skeleton.styles)
	}
	if t.part == nil {
		if err := t.begin(); err != nil {
			return err
		}
	}
	t.b = append(t.b, t.tail...)
	if err := t.flush(); err != nil {
		return err
	}
	if err := t.part.finish(); err != nil {
		return err
	}
	if t.table != "" {
		t.book.skeleton.setPart(t.table, table(t.book.skeleton.tables, t.tab.Table, t.columns, t.tab.Rows, t.totals))
	}
	t.count()
	t.book.spare, t.part = t.b, nil
	return nil
}

// abandon waits for the goroutines of a tab that will not be finished.
func (t *tab) abandon() {
	if t.part != nil {
		t.part.abandon()
	}
}

// count adds the tab to the report.
func (t *tab) count() {
	r := &t.book.report
	for _, c := range t.columns {
		r.Cut += c.cut
		r.Replaced += c.replaced
		if c.isControlled() {
			t.tab.Columns = append(t.tab.Columns, c.controlTotal())
		}
	}
	r.Tabs = append(r.Tabs, t.tab)
	r.Rows += t.tab.Rows
}

// isControlled tells the columns that add up to something.
func (c *column) isControlled() bool {
	return c.Type == clips.Int || c.Type == clips.Numeric || c.Type == clips.Float
}

func (c *column) controlTotal() ControlTotal {
	t := &c.tally
	return ControlTotal{
		Column: c.heading, Sum: t.sum(), Values: t.values, Nulls: t.nulls, AsText: t.asText,
		inCells: t.cells.String(), notInCells: t.texts.String(),
		scale: max(t.cells.scale(), t.texts.scale()), float: c.kind == asFloat,
	}
}
