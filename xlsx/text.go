package xlsx

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// longestText is what a cell of Excel holds, in UTF-16 units.
const longestText = 32767

// plain are the bytes that stand for themselves in XML text whatever surrounds them. Those beyond ASCII are looked at
// as characters.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x80; c++ {
		t[c] = c != '<' && c != '>' && c != '&' && c != '_'
	}
	t['\t'], t['\n'] = true, true
	return t
}()

// appendText appends v as the text of an XML element, so that Excel shows what Postgres has:
//
//   - what XML cannot hold (control characters, U+FFFE) as _x0001_, which is ST_Xstring of ECMA-376, and a text that
//     looks like such an escape with its underscore escaped;
//   - CR as a character reference, since a parser turns a bare one into LF;
//   - bytes that are not UTF-8, lone surrogates among them, as U+FFFD each. replaced counts them.
func appendText(b, v []byte) (out []byte, replaced int) {
	from, valid := 0, utf8.Valid(v)
	for i := 0; i < len(v); {
		c := v[i]
		if plain[c] || valid && c >= 0x80 && c != 0xEF {
			i++
			continue
		}
		size, as := 1, ""
		switch {
		case c >= 0x80:
			var r rune
			r, size = utf8.DecodeRune(v[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				as = "\uFFFD"
				replaced++
			case r == 0xFFFE || r == 0xFFFF:
				as = fmt.Sprintf("_x%04X_", r)
			}
		case c == '_':
			if isEscape(v[i:]) {
				as = "_x005F_"
			}
		case c == '<':
			as = "&lt;"
		case c == '>':
			as = "&gt;"
		case c == '&':
			as = "&amp;"
		case c == '\r':
			as = "&#13;"
		default:
			as = controls[c]
		}
		if as != "" {
			b = append(append(b, v[from:i]...), as...)
			from = i + size
		}
		i += size
	}
	return append(b, v[from:]...), replaced
}

// controls are the escapes of control characters.
var controls = func() (t [0x20]string) {
	for c := range t {
		t[c] = fmt.Sprintf("_x%04X_", c)
	}
	return t
}()

// isEscape tells whether a text begins with what Excel reads as an escaped character: _x0041_.
func isEscape(v []byte) bool {
	if len(v) < 7 || v[1] != 'x' || v[6] != '_' {
		return false
	}
	for _, c := range v[2:6] {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// appendAttr appends a text as the value of an XML attribute in double quotes. Line breaks and tabs, which a parser
// would turn into spaces, are escaped the way Excel escapes them there.
func appendAttr(b []byte, s string) []byte {
	text, _ := appendText(nil, []byte(s))
	for _, c := range bytes.ReplaceAll(text, []byte("&#13;"), []byte(controls['\r'])) {
		switch c {
		case '"':
			b = append(b, "&quot;"...)
		case '\t', '\n':
			b = append(b, controls[c]...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// needsSpace tells whether a parser may drop blanks of the text unless told to preserve them.
func needsSpace(v []byte) bool { return len(v) > 0 && (v[0] <= ' ' || v[len(v)-1] <= ' ') }

// tooLong tells whether a text is longer than a cell. No text has more UTF-16 units than bytes.
func tooLong(v []byte) bool { return len(v) > longestText && units(v) > longestText }

// units counts UTF-16 units.
func units(v []byte) int {
	n := 0
	for len(v) > 0 {
		r, size := utf8.DecodeRune(v)
		n += unitsOf(r)
		v = v[size:]
	}
	return n
}

func unitsOf(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// cut shortens a text to what a cell holds, and says so at its end.
func cut(v []byte) []byte {
	mark := fmt.Sprintf(" … [cut: the whole text has %s characters]", grouped(int64(utf8.RuneCount(v))))
	left, at := longestText-units([]byte(mark)), 0
	for {
		r, size := utf8.DecodeRune(v[at:])
		if left -= unitsOf(r); left < 0 {
			return append(bytes.Clone(v[:at]), mark...)
		}
		at += size
	}
}

// grouped writes a count for people: 1,048,576.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
