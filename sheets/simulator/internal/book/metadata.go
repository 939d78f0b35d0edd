package book

import (
	"cmp"
	"slices"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// metadata is one entry of developer metadata.
type metadata struct {
	id         int
	key, value string
	visibility string
	project    string // who made it, and alone sees it when it is not visible to all of the document
	at         location
}

// location is what an entry hangs on, and goes along with.
type location struct {
	kind  locationKind
	sheet int
	index int // of the row or column
}

type locationKind uint8

const (
	onBook locationKind = iota
	onSheet
	onRow
	onColumn
)

func (k locationKind) String() string {
	return [...]string{"SPREADSHEET", "SHEET", "ROW", "COLUMN"}[k]
}

// dim is rows for what hangs on a row, columns for what hangs on a column.
func (l location) dim() grid.Dim {
	if l.kind == onColumn {
		return grid.Cols
	}
	return grid.Rows
}

// area is the cells of the location in its sheet.
func (l location) area() grid.Area {
	if l.kind == onRow || l.kind == onColumn {
		return grid.Band(l.dim(), grid.One(l.index))
	}
	return grid.Everything
}

// intersects tells whether two locations have cells in common. The spreadsheet itself intersects nothing else.
func (l location) intersects(o location) bool {
	if l.kind == onBook || o.kind == onBook {
		return l == o
	}
	return l.sheet == o.sheet && l.area().Meets(o.area())
}

func (l location) message() *wire.Message {
	m := wire.New("locationType", l.kind.String())
	switch l.kind {
	case onBook:
		m.Set("spreadsheet", true)
	case onSheet:
		m.Set("sheetId", l.sheet)
	default:
		m.Set("dimensionRange", wire.New("sheetId", l.sheet, "dimension", l.dim().String(), "startIndex", l.index, "endIndex", l.index+1))
	}
	return m
}

func (m metadata) message() *wire.Message {
	out := wire.New("metadataId", m.id, "metadataKey", m.key)
	if m.value != "" {
		out.Set("metadataValue", m.value)
	}
	out.Set("location", m.at.message())
	out.Set("visibility", m.visibility)
	return out
}

func (m metadata) visibleTo(by Editor) bool {
	return m.visibility == "DOCUMENT" || m.project == by.Project
}

// readLocation reads where an entry shall hang.
func (b *Book) readLocation(m *wire.Message) (location, error) {
	switch {
	case m.Bool("spreadsheet"):
		return location{kind: onBook}, nil
	case m.Has("sheetId"):
		if b.sheet(m.Int("sheetId")) == nil {
			return location{}, invalid("No sheet with id: %d", m.Int("sheetId"))
		}
		return location{kind: onSheet, sheet: m.Int("sheetId")}, nil
	case m.Has("dimensionRange"):
		e := edit{Book: b}
		s, d, span, err := e.dimension(m.Message("dimensionRange"))
		switch {
		case err != nil:
			return location{}, err
		case !m.Message("dimensionRange").Has("startIndex") || span.End-span.From() != 1:
			return location{}, invalid("The dimension range of developer metadata must represent a single row or column.")
		case span.End > s.size(d):
			return location{}, invalid("The dimension range of developer metadata is beyond the grid, which has %d.", s.size(d))
		case d == grid.Cols:
			return location{onColumn, s.id, span.Start}, nil
		}
		return location{onRow, s.id, span.Start}, nil
	}
	return location{}, invalid("Developer metadata must have a location.")
}

func (e *edit) metadataTaken(id int) bool {
	return slices.ContainsFunc(e.metadata, func(m metadata) bool { return m.id == id })
}

// moveMetadata lets entries on rows or columns go along with them, and go when they are deleted.
func (e *edit) moveMetadata(s *Sheet, change grid.Edit, d grid.Dim) {
	var kept []metadata
	for _, m := range e.metadata {
		if m.at.sheet == s.id && (m.at.kind == onRow || m.at.kind == onColumn) && m.at.dim() == d {
			after, ok := change(m.at.area())
			if !ok {
				continue
			}
			m.at.index = after.Span(d).Start
		}
		kept = append(kept, m)
	}
	e.metadata = kept
}

// checkMetadata refuses entries beyond the storage there is, and keeps them in the order of their ids.
func (e *edit) checkMetadata() error {
	used := map[int]int{}
	for _, m := range e.metadata {
		home := -1
		if m.at.kind != onBook {
			home = m.at.sheet
		}
		if used[home] += len([]rune(m.key)) + len([]rune(m.value)); used[home] > mostMetadata {
			return invalid("Developer metadata is limited to %d characters for the spreadsheet and for each sheet.", mostMetadata)
		}
	}
	slices.SortFunc(e.metadata, func(a, b metadata) int { return cmp.Compare(a.id, b.id) })
	return nil
}
