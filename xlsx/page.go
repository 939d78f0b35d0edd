package xlsx

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// page writes the rows of the cover. Rows are written from the top; a cell is made for the row that comes next.
type page struct {
	skeleton *skeleton
	tab      string
	look     looks
	rows     int64 // written
	b        []byte
	err      error
}

type looks struct{ title, label, quiet, warning, heading, right, count, indented, link int }

// pageCell is a cell of the next row; nil is none.
type pageCell struct {
	column int
	b      []byte
}

func newPage(s *skeleton, tab string) *page {
	count := "#,##0"
	line := excelize.Style{
		Font:   font(excelize.Font{Bold: true, Color: dark}),
		Border: []excelize.Border{{Type: "bottom", Style: 1, Color: dark}},
	}
	right := line
	right.Alignment = &excelize.Alignment{Horizontal: "right"}
	only := func(f excelize.Font) excelize.Style { return excelize.Style{Font: font(f)} }
	return &page{skeleton: s, tab: tab, look: looks{
		title:   s.styles.id("title", only(excelize.Font{Bold: true, Size: 20, Color: dark})),
		label:   s.styles.id("label", only(excelize.Font{Bold: true, Color: dark})),
		quiet:   s.styles.id("quiet", only(excelize.Font{Color: quiet})),
		warning: s.styles.id("warning", only(excelize.Font{Bold: true, Color: "B42318"})),
		link:    s.styles.id("link", only(excelize.Font{Color: link, Underline: "single"})),
		heading: s.styles.id("list", line),
		right:   s.styles.id("list right", right),
		count:   s.styles.pattern(count),

		indented: s.styles.id("indented", excelize.Style{Alignment: &excelize.Alignment{Horizontal: "left", Indent: 1}}),
	}}
}

// amount shows a sum with thousands, for people.
func (p *page) amount(scale int) int {
	pattern := "#,##0"
	if scale > mostDecimals {
		return 0
	}
	if scale > 0 {
		pattern += decimals(scale)[1:]
	}
	return p.skeleton.styles.pattern(pattern)
}

// row writes the next row; a height of 0 is the usual one.
func (p *page) row(height int, cells ...pageCell) {
	p.rows++
	slices.SortFunc(cells, func(a, b pageCell) int { return a.column - b.column })
	p.b = fmt.Appendf(p.b, `<row r="%d"`, p.rows)
	if height > 0 {
		p.b = fmt.Appendf(p.b, ` ht="%d" customHeight="1"`, height)
	}
	p.b = append(p.b, '>')
	for _, c := range cells {
		if c.b != nil {
			p.b = append(p.b, c.b...)
		}
	}
	p.b = append(p.b, `</row>`...)
}

// at names a cell of the next row.
func (p *page) at(column int) string { return cell(column, p.rows+1) }

func (p *page) text(column, style int, s string) pageCell {
	if s == "" {
		return pageCell{}
	}
	v := []byte(s)
	if tooLong(v) {
		v = cut(v)
	}
	b, _ := appendString([]byte(startCell(style, "inlineStr", p.at(column))), v)
	return pageCell{column, b}
}

func (p *page) words(column int, s string) pageCell { return p.text(column, 0, s) }

func (p *page) aside(column int, s string) pageCell { return p.text(column, p.look.quiet, s) }

func (p *page) number(column, style int, digits string) pageCell {
	return pageCell{column, []byte(startCell(style, "", p.at(column)) + beginValue + digits + endValue)}
}

// exact is a number, or the text of one that Excel would round.
func (p *page) exact(column, style int, s string) pageCell {
	if isExact(s) {
		return p.number(column, style, s)
	}
	return p.text(column, p.skeleton.styles.id("exact", excelize.Style{Alignment: &excelize.Alignment{Horizontal: "right"}}), s)
}

// isExact tells whether Excel keeps all digits of a sum.
func isExact(s string) bool {
	n, ok := scanNumber([]byte(s))
	return ok && n.significant() <= exactDigits && n.fits([]byte(s))
}

func (p *page) formula(column, style int, formula, value string) pageCell {
	return pageCell{column, appendFormula([]byte(startCell(style, "", p.at(column))), formula, value)}
}

// jump is the name of a tab, which leads to it.
func (p *page) jump(column int, tab string) pageCell {
	p.keep(p.skeleton.file.SetCellHyperLink(p.tab, p.at(column), quotedTab(tab)+"!A1", "Location"))
	return p.text(column, p.look.link, tab)
}

// link is an address, which leads there if it is one of the web.
func (p *page) link(column int, address string) pageCell {
	if address == "" {
		return pageCell{}
	}
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return p.text(column, 0, address)
	}
	p.keep(p.skeleton.file.SetCellHyperLink(p.tab, p.at(column), address, "External"))
	return p.text(column, p.look.link, address)
}

func (p *page) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// fact is a row of a label and what it says.
func (p *page) fact(label, value string) {
	p.row(0, p.text(coverTab, p.look.label, label), p.text(coverWhat, 0, value))
}

// revision is the number of one; there is none without.
func (p *page) revision(column, n int) pageCell {
	if n == 0 {
		return pageCell{}
	}
	return p.number(column, p.look.count, strconv.Itoa(n))
}

// list is a row of headings; one that begins with > stands right, above numbers.
func (p *page) list(headings ...string) {
	cells := make([]pageCell, len(headings))
	for i, h := range headings {
		word, isRight := strings.CutPrefix(h, ">")
		style := p.look.heading
		if isRight {
			style = p.look.right
		}
		cells[i] = p.text(i, style, word)
		if h == "" {
			cells[i] = pageCell{i, []byte(startCell(p.look.heading, "", p.at(i)) + `"/>`)}
		}
	}
	p.row(0, cells...)
}

// around puts the rows between the halves of the tab's part. It takes what is in them for the links.
func (p *page) around(head, tail []byte) []byte {
	return bytes.Join([][]byte{head, p.b, tail}, nil)
}
