package book

import (
	"slices"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// View says what of a spreadsheet is asked for.
type View struct {
	Ranges   []string
	GridData bool
	Mask     *wire.Mask // of the answer; nil is everything, and then GridData decides about cells
	Filters  []*wire.Message
	By       Editor
}

// Get is spreadsheets.get and getByDataFilter: the Spreadsheet, without its address.
func (b *Book) Get(v View) (*wire.Message, error) {
	areas, err := b.viewed(v)
	if err != nil {
		return nil, err
	}
	out := wire.New("spreadsheetId", b.ID, "properties", b.props.With("defaultFormat", defaultFormat))
	below, withSheets := v.Mask.Below("sheets")
	var sheets []*wire.Message
	for _, s := range b.sheets {
		if areas != nil && areas[s.id] == nil {
			continue
		}
		if withSheets {
			sheets = append(sheets, b.sheetMessage(s, areas[s.id], v, below))
		}
	}
	out.Set("sheets", wire.ListOf(sheets))
	out.Set("namedRanges", wire.ListOf(b.named))
	out.Set("developerMetadata", b.metadataAt(location{kind: onBook}, v.By))
	return out, nil
}

// viewed are the areas that are asked for, by sheet; nil when that is everything.
func (b *Book) viewed(v View) (map[int][]grid.Area, error) {
	if v.Filters == nil && len(v.Ranges) == 0 {
		return nil, nil
	}
	areas := map[int][]grid.Area{}
	for _, text := range v.Ranges {
		s, a, err := b.Resolve(text)
		if err != nil {
			return nil, err
		}
		if a.Rows.From() >= s.height || a.Cols.From() >= s.width {
			return nil, s.exceeds(s.ref(a))
		}
		areas[s.id] = append(areas[s.id], a)
	}
	matches, err := b.filtered(v.Filters, v.By)
	for _, m := range matches {
		areas[m.sheet.id] = append(areas[m.sheet.id], m.area)
	}
	return areas, err
}

func (b *Book) sheetMessage(s *Sheet, areas []grid.Area, v View, mask *wire.Mask) *wire.Message {
	m := wire.New("properties", b.properties(s))
	if v.GridData && v.Mask == nil || v.Mask != nil && mask.Has("data") {
		if areas == nil {
			areas = []grid.Area{grid.Everything}
		}
		var data []*wire.Message
		below, _ := mask.Below("data")
		for _, a := range areas {
			data = append(data, b.gridData(s, a.Within(s.height, s.width), v, below))
		}
		m.Set("data", wire.ListOf(data))
	}
	e := edit{Book: b, by: v.By}
	s.objects.Each(func(field string, value any) {
		if field == "protectedRanges" {
			var shown []*wire.Message
			for _, p := range s.list(field) {
				shown = append(shown, e.shownProtection(p))
			}
			value = wire.ListOf(shown)
		}
		m.Set(field, value)
	})
	m.Set("developerMetadata", b.metadataAt(location{kind: onSheet, sheet: s.id}, v.By))
	return m
}

// properties are the SheetProperties of a sheet.
func (b *Book) properties(s *Sheet) *wire.Message {
	g := wire.New("rowCount", s.height, "columnCount", s.width)
	s.props.Message("gridProperties").Each(func(name string, value any) { g.Set(name, value) })
	m := wire.New("sheetId", s.id, "title", s.title, "index", slices.Index(b.sheets, s), "sheetType", "GRID", "gridProperties", g)
	s.props.Each(func(name string, value any) {
		if name != "gridProperties" {
			m.Set(name, value)
		}
	})
	return m
}

// metadataAt is the developer metadata on one location, as far as the editor may see it.
func (b *Book) metadataAt(at location, by Editor) any {
	var all []*wire.Message
	for _, m := range b.metadata {
		if m.at == at && m.visibleTo(by) {
			all = append(all, m.message())
		}
	}
	return wire.ListOf(all)
}

// gridData is the cells of an area and the properties of its rows and columns.
func (b *Book) gridData(s *Sheet, a grid.Area, v View, mask *wire.Mask) *wire.Message {
	m := &wire.Message{}
	if a.Rows.Start > 0 {
		m.Set("startRow", a.Rows.Start)
	}
	if a.Cols.Start > 0 {
		m.Set("startColumn", a.Cols.Start)
	}
	if below, ok := mask.Below("rowData"); ok {
		below, _ = below.Below("values")
		b.compute(func(c *calc) { m.Set("rowData", c.rowData(s, a, below)) })
	}
	if mask.Has("rowMetadata") {
		m.Set("rowMetadata", b.dimensions(s, grid.Rows, a.Rows, v.By))
	}
	if mask.Has("columnMetadata") {
		m.Set("columnMetadata", b.dimensions(s, grid.Cols, a.Cols, v.By))
	}
	return m
}

func (b *Book) dimensions(s *Sheet, d grid.Dim, span grid.Span, by Editor) any {
	kind, pixels := onRow, rowPixels
	if d == grid.Cols {
		kind, pixels = onColumn, columnPixels
	}
	tagged := map[int]bool{}
	for _, m := range b.metadata {
		if m.at.kind == kind && m.at.sheet == s.id {
			tagged[m.at.index] = true
		}
	}
	all := make([]*wire.Message, 0, span.End-span.Start)
	for i := span.Start; i < span.End; i++ {
		m := s.dim(d, i)
		if !m.Has("pixelSize") {
			m = m.With("pixelSize", pixels)
		}
		if tagged[i] {
			m = m.With("developerMetadata", b.metadataAt(location{kind, s.id, i}, by))
		}
		all = append(all, m)
	}
	return wire.ListOf(all)
}

// rowData is the rows of an area up to the last cell that holds something.
func (c *calc) rowData(s *Sheet, a grid.Area, mask *wire.Mask) any {
	bottom, right := c.last(s, a).Row, map[int]int{}
	s.each(a, func(r, col int, _ *cell) { bottom, right[r] = max(bottom, r+1), max(right[r], col+1) })
	if s.spilling {
		for at := range c.spilled(s).cells {
			if a.Has(at) {
				right[at.Row] = max(right[at.Row], at.Col+1)
			}
		}
	}
	if len(right) == 0 {
		return nil
	}
	w := wantedBy(mask)
	rows := make([]any, 0, bottom-a.Rows.Start)
	for r := a.Rows.Start; r < bottom; r++ {
		row := &wire.Message{}
		if end := right[r]; end > a.Cols.Start {
			values := make([]any, 0, end-a.Cols.Start)
			for col := a.Cols.Start; col < end; col++ {
				values = append(values, c.cellData(s, r, col, w))
			}
			row.Set("values", values)
		}
		rows = append(rows, row)
	}
	return rows
}
