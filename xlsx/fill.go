package xlsx

import (
	"archive/zip"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Fill writes the template to w with the book's sheets in its places: a Sheet's Name is that of a table or a named
// range. The book's Cover and texts play no part, and Sheet.Count must be known. A cell with the name AsOfName is given
// the moment of the data.
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
	asked := len(book.Sheets)
	book = t.dated(book)
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
	return f.report(asked), nil
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

// report tells what was filled in, of the sheets that were asked for.
func (f *filler) report(asked int) Report {
	var report Report
	for _, fill := range f.growth {
		if fill.sheet >= asked {
			continue
		}
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
