package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
)

// tabFiller writes a tab of a template with rows in its places. Cells beside and above them are copied as they are.
type tabFiller struct {
	*filler
	tab      *templateTab
	fillings []*filling // from left to right
	out      *rawPart
	b        []byte
}

func (f *filler) writeTab(tab *templateTab) error {
	part, err := f.template.readTab(tab)
	if err != nil {
		return err
	}
	rows, err := newRowReader(part)
	if err != nil {
		return f.unreadable(tab, err)
	}
	head, err := f.head(part[:rows.begin])
	if err != nil {
		return f.unreadable(tab, err)
	}
	out, err := f.out.raw(tab.path)
	if err != nil {
		return err
	}
	t := &tabFiller{filler: f, tab: tab, fillings: f.on(tab), out: out, b: head}
	err = t.rows(rows)
	if err == nil {
		err = t.tail(part[rows.end:])
	}
	if err != nil {
		out.abandon()
		return err
	}
	t.flush()
	return out.finish()
}

// head is what stands before the rows, without the dimension: it is only a hint, and would be wrong. Where all names
// have a prefix, ours get none and need its meaning.
func (f *filler) head(part []byte) ([]byte, error) {
	r, e := newXMLReader(part), edits{part: part}
	from := -1
	for {
		token, err := r.next()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "worksheet":
				if attr(t, "xmlns") == "" {
					e.replace(r.from, r.to, setAttr(r.bytes(), "xmlns", mainNamespace))
				}
			case "dimension":
				from = r.from
			case "sheetData":
				return bytes.Clone(e.result()), nil
			}
		case xml.EndElement:
			if t.Name.Local == "dimension" && from >= 0 {
				e.replace(from, r.to, nil)
			}
		}
	}
}

// rows writes the rows of the template and those of the places together, from top to bottom.
func (t *tabFiller) rows(rows *rowReader) error {
	old, err := rows.nextRow()
	if err != nil {
		return t.unreadable(t.tab, err)
	}
	for n := int64(1); ; n++ {
		if n = t.nextNumber(n, old); n == 0 {
			return t.ended()
		}
		if err := t.row(n, old); err != nil {
			return err
		}
		if old != nil && old.number == n {
			if old, err = rows.nextRow(); err != nil {
				return t.unreadable(t.tab, err)
			}
		}
		if len(t.b) >= blockSize {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
}

// nextNumber is the next row, from n on, that there is anything in; 0 is none.
func (t *tabFiller) nextNumber(n int64, old *oldRow) int64 {
	next := int64(0)
	if old != nil {
		next = old.number
	}
	for _, f := range t.fillings {
		if n <= f.bottomAfter() {
			if from := max(n, f.data.top); next == 0 || from < next {
				next = from
			}
		}
	}
	return next
}

func (t *tabFiller) ended() error {
	for _, f := range t.fillings {
		if err := f.ended(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tabFiller) flush() error {
	t.b = t.out.add(t.b)
	rows, values := int64(0), int64(0)
	for _, f := range t.growth {
		rows, values = rows+f.written, values+f.values
	}
	t.progress(rows, values)
	return t.out.err
}

// row writes row n. The template's next row is old, or there is none.
func (t *tabFiller) row(n int64, old *oldRow) error {
	end := []byte("</row>")
	var cells []oldCell
	if old != nil && old.number == n {
		t.b = append(t.b, t.rowTag(n, old)...)
		cells = old.cells
		if old.end != nil {
			end = old.end
		} else if prefix, _, ok := bytes.Cut(old.tag[1:], []byte(":row")); ok {
			end = slices.Concat([]byte("</"), prefix, []byte(":row>"))
		}
	} else {
		t.b = fmt.Appendf(t.b, `<row r="%d"%s>`, n, t.height(n))
	}
	for _, f := range t.fillings {
		if n < f.data.top || n > max(f.bottomAfter(), f.bottomBefore()) {
			continue
		}
		cells = t.copyUntil(f.data.left, n, cells)
		for len(cells) > 0 && cells[0].column <= f.data.right {
			cells = cells[1:]
		}
		if err := t.fill(f, n); err != nil {
			return err
		}
	}
	t.copyUntil(mostColumns, n, cells)
	t.b = append(t.b, end...)
	return nil
}

// fill writes the cells of a place.
func (t *tabFiller) fill(f *filling, n int64) (err error) {
	switch {
	case n <= f.after.bottom:
		t.b, err = f.appendRow(t.b, n, t.book.CutLongText)
	case n == f.totalsAfter():
		for _, c := range f.found.totals {
			t.b = append(t.b, t.cell(c, n)...)
		}
	}
	return err
}

// copyUntil copies cells left of a column, and gives the others.
func (t *tabFiller) copyUntil(column int, row int64, cells []oldCell) []oldCell {
	for len(cells) > 0 && cells[0].column < column {
		c := cells[0]
		if c.formula == nil && findAttr(c.tag, "r") != nil {
			t.b = append(t.b, c.raw...)
		} else {
			t.b = append(t.b, t.cell(c, row)...)
		}
		cells = cells[1:]
	}
	return cells
}

// cell is a cell of the template in a row that may be another. Its formula goes along with the places, without what it
// came to before.
func (t *tabFiller) cell(c oldCell, row int64) []byte {
	raw := slices.Concat(setAttr(c.tag, "r", cell(c.column, row)), c.raw[len(c.tag):])
	if c.formula == nil {
		return raw
	}
	now := t.growth.formula(c.formula.text, t.tab.name, false)
	r, e, element := newXMLReader(raw), edits{part: raw}, ""
	from := 0
	r.each(func(token xml.Token) error { // it has been read before
		switch k := token.(type) {
		case xml.StartElement:
			element, from = k.Name.Local, r.from
		case xml.CharData:
			if element == "f" && now != c.formula.text {
				text, _ := appendText(nil, []byte(now))
				e.replace(r.from, r.to, text)
			}
		case xml.EndElement:
			if k.Name.Local == "v" {
				e.replace(from, r.to, nil)
			}
			element = ""
		}
		return nil
	})
	return e.result()
}

// rowTag is a row's start tag. Spans are only a hint, and would be wrong; what a filter hid is to be seen.
func (t *tabFiller) rowTag(n int64, old *oldRow) []byte {
	tag := dropAttr(old.tag, "spans")
	for _, f := range t.fillings {
		if f.found.filtered && n >= f.data.top && n <= max(f.bottomAfter(), f.bottomBefore()) {
			tag = dropAttr(tag, "hidden")
		}
	}
	tag = setAttr(tag, "r", fmt.Sprint(n))
	if body, ok := bytes.CutSuffix(tag, []byte("/>")); ok {
		tag = append(bytes.Clone(body), '>')
	}
	return tag
}

// height is that of the first row of a place in row n.
func (t *tabFiller) height(n int64) string {
	for _, f := range t.fillings {
		if n >= f.data.top && n <= f.after.bottom && f.found.height != "" {
			return f.found.height
		}
	}
	return ""
}

// tail writes what stands behind the rows.
func (t *tabFiller) tail(part []byte) error {
	// The reader wants a beginning to the ends it will see.
	open := []byte("<worksheet><sheetData>")
	whole := slices.Concat(open, part)
	after, err := t.growth.references(whole, t.tab.name)
	if err != nil {
		return t.unreadable(t.tab, err)
	}
	t.b = append(t.b, after[len(open):]...)
	return nil
}
