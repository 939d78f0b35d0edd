package xlsx

import (
	"bytes"
	"encoding/xml"
	"path"
	"slices"
	"strings"
)

// changeParts makes all parts that change but the tabs that are filled.
func (f *filler) changeParts() error {
	for _, part := range f.template.zip.File {
		change := f.changeOf(part.Name)
		if change == nil {
			continue
		}
		before, err := f.template.read(part.Name)
		if err != nil {
			return err
		}
		after, err := change(before)
		if err != nil {
			return refuse(err, "The part %s cannot be read: save the workbook again with Excel.", part.Name)
		}
		if !bytes.Equal(before, after) {
			f.changed[strings.ToLower(part.Name)] = after
		}
	}
	return f.dropCalcChain()
}

// changeOf tells how a part may change; nil is not at all.
func (f *filler) changeOf(name string) func([]byte) ([]byte, error) {
	lower := strings.ToLower(name)
	for _, fill := range f.growth {
		switch {
		case strings.EqualFold(fill.tab.path, name):
			return nil // it is written as it goes
		case strings.EqualFold(fill.part, name):
			return func(part []byte) ([]byte, error) { return resizeTable(part, fill) }
		}
	}
	for _, tab := range f.template.tabs {
		if tab.path != "" && strings.EqualFold(tab.path, name) {
			return func(part []byte) ([]byte, error) { return f.changeTab(part, tab) }
		}
	}
	switch {
	case lower == "xl/workbook.xml":
		return f.changeWorkbook
	case lower == stylesPart:
		return func([]byte) ([]byte, error) { return f.styles.result() }
	case strings.HasPrefix(lower, "xl/charts/") && path.Ext(lower) == ".xml" && path.Dir(lower) == "xl/charts":
		return func(part []byte) ([]byte, error) { return f.growth.references(part, "") }
	case strings.HasPrefix(lower, "xl/pivotcache/pivotcachedefinition"):
		return f.refreshPivot
	case lower == calcChainPart:
		return f.shortenCalcChain
	}
	return nil
}

// changeTab changes a tab that is not filled: its formulas may refer to one that is.
func (f *filler) changeTab(part []byte, tab *templateTab) ([]byte, error) {
	part, err := f.growth.references(part, tab.name)
	if err != nil || !f.stale[tab] {
		return part, err
	}
	return forget(part)
}

// changeWorkbook moves names with their places, and has formulas calculated when the file is opened.
func (f *filler) changeWorkbook(part []byte) ([]byte, error) {
	part, err := f.growth.references(part, "")
	if err != nil {
		return nil, err
	}
	// calcPr stands behind the last of these there is.
	before := []string{"fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
		"externalReferences", "definedNames"}
	r, e := newXMLReader(part), edits{part: part}
	prefix, at, found := "", 0, false
	depth := 0
	err = r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; t.Name.Local == "calcPr" {
				e.replace(r.from, r.to, setAttr(r.bytes(), "fullCalcOnLoad", "1"))
				found = true
			}
		case xml.EndElement:
			if depth--; depth == 1 && slices.Contains(before, t.Name.Local) {
				at = r.to
				if prefix = t.Name.Space; prefix != "" {
					prefix += ":"
				}
			}
		}
		return nil
	})
	if !found {
		e.replace(at, at, []byte("<"+prefix+`calcPr fullCalcOnLoad="1"/>`))
	}
	return e.result(), err
}

// refreshPivot marks a pivot's cache of a range or table to be made again, and moves its range with the place.
func (f *filler) refreshPivot(part []byte) ([]byte, error) {
	r, e := newXMLReader(part), edits{part: part}
	from, to := 0, 0
	err := r.each(func(token xml.Token) error {
		t, ok := token.(xml.StartElement)
		if !ok {
			return nil
		}
		switch t.Name.Local {
		case "pivotCacheDefinition":
			from, to = r.from, r.to
		case "cacheSource":
			if attr(t, "type") == "worksheet" {
				e.replace(from, to, setAttr(part[from:to], "refreshOnLoad", "1"))
			}
		case "worksheetSource":
			old, ok := parseArea(attr(t, "ref"))
			if now := f.growth.area(attr(t, "sheet"), old); ok && now != old {
				e.replace(r.from, r.to, setAttr(r.bytes(), "ref", now.String()))
			}
		}
		return nil
	})
	return e.result(), err
}

// resizeTable makes a table as long as its rows. What its filter hides is a matter of rows that are gone, so it shows
// all of the new ones.
func resizeTable(part []byte, f *filling) ([]byte, error) {
	whole := f.after
	if f.heading > 0 {
		whole.top = f.heading
	}
	filter := whole
	whole.bottom = f.bottomAfter()
	r, e := newXMLReader(part), edits{part: part}
	skipping, from := 0, 0
	err := r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			switch local := t.Name.Local; {
			case skipping > 0:
				skipping++
			case local == "filterColumn" || local == "sortState":
				skipping, from = 1, r.from
			case local == "table":
				e.replace(r.from, r.to, setAttr(r.bytes(), "ref", whole.String()))
			case local == "autoFilter":
				e.replace(r.from, r.to, setAttr(r.bytes(), "ref", filter.String()))
			}
		case xml.EndElement:
			if skipping > 0 {
				if skipping--; skipping == 0 {
					e.replace(from, r.to, nil)
				}
			}
		}
		return nil
	})
	return e.result(), err
}
