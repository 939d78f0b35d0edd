package xlsx

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

// The chain of calculation lists the cells that have formulas. Excel repairs a file in which one of them has none, and
// works out by itself what the list lacks.
const calcChainPart = "xl/calcchain.xml"

// shortenCalcChain leaves out the cells whose formulas are replaced. An entry without a sheet is on that of the one
// before, so each gets its own. An empty chain is no chain: nil.
func (f *filler) shortenCalcChain(part []byte) ([]byte, error) {
	r, e := newXMLReader(part), edits{part: part}
	sheet, kept, dropped := "", 0, false
	err := r.each(func(token xml.Token) error {
		t, ok := token.(xml.StartElement)
		if !ok || t.Name.Local != "c" {
			return nil
		}
		if i := attr(t, "i"); i != "" {
			sheet = i
		}
		if f.isReplaced(sheet, attr(t, "r")) {
			e.replace(r.from, r.to, nil)
			dropped = true
			return nil
		}
		if kept++; dropped && attr(t, "i") == "" {
			e.replace(r.from, r.to, setAttr(r.bytes(), "i", sheet))
		}
		return nil
	})
	if kept == 0 {
		return nil, err
	}
	return e.result(), err
}

// isReplaced tells whether a cell of the chain has lost its formula. Sheets go by their id there.
func (f *filler) isReplaced(sheet, name string) bool {
	for _, fill := range f.growth {
		if strconv.Itoa(fill.tab.id) == sheet && fill.found.removed[name] {
			return true
		}
	}
	return false
}

// dropCalcChain leaves out what names a chain that is no more.
func (f *filler) dropCalcChain() error {
	if chain, ok := f.changed[calcChainPart]; !ok || chain != nil {
		return nil
	}
	for _, where := range []struct{ part, element, attr string }{
		{"[Content_Types].xml", "Override", "PartName"}, {"xl/_rels/workbook.xml.rels", "Relationship", "Target"},
	} {
		part, err := f.template.read(where.part)
		if err != nil {
			return err
		}
		r, e := newXMLReader(part), edits{part: part}
		err = r.each(func(token xml.Token) error {
			t, ok := token.(xml.StartElement)
			if ok && t.Name.Local == where.element && strings.HasSuffix(strings.ToLower(attr(t, where.attr)), "calcchain.xml") {
				e.replace(r.from, r.to+len(endTag(part[r.to:], t.Name.Local, r.bytes())), nil)
			}
			return nil
		})
		if err != nil {
			return err
		}
		f.changed[strings.ToLower(where.part)] = e.result()
	}
	return nil
}

// endTag is the end tag that follows a start tag at once, if the start is not the end as well.
func endTag(rest []byte, name string, start []byte) []byte {
	if bytes.HasSuffix(start, []byte("/>")) {
		return nil
	}
	end := bytes.IndexByte(rest, '>')
	if end < 0 || !bytes.Contains(rest[:end], []byte(name)) {
		return nil
	}
	return rest[:end+1]
}
