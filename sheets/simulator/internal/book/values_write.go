package book

import (
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/locale"
	"clipsheet/sheets/simulator/internal/wire"
)

// writing is a ValueRange to be written, and how.
type writing struct {
	values  []any
	columns bool
	typed   bool // USER_ENTERED: read as if it was typed
}

func (b *Book) readWriting(m *wire.Message, option string) (writing, error) {
	w := writing{values: m.List("values"), columns: m.Text("majorDimension") == "COLUMNS", typed: option == "USER_ENTERED"}
	if option == "" || option == "INPUT_VALUE_OPTION_UNSPECIFIED" {
		return w, invalid("'valueInputOption' is required but not specified")
	}
	for i, line := range w.values {
		for j, v := range line.([]any) {
			kind := map[bool]string{true: "list_value"}[isList(v)]
			if _, ok := v.(*wire.Message); ok {
				kind = "struct_value"
			}
			if kind != "" {
				text := string(wire.New("v", v).JSON())
				return w, in("values"+place("", i)+place("", j), invalid("%s %s", kind, text[5:len(text)-1]))
			}
		}
	}
	return w, nil
}

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}

// UpdateValues is values.update.
func (b *Book) UpdateValues(text string, body *wire.Message, option string, by Editor, at time.Time) (*Book, *wire.Message, error) {
	w, err := b.readWriting(body, option)
	if err != nil {
		return nil, nil, err
	}
	if named := body.Text("range"); named != "" && !b.sameRange(text, named) {
		return nil, nil, invalid("Requested writing within range [%s], but the range of the body is [%s]", text, named)
	}
	e := b.fork(by, at)
	s, a, err := e.Resolve(text)
	if err != nil {
		return nil, nil, err
	}
	reply, _, err := e.writeValues(s, a, w)
	if err != nil {
		return nil, nil, err
	}
	return e.done(), reply, nil
}

func (b *Book) sameRange(x, y string) bool {
	s1, a1, err1 := b.Resolve(x)
	s2, a2, err2 := b.Resolve(y)
	return err1 == nil && err2 == nil && s1 == s2 && a1 == a2
}

// BatchUpdateValues is values.batchUpdate: all ranges or none.
func (b *Book) BatchUpdateValues(r *wire.Message, by Editor, at time.Time) (*Book, *wire.Message, error) {
	e := b.fork(by, at)
	total := total{}
	for i, d := range r.Messages("data") {
		w, err := e.readWriting(d, r.Text("valueInputOption"))
		if err == nil {
			var s *Sheet
			var a grid.Area
			if s, a, err = e.Resolve(d.Text("range")); err == nil {
				err = total.add(e.writeValues(s, a, w))
			}
		}
		if err != nil && r.Text("valueInputOption") == "" {
			return nil, nil, err
		}
		if err != nil {
			return nil, nil, in(place("data", i), err)
		}
	}
	return e.done(), total.reply(b.ID), nil
}

// BatchUpdateFiltered is values.batchUpdateByDataFilter.
func (b *Book) BatchUpdateFiltered(r *wire.Message, by Editor, at time.Time) (*Book, *wire.Message, error) {
	e := b.fork(by, at)
	total := total{}
	for i, d := range r.Messages("data") {
		w, err := e.readWriting(d, r.Text("valueInputOption"))
		if err != nil {
			return nil, nil, in(place("data", i), err)
		}
		matches, err := e.filtered([]*wire.Message{d.Message("dataFilter")}, by)
		if err != nil {
			return nil, nil, in(place("data", i), err)
		}
		for _, m := range matches {
			reply, written, err := e.writeValues(e.sheet(m.sheet.id), m.area, w)
			if err = total.add(reply.With("dataFilter", d.Message("dataFilter")), written, err); err != nil {
				return nil, nil, in(place("data", i), err)
			}
		}
	}
	return e.done(), total.reply(b.ID), nil
}

// total sums up what a batch has written.
type total struct {
	replies           []*wire.Message
	rows, cols, cells int
	sheets            map[int]bool
}

func (t *total) add(reply *wire.Message, s *Sheet, err error) error {
	if err != nil {
		return err
	}
	if t.sheets == nil {
		t.sheets = map[int]bool{}
	}
	t.replies = append(t.replies, reply)
	t.rows += reply.Int("updatedRows")
	t.cols += reply.Int("updatedColumns")
	t.cells += reply.Int("updatedCells")
	t.sheets[s.id] = true
	return nil
}

func (t *total) reply(id string) *wire.Message {
	return wire.New("spreadsheetId", id, "totalUpdatedRows", t.rows, "totalUpdatedColumns", t.cols,
		"totalUpdatedCells", t.cells, "totalUpdatedSheets", len(t.sheets), "responses", wire.ListOf(t.replies))
}

