package xlsx

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
)

// templateStyles are the looks of a template, and those that had to be added: dates in cells that have no format
// would be numbers to whoever looks.
type templateStyles struct {
	part    []byte
	xfs     [][]byte // the start tags and contents of cellXfs
	formats []int    // of each, the number of its format; 0 is none
	prefix  string   // of the elements
	highest int      // number of a format
	added   []addedStyle
}

type addedStyle struct {
	base    int
	pattern string
}

func readStyles(part []byte) (*templateStyles, error) {
	s := &templateStyles{part: part, highest: 163} // the lower ones are Excel's own
	r, inXfs, from, depth := newXMLReader(part), false, 0, 0
	err := r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name.Local == "cellXfs":
				inXfs = true
				if s.prefix = t.Name.Space; s.prefix != "" {
					s.prefix += ":"
				}
			case t.Name.Local == "numFmt":
				s.highest = max(s.highest, intAttr(t, "numFmtId"))
			case inXfs:
				if depth == 0 {
					from = r.from
					s.formats = append(s.formats, intAttr(t, "numFmtId"))
				}
				depth++
			}
		case xml.EndElement:
			switch {
			case t.Name.Local == "cellXfs":
				inXfs = false
			case inXfs:
				if depth--; depth == 0 {
					s.xfs = append(s.xfs, part[from:r.to])
				}
			}
		}
		return nil
	})
	return s, err
}

// hasFormat tells whether a look says how numbers are shown.
func (s *templateStyles) hasFormat(style int) bool {
	return style < len(s.formats) && s.formats[style] != 0
}

// derive is a look with a number format besides.
func (s *templateStyles) derive(base int, pattern string) int {
	if base >= len(s.xfs) {
		return base
	}
	want := addedStyle{base, pattern}
	at := slices.Index(s.added, want)
	if at < 0 {
		at = len(s.added)
		s.added = append(s.added, want)
	}
	return len(s.xfs) + at
}

// result is the part with the looks added; the part itself when none were.
func (s *templateStyles) result() ([]byte, error) {
	if len(s.added) == 0 {
		return s.part, nil
	}
	var formats, xfs []byte
	for i, a := range s.added {
		id := s.highest + 1 + i
		formats = fmt.Appendf(formats, `<%snumFmt numFmtId="%d" formatCode="`, s.prefix, id)
		formats = append(appendAttr(formats, a.pattern), `"/>`...)
		xfs = append(xfs, s.dressed(a.base, id)...)
	}
	r, e, hasFormats := newXMLReader(s.part), edits{part: s.part}, bytes.Contains(s.part, []byte("<"+s.prefix+"numFmts"))
	err := r.each(func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "styleSheet":
				if !hasFormats {
					list := fmt.Sprintf(`<%snumFmts count="%d">%s</%snumFmts>`, s.prefix, len(s.added), formats, s.prefix)
					e.replace(r.to, r.to, []byte(list))
				}
			case "numFmts", "cellXfs":
				e.replace(r.from, r.to, setAttr(r.bytes(), "count", strconv.Itoa(intAttr(t, "count")+len(s.added))))
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "numFmts":
				e.replace(r.from, r.from, formats)
			case "cellXfs":
				e.replace(r.from, r.from, xfs)
			}
		}
		return nil
	})
	return e.result(), err
}

// dressed is a copy of a look with another format.
func (s *templateStyles) dressed(base, format int) []byte {
	xf := s.xfs[base]
	end := bytes.IndexByte(xf, '>') + 1
	tag := setAttr(setAttr(xf[:end], "numFmtId", strconv.Itoa(format)), "applyNumberFormat", "1")
	return slices.Concat(tag, xf[end:])
}

// templateLook gives the cells of a column the look of the template's first row.
type templateLook struct {
	base   int
	own    bool // it is enough: it has a format, or needs none
	styles *templateStyles
}

func (l *templateLook) pattern(pattern string) int {
	if l.own || pattern == "" || pattern == "@" {
		return l.base
	}
	return l.styles.derive(l.base, pattern)
}

func (l *templateLook) aside(string) int { return l.base }
