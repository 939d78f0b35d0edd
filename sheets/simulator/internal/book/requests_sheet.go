package book

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

func (e *edit) addSheet(r *wire.Message) (*wire.Message, error) {
	props := r.Message("properties")
	if props == nil {
		props = &wire.Message{}
	}
	s, err := e.insertSheet(props)
	if err != nil {
		return nil, err
	}
	return wire.New("properties", e.properties(s)), nil
}

// insertSheet makes a tab. An id that is asked for must be free, which makes adding the same tab twice an error.
func (e *edit) insertSheet(props *wire.Message) (*Sheet, error) {
	if kind := props.Text("sheetType"); kind != "" && kind != "GRID" && kind != "SHEET_TYPE_UNSPECIFIED" {
		return nil, invalid("Sheets of type %s cannot be added.", kind)
	}
	s := &Sheet{owner: e.mark, height: defaultHeight, width: defaultWidth, props: &wire.Message{}, objects: &wire.Message{}}
	s.id = props.Int("sheetId")
	if s.id < 0 {
		return nil, invalid("The sheet ID must be non-negative.")
	}
	if !props.Has("sheetId") {
		s.id = e.newID(func(id int) bool { return e.sheet(id) != nil })
	} else if e.sheet(s.id) != nil {
		return nil, invalid("A sheet with the ID %d already exists. Please enter another ID.", s.id)
	}
	s.title = props.Text("title")
	if !props.Has("title") {
		s.title = e.freeTitle("Sheet%d")
	}
	if err := e.checkTitle(s.title, nil); err != nil {
		return nil, err
	}
	g := props.Message("gridProperties")
	s.height, s.width = g.IntOr("rowCount", s.height), g.IntOr("columnCount", s.width)
	if err := e.checkSize(s.height, s.width, 0); err != nil {
		return nil, err
	}
	s.props = props.Without("sheetId").Without("title").Without("index").Without("sheetType").
		With("gridProperties", g.Without("rowCount").Without("columnCount"))
	if err := s.checkFrozen(); err != nil {
		return nil, err
	}
	at := props.IntOr("index", len(e.sheets))
	if at < 0 || at > len(e.sheets) {
		return nil, invalid("Sheet index %d is out of bounds.", at)
	}
	e.sheets = slices.Insert(e.sheets, at, s)
	return s, nil
}

func (e *edit) freeTitle(pattern string) string {
	for i := len(e.sheets) + 1; ; i++ {
		if title := fmt.Sprintf(pattern, i); e.titled(title) == nil {
			return title
		}
	}
}

// checkTitle refuses a title that is empty, too long, or of another tab than s.
func (e *edit) checkTitle(title string, s *Sheet) error {
	if title == "" {
		return invalid("The sheet name cannot be empty.")
	}
	if utf8.RuneCountInString(title) > mostTitle {
		return invalid("The sheet name cannot be longer than %d characters.", mostTitle)
	}
	if other := e.titled(title); other != nil && other != s {
		return invalid("A sheet with the name %q already exists. Please enter another name.", title)
	}
	return nil
}

// checkSize refuses a grid that is too large, alone or together with the others; less is the size it replaces.
func (e *edit) checkSize(height, width, less int) error {
	switch {
	case height < 1:
		return invalid("You can't delete all the rows on the sheet.")
	case width < 1:
		return invalid("You can't delete all the columns on the sheet.")
	case width > grid.MostColumns:
		return invalid("This action would increase the number of columns in the sheet above the limit of %d columns.", grid.MostColumns)
	case height > MostCells || e.cells()-less+height*width > MostCells:
		return errTooManyCells
	}
	return nil
}

func (s *Sheet) checkFrozen() error {
	switch {
	case s.frozen(grid.Rows) < 0 || s.frozen(grid.Cols) < 0:
		return invalid("The number of frozen rows or columns must be >= 0")
	case s.frozen(grid.Rows) >= s.height:
		return invalid("You can't freeze all visible rows on the sheet.")
	case s.frozen(grid.Cols) >= s.width:
		return invalid("You can't freeze all visible columns on the sheet.")
	}
	return nil
}

