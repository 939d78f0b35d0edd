package book

import (
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

// handler applies one request of a batch and gives its reply, if that kind has one.
type handler func(*edit, *wire.Message) (*wire.Message, error)

var handlers = map[string]handler{
	"addBanding":                  (*edit).addBanding,
	"addChart":                    (*edit).addChart,
	"addConditionalFormatRule":    (*edit).addRule,
	"addFilterView":               (*edit).addFilterView,
	"addNamedRange":               (*edit).addNamedRange,
	"addProtectedRange":           (*edit).addProtectedRange,
	"addSheet":                    (*edit).addSheet,
	"addTable":                    (*edit).addTable,
	"appendCells":                 (*edit).appendCells,
	"appendDimension":             (*edit).appendDimension,
	"autoFill":                    (*edit).autoFill,
	"autoResizeDimensions":        (*edit).autoResize,
	"clearBasicFilter":            (*edit).clearBasicFilter,
	"copyPaste":                   (*edit).copyPaste,
	"createDeveloperMetadata":     (*edit).createMetadata,
	"cutPaste":                    (*edit).cutPaste,
	"deleteBanding":               (*edit).deleteBanding,
	"deleteConditionalFormatRule": (*edit).deleteRule,
	"deleteDeveloperMetadata":     (*edit).deleteMetadata,
	"deleteDimension":             (*edit).deleteDimension,
	"deleteEmbeddedObject":        (*edit).deleteChart,
	"deleteFilterView":            (*edit).deleteFilterView,
	"deleteNamedRange":            (*edit).deleteNamedRange,
	"deleteProtectedRange":        (*edit).deleteProtectedRange,
	"deleteRange":                 (*edit).deleteRange,
	"deleteSheet":                 (*edit).deleteSheet,
	"deleteTable":                 (*edit).deleteTable,
	"duplicateSheet":              (*edit).duplicateSheet,
	"findReplace":                 (*edit).findReplace,
	"insertDimension":             (*edit).insertDimension,
	"insertRange":                 (*edit).insertRange,
	"mergeCells":                  (*edit).mergeCells,
	"moveDimension":               (*edit).moveDimension,
	"repeatCell":                  (*edit).repeatCell,
	"setBasicFilter":              (*edit).setBasicFilter,
	"setDataValidation":           (*edit).setDataValidation,
	"sortRange":                   (*edit).sortRange,
	"unmergeCells":                (*edit).unmergeCells,
	"updateBanding":               (*edit).updateBanding,
	"updateBorders":               (*edit).updateBorders,
	"updateCells":                 (*edit).updateCells,
	"updateChartSpec":             (*edit).updateChartSpec,
	"updateConditionalFormatRule": (*edit).updateRule,
	"updateDeveloperMetadata":     (*edit).updateMetadata,
	"updateDimensionProperties":   (*edit).updateDimensionProperties,
	"updateFilterView":            (*edit).updateFilterView,
	"updateNamedRange":            (*edit).updateNamedRange,
	"updateProtectedRange":        (*edit).updateProtectedRange,
	"updateSheetProperties":       (*edit).updateSheetProperties,
	"updateSpreadsheetProperties": (*edit).updateSpreadsheetProperties,
	"updateTable":                 (*edit).updateTable,
}

// Batch applies the requests of a spreadsheets.batchUpdate in their order, each seeing what those before it did. It
// gives the new version and a reply for each, or an error that names the request, and then nothing has changed.
func (b *Book) Batch(requests []*wire.Message, by Editor, at time.Time) (*Book, []*wire.Message, error) {
	switch {
	case len(requests) == 0:
		return nil, nil, invalid("Must specify at least one request.")
	case len(requests) > mostRequests:
		return nil, nil, invalid("Cannot exceed %d requests in a single batch.", mostRequests)
	}
	e := b.fork(by, at)
	replies := make([]*wire.Message, len(requests))
	for i, r := range requests {
		reply, err := e.apply(i, r)
		if err != nil {
			return nil, nil, err
		}
		replies[i] = reply
	}
	return e.done(), replies, nil
}

func (e *edit) apply(i int, request *wire.Message) (*wire.Message, error) {
	kind, body := "", (*wire.Message)(nil)
	request.Each(func(name string, value any) { kind, body = name, value.(*wire.Message) })
	if kind == "" {
		return nil, in(place("requests", i), invalid("No request set."))
	}
	handle, ok := handlers[kind]
	if !ok {
		return nil, in(place("requests", i)+"."+kind, invalid("This simulator of Google Sheets does not know %s.", kind))
	}
	reply, err := handle(e, body)
	if err != nil {
		return nil, in(place("requests", i)+"."+kind, err)
	}
	e.forget()
	if reply == nil {
		return &wire.Message{}, nil
	}
	return wire.New(kind, reply), nil
}

// list is the objects of one kind on a sheet: protectedRanges, charts …
func (s *Sheet) list(field string) []*wire.Message { return s.objects.Messages(field) }

// setList replaces the objects of one kind on an own sheet.
func (s *Sheet) setList(field string, list []*wire.Message) {
	s.objects = s.objects.With(field, wire.ListOf(list))
}

// find looks on all sheets for an object by its id.
func (e *edit) find(field, idField string, id any) (*Sheet, int) {
	for _, s := range e.sheets {
		for i, m := range s.list(field) {
			if m.Get(idField) == id {
				return s, i
			}
		}
	}
	return nil, 0
}

// replaceObject puts an object in the place of another one, or on another sheet when its range is there. Without a
// message it is deleted.
func (e *edit) replaceObject(s *Sheet, field string, i int, m *wire.Message) {
	s = e.own(s)
	list := append([]*wire.Message(nil), s.list(field)...)
	if m == nil {
		s.setList(field, append(list[:i], list[i+1:]...))
		return
	}
	home := m.Message("range").IntOr("sheetId", s.id)
	if home != s.id && e.sheet(home) != nil {
		s.setList(field, append(list[:i], list[i+1:]...))
		e.addObject(e.sheet(home), field, m)
		return
	}
	list[i] = m
	s.setList(field, list)
}

func (e *edit) addObject(s *Sheet, field string, m *wire.Message) {
	s = e.own(s)
	s.setList(field, append(append([]*wire.Message(nil), s.list(field)...), m))
}

// objectID is the id an object asks for, which must be free, or a new one.
func (e *edit) objectID(field, idField, what string, m *wire.Message) (int, error) {
	taken := func(id int) bool {
		s, _ := e.find(field, idField, float64(id))
		return s != nil
	}
	id := m.Int(idField)
	if id == 0 {
		return e.newID(taken), nil
	}
	if id < 0 || taken(id) {
		return 0, invalid("Cannot add %s with ID [%d] because %s with that ID already exists.", what, id, what)
	}
	return id, nil
}
