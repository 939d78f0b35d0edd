package book

import (
	"fmt"
	"strconv"
	"strings"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// addTable turns a range into a table. Headers that are empty or there twice get names.
func (e *edit) addTable(r *wire.Message) (*wire.Message, error) {
	t := r.Message("table")
	s, a, err := e.area(t.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	id := t.Text("tableId")
	if found, _ := e.find("tables", "tableId", id); found != nil {
		return nil, invalid("Cannot add table with ID %s, a table with that ID already exists.", id)
	}
	if id == "" {
		id = strconv.Itoa(e.newID(func(int) bool { return false }))
	}
	name := t.Text("name")
	if name == "" {
		name = e.freeTable("Table1")
	}
	t = t.With("tableId", id).With("name", name).With("range", rangeOf(s.id, a))
	if err := e.checkTable(s, t, a); err != nil {
		return nil, err
	}
	s = e.own(s)
	t = e.headers(s, t, a)
	e.addObject(s, "tables", t)
	return wire.New("table", t), nil
}

// checkTable refuses a table whose name is taken or which lies over another one.
func (e *edit) checkTable(home *Sheet, t *wire.Message, a grid.Area) error {
	for _, s := range e.sheets {
		for _, other := range s.list("tables") {
			if other.Text("tableId") == t.Text("tableId") {
				continue
			}
			if strings.EqualFold(other.Text("name"), t.Text("name")) {
				return invalid("A table with the name %q already exists. Please enter another name.", t.Text("name"))
			}
			if there, err := areaOf(other.Message("range")); err == nil && s == home && there.Meets(a) {
				return invalid("A table cannot overlap with another table.")
			}
		}
	}
	if a.Rows.End-a.Rows.Start < 2 {
		return invalid("A table must have a header and at least one row.")
	}
	for _, c := range t.Messages("columnProperties") {
		rule := c.Message("dataValidationRule")
		switch dropdown := c.Text("columnType") == "DROPDOWN"; {
		case dropdown && rule.Message("condition").Text("type") != "ONE_OF_LIST":
			return invalid("Condition must be set for dropdown column type.")
		case !dropdown && rule != nil:
			return invalid("Data validation rule can only be set for dropdown column type.")
		}
	}
	return nil
}

func (e *edit) freeTable(name string) string {
	taken := func(name string) bool {
		for _, s := range e.sheets {
			for _, t := range s.list("tables") {
				if strings.EqualFold(t.Text("name"), name) {
					return true
				}
			}
		}
		return false
	}
	free := name
	for i := 2; taken(free); i++ {
		free = strings.TrimRight(name, "0123456789") + strconv.Itoa(i)
	}
	return free
}

// headers makes the header cells of a table and the names of its columns the same: texts, none empty, none twice.
func (e *edit) headers(s *Sheet, t *wire.Message, a grid.Area) *wire.Message {
	sent := map[int]*wire.Message{}
	for _, c := range t.Messages("columnProperties") {
		sent[c.Int("columnIndex")] = c
	}
	seen := map[string]bool{}
	var columns []*wire.Message
	for i := range a.Cols.End - a.Cols.Start {
		name := sent[i].Text("columnName")
		if name == "" {
			e.compute(func(c *calc) { name = c.shown(s, a.Rows.Start, a.Cols.Start+i) })
		}
		for n := 1; name == "" || seen[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("Column %d", i+n)
		}
		seen[strings.ToLower(name)] = true
		e.set(s, e.cell(s, a.Rows.Start, a.Cols.Start+i), formula.TextOf(name), nil)
		columns = append(columns, sent[i].With("columnIndex", i).With("columnName", name))
	}
	e.forget()
	return t.With("columnProperties", wire.ListOf(columns))
}

func (e *edit) updateTable(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "Table")
	if err != nil {
		return nil, err
	}
	sent := r.Message("table")
	s, i := e.find("tables", "tableId", sent.Text("tableId"))
	if s == nil {
		return nil, invalid("No table with ID: %s", sent.Text("tableId"))
	}
	after := mask.Only("name", "range", "columnProperties", "rowsProperties").Apply(s.list("tables")[i], sent)
	home, a, err := e.area(after.Message("range"))
	if err != nil {
		return nil, err
	}
	if home != s {
		return nil, invalid("A table cannot be moved to another sheet.")
	}
	if err := e.checkTable(s, after, a); err != nil {
		return nil, err
	}
	s = e.own(s)
	after = e.headers(s, after.With("range", rangeOf(s.id, a)), a)
	e.replaceObject(s, "tables", i, after)
	return nil, nil
}

func (e *edit) deleteTable(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("tables", "tableId", r.Text("tableId"))
	if s == nil {
		return nil, invalid("No table with ID: %s", r.Text("tableId"))
	}
	e.replaceObject(s, "tables", i, nil)
	return nil, nil
}

// appendToTable is appendCells into the body of a table, which grows.
func (e *edit) appendToTable(r *wire.Message, f cellFields) error {
	s, i := e.find("tables", "tableId", r.Text("tableId"))
	if s == nil {
		return invalid("No table with ID: %s", r.Text("tableId"))
	}
	t := s.list("tables")[i]
	a, err := areaOf(t.Message("range"))
	if err != nil {
		return err
	}
	rows := r.List("rows")
	at := 0
	e.compute(func(c *calc) { at = max(c.last(s, a).Row, a.Rows.Start+1) })
	bottom := max(a.Rows.End, at+len(rows))
	s = e.own(s)
	if bottom > s.height {
		if err := e.checkSize(bottom, s.width, s.height*s.width); err != nil {
			return err
		}
		s.height = bottom
	}
	a.Rows.End = bottom
	e.replaceObject(s, "tables", i, t.With("range", rangeOf(s.id, a)))
	return e.writeRows(s, rows, at, a.Cols.Start, bottom, a.Cols.End, f)
}
