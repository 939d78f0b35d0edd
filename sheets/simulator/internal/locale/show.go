package locale

import (
	"math"
	"strconv"
	"strings"
)

// Plain shows a number that has no format: up to ten places and fifteen digits, and in the scientific way when the
// whole part alone has more, which is where long ids are lost.
func (l Locale) Plain(v float64) string {
	abs := math.Abs(v)
	var s string
	switch {
	case v == 0:
		return "0"
	case abs >= 1e15 || abs < 1e-9:
		s = strconv.FormatFloat(v, 'E', 5, 64)
		mantissa, exponent, _ := strings.Cut(s, "E")
		s = strings.TrimSuffix(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
	default:
		whole := len(strconv.FormatFloat(math.Trunc(abs), 'f', 0, 64))
		s = strconv.FormatFloat(v, 'f', min(10, 15-whole), 64)
		if strings.Contains(s, ".") {
			s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
		}
	}
	return strings.Replace(s, ".", l.Decimal, 1)
}

// Format shows a number by a number format. Without a pattern it is the locale's default for the type.
func (l Locale) Format(v float64, kind, pattern string) string {
	if pattern == "" {
		pattern = l.defaultPattern(kind)
	}
	if pattern == "" || strings.EqualFold(pattern, "general") {
		return l.Plain(v)
	}
	sections := split(pattern)
	section, abs := choose(sections, v)
	parts := lexPattern(section)
	if isDate(parts) {
		return formatDate(parts, v)
	}
	return l.formatNumber(parts, v, abs)
}

func (l Locale) defaultPattern(kind string) string {
	switch kind {
	case "NUMBER":
		return "#,##0.00"
	case "PERCENT":
		return "0.00%"
	case "CURRENCY":
		return l.MoneyPattern()
	case "DATE":
		return l.DatePattern()
	case "TIME":
		return "h:mm:ss"
	case "DATE_TIME":
		return l.DatePattern() + " h:mm:ss"
	case "SCIENTIFIC":
		return "0.00E+00"
	}
	return ""
}

// split takes the sections of a pattern apart: for positive numbers, negative ones, zero, text.
func split(pattern string) []string {
	var all []string
	start, quoted := 0, false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			all = append(all, pattern[start:i])
			start = i + 1
		}
	}
	return append(all, pattern[start:])
}

// choose picks the section for a number; abs tells that the section writes the minus itself.
func choose(sections []string, v float64) (section string, abs bool) {
	switch {
	case v < 0 && len(sections) > 1:
		return sections[1], true
	case v == 0 && len(sections) > 2:
		return sections[2], false
	}
	return sections[0], false
}
