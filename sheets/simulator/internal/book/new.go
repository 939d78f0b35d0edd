package book

import (
	"time"

	"clipsheet/sheets/simulator/internal/locale"
	"clipsheet/sheets/simulator/internal/wire"
)

// The size of a new tab.
const (
	defaultHeight = 1000
	defaultWidth  = 26
)

// New makes a spreadsheet of what spreadsheets.create was sent, by default with one empty tab.
func New(id string, request *wire.Message, by Editor, at time.Time) (*Book, error) {
	b := &Book{ID: id, results: &results{}}
	b.props = wire.New("title", "Untitled spreadsheet", "locale", "en_US", "autoRecalc", "ON_CHANGE", "timeZone", "Etc/GMT")
	b.locale, _ = locale.Find("en_US")
	b.zone = time.UTC
	e := b.fork(by, at)
	if err := e.setProperties(request.Message("properties"), nil); err != nil {
		return nil, in("properties", err)
	}
	for i, m := range request.Messages("sheets") {
		if err := e.createSheet(i, m); err != nil {
			return nil, err
		}
	}
	if len(e.sheets) == 0 {
		if _, err := e.insertSheet(wire.New("title", "Sheet1", "sheetId", 0)); err != nil {
			return nil, err
		}
	}
	for i, m := range request.Messages("namedRanges") {
		if _, err := e.addNamedRange(wire.New("namedRange", m)); err != nil {
			return nil, in(place("namedRanges", i), err)
		}
	}
	for i, m := range request.Messages("developerMetadata") {
		if _, err := e.createMetadata(wire.New("developerMetadata", m)); err != nil {
			return nil, in(place("developerMetadata", i), err)
		}
	}
	return e.done(), nil
}

// createSheet makes one tab of spreadsheets.create, with the data it comes with.
func (e *edit) createSheet(i int, m *wire.Message) error {
	props := m.Message("properties")
	if props == nil {
		props = &wire.Message{}
	}
	if i == 0 && !props.Has("sheetId") {
		props = props.With("sheetId", 0)
	}
	s, err := e.insertSheet(props)
	if err != nil {
		return in(place("sheets", i), err)
	}
	for j, data := range m.Messages("data") {
		row, col := data.Int("startRow"), data.Int("startColumn")
		if err := e.writeRows(s, data.List("rowData"), row, col, s.height, s.width, allWritable); err != nil {
			return in(place("sheets", i)+"."+place("data", j), err)
		}
	}
	return nil
}

// Copy is the spreadsheet as Drive copies it: everything, developer metadata too, under another id and title.
func (b *Book) Copy(id, title string, at time.Time) *Book {
	c := *b
	c.ID, c.edited, c.results = id, at, &results{}
	c.props = b.props.With("title", title)
	return &c
}

// Retitle is the spreadsheet under another title.
func (b *Book) Retitle(title string, at time.Time) *Book {
	c := *b
	c.props = b.props.With("title", title)
	c.edited, c.results = at, &results{}
	return &c
}
