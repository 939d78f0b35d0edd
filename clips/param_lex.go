package clips

import "strings"

// lexer splits SQL the way Postgres' scan.l does, as far as it takes to know what is text and what is code. What
// does not end (a string, a comment) reaches to the end of the SQL; the server will say so.
type lexer struct {
	sql string
	at  int // the next byte
}

type token struct {
	kind tokenKind
	text string
}

type tokenKind byte

const (
	blank      tokenKind = iota // white space and comments
	word                        // an unquoted name or keyword
	literal                     // a string, a number or a quoted name
	positional                  // $1
	colon                       // a lone one, not part of :: or :=
	parameter                   // a colon and a name, where a value is read
	closing                     // ) or ]
	other                       // anything else, a byte at a time
)

func (l *lexer) next() token {
	start := l.at
	kind := l.skip()
	return token{kind: kind, text: l.sql[start:l.at]}
}

func (l *lexer) skip() tokenKind {
	switch c := l.sql[l.at]; {
	case strings.IndexByte(" \t\n\r\f\v", c) >= 0:
		l.at++
		return blank
	case l.has("--"):
		l.at += lineEnd(l.sql[l.at:])
		return blank
	case l.has("/*"):
		l.skipComment()
		return blank
	case c == '\'' || c == '"':
		l.skipQuoted(l.at)
		return literal
	case c == '$':
		return l.skipDollar()
	case wordStart(c):
		return l.skipWord()
	case '0' <= c && c <= '9':
		l.skipDigits()
		return literal
	}
	return l.skipSign()
}

func (l *lexer) skipSign() tokenKind {
	if l.has("::") || l.has(":=") {
		l.at += 2
		return other
	}
	c := l.sql[l.at]
	l.at++
	switch c {
	case ':':
		return colon
	case ')', ']':
		return closing
	}
	return other
}

func (l *lexer) has(prefix string) bool { return strings.HasPrefix(l.sql[l.at:], prefix) }

// skipComment passes a block comment; they nest.
func (l *lexer) skipComment() {
	depth := 0
	for l.at < len(l.sql) {
		switch {
		case l.has("/*"):
			depth++
			l.at += 2
		case l.has("*/"):
			depth--
			l.at += 2
		default:
			l.at++
		}
		if depth == 0 {
			return
		}
	}
}

// skipQuoted passes a string or quoted name whose quote is at open. A doubled quote inside looks like two strings
// in a row, which comes to the same.
func (l *lexer) skipQuoted(open int) {
	end := strings.IndexByte(l.sql[open+1:], l.sql[open])
	if end < 0 {
		l.at = len(l.sql)
		return
	}
	l.at = open + 1 + end + 1
}

// skipEscaped passes an E'…' string whose first quote is at open. A string that goes on after a line break is one
// string, and backslashes still escape in it.
func (l *lexer) skipEscaped(open int) {
	for i := open + 1; i < len(l.sql); i++ {
		switch l.sql[i] {
		case '\\':
			i++
		case '\'':
			next, goesOn := continuation(l.sql[i+1:])
			if !goesOn {
				l.at = i + 1
				return
			}
			i += 1 + next
		}
	}
	l.at = len(l.sql)
}

// continuation finds the quote with which a string goes on: right away (a doubled quote) or after blanks and line
// comments with a line break among them.
func continuation(rest string) (at int, ok bool) {
	broken := false
	for at < len(rest) {
		switch c := rest[at]; {
		case c == '\'':
			return at, broken || at == 0
		case strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			broken = broken || c == '\n' || c == '\r'
			at++
		case strings.HasPrefix(rest[at:], "--"):
			at += lineEnd(rest[at:])
		default:
			return 0, false
		}
	}
	return 0, false
}

// skipDollar passes $1, $tag$ … $tag$, or a lone dollar sign.
func (l *lexer) skipDollar() tokenKind {
	end := l.at + 1
	if end < len(l.sql) && '0' <= l.sql[end] && l.sql[end] <= '9' {
		l.at++
		l.skipDigits()
		return positional
	}
	for end < len(l.sql) && wordPart(l.sql[end]) && l.sql[end] != '$' {
		end++
	}
	if end == len(l.sql) || l.sql[end] != '$' {
		l.at++
		return other
	}
	tag := l.sql[l.at : end+1]
	l.at = end + 1
	if close := strings.Index(l.sql[l.at:], tag); close >= 0 {
		l.at += close + len(tag)
	} else {
		l.at = len(l.sql)
	}
	return literal
}

// skipWord passes a name or keyword, or a string with the prefix E, which has escapes. Strings with another prefix (B,
// X, N, U&) end at the next quote like plain ones, so it does no harm to take the prefix for a word.
func (l *lexer) skipWord() tokenKind {
	end := l.wordEnd(l.at)
	if strings.EqualFold(l.sql[l.at:end], "e") && strings.HasPrefix(l.sql[end:], "'") {
		l.skipEscaped(end)
		return literal
	}
	l.at = end
	return word
}

func (l *lexer) skipDigits() {
	for l.at < len(l.sql) && '0' <= l.sql[l.at] && l.sql[l.at] <= '9' {
		l.at++
	}
}

func (l *lexer) wordEnd(at int) int {
	for at < len(l.sql) && wordPart(l.sql[at]) {
		at++
	}
	return at
}

// wordStart and wordPart are Postgres' ident_start and ident_cont: every byte beyond ASCII counts as a letter.
func wordStart(c byte) bool { return c == '_' || c >= 0x80 || 'a' <= c|0x20 && c|0x20 <= 'z' }
func wordPart(c byte) bool  { return wordStart(c) || c == '$' || '0' <= c && c <= '9' }

// lineEnd is the length of s up to its first line break.
func lineEnd(s string) int {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return i
	}
	return len(s)
}
