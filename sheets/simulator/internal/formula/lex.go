package formula

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokText
	tokRef
	tokName // a function, a named range, TRUE or FALSE
	tokError
	tokOp // operators, parentheses, braces and separators
)

type token struct {
	kind     tokenKind
	text     string // of a name or an operator; the value of a string
	num      float64
	ref      grid.Ref
	from, to int // where it is in the formula
}

var (
	areaStart = regexp.MustCompile(`^(?:` +
		`\$?[A-Za-z]{1,3}\$?[0-9]{1,9}(?::(?:\$?[A-Za-z]{1,3}(?:\$?[0-9]{1,9})?|\$?[0-9]{1,9}))?|` +
		`\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|` +
		`\$?[0-9]{1,9}:\$?[0-9]{1,9})`)
	nameStart   = regexp.MustCompile(`^[\pL_\\][\pL\pN_.\\]*`)
	errorStart  = regexp.MustCompile(`^#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|ERROR!)`)
	numberStart = map[bool]*regexp.Regexp{
		false: regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`),
		true:  regexp.MustCompile(`^(?:[0-9]+,?[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?`),
	}
	operators = []string{"<>", "<=", ">=", "+", "-", "*", "/", "^", "&", "=", "<", ">", "%", "(", ")", "{", "}", ",", ";", `\`}
)

// lex splits the text after the equals sign. comma tells that the decimal sign is a comma.
func lex(text string, comma bool) ([]token, error) {
	var all []token
	for at := 0; ; {
		for at < len(text) && strings.ContainsRune(" \t\n\r", rune(text[at])) {
			at++
		}
		if at == len(text) {
			return append(all, token{kind: tokEnd, from: at, to: at}), nil
		}
		t, n, err := next(text[at:], comma)
		if err != nil {
			return nil, err
		}
		t.from, t.to = at, at+n
		all = append(all, t)
		at += n
	}
}

func next(text string, comma bool) (token, int, error) {
	if t, n, ok := reference(text); ok {
		return t, n, nil
	}
	if m := errorStart.FindString(text); m != "" {
		return token{kind: tokError, text: m}, len(m), nil
	}
	if m := numberStart[comma].FindString(text); m != "" {
		v, err := strconv.ParseFloat(strings.Replace(m, ",", ".", 1), 64)
		return token{kind: tokNumber, num: v}, len(m), err
	}
	if text[0] == '"' {
		return quoted(text)
	}
	for _, op := range operators {
		if strings.HasPrefix(text, op) {
			return token{kind: tokOp, text: op}, len(op), nil
		}
	}
	if m := nameStart.FindString(text); m != "" {
		return token{kind: tokName, text: m}, len(m), nil
	}
	return token{}, 0, fmt.Errorf("unexpected %.10q", text)
}

func quoted(text string) (token, int, error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return token{kind: tokText, text: b.String()}, i + 1, nil
		}
		b.WriteByte('"')
		i++
	}
	return token{}, 0, fmt.Errorf("a string is not closed")
}

// reference reads a reference with the sheet it names, if one starts here.
func reference(text string) (token, int, bool) {
	title, n := sheetPrefix(text)
	m := areaStart.FindString(text[n:])
	if m == "" {
		return token{}, 0, false
	}
	if rest := text[n+len(m):]; rest != "" && (strings.IndexByte("(!.0123456789", rest[0]) >= 0 || nameStart.MatchString(rest)) {
		return token{}, 0, false // a function, a title or a name that begins like a cell
	}
	area, fixed, ok := grid.ParseArea(m)
	if !ok {
		return token{}, 0, false
	}
	return token{kind: tokRef, ref: grid.Ref{Sheet: title, Area: area, Fixed: fixed}}, n + len(m), true
}

// sheetPrefix reads Title! or 'Title'! and how long it is; 0 when there is none.
func sheetPrefix(text string) (string, int) {
	if strings.HasPrefix(text, "'") {
		for i := 1; i < len(text); i++ {
			if text[i] != '\'' {
				continue
			}
			if i+1 < len(text) && text[i+1] == '\'' {
				i++
				continue
			}
			if i+1 < len(text) && text[i+1] == '!' {
				return strings.ReplaceAll(text[1:i], "''", "'"), i + 2
			}
			return "", 0
		}
		return "", 0
	}
	if m := nameStart.FindString(text); m != "" && strings.HasPrefix(text[len(m):], "!") {
		return m, len(m) + 1
	}
	return "", 0
}
