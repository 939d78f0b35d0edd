package xlsx

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// fontOrder is the order that Office's schema has for the elements of a font. ECMA-376 takes them in any, and so does
// Excel; excelize writes another, of which validators complain.
var fontOrder = strings.Fields("b i strike condense extend outline shadow u vertAlign sz color name family charset scheme")

// Excelize writes elements with attributes only, each with an end of its own.
var (
	fontText    = regexp.MustCompile(`<font>.*?</font>`)
	fontElement = regexp.MustCompile(`<(\w+)[^>]*></\w+>`)
)

// orderFonts puts the elements of all fonts in order.
func (s *skeleton) orderFonts() {
	const path = "xl/styles.xml"
	part, _ := s.part(path)
	s.setPart(path, fontText.ReplaceAllFunc(part, func(font []byte) []byte {
		elements := fontElement.FindAll(font, -1)
		slices.SortStableFunc(elements, func(a, b []byte) int { return fontPlace(a) - fontPlace(b) })
		return slices.Concat([]byte("<font>"), bytes.Join(elements, nil), []byte("</font>"))
	}))
}

func fontPlace(element []byte) int {
	return slices.Index(fontOrder, string(fontElement.FindSubmatch(element)[1]))
}
