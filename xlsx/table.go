package xlsx

import (
	"strconv"

	"clipsheet/clips"
)

// table is the part of an Excel Table: what its columns are called and how far it reaches. Excel demands that names
// and headings are the same, and that there is a row below them.
func table(id int, name string, columns []*column, rows int64, totals bool) []byte {
	last := max(rows, 1) + 1
	filter := "A1:" + cell(len(columns)-1, last)
	ref, totalsRow := filter, ` totalsRowShown="0"`
	if totals {
		ref, totalsRow = "A1:"+cell(len(columns)-1, last+1), ` totalsRowCount="1"`
	}
	b := []byte(xmlHead + `<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="` + strconv.Itoa(id) + `" name="`)
	b = appendAttr(b, name)
	b = append(b, `" displayName="`...)
	b = appendAttr(b, name)
	b = append(b, `" ref="`+ref+`"`+totalsRow+`><autoFilter ref="`+filter+`"/><tableColumns count="`+strconv.Itoa(len(columns))+`">`...)
	label := totals
	for i, c := range columns {
		b = append(b, `<tableColumn id="`+strconv.Itoa(i+1)+`" name="`...)
		b = append(appendAttr(b, c.heading), '"')
		switch {
		case !totals:
		case c.format.Total != clips.NoTotal:
			b = append(b, ` totalsRowFunction="`+totalsFunction[c.format.Total].name+`"`...)
		case label:
			b = append(b, ` totalsRowLabel="`+totalLabel+`"`...)
			label = false
		}
		b = append(b, `/>`...)
	}
	return append(b, `</tableColumns><tableStyleInfo name="TableStyleLight1" showFirstColumn="0" showLastColumn="0" `+
		`showRowStripes="1" showColumnStripes="0"/></table>`...)
}

// totalLabel stands in the first column that has no total.
const totalLabel = "Total"

// totalsFunction has the names of the totals, and the numbers by which SUBTOTAL knows them: rows that a filter hides
// do not count.
var totalsFunction = map[clips.Total]struct {
	name string
	code string
}{
	clips.TotalSum:     {"sum", "109"},
	clips.TotalAverage: {"average", "101"},
	clips.TotalCount:   {"count", "103"},
}

// hasTotals tells whether a row of totals is asked for.
func hasTotals(columns []*column) bool {
	for _, c := range columns {
		if c.format.Total != clips.NoTotal {
			return true
		}
	}
	return false
}

// totalsRow appends the cells of the row below a table. A formula comes with its result, for programs that do not
// calculate: like Excel's own, it leaves out numbers kept as text, of which the cover speaks.
func totalsRow(b []byte, name string, columns []*column, row int64, s *styles) []byte {
	number := strconv.FormatInt(row, 10)
	b = append(b, `<row r="`+number+`">`...)
	label := true
	for _, c := range columns {
		style := s.total(c.totalPattern())
		switch {
		case c.format.Total != clips.NoTotal:
			formula := "SUBTOTAL(" + totalsFunction[c.format.Total].code + "," + reference(name, c.heading) + ")"
			b = append(b, startCell(style, "", c.letters+number)...)
			b = appendFormula(b, formula, c.totalValue())
		case label:
			b = append(b, startCell(style, "inlineStr", c.letters+number)...)
			b, _ = appendString(b, []byte(totalLabel))
			label = false
		default:
			b = append(b, startCell(style, "", c.letters+number)+`"/>`...)
		}
	}
	return append(b, `</row>`...)
}

// totalPattern is that of the values, except for a count.
func (c *column) totalPattern() string {
	plain, _ := c.patterns()
	switch {
	case c.format.Total == clips.TotalCount:
		return decimals(0)
	case c.format.Total == clips.TotalSum && c.kind == asNumeric && plain == "":
		return decimals(c.tally.cells.scale())
	case c.format.Total == clips.TotalAverage && c.kind == asInt && c.pattern == "":
		return decimals(2)
	}
	return plain
}

// totalValue is what the formula comes to; "" leaves it to who opens the file.
func (c *column) totalValue() string {
	numbers := c.tally.values - c.tally.asText
	switch {
	case c.format.Total == clips.TotalCount:
		return strconv.FormatInt(c.tally.values, 10)
	case !c.kind.isNumber():
		return ""
	case c.format.Total == clips.TotalSum:
		return c.tally.cells.String()
	case numbers > 0:
		return c.tally.cells.over(numbers)
	}
	return ""
}

// appendFormula appends the rest of a cell of a formula, after its name, with its result; "" is none.
func appendFormula(b []byte, formula, value string) []byte {
	b = append(b, `"><f>`...)
	b, _ = appendText(b, []byte(formula))
	b = append(b, `</f>`...)
	if value != "" {
		b = append(b, `<v>`+value+`</v>`...)
	}
	return append(b, `</c>`...)
}
