package xlsx

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// surveyTab looks at all rows of a template's tab once, for what filling its places needs to know of them.
func surveyTab(part []byte, fillings []*filling) error {
	rows, err := newRowReader(part)
	if err != nil {
		return err
	}
	for _, f := range fillings {
		wide := f.data.right - f.data.left + 1
		f.found = survey{styles: make([]int, wide), formulas: make([]formula, wide), removed: map[string]bool{}}
		for i, c := range f.place.columns {
			f.found.formulas[i] = formula{c.formula, f.data.top}
		}
		for i := range wide {
			f.found.styles[i] = rows.styleOf(f.data.left + i)
		}
	}
	for {
		row, err := rows.nextRow()
		if row == nil || err != nil {
			return err
		}
		for _, f := range fillings {
			f.survey(row)
		}
	}
}

func (f *filling) survey(row *oldRow) {
	n := row.number
	if n < f.data.top {
		return
	}
	if n == f.data.top {
		f.found.height = heightOf(row.tag)
	}
	for _, c := range row.cells {
		if c.column < f.data.left || c.column > f.data.right {
			continue
		}
		if n > f.bottomBefore() {
			if !c.blank && f.found.occupied == 0 {
				f.found.occupied = n
			}
			continue
		}
		f.surveyCell(n, c)
	}
}

// surveyCell looks at a cell of the place itself.
func (f *filling) surveyCell(row int64, c oldCell) {
	i := c.column - f.data.left
	if row == f.data.top {
		f.found.styles[i] = c.style
		if c.formula != nil && c.formula.text != "" {
			f.found.formulas[i] = formula{c.formula.text, row}
		}
	}
	if row == f.totals {
		c.raw, c.tag = bytes.Clone(c.raw), bytes.Clone(c.tag)
		f.found.totals = append(f.found.totals, c)
	}
	if c.formula == nil {
		return
	}
	f.found.removed[cell(c.column, row)] = true
	if of, ok := parseArea(c.formula.ref); ok && !within(of, f.data) && row != f.totals {
		f.found.wrongCell = cell(c.column, row)
	}
}

func within(a, b area) bool {
	return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
}

// heightOf are the attributes of a row that new rows share with it.
func heightOf(tag []byte) string {
	var out []byte
	for _, name := range []string{"ht", "customHeight"} {
		if at := findAttr(tag, name); at != nil {
			out = append(out, tag[at[0]:at[1]]...)
		}
	}
	return string(out)
}

// checkRoom finds what the rows would run over.
func (f *filler) checkRoom(tab *templateTab, part []byte, fillings []*filling) error {
	merged, err := mergedCells(part)
	if err != nil {
		return f.unreadable(tab, err)
	}
	for _, fill := range fillings {
		taken := area{fill.data.left, fill.data.right, fill.data.top, max(fill.bottomAfter(), fill.bottomBefore())}
		if row := fill.found.occupied; row > 0 && row <= fill.bottomAfter() {
			return refuse(nil, "%q in the template has no room for %s rows: there is something below it in row %s of the tab %q. "+
				"Move that beside it, above it or to another tab.", fill.name, grouped(fill.count), grouped(row), tab.name)
		}
		if fill.found.wrongCell != "" {
			return refuse(nil, "The formula in %s of the tab %q fills cells outside of %q as well: enter it anew in the cells outside.",
				fill.found.wrongCell, tab.name, fill.name)
		}
		for _, m := range merged {
			if m.overlaps(taken) {
				return refuse(nil, "The cells %s of the tab %q are merged, and rows of %q go there: unmerge them.", m, tab.name, fill.name)
			}
		}
		for _, p := range f.template.places {
			if p != fill.place && p.tab == tab && fill.collides(p, taken) {
				return refuse(nil, "%q in the template has no room for %s rows: %q is in the way on the tab %q. Put them side by side, "+
					"or on tabs of their own.", fill.name, grouped(fill.count), p.name, tab.name)
			}
		}
		fill.found.filtered = fill.isTable() && f.isFiltered(fill.part)
	}
	return nil
}

// collides tells whether the rows run over another place. A name for a part of a table is none: it may even be meant
// to grow with it.
func (f *filling) collides(p *place, taken area) bool {
	other := area{p.data.left, p.data.right, p.data.top, max(p.data.bottom, p.totals)}
	if p.heading > 0 {
		other.top = p.heading
	}
	old := area{f.data.left, f.data.right, f.data.top, f.bottomBefore()}
	if f.heading > 0 {
		old.top = f.heading
	}
	if !p.isTable() && other.overlaps(old) || !f.isTable() && old.overlaps(other) {
		return false
	}
	return other.overlaps(taken)
}

func mergedCells(part []byte) (areas []area, err error) {
	if !bytes.Contains(part, []byte("mergeCell")) {
		return nil, nil
	}
	r := newXMLReader(part)
	err = r.each(func(token xml.Token) error {
		if t, ok := token.(xml.StartElement); ok && t.Name.Local == "mergeCell" {
			if a, ok := parseArea(attr(t, "ref")); ok {
				areas = append(areas, a)
			}
		}
		return nil
	})
	return areas, err
}

// isFiltered tells whether a table hides some of its rows.
func (f *filler) isFiltered(part string) bool {
	text, err := f.template.read(part)
	return err == nil && strings.Contains(string(text), "filterColumn")
}
