package xlsx

import (
	"encoding/xml"
	"slices"
	"strings"
)

// growth knows how places change, and makes what refers to a whole place refer to the whole of it afterwards: charts,
// names, conditional formats, sums. Otherwise they would go on showing the rows of the template and no others.
type growth []*filling

// area gives what becomes of an area on a tab. One that is not a place's data, alone or with its heading or its
// totals, stays as it is.
func (g growth) area(tab string, a area) area {
	for _, f := range g {
		if !strings.EqualFold(f.tab.name, tab) || a.left < f.data.left || a.right > f.data.right {
			continue
		}
		if a.top != f.data.top && (f.heading == 0 || a.top != f.heading) {
			continue
		}
		switch {
		case a.bottom == f.data.bottom:
			a.bottom = f.after.bottom
		case f.totals > 0 && a.bottom == f.totals:
			a.bottom = f.totalsAfter()
		}
		return a
	}
	return a
}

// formula rewrites the references of a formula on a tab. A single cell is an area only where the formula is nothing
// but a list of areas, as in a chart: elsewhere it means that cell.
func (g growth) formula(text, tab string, singles bool) string {
	return rewriteFormula(text, func(on string, from corner, to *corner) string {
		if on == "" {
			on = tab
		}
		if to == nil && !singles {
			return from.String()
		}
		end := from
		if to != nil {
			end = *to
		}
		old := area{from.column, end.column, from.row, end.row}
		end.row = g.area(on, old).bottom
		if to == nil && end.row == from.row {
			return from.String()
		}
		return from.String() + ":" + end.String()
	})
}

// sqref rewrites a list of areas with blanks between them.
func (g growth) sqref(list, tab string) string {
	words := strings.Fields(list)
	for i, w := range words {
		if a, ok := parseArea(w); ok {
			words[i] = g.area(tab, a).String()
		}
	}
	return strings.Join(words, " ")
}

// formulaElements hold formulas: of cells, names, charts, conditional formats, checks of input.
var formulaElements = []string{"f", "formula", "formula1", "formula2", "definedName", "sqref"}

// sqrefElements say in an attribute what cells they are about.
var sqrefElements = []string{"conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"}

// references rewrites all references in a part; tab is the one it belongs to, "" for none. A part without any is
// given back as it is.
func (g growth) references(part []byte, tab string) ([]byte, error) {
	r, e := newXMLReader(part), edits{part: part}
	var element string
	err := r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			element = t.Name.Local
			if tab != "" && slices.Contains(sqrefElements, element) {
				old := attr(t, "sqref")
				if now := g.sqref(old, tab); now != strings.Join(strings.Fields(old), " ") {
					e.replace(r.from, r.to, setAttr(r.bytes(), "sqref", now))
				}
			}
		case xml.EndElement:
			element = ""
		case xml.CharData:
			if !slices.Contains(formulaElements, element) {
				return nil
			}
			old := string(t)
			if now := g.text(element, old, tab); now != old {
				text, _ := appendText(nil, []byte(now))
				e.replace(r.from, r.to, text)
			}
		}
		return nil
	})
	return e.result(), err
}

// text rewrites what an element holds. Formulas of charts, outside any tab, are lists of areas.
func (g growth) text(element, old, tab string) string {
	if element == "sqref" {
		if tab == "" {
			return old
		}
		return g.sqref(old, tab)
	}
	return g.formula(old, tab, tab == "" && element == "f")
}