// writeValues writes from the first cell of an area on. An area of more than one cell must hold everything; neither
// kind makes the grid grow.
func (e *edit) writeValues(s *Sheet, a grid.Area, w writing) (*wire.Message, *Sheet, error) {
	d := grid.Rows
	if w.columns {
		d = grid.Cols
	}
	longest := 0
	for _, line := range w.values {
		longest = max(longest, len(line.([]any)))
	}
	if !s.holds(a) {
		return nil, nil, s.exceeds(s.ref(a))
	}
	top, left := a.Rows.From(), a.Cols.From()
	reach := grid.Rect(top, left, top+len(w.values), left+longest)
	if w.columns {
		reach = grid.Rect(top, left, top+longest, left+len(w.values))
	}
	if err := s.fits(a, reach); err != nil {
		return nil, nil, err
	}
	if err := e.guard(s, reach); err != nil {
		return nil, nil, err
	}
	s = e.own(s)
	count := counted{rows: map[int]bool{}, cols: map[int]bool{}}
	for i, line := range w.values {
		for j, v := range line.([]any) {
			row, col := top+i, left+j
			if d == grid.Cols {
				row, col = top+j, left+i
			}
			if v == nil {
				continue
			}
			if err := e.writeValue(s, row, col, v, w.typed); err != nil {
				return nil, nil, err
			}
			count.add(row, col)
		}
	}
	e.forget()
	written := reach
	if reach.Empty() {
		written = grid.At(top, left)
	}
	return wire.New("spreadsheetId", e.ID, "updatedRange", s.ref(written), "updatedRows", len(count.rows),
		"updatedColumns", len(count.cols), "updatedCells", count.cells), s, nil
}

// fits refuses values beyond the requested range, or beyond the grid when the range is only where to begin.
func (s *Sheet) fits(a, reach grid.Area) error {
	within := a.Within(s.height, s.width)
	switch {
	case a.Single() && (reach.Rows.End > s.height || reach.Cols.End > s.width):
		return s.exceeds(s.ref(reach))
	case a.Single():
		return nil
	case reach.Rows.End > within.Rows.End:
		return invalid("Requested writing within range [%s], but tried writing to row [%d]", s.ref(within), within.Rows.End+1)
	case reach.Cols.End > within.Cols.End:
		return invalid("Requested writing within range [%s], but tried writing to column [%s]",
			s.ref(within), grid.ColumnName(within.Cols.End))
	}
	return nil
}

type counted struct {
	rows, cols map[int]bool
	cells      int
}

func (c *counted) add(row, col int) {
	c.rows[row], c.cols[col] = true, true
	c.cells++
}

// writeValue writes one value. An empty text empties the cell.
func (e *edit) writeValue(s *Sheet, row, col int, v any, typed bool) error {
	switch v := v.(type) {
	case bool:
		e.set(s, e.cell(s, row, col), formula.BoolOf(v), nil)
	case float64:
		x := e.cell(s, row, col)
		e.set(s, x, formula.Of(v), nil)
		if typed {
			x.setFormat(nil)
		}
	case string:
		if typed && v != "" && s.at(row, col).numberFormat().Text("type") != "TEXT" {
			return e.typed(s, row, col, v)
		}
		value, f, err := textValue(v)
		if err != nil {
			return err
		}
		e.set(s, e.cell(s, row, col), value, f)
	}
	return nil
}

// parse reads text as if it was typed. The number format is the one that comes with what it turned out to be: a
// user's own is lost by typing over it.
func (e *edit) parse(text string) (formula.Value, *formula.Formula, *wire.Message, error) {
	entry := e.locale.Parse(text)
	switch entry.Kind {
	case locale.Number:
		if entry.Type == "" {
			return formula.Of(entry.Number), nil, nil, nil
		}
		return formula.Of(entry.Number), nil, wire.New("type", entry.Type, "pattern", entry.Pattern), nil
	case locale.Bool:
		return formula.BoolOf(entry.True), nil, nil, nil
	case locale.Formula:
		_, f, err := e.read(wire.New("formulaValue", entry.Text))
		return formula.Value{}, f, nil, err
	}
	v, f, err := textValue(entry.Text)
	return v, f, nil, err
}

// Clear is values.clear and values.batchClear: values go, formats and notes stay.
func (b *Book) Clear(ranges []string, by Editor, at time.Time) (*Book, []string, error) {
	e := b.fork(by, at)
	var cleared []string
	for _, text := range ranges {
		s, a, err := e.Resolve(text)
		if err != nil {
			return nil, nil, err
		}
		ref, err := e.clearValues(s, a)
		if err != nil {
			return nil, nil, err
		}
		cleared = append(cleared, ref)
	}
	return e.done(), cleared, nil
}

// ClearFiltered is values.batchClearByDataFilter.
func (b *Book) ClearFiltered(r *wire.Message, by Editor, at time.Time) (*Book, []string, error) {
	e := b.fork(by, at)
	matches, err := e.filtered(r.Messages("dataFilters"), by)
	if err != nil {
		return nil, nil, err
	}
	var cleared []string
	for _, m := range matches {
		ref, err := e.clearValues(e.sheet(m.sheet.id), m.area)
		if err != nil {
			return nil, nil, err
		}
		cleared = append(cleared, ref)
	}
	return e.done(), cleared, nil
}

func (e *edit) clearValues(s *Sheet, a grid.Area) (string, error) {
	if a.Rows.From() >= s.height || a.Cols.From() >= s.width {
		return "", s.exceeds(s.ref(a))
	}
	a = a.Within(s.height, s.width)
	if err := e.guard(s, a); err != nil {
		return "", err
	}
	e.clear(e.own(s), a, cellFields{value: true, more: (*wire.Mask)(nil).Only()})
	e.forget()
	return s.ref(a), nil
}
