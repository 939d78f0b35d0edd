package clips

import (
	"slices"
	"strings"
)

// Clause is a part of a query, for people who learn from it.
type Clause struct {
	Word  string   // what it begins with, in small letters: select, from, left join, group by …; empty for what no word begins
	Text  string   // as written; the texts of all clauses together are the query
	Name  string   // of a part of WITH: what the rest calls it
	Inner []Clause // of a part of WITH: its query
}

// Clauses splits a query. What is in parentheses stays together, but for the queries of WITH.
func Clauses(sql string) []Clause { return clausesWithin(sql, 0) }

// deepestWith is how deep queries of WITH are looked into.
const deepestWith = 4

func clausesWithin(sql string, depth int) []Clause {
	r := clauseReader{sql: sql, depth: depth}
	l := lexer{sql: sql}
	for l.at < len(sql) {
		start := l.at
		r.all = append(r.all, placed{l.next(), start})
	}
	r.read()
	return r.clauses
}

// placed is a token and where it begins.
type placed struct {
	token
	start int
}

func (p placed) end() int { return p.start + len(p.text) }

// clauseReader goes through the tokens of a query once.
type clauseReader struct {
	sql     string
	depth   int // of WITH in WITH
	all     []placed
	clauses []Clause
	begun   Clause // the one that is being read, without its text
	from    int    // where in sql that begins
}

func (r *clauseReader) read() {
	depth := 0
	for i := 0; i < len(r.all); i++ {
		switch t := r.all[i]; {
		case t.text == "(" || t.text == "[":
			if depth++; depth == 1 && t.text == "(" && r.begun.Word == "with" {
				i = r.inner(i)
				depth--
			}
		case t.kind == closing:
			depth = max(depth-1, 0)
		case depth > 0 || t.kind == blank:
		case t.text == "," && r.begun.Word == "with":
			r.cut(i + 1)
			r.begun = Clause{Word: "with"}
		case t.kind == literal && r.begun.Word == "with" && r.begun.Name == "":
			r.begun.Name = strings.Trim(t.text, `"`)
		case t.kind == word:
			i = r.word(i)
		}
	}
	r.cut(len(r.all))
}

// word reads a word outside of parentheses, and the ones after it that belong to it. It returns where the last is.
func (r *clauseReader) word(i int) int {
	name, last := r.opening(i)
	if name != "" && (name != "with" || r.begun.Word == "") {
		r.cut(i)
		r.begun = Clause{Word: name}
		return last
	}
	if text := strings.ToLower(r.all[i].text); r.begun.Word == "with" && r.begun.Name == "" && text != "recursive" {
		r.begun.Name = text
	}
	return i
}

// inner reads the query of a part of WITH, whose parenthesis opens at i, and returns where it is closed. A list of
// columns is none.
func (r *clauseReader) inner(i int) int {
	depth := 0
	for end := i; end < len(r.all); end++ {
		switch t := r.all[end]; {
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		}
		if depth > 0 {
			continue
		}
		if _, before := r.before(i); (before == "as" || before == "materialized") && r.depth < deepestWith {
			r.begun.Inner = clausesWithin(r.sql[r.all[i].end():r.all[end].start], r.depth+1)
		}
		return end
	}
	return len(r.all)
}

// opening tells which clause the word at i begins, and where the last of its words is; "" if it begins none.
func (r *clauseReader) opening(i int) (name string, last int) {
	first := strings.ToLower(r.all[i].text)
	at, before := r.before(i)
	if before == "." {
		return "", i
	}
	next, second := r.after(i)
	switch first {
	case "with":
		return first, i
	case "select", "where", "having", "window", "limit", "offset", "fetch", "values", "join":
		return first, i
	case "from":
		if _, earlier := r.before(at); before == "distinct" && (earlier == "is" || earlier == "not") {
			return "", i // of IS DISTINCT FROM
		}
		return first, i
	case "table":
		if slices.Contains([]string{"", "with", "union", "union all", "intersect", "intersect all", "except", "except all"}, r.begun.Word) {
			return first, i
		}
	case "group", "order":
		if second == "by" {
			return first + " by", next
		}
	case "union", "intersect", "except":
		if second == "all" || second == "distinct" {
			return strings.TrimSuffix(first+" "+second, " distinct"), next
		}
		return first, i
	case "left", "right", "full", "inner", "cross", "natural":
		return r.joining(i)
	}
	return "", i
}

// joining reads the words up to JOIN; there are none where they are the name of a function, like left('x', 1).
func (r *clauseReader) joining(i int) (name string, last int) {
	kind := strings.ToLower(r.all[i].text)
	for at, text := r.after(i); ; at, text = r.after(at) {
		switch text {
		case "join":
			return strings.Replace(kind+" join", "inner join", "join", 1), at
		case "outer":
		case "left", "right", "full", "inner":
			kind += " " + text
		default:
			return "", i
		}
	}
}

// before and after find the next token that is no blank, in small letters; "" where there is none.
func (r *clauseReader) before(i int) (at int, text string) {
	for i--; i >= 0; i-- {
		if r.all[i].kind != blank {
			return i, strings.ToLower(r.all[i].text)
		}
	}
	return -1, ""
}

func (r *clauseReader) after(i int) (at int, text string) {
	for i++; i < len(r.all); i++ {
		if r.all[i].kind != blank {
			return i, strings.ToLower(r.all[i].text)
		}
	}
	return len(r.all), ""
}

// cut ends the clause that has begun before the token at i. Comments on lines of their own go with what follows.
func (r *clauseReader) cut(i int) {
	end := len(r.sql)
	if i < len(r.all) {
		end = r.all[i].start
		for j := i - 1; j >= 0 && r.all[j].kind == blank; j-- {
			if strings.ContainsAny(r.all[j].text, "\r\n") && !strings.HasPrefix(r.all[j].text, "/*") {
				end = r.all[j].start
			}
		}
	}
	text := r.sql[r.from:end]
	isFirst := i < len(r.all) && isBlank(text) // and a comment in front of the first clause is part of it
	if text != "" && !isFirst {
		r.begun.Text = text
		r.clauses = append(r.clauses, r.begun)
		r.from = end
	}
	r.begun = Clause{}
}

// isBlank tells whether SQL is nothing but space and comments.
func isBlank(sql string) bool {
	l := lexer{sql: sql}
	for l.at < len(sql) {
		if l.next().kind != blank {
			return false
		}
	}
	return true
}

// Words are the names and keywords of a piece of SQL, in small letters, and names in quotes without them.
func Words(sql string) []string {
	var all []string
	l := lexer{sql: sql}
	for l.at < len(sql) {
		switch t := l.next(); {
		case t.kind == word:
			all = append(all, strings.ToLower(t.text))
		case t.kind == literal && strings.HasPrefix(t.text, `"`):
			all = append(all, strings.Trim(t.text, `"`))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
