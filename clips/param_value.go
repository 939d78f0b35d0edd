package clips

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var paramTypes = []ParamType{ParamText, ParamInteger, ParamNumber, ParamDate, ParamTimestamp, ParamBoolean, ParamChoice}

// oid is the Postgres type a value is bound as (pg_type.dat). 0, for a parameter of no declared type, lets the server
// decide from where it stands.
func (t ParamType) oid() uint32 {
	switch t {
	case ParamText, ParamChoice:
		return 25 // text
	case ParamInteger:
		return 20 // int8
	case ParamNumber:
		return 1700 // numeric
	case ParamDate:
		return 1082 // date
	case ParamTimestamp:
		return 1184 // timestamptz: the value carries its offset, so it is one moment whatever the session's zone
	case ParamBoolean:
		return 16 // bool
	}
	return 0
}

// takesEmpty tells whether "" is a value, rather than a field of a form that nobody filled in.
func (p Param) takesEmpty() bool {
	return p.Type == ParamText || p.Type == "" || slices.Contains(p.Choices, "")
}

// readValue turns what a person gave into what is bound, in one spelling for equal values.
func readValue(p Param, given string, clock wallClock) (string, error) {
	value, ok := "", utf8.ValidString(given) && !strings.Contains(given, "\x00") // Postgres' text can hold neither
	if ok {
		value, ok = parseValue(p, given, clock)
	}
	if !ok {
		return "", paramError("Parameter %q does not accept %s: give %s.", p.Name, shown(given), accepts(p, clock))
	}
	return value, nil
}

func parseValue(p Param, given string, clock wallClock) (value string, ok bool) {
	text := strings.TrimSpace(given)
	switch p.Type {
	case ParamInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		return strconv.FormatInt(n, 10), err == nil
	case ParamNumber:
		return parseNumber(text)
	case ParamBoolean:
		return parseBoolean(text)
	case ParamDate:
		t, ok := clock.readDate(text)
		return t.Format(time.DateOnly), ok
	case ParamTimestamp:
		t, ok := clock.readTimestamp(text)
		return timestampText(t), ok
	case ParamChoice:
		return given, slices.Contains(p.Choices, given)
	}
	return given, true
}

// number is what numeric reads, without its words for infinity and NaN: sign, whole part, decimals and exponent.
var number = regexp.MustCompile(`^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,4}))?$`)

// maxDigits is how many a number may have, written out: what the widest column declared as numeric holds.
const maxDigits = 1000

// parseNumber writes a number as numeric prints it: no exponent, no leading zeros, but every decimal that was given.
func parseNumber(text string) (value string, ok bool) {
	m := number.FindStringSubmatch(text)
	if m == nil || m[2]+m[3] == "" {
		return "", false
	}
	exponent, _ := strconv.Atoi(m[4]) // none is 0
	digits, decimals := strings.TrimLeft(m[2], "0")+m[3], len(m[3])-exponent
	if max(len(digits), decimals, len(digits)-decimals) > maxDigits {
		return "", false
	}
	if decimals < 0 { // the exponent moves the point beyond the digits
		digits, decimals = digits+strings.Repeat("0", -decimals), 0
	}
	if missing := decimals - len(digits); missing > 0 { // or before them
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - decimals
	value = cmp.Or(strings.TrimLeft(digits[:point], "0"), "0")
	if decimals > 0 {
		value += "." + digits[point:]
	}
	if m[1] == "-" && strings.Trim(value, "0.") != "" {
		value = "-" + value
	}
	return value, true
}

// timestampText has the seconds of an offset where there are any: in local mean time, before there were zones.
func timestampText(t time.Time) string {
	layout := "2006-01-02 15:04:05.999999-07:00"
	if _, offset := t.Zone(); offset%60 != 0 {
		layout += ":00"
	}
	return t.Format(layout)
}

func parseBoolean(text string) (value string, ok bool) {
	switch strings.ToLower(text) {
	case "true", "t", "yes", "y", "on", "1":
		return "true", true
	case "false", "f", "no", "n", "off", "0":
		return "false", true
	}
	return "", false
}

// accepts says what a parameter takes, as the end of a sentence.
func accepts(p Param, clock wallClock) string {
	switch p.Type {
	case ParamInteger:
		return "a whole number like 42, of at most 18 digits"
	case ParamNumber:
		return "a number like 2.5, with a point and without separators of thousands"
	case ParamBoolean:
		return `"true" or "false"`
	case ParamDate:
		return fmt.Sprintf(`a date like %s, or a relative one like "today", "start of last month" or "today - 7 days"`,
			clock.now.Format(time.DateOnly))
	case ParamTimestamp:
		return fmt.Sprintf(`a date and time like "%s 14:30", or a relative one like "now - 2 hours" or "start of month"`,
			clock.now.Format(time.DateOnly))
	case ParamChoice:
		return "one of " + choiceList(p.Choices)
	}
	return "any text"
}

func choiceList(choices []string) string {
	const most = 20
	words := make([]string, 0, most)
	for i, c := range choices {
		if i == most {
			return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), len(choices)-most)
		}
		words = append(words, shown(c))
	}
	return strings.Join(words, ", ")
}

// shown quotes a value for a message; a long one is shortened, since it may be a whole file.
func shown(value string) string {
	const most = 60
	if utf8.RuneCountInString(value) > most {
		value = string([]rune(value)[:most]) + "…"
	}
	return strconv.Quote(value)
}
