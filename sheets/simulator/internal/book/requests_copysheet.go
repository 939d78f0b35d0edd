package book

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/wire"
)

func (e *edit) duplicateSheet(r *wire.Message) (*wire.Message, error) {
	source := e.sheet(r.Int("sourceSheetId"))
	if source == nil {
		return nil, invalid("No sheet with id: %d", r.Int("sourceSheetId"))
	}
	id := r.Int("newSheetId")
	if !r.Has("newSheetId") {
		id = e.newID(func(id int) bool { return e.sheet(id) != nil })
	}
	title := r.Text("newSheetName")
	if title == "" {
		title = e.copyTitle(source.title)
	}
	s, err := e.adopt(e.Book, source, id, title)
	if err != nil {
		return nil, err
	}
	at := r.Int("insertSheetIndex")
	if at < 0 || at > len(e.sheets) {
		return nil, invalid("Sheet index %d is out of bounds.", at)
	}
	e.sheets = slices.Insert(e.sheets, at, s)
	return wire.New("properties", e.properties(s)), nil
}

func (e *edit) copyTitle(title string) string {
	name := "Copy of " + title
	for i := 2; e.titled(name) != nil; i++ {
		name = fmt.Sprintf("Copy of %s %d", title, i)
	}
	return name
}

// adopt makes a copy of a sheet, of this book or another one, without placing it among the tabs. Its developer
// metadata is copied along under new ids, so that keys are there twice.
func (e *edit) adopt(from *Book, source *Sheet, id int, title string) (*Sheet, error) {
	if id < 0 {
		return nil, invalid("The sheet ID must be non-negative.")
	}
	if e.sheet(id) != nil {
		return nil, invalid("A sheet with the ID %d already exists. Please enter another ID.", id)
	}
	if err := e.checkTitle(title, nil); err != nil {
		return nil, err
	}
	if err := e.checkSize(source.height, source.width, 0); err != nil {
		return nil, err
	}
	s := *source
	s.owner, s.id, s.title = e.mark, id, title
	s.rows = slices.Clone(source.rows)
	s.dims = [2][]*wire.Message{slices.Clone(source.dims[0]), slices.Clone(source.dims[1])}
	s.props = source.props.Without("hidden")
	s.objects = e.freshObjects(source, id)
	for _, m := range from.metadata {
		if m.at.kind != onBook && m.at.sheet == source.id {
			m.id, m.at.sheet = e.newID(e.metadataTaken), id
			e.metadata = append(e.metadata, m)
		}
	}
	if from.locale.CommaDecimal() != e.locale.CommaDecimal() {
		e.eachFormula(&s, func(_ *Sheet, f *formula.Formula) *formula.Formula { return f.Localized(e.locale.CommaDecimal()) })
	}
	return &s, nil
}

// idFields are the ids of objects that cannot be on two sheets.
var idFields = map[string]string{
	"ProtectedRange": "protectedRangeId", "FilterView": "filterViewId", "BandedRange": "bandedRangeId", "EmbeddedChart": "chartId",
}

// freshObjects are the objects of a sheet for its copy: with ranges on the copy and ids of their own.
func (e *edit) freshObjects(source *Sheet, id int) *wire.Message {
	free := func(int) bool { return false }
	objects, _ := wire.Rewrite(wire.TypeOf("Sheet"), source.objects, func(t *wire.Type, m *wire.Message) (*wire.Message, bool) {
		switch {
		case t.Name == "GridRange" || t.Name == "GridCoordinate":
			if m.Int("sheetId") == source.id {
				return m.With("sheetId", id), true
			}
		case t.Name == "Table":
			return m.With("tableId", strconv.Itoa(e.newID(free))).With("name", e.freeTable(m.Text("name"))), true
		case idFields[t.Name] != "":
			return m.With(idFields[t.Name], e.newID(free)), true
		}
		return m, true
	})
	return objects
}

// CopySheet is sheets.copyTo: the sheet of another spreadsheet as the last tab of this one.
func (b *Book) CopySheet(from *Book, sheetID int, by Editor, at time.Time) (*Book, *wire.Message, error) {
	source := from.sheet(sheetID)
	if source == nil {
		return nil, nil, invalid("The sheet ID %d cannot be found.", sheetID)
	}
	e := b.fork(by, at)
	s, err := e.adopt(from, source, e.newID(func(id int) bool { return e.sheet(id) != nil }), e.copyTitle(source.title))
	if err != nil {
		return nil, nil, err
	}
	e.sheets = append(e.sheets, s)
	next := e.done()
	return next, next.properties(s), nil
}
