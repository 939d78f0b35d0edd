package clips

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scannedSQL is an author's SQL with $1, $2 … where :names stood.
type scannedSQL struct {
	text  string
	names []string // names[i] is what $i+1 stands for
	holes []hole   // every place that changed, in order
}

// hole is one :name and the $n that replaced it, as ranges of characters counted from 0.
type hole struct{ from, fromEnd, to, toEnd int }

// scanSQL replaces parameters. A :name is one wherever Postgres would read a value: not in strings of any kind,
// quoted names, comments or dollar quotes, and not as part of ::type or :=. Two places use a lone colon themselves:
//
//   - Subscripts. In a[1:n] and a[:n] the colon is a slice, so directly inside a subscript nothing is a parameter;
//     parentheses make it one: a[(:i)], a[1:(:n)]. The brackets of ARRAY[:a, :b] are no subscript.
//   - JSON_OBJECT(key : value). There a colon right after a key is the separator.
//
// Strings are read as standard_conforming_strings = on has them, the default since Postgres 9.1.
func scanSQL(sql string) (scannedSQL, error) {
	if !strings.ContainsAny(sql, ":$") { // it has no parameter, and is looked at for every reader of its clip
		return scannedSQL{text: sql}, nil
	}
	s := scanner{lexer: lexer{sql: sql}, numbers: map[string]int{}}
	for s.at < len(sql) {
		start := s.at
		t := s.next()
		switch {
		case t.kind == positional:
			return scannedSQL{}, errPositional(t.text, utf8.RuneCountInString(sql[:start])+1)
		case t.kind == colon && s.parameterHere():
			s.at = s.wordEnd(s.at)
			s.replace(start, s.at)
			t = token{kind: parameter}
		case t.kind == blank:
			continue
		}
		s.track(t)
		s.before = t
	}
	return s.result(), nil
}

func errPositional(text string, position int) *Error {
	return &Error{
		Kind:     KindSQL,
		Position: position,
		Notice:   fmt.Sprintf("The SQL has the numbered parameter %s: give it a name, like :region, and declare that.", text),
	}
}

// scanner reads tokens, keeps in mind which brackets are open, and writes the new text.
type scanner struct {
	lexer
	before token // the last one that was neither blank nor comment
	open   []bracket

	out           strings.Builder
	copied        int // bytes of sql that are in out
	copiedChars   int
	writtenChars  int
	names         []string
	numbers       map[string]int // of names, from 1
	holes         []hole
	qualifiedWord bool // before is a word that follows a dot, so it is no keyword
}

// bracket is an open ( or [.
type bracket struct {
	kind  bracketKind
	split bool // in jsonObject: the colon of the current pair, or its VALUE, has been seen
}

type bracketKind byte

const (
	parens      bracketKind = iota
	jsonObject              // JSON_OBJECT( … ) and JSON_OBJECTAGG( … )
	constructor             // ARRAY[ … ] and what is nested in it
	subscript               // a[ … ], and int[] too
)

func (s *scanner) inside() bracketKind {
	if len(s.open) == 0 {
		return parens
	}
	return s.open[len(s.open)-1].kind
}

// parameterHere tells whether the colon just read starts a :name.
func (s *scanner) parameterHere() bool {
	if s.at >= len(s.sql) || !wordStart(s.sql[s.at]) || s.inside() == subscript {
		return false
	}
	return s.inside() != jsonObject || s.open[len(s.open)-1].split || !s.keyEnds()
}

// keyEnds tells whether a key of JSON_OBJECT could end with the token before. A keyword ends none.
func (s *scanner) keyEnds() bool {
	switch s.before.kind {
	case literal, closing, parameter:
		return true
	case word:
		return s.qualifiedWord || !slices.Contains(beforeOperand, strings.ToLower(s.before.text))
	}
	return false
}

// beforeOperand lists the keywords after which an expression goes on.
var beforeOperand = []string{"case", "when", "then", "else", "and", "or", "not", "like", "ilike", "between", "in", "is",
	"from"}

// track keeps the open brackets, given the next token that matters.
func (s *scanner) track(t token) {
	top := len(s.open) - 1
	switch strings.ToLower(t.text) {
	case "(":
		s.open = append(s.open, bracket{kind: s.parenKind()})
	case "[":
		s.open = append(s.open, bracket{kind: s.bracketKind()})
	case ")", "]":
		if top >= 0 {
			s.open = s.open[:top]
		}
	case ",", ":":
		if top >= 0 {
			s.open[top].split = t.kind == colon
		}
	case "value": // after a key it stands for the colon; elsewhere it is a column
		if top >= 0 && s.keyEnds() {
			s.open[top].split = true
		}
	}
	s.qualifiedWord = t.kind == word && s.before.text == "."
}

func (s *scanner) parenKind() bracketKind {
	if s.before.kind == word && (strings.EqualFold(s.before.text, "json_object") ||
		strings.EqualFold(s.before.text, "json_objectagg")) {
		return jsonObject
	}
	return parens
}

func (s *scanner) bracketKind() bracketKind {
	if s.before.kind == word && !s.qualifiedWord && strings.EqualFold(s.before.text, "array") {
		return constructor
	}
	if s.inside() == constructor && (s.before.text == "[" || s.before.text == ",") {
		return constructor
	}
	return subscript
}

// replace writes what comes before the :name at sql[start:end], and its $n.
func (s *scanner) replace(start, end int) {
	s.copy(start)
	h := hole{from: s.copiedChars, to: s.writtenChars}
	number := s.number(s.sql[start+1 : end])
	if text := s.out.String(); text != "" && wordPart(text[len(text)-1]) {
		number = " " + number // "limit:n" must not become the name limit$1
	}
	s.out.WriteString(number)
	s.copied = end
	s.copiedChars += utf8.RuneCountInString(s.sql[start:end])
	s.writtenChars += len(number)
	h.fromEnd, h.toEnd = s.copiedChars, s.writtenChars
	s.holes = append(s.holes, h)
}

// number is the $n of a name: the same one each time.
func (s *scanner) number(name string) string {
	n, known := s.numbers[name]
	if !known {
		s.names = append(s.names, name)
		n = len(s.names)
		s.numbers[name] = n
	}
	return "$" + strconv.Itoa(n)
}

func (s *scanner) copy(end int) {
	part := s.sql[s.copied:end]
	s.out.WriteString(part)
	chars := utf8.RuneCountInString(part)
	s.copied, s.copiedChars, s.writtenChars = end, s.copiedChars+chars, s.writtenChars+chars
}

func (s *scanner) result() scannedSQL {
	s.copy(len(s.sql))
	return scannedSQL{text: s.out.String(), names: s.names, holes: s.holes}
}

// posFunc maps positions in the text back to the author's; nil when nothing changed.
func (q scannedSQL) posFunc() PosFunc {
	if len(q.holes) == 0 {
		return nil
	}
	return func(position int) int {
		at := position - 1
		n := sort.Search(len(q.holes), func(i int) bool { return q.holes[i].to > at })
		if n == 0 {
			return position
		}
		h := q.holes[n-1]
		if at < h.toEnd {
			return h.from + 1
		}
		return h.fromEnd + at - h.toEnd + 1
	}
}
