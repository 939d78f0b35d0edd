package xlsx

import (
	"encoding/xml"
	"strings"
)

// Formulas carry what they came to when the template was saved. Excel calculates them anew, as the workbook tells it
// to; LibreOffice and programs that only read believe what they find. So what depends on a filled place loses its old
// results, tab by tab: a tab whose formulas name a filled tab, table or range, or a tab that does, is stale.

// findStale finds the tabs that are stale, besides those that are filled.
func (f *filler) findStale() error {
	stale := map[string]bool{} // names, in small letters, of tabs, tables and ranges
	for _, fill := range f.growth {
		stale[strings.ToLower(fill.tab.name)] = true
	}
	uses := map[*templateTab][]string{}
	for _, tab := range f.template.tabs {
		if tab.path == "" {
			continue
		}
		part, err := f.template.read(tab.path)
		if err != nil {
			return err
		}
		if uses[tab], err = namesInFormulas(part); err != nil {
			return f.unreadable(tab, err)
		}
	}
	f.stale = map[*templateTab]bool{}
	for more := true; more; {
		more = f.namesOfStale(stale)
		for tab, names := range uses {
			if !f.stale[tab] && (stale[strings.ToLower(tab.name)] || anyOf(stale, names)) {
				f.stale[tab], more = true, true
				stale[strings.ToLower(tab.name)] = true
			}
		}
	}
	return nil
}

// namesOfStale adds the tables on stale tabs, and the names that refer to one, and tells whether there were any.
func (f *filler) namesOfStale(stale map[string]bool) (more bool) {
	add := func(name string) {
		if name = strings.ToLower(name); !stale[name] {
			stale[name], more = true, true
		}
	}
	for _, p := range f.template.places {
		if p.isTable() && stale[strings.ToLower(p.tab.name)] {
			add(p.name)
		}
	}
	for _, n := range f.template.names {
		if anyOf(stale, formulaNames(n.formula)) {
			add(n.name)
		}
	}
	return more
}

func anyOf(set map[string]bool, names []string) bool {
	for _, n := range names {
		if set[n] || n == "indirect" { // which may name anything
			return true
		}
	}
	return false
}

func namesInFormulas(part []byte) (names []string, err error) {
	r, inFormula := newXMLReader(part), false
	err = r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			inFormula = t.Name.Local == "f"
		case xml.EndElement:
			inFormula = false
		case xml.CharData:
			if inFormula {
				names = append(names, formulaNames(string(t))...)
			}
		}
		return nil
	})
	return names, err
}

// formulaNames are the words of a formula in small letters: tabs, tables, names, functions and cells.
func formulaNames(formula string) (names []string) {
	for i := 0; i < len(formula); {
		size := 1
		switch c := formula[i]; {
		case c == '"':
			size = quotedLength(formula[i:], '"')
		case c == '\'':
			size = quotedLength(formula[i:], '\'')
			names = append(names, strings.ToLower(strings.ReplaceAll(strings.Trim(formula[i:i+size], "'"), "''", "'")))
		case c == '[':
			size = bracketLength(formula[i:])
		case isNameByte(c):
			size = wordLength(formula[i:])
			names = append(names, strings.ToLower(formula[i:i+size]))
		}
		i += size
	}
	return names
}

// forget leaves out what the formulas of a part came to.
func forget(part []byte) ([]byte, error) {
	r, e := newXMLReader(part), edits{part: part}
	hasFormula, from := false, 0
	err := r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				hasFormula = false
			case "f":
				hasFormula = true
			case "v":
				from = r.from
			}
		case xml.EndElement:
			if t.Name.Local == "v" && hasFormula {
				e.replace(from, r.to, nil)
			}
		}
		return nil
	})
	return e.result(), err
}
