package xlsx

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"clipsheet/clips"
)

// names makes names unique. Excel compares them without regard to case.
type names map[string]bool

// take makes name unique among those taken, by the form for the second, third …, and takes it.
func (n names) take(name string, numbered func(name string, i int) string) string {
	candidate := name
	for i := 2; n[strings.ToLower(candidate)]; i++ {
		candidate = numbered(name, i)
	}
	n[strings.ToLower(candidate)] = true
	return candidate
}

// longestTab is in UTF-16 units.
const longestTab = 31

// tabName makes any text the name of a tab: of at most 31 characters, without []:*?/\, no apostrophe at either end,
// and not History, which Excel keeps for itself.
func tabName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`[]:*?/\`, r):
			return '-'
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Trim(shorten(strings.Join(strings.Fields(inert(s)), " "), longestTab), "' ")
	if s == "" {
		return "Sheet"
	}
	if strings.EqualFold(s, "History") {
		return s + " (1)"
	}
	return s
}

// inert is a name in which Excel finds no escape: _x000D_ would be a line break, which no name may have. Twice, since one
// escape may begin where another ends.
func inert(s string) string {
	s = stXstring.ReplaceAllStringFunc(s, strings.ToUpper)
	return stXstring.ReplaceAllStringFunc(s, strings.ToUpper)
}

// numberedTab is "ledger (2)".
func numberedTab(name string, i int) string {
	mark := fmt.Sprintf(" (%d)", i)
	return strings.TrimRight(shorten(name, longestTab-len(mark)), "' ") + mark
}

// shorten leaves at most n UTF-16 units.
func shorten(s string, n int) string {
	for at, r := range s {
		if n -= unitsOf(r); n < 0 {
			return s[:at]
		}
	}
	return s
}

// looksLikeCell matches what Excel would take for a cell, in either of its two notations.
var looksLikeCell = regexp.MustCompile(`(?i)^([a-z]{1,3}[0-9]+|r[0-9]*(c[0-9]*)?|c[0-9]*)$`)

// tableName makes any text the name of a table, which formulas refer to: letters, digits and underscores. It depends
// on nothing but the text, so that formulas go on working with the next workbook.
func tableName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || unicode.In(r, tableLetters) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(s, "_"))
	s = shorten(inert(s), 200)
	if first, _ := utf8.DecodeRuneInString(s); s == "" || !unicode.In(first, tableLetters) && first != '_' || looksLikeCell.MatchString(s) {
		s = "t_" + s
	}
	return s
}

// tableLetters are those of the scripts most names are written in, as far as Excel has always taken them for letters.
var tableLetters = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 'A', Hi: 'Z', Stride: 1}, {Lo: 'a', Hi: 'z', Stride: 1},
	{Lo: 'À', Hi: 'Ö', Stride: 1}, {Lo: 'Ø', Hi: 'ö', Stride: 1}, {Lo: 'ø', Hi: 'ȳ', Stride: 1},
	{Lo: 'Α', Hi: 'Ρ', Stride: 1}, {Lo: 'Σ', Hi: 'ώ', Stride: 1}, {Lo: 'Ѐ', Hi: 'ҁ', Stride: 1},
	{Lo: 'ぁ', Hi: 'ゖ', Stride: 1}, {Lo: 'ァ', Hi: 'ヺ', Stride: 1}, {Lo: '一', Hi: '龥', Stride: 1}, {Lo: '가', Hi: '힣', Stride: 1},
}}

// numbered is "ledger_2".
func numbered(name string, i int) string { return fmt.Sprintf("%s_%d", name, i) }

// longestHeading keeps a heading within what the column of a table may be called.
const longestHeading = 255

// headings are the cells above the columns, which name the columns of the table as well: none is empty, and no two
// are alike.
func headings(columns []clips.Column, formats map[string]clips.ColumnFormat) []string {
	taken, out := names{}, make([]string, len(columns))
	for i, c := range columns {
		s := formats[c.Name].Label
		if s == "" {
			s = c.Name
		}
		if s = shorten(strings.ToValidUTF8(s, "\uFFFD"), longestHeading-10); strings.TrimSpace(s) == "" {
			s = fmt.Sprintf("Column%d", i+1)
		}
		out[i] = taken.take(s, numbered)
	}
	return out
}

// letters names a column, counted from 0: A … Z, AA … XFD.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// cell names a cell by its column, counted from 0, and its row, counted from 1.
func cell(column int, row int64) string { return fmt.Sprintf("%s%d", letters(column), row) }

// quotedTab is the name of a tab as formulas write it.
func quotedTab(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// reference writes a column of a table as formulas do: ledger[amount], with signs that have a meaning there escaped.
func reference(table, heading string) string {
	return table + "[" + escapeReference.Replace(heading) + "]"
}

var escapeReference = strings.NewReplacer("'", "''", "[", "'[", "]", "']", "#", "'#", "@", "'@")
