package xlsx

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"path"
	"slices"
	"strings"
)

// read gives a part that has been checked.
func (t *Template) read(name string) ([]byte, error) {
	at := slices.IndexFunc(t.zip.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) })
	if at < 0 {
		return nil, fmt.Errorf("%s: %w", name, errNoPart)
	}
	return readBounded(t.zip.File[at], mostUnpacked)
}

func (t *Template) readXML(name string, into any) error {
	part, err := t.read(name)
	if err == nil {
		err = xml.Unmarshal(part, into)
	}
	if err != nil {
		return refuse(err, "The part %s cannot be read: save the workbook again with Excel.", name)
	}
	return nil
}

// The parts, as far as they matter. Names match in any namespace, so that a prefix makes no difference.
type (
	workbookPart struct {
		XMLName xml.Name `xml:"workbook"`
		Sheets  []struct {
			Name    string `xml:"name,attr"`
			SheetID int    `xml:"sheetId,attr"`
			ID      string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
		Names []struct {
			Name   string `xml:"name,attr"`
			Local  string `xml:"localSheetId,attr"`
			Hidden string `xml:"hidden,attr"`
			Text   string `xml:",chardata"`
		} `xml:"definedNames>definedName"`
	}
	relsPart struct {
		Rels []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	tablePart struct {
		Name       string `xml:"displayName,attr"`
		Ref        string `xml:"ref,attr"`
		Type       string `xml:"tableType,attr"`
		HeaderRows *int   `xml:"headerRowCount,attr"`
		TotalsRows int    `xml:"totalsRowCount,attr"`
		Columns    []struct {
			Name    string `xml:"name,attr"`
			Formula string `xml:"calculatedColumnFormula"`
		} `xml:"tableColumns>tableColumn"`
	}
)

const mainNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

// understand finds tabs, tables and named ranges.
func (t *Template) understand() error {
	var book workbookPart
	if err := t.readXML("xl/workbook.xml", &book); err != nil {
		return err
	}
	if book.XMLName.Space != mainNamespace {
		return refuse(nil, "The workbook is of the kind Strict Open XML: save it as Excel Workbook (.xlsx).")
	}
	targets, err := t.rels("xl/workbook.xml")
	if err != nil {
		return err
	}
	for _, s := range book.Sheets {
		tab := &templateTab{name: s.Name, id: s.SheetID}
		for _, rel := range targets {
			if rel.id == s.ID && rel.is("worksheet") {
				tab.path = rel.path
			}
		}
		t.tabs = append(t.tabs, tab)
		if tab.path == "" {
			continue // a chart sheet
		}
		if err := t.findTables(tab); err != nil {
			return err
		}
	}
	for _, n := range book.Names {
		t.names = append(t.names, definedName{n.Name, n.Text})
		if n.Local == "" && n.Hidden == "" && !strings.HasPrefix(n.Name, "_xlnm.") {
			t.findRange(n.Name, n.Text)
		}
	}
	return nil
}

type rel struct{ id, kind, path string }

func (r rel) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// rels are the relationships of a part; none when it has none.
func (t *Template) rels(part string) ([]rel, error) {
	var rels relsPart
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if !slices.ContainsFunc(t.zip.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) }) {
		return nil, nil
	}
	if err := t.readXML(name, &rels); err != nil {
		return nil, err
	}
	out := make([]rel, len(rels.Rels))
	for i, r := range rels.Rels {
		target := strings.TrimPrefix(r.Target, "/")
		if target == r.Target {
			target = path.Join(path.Dir(part), r.Target)
		}
		out[i] = rel{r.ID, r.Type, target}
	}
	return out, nil
}

func (t *Template) findTables(tab *templateTab) error {
	rels, err := t.rels(tab.path)
	if err != nil {
		return err
	}
	for _, r := range rels {
		if !r.is("table") {
			continue
		}
		var part tablePart
		if err := t.readXML(r.path, &part); err != nil {
			return err
		}
		p, ok := tablePlace(part)
		if !ok {
			return refuse(nil, "The table %s cannot be read: save the workbook again with Excel.", part.Name)
		}
		p.tab, p.part = tab, r.path
		t.places = append(t.places, p)
	}
	return nil
}

func tablePlace(part tablePart) (*place, bool) {
	whole, ok := parseArea(part.Ref)
	p := &place{name: part.Name, data: whole}
	if part.HeaderRows == nil || *part.HeaderRows > 0 {
		p.heading = whole.top
		p.data.top++
	}
	if part.TotalsRows > 0 {
		p.totals = whole.bottom
		p.data.bottom--
	}
	for _, c := range part.Columns {
		p.columns = append(p.columns, placeColumn{unescape(c.Name), c.Formula})
	}
	return p, ok && p.data.top <= p.data.bottom && len(p.columns) == whole.right-whole.left+1 && part.TotalsRows < 2 && part.Name != ""
}

// findRange takes a name for a place when it names one rectangle and nothing else.
func (t *Template) findRange(name, formula string) {
	found, n := (*place)(nil), 0
	rest := rewriteFormula(strings.TrimSpace(formula), func(tab string, from corner, to *corner) string {
		n++
		if to == nil {
			to = &from
		}
		for _, known := range t.tabs {
			if strings.EqualFold(known.name, tab) && known.path != "" {
				found = &place{name: name, tab: known, data: area{from.column, to.column, from.row, to.row}}
			}
		}
		return ""
	})
	if prefix, length := tabPrefix(rest + " "); found != nil && n == 1 && strings.EqualFold(prefix, found.tab.name) && length == len(rest) {
		t.places = append(t.places, found)
	}
}
