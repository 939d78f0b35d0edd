package clips

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestCondition is as much of a condition as a sentence bears, in characters.
const longestCondition = 160

// condition is one of a plan as a person would write it: without the casts and most of the parentheses that Postgres
// adds, and with words for the results of sub-queries.
func condition(text string) string {
	var all []token
	l := lexer{sql: asked.ReplaceAllString(invented.ReplaceAllString(text, ""), "the result of a sub-query")}
	for l.at < len(l.sql) {
		t := l.next()
		switch {
		case t.text == "::":
			l.skipType()
			continue
		case t.kind == positional:
			t.text = "that value"
		case t.kind == blank:
			t.text = " "
		}
		all = append(all, t)
	}
	var b strings.Builder
	for _, t := range unwrapped(all) {
		b.WriteString(t.text)
	}
	short := strings.TrimSpace(b.String())
	if utf8.RuneCountInString(short) > longestCondition {
		return string([]rune(short)[:longestCondition]) + " …"
	}
	return short
}

// asked is how plans name the result of a sub-query.
var asked = regexp.MustCompile(`\(?\b(hashed )?(SubPlan|InitPlan) \d+( \(returns [$,\d]+\))?\)?(\.col\d+)?`)

// invented are the names that Postgres gives to parts that have none.
var invented = regexp.MustCompile(`"\*[A-Z]+\*[^"]*"\.`)

// unwrapped takes off parentheses around the whole, around other parentheses, and around a single name or value.
func unwrapped(all []token) []token {
	drop := map[int]bool{}
	pairs := pairsOf(all)
	for open, end := range pairs {
		isAll := open == 0 && end == len(all)-1
		isTwice := open+1 < len(all) && pairs[open+1] == end-1 && pairs[open+1] != 0
		if isAll || (isTwice || isSingle(all[open+1:end])) && !isCalled(all[:open]) {
			drop[open], drop[end] = true, true
		}
	}
	if len(drop) == 0 {
		return all
	}
	var rest []token
	for i, t := range all {
		if !drop[i] {
			rest = append(rest, t)
		}
	}
	return unwrapped(rest)
}

// pairsOf finds where each parenthesis is closed.
func pairsOf(all []token) map[int]int {
	pairs := map[int]int{}
	var open []int
	for i, t := range all {
		switch {
		case t.text == "(":
			open = append(open, i)
		case t.text == ")" && len(open) > 0:
			pairs[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	return pairs
}

// isSingle tells whether tokens are one name, maybe with its table, or one value.
func isSingle(all []token) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(t token) bool { return t.kind != word && t.kind != literal && t.text != "." })
}

// isCalled tells whether what comes before a parenthesis makes it more than one: the name of a function, or IN.
func isCalled(before []token) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	if last.kind == blank && len(before) > 1 {
		last = before[len(before)-2]
	}
	return last.kind == literal || last.kind == word && !slices.Contains([]string{"AND", "OR", "NOT"}, last.text)
}

// typeWords go on with the name of a type.
var typeWords = map[string]bool{"varying": true, "precision": true, "with": true, "without": true, "time": true, "zone": true}

// skipType passes the type of a cast: a name, with its schema, further words, a length and brackets.
func (l *lexer) skipType() {
	named := false
	for l.at < len(l.sql) {
		before := l.at
		t := l.next()
		switch {
		case !named && (t.kind == word || t.kind == literal):
			named = true
		case named && t.text == ".":
			named = false
		case named && t.kind == blank && l.goesOn():
		case named && t.kind == word && typeWords[strings.ToLower(t.text)]:
		case named && t.text == "(" && l.skipLength():
		case named && t.text == "[" && l.has("]"):
			l.at++
		default:
			l.at = before
			return
		}
	}
}

// goesOn tells whether the next word is one more of a type's.
func (l *lexer) goesOn() bool {
	return typeWords[strings.ToLower(l.sql[l.at:l.wordEnd(l.at)])]
}

// skipLength passes the rest of a (10,2), if it is one.
func (l *lexer) skipLength() bool {
	end := strings.IndexFunc(l.sql[l.at:], func(r rune) bool { return (r < '0' || r > '9') && r != ',' })
	if end < 0 || l.sql[l.at+end] != ')' {
		return false
	}
	l.at += end + 1
	return true
}
