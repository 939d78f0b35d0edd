package clips

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// checkPattern finds what Excel would not read in a number format. It is strict where Excel's own dialogue is lenient,
// since a file with a wrong pattern opens with a warning and loses all its formats.
func checkPattern(pattern string) error {
	if !utf8.ValidString(pattern) || len(utf16.Encode([]rune(pattern))) > 255 {
		return paramError("The format %s is too long: Excel reads at most 255 characters.", shown(pattern))
	}
	sections := 1
	for rest, s := pattern, (section{}); rest != ""; {
		if rest[0] == ';' {
			rest, s = rest[1:], section{}
			sections++
			continue
		}
		size, ok := s.token(rest)
		if !ok {
			return wrongPattern(pattern, rest)
		}
		rest = rest[size:]
	}
	if sections > 4 {
		return paramError("The format %s has more than four sections between semicolons.", shown(pattern))
	}
	return nil
}

func wrongPattern(pattern, rest string) error {
	r, _ := utf8.DecodeRuneInString(rest)
	return paramError(`The format %s cannot be read from %s on: write currency:EUR, percent, accounting, text, or a number `+
		`format of Excel such as #,##0.00 or yyyy-mm-dd, with words in double quotes.`, shown(pattern), shown(string(r)))
}

// section is what is known of one of the parts between semicolons. Digits, dates and text do not mix within one.
type section struct {
	digits, date, text bool
	last               byte // what the last token was made of: 's' for seconds, '.' for a point after them
}

// token reads one token of the grammar of number formats (ECMA-376 part 1, 18.8.31), and tells its length.
func (s *section) token(rest string) (size int, ok bool) {
	c, last := rest[0], s.last
	s.last = c
	switch c {
	case '"':
		end := strings.IndexByte(rest[1:], '"')
		return end + 2, end >= 0 && printable(rest[1:end+1])
	case '\\', '_', '*':
		r, n := utf8.DecodeRuneInString(rest[1:])
		return 1 + n, n > 0 && unicode.IsPrint(r)
	case '[':
		end := strings.IndexByte(rest, ']')
		return end + 1, end > 1 && s.bracket(rest[1:end])
	case '@':
		s.text = true
		return 1, !s.digits && !s.date
	case '0', '#', '?', '%':
		if c == '0' && s.date && (last == '.' || last == '0') {
			s.last = '0'
			return 1, true // a part of a second
		}
		s.digits = true
		return 1, !s.date && !s.text
	case 'E', 'e':
		s.last = 'E'
		return 2, s.digits && len(rest) > 1 && (rest[1] == '+' || rest[1] == '-')
	}
	if last == '/' && '1' <= c && c <= '9' || '0' <= c && c <= '9' && last == '/'+1 {
		s.last = '/' + 1 // a fixed denominator: # ?/16
		return 1, s.digits
	}
	if n := dateToken(rest); n > 0 {
		s.date = true
		return n, !s.digits && !s.text
	}
	return s.literal(rest)
}

// literal reads what stands for itself.
func (s *section) literal(rest string) (size int, ok bool) {
	const general = "general"
	if len(rest) >= len(general) && strings.EqualFold(rest[:len(general)], general) {
		s.digits = true
		return len(general), !s.date && !s.text
	}
	if strings.IndexByte(".,/ $-+():!^&'~{}<>=", rest[0]) >= 0 {
		return 1, true
	}
	r, n := utf8.DecodeRuneInString(rest)
	return n, unicode.Is(unicode.Sc, r) || r == '\u00a0'
}

// bracket reads what may stand in square brackets: elapsed time, a colour, a condition, a currency or a locale.
func (s *section) bracket(text string) bool {
	lower := strings.ToLower(text)
	switch {
	case strings.Trim(lower, "h") == "", strings.Trim(lower, "m") == "", strings.Trim(lower, "s") == "":
		s.date = true
		return !s.digits && !s.text
	case text[0] == '$':
		return len(text) > 1 && printable(text) && !strings.Contains(text, "[")
	case strings.IndexByte("<>=", text[0]) >= 0:
		return number.MatchString(strings.TrimLeft(text, "<>="))
	}
	switch colour := strings.TrimSpace(strings.TrimRight(lower, "0123456789")); colour {
	case "color":
		n := strings.TrimSpace(lower[len("color"):])
		return len(n) == 1 && n >= "1" || len(n) == 2 && n >= "10" && n <= "56"
	case "black", "blue", "cyan", "green", "magenta", "red", "white", "yellow":
		return colour == lower
	}
	return false
}

// dateToken tells the length of a run of one letter of dates, or of AM/PM; 0 is neither.
func dateToken(rest string) int {
	for _, word := range []string{"AM/PM", "am/pm", "A/P", "a/p"} {
		if strings.HasPrefix(rest, word) {
			return len(word)
		}
	}
	n := 0
	for n < len(rest) && rest[n]|0x20 == rest[0]|0x20 {
		n++
	}
	most := map[byte]int{'y': 4, 'm': 5, 'd': 4, 'h': 2, 's': 2}[rest[0]|0x20]
	if n > most {
		return 0
	}
	return n
}

func printable(text string) bool {
	for _, r := range text {
		if !unicode.IsPrint(r) && r != '\u00a0' {
			return false
		}
	}
	return true
}
