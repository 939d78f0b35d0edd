package xlsx

import "strings"

// rewriteFormula gives each cell or rectangle that a formula names to rewrite, with the tab it is on ("" is the one of
// the formula), and puts in its place what that returns. Text in quotes, structured references and names are left.
func rewriteFormula(formula string, rewrite func(tab string, from corner, to *corner) string) string {
	var out strings.Builder
	for i := 0; i < len(formula); {
		size := 1
		switch c := formula[i]; {
		case c == '"':
			size = quotedLength(formula[i:], '"')
		case c == '[':
			size = bracketLength(formula[i:])
		case c == '\'' || isNameByte(c) || c == '$':
			tab, n := tabPrefix(formula[i:])
			word := wordLength(formula[i+n:])
			if n > 0 && i > 0 && formula[i-1] == ':' {
				size = n + word // January:March!B2:B4 is a place on each of several tabs
				if rest := formula[i+size:]; rest != "" && rest[0] == ':' {
					size += 1 + wordLength(rest[1:])
				}
				break
			}
			if text, length, ok := rewriteReference(tab, formula[i+n:], word, rewrite); ok {
				out.WriteString(formula[i:i+n] + text)
				i += n + length
				continue
			}
			if size = n + word; size == 0 {
				size = 1
			}
		}
		out.WriteString(formula[i : i+size])
		i += size
	}
	return out.String()
}

// rewriteReference reads a cell, or two with a colon between them, at the start of rest.
func rewriteReference(tab, rest string, word int, rewrite func(string, corner, *corner) string) (text string, length int, ok bool) {
	from, ok := parseCorner(rest[:word])
	if !ok || word < len(rest) && (rest[word] == '(' || rest[word] == '!') {
		return "", 0, false
	}
	if word < len(rest) && rest[word] == ':' {
		n := wordLength(rest[word+1:])
		if to, ok := parseCorner(rest[word+1 : word+1+n]); ok {
			return rewrite(tab, from, &to), word + 1 + n, true
		}
		return "", 0, false
	}
	return rewrite(tab, from, nil), word, true
}

// tabPrefix reads 'P&L'! or Ledger! at the start of a formula's rest.
func tabPrefix(s string) (tab string, length int) {
	if s[0] == '\'' {
		n := quotedLength(s, '\'')
		if n < len(s) && s[n] == '!' {
			return strings.ReplaceAll(s[1:n-1], "''", "'"), n + 1
		}
		return "", n
	}
	if n := wordLength(s); n > 0 && n < len(s) && s[n] == '!' {
		return s[:n], n + 1
	}
	return "", 0
}

// isNameByte tells the bytes that words of formulas are made of: names, functions, cells, numbers.
func isNameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '\\' || c >= 0x80
}

func wordLength(s string) int {
	n := 0
	for n < len(s) && (isNameByte(s[n]) || s[n] == '$') {
		n++
	}
	return n
}

// quotedLength is that of a text in quotes, in which two quotes stand for one.
func quotedLength(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// bracketLength is that of a structured reference, in which an apostrophe escapes what follows.
func bracketLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\'':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// shiftFormula moves what a formula names by rows, as copying it down does.
func shiftFormula(formula string, rows int64) string {
	if rows == 0 {
		return formula
	}
	move := func(c corner) corner {
		if !c.fixedRow {
			c.row += rows
		}
		return c
	}
	return rewriteFormula(formula, func(_ string, from corner, to *corner) string {
		if to == nil {
			return move(from).String()
		}
		return move(from).String() + ":" + move(*to).String()
	})
}