func (e *edit) deleteSheet(r *wire.Message) (*wire.Message, error) {
	s := e.sheet(r.Int("sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", r.Int("sheetId"))
	}
	if len(e.sheets) == 1 {
		return nil, invalid("You can't remove all the sheets in a document.")
	}
	if !slices.ContainsFunc(e.sheets, func(o *Sheet) bool { return o != s && !o.hidden() }) {
		return nil, invalid("You can't remove all the visible sheets in a document.")
	}
	if err := e.guardSheet(s); err != nil {
		return nil, err
	}
	e.sheets = slices.DeleteFunc(e.sheets, func(o *Sheet) bool { return o == s })
	e.metadata = slices.DeleteFunc(e.metadata, func(m metadata) bool { return m.at.kind != onBook && m.at.sheet == s.id })
	e.followAll(func(p placed) (placed, bool) { return p, p.sheet != s.id })
	e.orphan(s.title)
	return nil, nil
}

func (e *edit) updateSheetProperties(r *wire.Message) (*wire.Message, error) {
	props := r.Message("properties")
	mask, err := readMask(r.Text("fields"), "SheetProperties")
	if err != nil {
		return nil, err
	}
	s := e.sheet(props.Int("sheetId"))
	if s == nil {
		return nil, invalid("No sheet with id: %d", props.Int("sheetId"))
	}
	if err := e.guardWhole(s); err != nil {
		return nil, err
	}
	s = e.own(s)
	if mask.Has("title") {
		if err := e.retitle(s, props.Text("title")); err != nil {
			return nil, err
		}
	}
	kept := mask.Only("hidden", "rightToLeft", "tabColor", "tabColorStyle")
	s.props = kept.Apply(s.props, props)
	if s.hidden() && !slices.ContainsFunc(e.sheets, func(o *Sheet) bool { return !o.hidden() }) {
		return nil, invalid("You can't hide all the sheets in a document.")
	}
	if mask.Has("gridProperties") {
		below, _ := mask.Below("gridProperties")
		if err := e.regrid(s, props.Message("gridProperties"), below); err != nil {
			return nil, err
		}
	}
	if mask.Has("index") {
		return nil, e.reorder(s, props)
	}
	return nil, nil
}

// guardWhole refuses to change the properties of a sheet that is protected as a whole.
func (e *edit) guardWhole(s *Sheet) error {
	for _, p := range s.list("protectedRanges") {
		if _, a, ok := e.protected(s, p); ok && a == grid.Everything && !p.Bool("warningOnly") && !e.mayEdit(p) {
			return errProtected
		}
	}
	return nil
}

// retitle gives a tab another title, and the references to it too.
func (e *edit) retitle(s *Sheet, title string) error {
	if err := e.checkTitle(title, s); err != nil {
		return err
	}
	old := s.title
	if old == title {
		return nil
	}
	s.title = title
	e.renameSheet(old, title)
	return nil
}

// regrid changes the grid as the mask says: rows first, and checked against the limit before the columns change.
func (e *edit) regrid(s *Sheet, g *wire.Message, mask *wire.Mask) error {
	if mask.Has("rowCount") {
		if err := e.resize(s, grid.Rows, g.Int("rowCount")); err != nil {
			return err
		}
	}
	if mask.Has("columnCount") {
		if err := e.resize(s, grid.Cols, g.Int("columnCount")); err != nil {
			return err
		}
	}
	kept := mask.Only("frozenRowCount", "frozenColumnCount", "hideGridlines", "rowGroupControlAfter", "columnGroupControlAfter")
	grid := kept.Apply(s.props.Message("gridProperties"), g)
	if grid.Len() == 0 {
		grid = nil
	}
	s.props = s.props.With("gridProperties", grid)
	return s.checkFrozen()
}

// resize makes a sheet so many rows or columns large. Shrinking deletes those at the end, which makes references to
// them shrink or die.
func (e *edit) resize(s *Sheet, d grid.Dim, n int) error {
	height, width := n, s.width
	if d == grid.Cols {
		height, width = s.height, n
	}
	if err := e.checkSize(height, width, s.height*s.width); err != nil {
		return err
	}
	if n >= s.size(d) {
		s.height, s.width = height, width
		return nil
	}
	return e.cut(s, d, grid.Span{Start: n, End: s.size(d)})
}

// reorder moves a tab. The index counts the tabs as they are before the move; without one it goes to the end.
func (e *edit) reorder(s *Sheet, props *wire.Message) error {
	from := slices.Index(e.sheets, s)
	to := props.IntOr("index", len(e.sheets))
	if to < 0 || to > len(e.sheets) {
		return invalid("Sheet index %d is out of bounds.", to)
	}
	if to == from || to == from+1 {
		return nil
	}
	e.sheets = slices.Delete(e.sheets, from, from+1)
	if to > from {
		to--
	}
	e.sheets = slices.Insert(e.sheets, to, s)
	return nil
}
