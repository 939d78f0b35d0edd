package locale

import (
	"regexp"
	"strconv"
	"strings"
)

// Kind is what typed text turned out to be.
type Kind uint8

const (
	Text Kind = iota
	Number
	Bool
	Formula
)

// Entry is typed text as a sheet understands it.
type Entry struct {
	Kind    Kind
	Text    string // of a Text, without a leading apostrophe; of a Formula, with its equals sign
	Number  float64
	True    bool
	Type    string // the number format that comes with it: DATE, PERCENT, CURRENCY …; empty: none
	Pattern string
}

// Parse reads text as if it was typed into a cell.
func (l Locale) Parse(text string) Entry {
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "'"):
		return Entry{Kind: Text, Text: text[1:]}
	case strings.HasPrefix(text, "=") && len(text) > 1:
		return Entry{Kind: Formula, Text: text}
	case strings.EqualFold(trimmed, "TRUE"), strings.EqualFold(trimmed, "FALSE"):
		return Entry{Kind: Bool, True: strings.EqualFold(trimmed, "TRUE")}
	}
	if e, ok := l.number(trimmed); ok {
		return e
	}
	if e, ok := l.moment(trimmed); ok {
		return e
	}
	if strings.HasPrefix(text, "+") && len(text) > 1 {
		return Entry{Kind: Formula, Text: "=" + text}
	}
	return Entry{Kind: Text, Text: text}
}

var plainNumber = regexp.MustCompile(`^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$`)

// number reads 1,234.50, -3, 12%, $5, (7), 1e3.
func (l Locale) number(text string) (Entry, bool) {
	e := Entry{Kind: Number}
	negative := false
	if inner, ok := strings.CutPrefix(text, "("); ok && strings.HasSuffix(inner, ")") {
		text, negative = strings.TrimSuffix(inner, ")"), true
	}
	sign := func() {
		if rest, ok := strings.CutPrefix(text, "-"); ok && !negative {
			text, negative = rest, true
		} else if rest, ok := strings.CutPrefix(text, "+"); ok {
			text = rest
		}
	}
	sign()
	percent := 1.0
	if rest, ok := strings.CutSuffix(text, "%"); ok {
		text, percent = strings.TrimSpace(rest), 100
	}
	money := false
	if rest, ok := strings.CutPrefix(text, l.Currency); ok {
		text, money = strings.TrimSpace(rest), true
		sign()
	} else if rest, ok := strings.CutSuffix(text, l.Currency); ok {
		text, money = strings.TrimSpace(rest), true
	}
	text, grouped, ok := l.ungroup(text)
	if !ok || !plainNumber.MatchString(text) {
		return Entry{}, false
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Entry{}, false
	}
	if negative {
		v = -v
	}
	e.Number = v / percent
	_, fraction, _ := strings.Cut(text, ".")
	switch {
	case money:
		e.Type, e.Pattern = "CURRENCY", l.MoneyPattern()
	case percent > 1 && fraction == "":
		e.Type, e.Pattern = "PERCENT", "0%"
	case percent > 1:
		e.Type, e.Pattern = "PERCENT", "0.00%"
	case strings.ContainsAny(text, "eE"):
		e.Type, e.Pattern = "SCIENTIFIC", "0.00E+00"
	case grouped && fraction == "":
		e.Type, e.Pattern = "NUMBER", "#,##0"
	case grouped:
		e.Type, e.Pattern = "NUMBER", "#,##0.00"
	}
	return e, true
}

// ungroup gives a number the point as its decimal sign and takes the signs between thousands out, which must be in
// their places.
func (l Locale) ungroup(text string) (_ string, grouped, ok bool) {
	whole, fraction, hasFraction := strings.Cut(text, l.Decimal)
	if l.Decimal != "." && strings.Contains(fraction, ".") {
		return "", false, false
	}
	separators := []string{l.Group}
	if strings.TrimSpace(l.Group) == "" {
		separators = []string{"\u202f", "\u00a0", " "}
	}
	for _, sep := range separators {
		parts := strings.Split(whole, sep)
		if len(parts) == 1 {
			continue
		}
		for i, part := range parts {
			if i > 0 && len(part) != 3 || i == 0 && (len(part) == 0 || len(part) > 3) {
				return "", false, false
			}
		}
		whole, grouped = strings.Join(parts, ""), true
		break
	}
	if l.Decimal != "." && strings.Contains(whole, ".") {
		return "", false, false
	}
	if hasFraction {
		return whole + "." + fraction, grouped, true
	}
	return whole, grouped, true
}

// Value reads a text as a number where a formula needs one: a number, an amount or a date.
func (l Locale) Value(text string) (float64, bool) {
	trimmed := strings.TrimSpace(text)
	if e, ok := l.number(trimmed); ok {
		return e.Number, true
	}
	e, ok := l.moment(trimmed)
	return e.Number, ok
}
