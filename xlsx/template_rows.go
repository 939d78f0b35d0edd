package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
)

// oldRow is a row of a template's tab.
type oldRow struct {
	number int64
	tag    []byte // its start tag
	end    []byte // its end tag; nil when it has none
	cells  []oldCell
}

// oldCell is a cell of one.
type oldCell struct {
	column  int
	raw     []byte
	tag     []byte // its start tag
	style   int
	blank   bool // has a look and nothing else
	formula *oldFormula
}

type oldFormula struct {
	text string
	kind string // shared, array, or ""
	ref  string // the cells it stands for, with either
}

// rowReader reads the rows of a tab one after the other. What it gives is valid until the next call.
type rowReader struct {
	*xmlReader
	begin   int // of the rows: where sheetData's content starts
	end     int // where it ends
	columns []columnStyle
	row     oldRow
	last    int64
}

// columnStyle is the look of cells that are not there.
type columnStyle struct{ from, to, style int }

func (r *rowReader) styleOf(column int) int {
	for _, c := range r.columns {
		if c.from <= column && column <= c.to {
			return c.style
		}
	}
	return 0
}

// readTab reads the part of a tab. One without rows gets an empty place for them.
func (t *Template) readTab(tab *templateTab) ([]byte, error) {
	part, err := t.read(tab.path)
	return noRows.ReplaceAll(part, []byte("<${1}sheetData></${1}sheetData>")), err
}

var noRows = regexp.MustCompile(`<(\w+:)?sheetData\s*/>`)

func newRowReader(part []byte) (*rowReader, error) {
	r := &rowReader{xmlReader: newXMLReader(part)}
	for {
		token, err := r.next()
		if err != nil {
			return nil, err
		}
		e, ok := token.(xml.StartElement)
		switch {
		case ok && e.Name.Local == "col":
			r.columns = append(r.columns, columnStyle{intAttr(e, "min") - 1, intAttr(e, "max") - 1, intAttr(e, "style")})
		case ok && e.Name.Local == "sheetData":
			r.begin = r.to
			return r, nil
		}
	}
}

// intAttr is an attribute that is one; what cannot be read is 0, the usual look.
func intAttr(e xml.StartElement, name string) int {
	n, _ := strconv.Atoi(attr(e, name))
	return n
}

// nextRow is nil after the last row.
func (r *rowReader) nextRow() (*oldRow, error) {
	for {
		token, err := r.next()
		if err != nil {
			return nil, unexpected(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "row" {
				return &r.row, r.readRow(e)
			}
		case xml.EndElement:
			if e.Name.Local == "sheetData" {
				r.end = r.from
				return nil, nil
			}
		}
	}
}

// unexpected is the end of a part within an element.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *rowReader) readRow(e xml.StartElement) error {
	r.row = oldRow{number: r.last + 1, tag: r.bytes(), cells: r.row.cells[:0]}
	if text := attr(e, "r"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= r.last || n > mostRows {
			return errors.New("row " + text + " is out of place")
		}
		r.row.number = n
	}
	r.last = r.row.number
	column := -1
	for {
		token, err := r.next()
		if err != nil {
			return unexpected(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			c, err := r.readCell(e, column+1)
			if err != nil {
				return err
			}
			if c.column <= column {
				return errors.New("cell " + attr(e, "r") + " is out of place")
			}
			column = c.column
			r.row.cells = append(r.row.cells, c)
		case xml.EndElement:
			if e.Name.Local == "row" {
				if r.to > r.from {
					r.row.end = r.bytes()
				}
				return nil
			}
		}
	}
}

func (r *rowReader) readCell(e xml.StartElement, column int) (oldCell, error) {
	c := oldCell{column: column, tag: r.bytes(), blank: true}
	from := r.from
	c.style = intAttr(e, "s")
	if name := attr(e, "r"); name != "" {
		at, ok := parseCorner(name)
		if !ok || at.row != r.row.number {
			return c, errors.New("cell " + name + " is out of place")
		}
		c.column = at.column
	}
	inFormula := false
	for depth := 1; depth > 0; {
		token, err := r.next()
		if err != nil {
			return c, unexpected(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			c.blank = false
			if inFormula = e.Name.Local == "f"; inFormula {
				c.formula = &oldFormula{kind: attr(e, "t"), ref: attr(e, "ref")}
			}
		case xml.EndElement:
			depth--
			inFormula = false
		case xml.CharData:
			if inFormula {
				c.formula.text += string(e)
			}
		}
	}
	c.raw = r.part[from:r.to]
	return c, nil
}
