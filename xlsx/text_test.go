package xlsx

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextIsEscapedTheWayExcelReadsIt(t *testing.T) {
	for text, want := range map[string]string{
		"plain":              "plain",
		"a<b>&\"'":           "a&lt;b&gt;&amp;\"'",
		"tab\tline\nend":     "tab\tline\nend",
		"carriage\rreturn":   "carriage&#13;return",
		"bell\x07":           "bell_x0007_",
		"_x0041_":            "_x005F_x0041_",
		"_x005F_x0041_":      "_x005F_x005F_x005F_x0041_",
		"_x00e9_ _X0041_":    "_x005F_x00e9_ _X0041_",
		"snake_case __x0_":   "snake_case __x0_",
		"\ufffe\uffff":       "_xFFFE__xFFFF_",
		"ﬀ￼😀é":               "ﬀ￼😀é",
		"caf\xe9":            "caf\uFFFD",
		"\xed\xa0\xbd":       "\uFFFD\uFFFD\uFFFD", // half of a surrogate pair
		"=1+1":               "=1+1",
		"]]>":                "]]&gt;",
		"\x7f\u0085\u2028":   "\x7f\u0085\u2028",
		"a long one _x0000_": "a long one _x005F_x0000_",
	} {
		if got, _ := appendText(nil, []byte(text)); string(got) != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if _, n := appendText(nil, []byte("a\xffb\xfe\xfd")); n != 3 {
		t.Errorf("%d bytes replaced, want 3", n)
	}
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// excelReads is what Excel makes of text in XML: a parser's view, with ST_Xstring decoded.
func excelReads(t testing.TB, escapedText string) string {
	t.Helper()
	var element struct {
		Text string `xml:",chardata"`
	}
	if err := xml.Unmarshal([]byte("<t>"+escapedText+"</t>"), &element); err != nil {
		t.Fatalf("%q is not XML: %v", escapedText, err)
	}
	return escaped.ReplaceAllStringFunc(element.Text, func(s string) string {
		n, _ := strconv.ParseUint(s[2:6], 16, 16)
		return string(rune(n))
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"a<b", "_x0041_", "\x01\r\n", "caf\xe9", "\ufffe", "__x0041__x0042_", "x" + strings.Repeat("é", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, replaced := appendText([]byte("before"), []byte(text))
		body, ok := strings.CutPrefix(string(out), "before")
		if !ok || (replaced == 0) != utf8.ValidString(text) {
			t.Fatalf("%q: %q, %d replaced", text, out, replaced)
		}
		want := string([]rune(text)) // each bad byte becomes U+FFFD
		if got := excelReads(t, body); got != want {
			t.Errorf("%q is read as %q", want, got)
		}
		attr := string(appendAttr(nil, text))
		if strings.ContainsAny(attr, "\"\n\t\r<") || excelReads(t, attr) != want {
			t.Errorf("%q as an attribute is %q", text, attr)
		}
	})
}

func TestTextsLongerThanACellAreCutVisibly(t *testing.T) {
	fits := strings.Repeat("x", longestText-2) + "😀"
	if tooLong([]byte(fits)) {
		t.Error("32,767 units are too long")
	}
	for _, text := range []string{fits + "x", strings.Repeat("😀", 20000), strings.Repeat("é", 40000), "x" + strings.Repeat("😀", 20000)} {
		if !tooLong([]byte(text)) {
			t.Errorf("%d units are not too long", units([]byte(text)))
		}
		got := cut([]byte(text))
		if n := units(got); n > longestText || n < longestText-1 || !utf8.Valid(got) || !strings.HasSuffix(string(got), " characters]") {
			t.Errorf("cut to %d units: …%q", n, got[len(got)-60:])
		}
	}
	if got := string(cut([]byte(strings.Repeat("é", 40000)))); !strings.HasSuffix(got, " … [cut: the whole text has 40,000 characters]") {
		t.Errorf("…%q", got[len(got)-60:])
	}
}
