package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Fill writes the template to w with the book's sheets in its places: a Sheet's Name is that of a table or a named
// range. The book's Cover and texts play no part, and Sheet.Count must be known.
//
// A table's columns are found by their headings, and grow or shrink with the result; its calculated columns are filled
// down, its totals move. A range takes values only, column by column. Names, charts, conditional formats and formulas
// that refer to a whole place go on doing so. Pivots are marked to refresh, and formulas to be calculated, when the
// file is opened. Every other part of the file is copied byte for byte.
//
// A result that would run over cells below its place is a KindParameter, one that needs more rows than a tab has a
// KindTooLarge.
func (t *Template) Fill(w io.Writer, book Book, progress func(rows, bytes int64)) (Report, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	fillings, err := t.match(book)
	if err != nil {
		return Report{}, err
	}
	f := &filler{template: t, book: book, progress: progress, growth: fillings, out: newPartWriter(w), changed: map[string][]byte{}}
	if err := f.prepare(); err != nil {
		return Report{}, err
	}
	if err := f.write(); err != nil {
		return Report{}, err
	}
	return f.report(), nil
}

// filler is a template being filled.
type filler struct {
	template *Template
	book     Book
	progress func(rows, bytes int64)
	growth   growth
	styles   *templateStyles
	stale    map[*templateTab]bool // see findStale
	out      *partWriter
	changed  map[string][]byte // small parts, by lower-case name; nil is a part left out
}

// prepare looks at everything that will change before the first byte is written.
func (f *filler) prepare() error {
	if err := f.readStyles(); err != nil {
		return err
	}
	for _, tab := range f.template.tabs {
		fillings := f.on(tab)
		if len(fillings) == 0 {
			continue
		}
		part, err := f.template.readTab(tab)
		if err != nil {
			return err
		}
		if err := surveyTab(part, fillings); err != nil {
			return f.unreadable(tab, err)
		}
		if err := f.checkRoom(tab, part, fillings); err != nil {
			return err
		}
		for _, fill := range fillings {
			if err := fill.missing(); err != nil {
				return err
			}
			if err := fill.dress(f.book.Sheets[fill.sheet], f.styles); err != nil {
				return err
			}
		}
	}
	if err := f.findStale(); err != nil {
		return err
	}
	return f.changeParts()
}

// on are the fillings of a tab, from left to right.
func (f *filler) on(tab *templateTab) (fillings []*filling) {
	for _, fill := range f.growth {
		if fill.tab == tab {
			fillings = append(fillings, fill)
		}
	}
	slices.SortFunc(fillings, func(a, b *filling) int { return a.data.left - b.data.left })
	return fillings
}

func (f *filler) unreadable(tab *templateTab, err error) error {
	return refuse(err, "The tab %q of the template cannot be read: save the workbook again with Excel.", tab.name)
}

func (f *filler) readStyles() error {
	f.styles = &templateStyles{}
	for _, part := range f.template.zip.File {
		if !strings.EqualFold(part.Name, stylesPart) {
			continue
		}
		text, err := f.template.read(stylesPart)
		if err != nil {
			return err
		}
		if f.styles, err = readStyles(text); err != nil {
			return refuse(err, "The styles of the template cannot be read: save the workbook again with Excel.")
		}
	}
	return nil
}

const stylesPart = "xl/styles.xml"

// write copies the file part by part, with what has changed in place of what was there.
func (f *filler) write() error {
	for _, part := range f.template.zip.File {
		changed, ok := f.changed[strings.ToLower(part.Name)]
		tab := f.filledTab(part.Name)
		var err error
		switch {
		case tab != nil:
			err = f.writeTab(tab)
		case !ok:
			err = f.copy(part)
		case changed != nil:
			err = f.out.write(part.Name, changed)
		}
		if err != nil {
			return err
		}
	}
	return f.out.close()
}

func (f *filler) filledTab(name string) *templateTab {
	for _, fill := range f.growth {
		if strings.EqualFold(fill.tab.path, name) {
			return fill.tab
		}
	}
	return nil
}

// copy copies a part as it is packed.
func (f *filler) copy(part *zip.File) error {
	if err := f.out.zip.Copy(part); err != nil {
		return fmt.Errorf("copy %s: %w", part.Name, err)
	}
	return nil
}

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

// report tells what was filled in.
func (f *filler) report() Report {
	var report Report
	for _, fill := range f.growth {
		tab := Tab{Name: fill.tab.name, Table: fill.name, Sheet: fill.sheet, Rows: fill.written, AsOf: fill.header.AsOf}
		for _, c := range fill.columns {
			if c == nil {
				continue
			}
			report.Cut += c.cut
			report.Replaced += c.replaced
			if c.isControlled() {
				tab.Columns = append(tab.Columns, c.controlTotal())
			}
		}
		report.Tabs = append(report.Tabs, tab)
		report.Rows += fill.written
		report.Bytes += fill.values
	}
	return report
}
