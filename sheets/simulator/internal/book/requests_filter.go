package book

import (
	"strconv"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// setBasicFilter sets the filter of a sheet, in place of one it has. Rows are hidden now and not when values change.
func (e *edit) setBasicFilter(r *wire.Message) (*wire.Message, error) {
	f := bothCriteria(r.Message("filter"))
	s, a, err := e.filterHome(f)
	if err != nil {
		return nil, err
	}
	s = e.own(s)
	e.unhide(s)
	s.objects = s.objects.With("basicFilter", f)
	e.hide(s, a.Within(s.height, s.width), f)
	return nil, nil
}

// filterHome finds where a filter is: its range, or that of its table or named range.
func (e *edit) filterHome(f *wire.Message) (*Sheet, grid.Area, error) {
	switch {
	case f.Has("tableId"):
		s, i := e.find("tables", "tableId", f.Text("tableId"))
		if s == nil {
			return nil, grid.Area{}, invalid("No table with ID: %s", f.Text("tableId"))
		}
		a, err := areaOf(s.list("tables")[i].Message("range"))
		return s, a, err
	case f.Has("namedRangeId"):
		return e.namedArea(f.Text("namedRangeId"))
	}
	return e.looseArea(f.Message("range"))
}

// bothCriteria gives a filter its criteria in both of the ways there are: the API answers with either.
func bothCriteria(f *wire.Message) *wire.Message {
	switch {
	case f.Has("filterSpecs"):
		criteria := &wire.Message{}
		for _, spec := range f.Messages("filterSpecs") {
			if c := spec.Message("filterCriteria"); c != nil {
				criteria.Set(strconv.Itoa(spec.Int("columnIndex")), c)
			}
		}
		return f.With("criteria", criteria)
	case f.Has("criteria"):
		var specs []*wire.Message
		f.Message("criteria").Each(func(column string, c any) {
			i, _ := strconv.Atoi(column)
			specs = append(specs, wire.New("filterCriteria", c, "columnIndex", i))
		})
		return f.With("filterSpecs", wire.ListOf(specs))
	}
	return f
}

// hide hides the rows that a filter excludes: those with a hidden value, or that do not meet a condition on text.
func (e *edit) hide(s *Sheet, a grid.Area, f *wire.Message) {
	hidden := map[int]bool{}
	e.compute(func(c *calc) {
		for _, spec := range f.Messages("filterSpecs") {
			for row := a.Rows.Start + 1; row < a.Rows.End; row++ {
				if excluded(spec.Message("filterCriteria"), c.shown(s, row, spec.Int("columnIndex"))) {
					hidden[row] = true
				}
			}
		}
	})
	for row := range hidden {
		s.setDim(grid.Rows, row, s.dim(grid.Rows, row).With("hiddenByFilter", true))
	}
}

func excluded(criteria *wire.Message, shown string) bool {
	for _, v := range criteria.List("hiddenValues") {
		if v == shown {
			return true
		}
	}
	switch condition := criteria.Message("condition"); condition.Text("type") {
	case "NOT_BLANK":
		return shown == ""
	case "BLANK":
		return shown != ""
	case "TEXT_EQ":
		values := condition.Messages("values")
		return len(values) > 0 && values[0].Text("userEnteredValue") != shown
	}
	return false
}

func (e *edit) unhide(s *Sheet) {
	for i, d := range s.dims[grid.Rows] {
		if d.Has("hiddenByFilter") {
			s.setDim(grid.Rows, i, d.Without("hiddenByFilter"))
		}
	}
}

func (e *edit) clearBasicFilter(r *wire.Message) (*wire.Message, error) {
	s := e.sheet(r.Int("sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", r.Int("sheetId"))
	}
	s = e.own(s)
	e.unhide(s)
	s.objects = s.objects.Without("basicFilter")
	return nil, nil
}

func (e *edit) addFilterView(r *wire.Message) (*wire.Message, error) {
	f := bothCriteria(r.Message("filter"))
	s, _, err := e.filterHome(f)
	if err != nil {
		return nil, err
	}
	id, err := e.objectID("filterViews", "filterViewId", "a filter view", f)
	if err != nil {
		return nil, err
	}
	f = f.With("filterViewId", id)
	if f.Text("title") == "" {
		f = f.With("title", "Filter "+strconv.Itoa(len(s.list("filterViews"))+1))
	}
	e.addObject(s, "filterViews", f)
	return wire.New("filter", f), nil
}

func (e *edit) updateFilterView(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "FilterView")
	if err != nil {
		return nil, err
	}
	sent := r.Message("filter")
	s, i := e.find("filterViews", "filterViewId", float64(sent.Int("filterViewId")))
	if s == nil {
		return nil, invalid("No filter view with ID: %d", sent.Int("filterViewId"))
	}
	written := mask.Only("title", "range", "namedRangeId", "tableId", "sortSpecs", "criteria", "filterSpecs")
	after := bothCriteria(written.Apply(s.list("filterViews")[i], sent))
	if _, _, err := e.filterHome(after); err != nil {
		return nil, err
	}
	e.replaceObject(s, "filterViews", i, after)
	return nil, nil
}

func (e *edit) deleteFilterView(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("filterViews", "filterViewId", float64(r.Int("filterId")))
	if s == nil {
		return nil, invalid("No filter view with ID: %d", r.Int("filterId"))
	}
	e.replaceObject(s, "filterViews", i, nil)
	return nil, nil
}
