package xlsx_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The order is that of Office's schema, of which its Open XML SDK complains when it validates a file.
func TestFontsFollowTheSchema(t *testing.T) {
	t.Parallel()
	order := strings.Fields("b i strike condense extend outline shadow u vertAlign sz color name family charset scheme")
	file, _ := encode(t, pack())
	fonts := regexp.MustCompile(`<font>(.*?)</font>`).FindAllStringSubmatch(parts(t, file)["xl/styles.xml"], -1)
	coloured := 0
	for _, font := range fonts {
		last := -1
		for _, element := range regexp.MustCompile(`<(\w+)`).FindAllStringSubmatch(font[1], -1) {
			if at := slices.Index(order, element[1]); at <= last {
				t.Errorf("%s stands behind %s: %s", element[1], order[max(last, 0)], font[0])
			} else {
				last = at
			}
		}
		if strings.Contains(font[1], "<b ") && strings.Contains(font[1], `rgb="FFFFFFFF"`) && strings.Contains(font[1], `<name val="Calibri"`) {
			coloured++
		}
	}
	if len(fonts) < 5 || coloured == 0 {
		t.Errorf("%d fonts, %d of them bold and white: something was lost", len(fonts), coloured)
	}
}
