package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/xuri/excelize/v2"
)

// skeleton is the workbook without its rows. Excelize numbers its parts in the order they are made.
type skeleton struct {
	file   *excelize.File
	styles *styles
	tabs   int
	tables int
}

func newSkeleton() *skeleton {
	file := excelize.NewFile()
	return &skeleton{file: file, styles: newStyles(file)}
}

// addTab makes a tab and tells the path of its part.
func (s *skeleton) addTab(name string) (path string, err error) {
	if s.tabs++; s.tabs == 1 { // a new file has one already
		err = s.file.SetSheetName(s.file.GetSheetName(0), name)
	} else {
		_, err = s.file.NewSheet(name)
	}
	if err != nil {
		return "", fmt.Errorf("make the tab %q: %w", name, err)
	}
	return fmt.Sprintf("xl/worksheets/sheet%d.xml", s.tabs), s.file.SetSheetDimension(name, "")
}

// addTable makes the part of a table, its relationship and its type. What stands in it comes later, by setPart.
func (s *skeleton) addTable(tab, name string) (path string, err error) {
	s.tables++
	err = s.file.AddTable(tab, &excelize.Table{Range: "A1:A2", Name: name})
	return fmt.Sprintf("xl/tables/table%d.xml", s.tables), err
}

// halves renders a tab's part and gives what stands before its rows and after them.
func (s *skeleton) halves(path string) (head, tail []byte, err error) {
	if err := s.styles.err; err != nil {
		return nil, nil, err
	}
	if err := s.file.Write(io.Discard); err != nil {
		return nil, nil, err
	}
	part, _ := s.part(path)
	const begin, end = "<sheetData>", "</sheetData>"
	from, to := bytes.Index(part, []byte(begin)), bytes.Index(part, []byte(end))
	if from < 0 || to < from {
		return nil, nil, fmt.Errorf("%s has no rows to replace", path)
	}
	return part[:from+len(begin)], part[to:], nil
}

func (s *skeleton) part(path string) ([]byte, bool) {
	part, ok := s.file.Pkg.Load(path)
	if !ok {
		return nil, false
	}
	return part.([]byte), true
}

func (s *skeleton) setPart(path string, part []byte) { s.file.Pkg.Store(path, part) }

// layout sets what all tabs of data have in common: the headings stay in view and are printed on each page, which is
// as wide as the columns need.
func (s *skeleton) layout(name, footer string) error {
	tabOf := quotedTab(name)
	return errors.Join(
		s.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		s.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: tabOf + "!$1:$1", Scope: name}),
		s.print(name, footer, "landscape"),
	)
}

func (s *skeleton) print(name, footer, orientation string) error {
	a4, wide, high, fit := 9, 1, 0, true
	return errors.Join(
		s.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}),
		s.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}),
		s.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: footer}),
	)
}

// widths sets the widths of columns, those next to each other together.
func (s *skeleton) widths(name string, columns []*column) error {
	for i := 0; i < len(columns); {
		width, j := columns[i].columnWidth(), i+1
		for j < len(columns) && columns[j].columnWidth() == width {
			j++
		}
		if err := s.file.SetColWidth(name, letters(i), letters(j-1), width); err != nil {
			return err
		}
		i = j
	}
	for _, c := range columns {
		if !c.format.Hidden {
			continue
		}
		if err := s.file.SetColVisible(name, c.letters, false); err != nil {
			return err
		}
	}
	return nil
}

// properties are what a file manager shows. ExcelJS refuses the part that excelize makes, for a person without a name.
func (s *skeleton) properties(book Book, asOf time.Time) {
	b := []byte(xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`)
	element := func(tag, attrs, text string) {
		if text != "" {
			b = append(b, "<"+tag+attrs+">"...)
			b, _ = appendText(b, []byte(text))
			b = append(b, "</"+tag+">"...)
		}
	}
	author := book.Author
	if author == "" {
		author = "Clipsheet"
	}
	const moment = ` xsi:type="dcterms:W3CDTF"`
	element("dc:title", "", book.Title)
	element("dc:creator", "", author)
	element("dc:description", "", book.Description)
	element("cp:lastModifiedBy", "", "Clipsheet")
	if !asOf.IsZero() {
		at := asOf.UTC().Format(time.RFC3339)
		element("dcterms:created", moment, at)
		element("dcterms:modified", moment, at)
	}
	s.setPart("docProps/core.xml", append(b, "</cp:coreProperties>"...))
	s.setPart("docProps/app.xml", []byte(xmlHead+`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/`+
		`extended-properties"><Application>Clipsheet</Application></Properties>`))
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// emptyString makes the empty text the one shared string, in place of what excelize wrote above the columns.
func (s *skeleton) emptyString() {
	if s.tables == 0 {
		return // no cell can need it
	}
	s.setPart("xl/sharedStrings.xml", []byte(xmlHead+`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" `+
		`uniqueCount="1"><si><t></t></si></sst>`))
}

// paths are all parts, in order.
func (s *skeleton) paths() (paths []string) {
	s.file.Pkg.Range(func(path, _ any) bool {
		paths = append(paths, path.(string))
		return true
	})
	sort.Strings(paths)
	return paths
}

// noTriangles keeps Excel from pointing at numbers that are text on purpose.
func (s *skeleton) noTriangles(tab string, columns []*column) error {
	all := "A1:" + cell(len(columns)-1, mostRows)
	return s.file.AddIgnoredErrors(tab, all, excelize.IgnoredErrorsNumberStoredAsText)
}

// noteZone says at each heading of moments in whose time they are.
func (s *skeleton) noteZone(tab string, columns []*column, zone string) error {
	for _, c := range columns {
		if c.kind != asTimestampTZ || zone == "" {
			continue
		}
		note := excelize.Comment{Cell: c.letters + "1", Author: "Clipsheet", Text: "Times are in " + zone + ".", Width: 220, Height: 40}
		if err := s.file.AddComment(tab, note); err != nil {
			return fmt.Errorf("note the time zone: %w", err)
		}
	}
	return nil
}
