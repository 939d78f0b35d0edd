package xlsx

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The colours of what we write around the data: a dark heading, quiet words.
const (
	dark  = "1F3A5F"
	quiet = "6B7280"
	link  = "0563C1"
)

// styles knows the number of each look of a cell that the workbook has. The first error stays.
type styles struct {
	file *excelize.File
	ids  map[string]int
	err  error
}

func newStyles(file *excelize.File) *styles { return &styles{file: file, ids: map[string]int{}} }

func (s *styles) id(name string, style excelize.Style) int {
	id, ok := s.ids[name]
	if ok || s.err != nil {
		return id
	}
	if id, s.err = s.file.NewStyle(&style); s.err != nil {
		s.err = fmt.Errorf("make the style %q: %w", name, s.err)
	}
	s.ids[name] = id
	return id
}

// font is the one of all cells, made bold, coloured or large. Excelize leaves out what a style does not name.
func font(f excelize.Font) *excelize.Font {
	f.Family = "Calibri"
	if f.Size == 0 {
		f.Size = 11
	}
	return &f
}

// pattern is a cell with a number format and nothing else; 0 is one without.
func (s *styles) pattern(pattern string) int {
	if pattern == "" {
		return 0
	}
	return s.id("="+pattern, excelize.Style{CustomNumFmt: &pattern})
}

// aside is the text of a number that a cell cannot hold. It stands where the numbers stand.
func (s *styles) aside(pattern string) int {
	return s.id("aside="+pattern, excelize.Style{CustomNumFmt: &pattern, Alignment: &excelize.Alignment{Horizontal: "right"}})
}

// Patterns of what no clip said more about. They show what Postgres prints.
const (
	datePattern     = "yyyy-mm-dd"
	secondsPattern  = "yyyy-mm-dd hh:mm:ss"
	momentPattern   = "yyyy-mm-dd hh:mm:ss.000"
	timePattern     = "hh:mm:ss"
	timePartPattern = "hh:mm:ss.000"
	spanPattern     = "[h]:mm:ss"
	spanPartPattern = "[h]:mm:ss.000"
	boolPattern     = `"TRUE";"TRUE";"FALSE"` // Excel needs none; LibreOffice would show 1 and 0
)

// mostDecimals is what a pattern of Excel can show.
const mostDecimals = 30

// decimals shows a number with n digits after the point.
func decimals(n int) string {
	switch {
	case n == 0:
		return "0"
	case n > mostDecimals:
		return ""
	}
	return "0." + strings.Repeat("0", n)
}

// heading is the cell above a column. Those of numbers stand right, clear of the button of the filter.
func (s *styles) heading(right bool) int {
	style := excelize.Style{
		Font:      font(excelize.Font{Bold: true, Color: "FFFFFF"}),
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{dark}},
		Alignment: &excelize.Alignment{Vertical: "center"},
	}
	if right {
		style.Alignment.Horizontal, style.Alignment.Indent = "right", 2
		return s.id("heading right", style)
	}
	return s.id("heading", style)
}

// total is the cell below a column.
func (s *styles) total(pattern string) int {
	style := excelize.Style{
		Font:   font(excelize.Font{Bold: true}),
		Border: []excelize.Border{{Type: "top", Style: 1, Color: dark}},
	}
	if pattern != "" {
		style.CustomNumFmt = &pattern
	}
	return s.id("total="+pattern, style)
}
