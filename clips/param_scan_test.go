package clips

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Each case is an author's SQL, what is sent, and the names of its parameters. No names: the SQL is sent as it is.
var scanCases = []struct{ name, sql, want, names string }{
	{"a value", "select :a", "select $1", "a"},
	{"next to signs", "where x=:a and(y<:b)or z>=-:c", "where x=$1 and(y<$2)or z>=-$3", "a b c"},
	{"the same name is the same number", ":a :b :a :c :b", "$1 $2 $1 $3 $2", "a b c"},
	{"names are told apart by case", "select :a, :A", "select $1, $2", "a A"},
	{"digits, underscores and dollars in names", "select :from_date2, :x$y", "select $1, $2", "from_date2 x$y"},
	{"a name ends where a word ends", "select :a.b, :a+1, :a;", "select $1.b, $1+1, $1;", "a"},
	{"letters beyond ASCII", "select :größe, :日付", "select $1, $2", "größe 日付"},
	{"more than nine", ":a :b :c :d :e :f :g :h :i :j :k", "$1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11", "a b c d e f g h i j k"},
	{"after a word, a number and a dollar", "limit:n offset 1:m $:o", "limit $1 offset 1 $2 $ $3", "n m o"},
	{"nothing at all", "", "", ""},
	{"no name after the colon", "select : a, :1, :, :", "", ""},
	{"only the quote of a name", `select :"a", :'a'`, "", ""},

	{"string", "select ':a', :b", "select ':a', $1", "b"},
	{"doubled quote", "select 'it''s :a', :b", "select 'it''s :a', $1", "b"},
	{"a backslash is nothing special", `select '\', :a, '\'`, `select '\', $1, '\'`, "a"},
	{"a string that goes on", "select ':a'\n  ':b', :c", "select ':a'\n  ':b', $1", "c"},
	{"bits, hex and national", "select B':a', x':b', N':c', :d", "select B':a', x':b', N':c', $1", "d"},
	{"unicode string", `select U&'\0041:a' UESCAPE '!', u&':b', :c`, `select U&'\0041:a' UESCAPE '!', u&':b', $1`, "c"},
	{"the word u and an operator", "select u & :a, u&:b", "select u & $1, u&$2", "a b"},
	{"unfinished string", "select 'abc :a", "", ""},

	{"escape string", `select E'it\'s :a', :b`, `select E'it\'s :a', $1`, "b"},
	{"small e", `select e'\\', :a, e'\':b'`, `select e'\\', $1, e'\':b'`, "a"},
	{"doubled quote in an escape string", `select E'\'''\' :a', :b`, `select E'\'''\' :a', $1`, "b"},
	{"escapes go on with the string", "select E'a'\n'\\':a', :b", "select E'a'\n'\\':a', $1", "b"},
	{"over a comment", "select E'a' -- it's\r\n\t'\\':a', :b", "select E'a' -- it's\r\n\t'\\':a', $1", "b"},
	{"over a carriage return", "select E'a'\r'\\':a', :b", "select E'a'\r'\\':a', $1", "b"},
	{"only over a line break", `select E'a' '\', :a`, `select E'a' '\', $1`, "a"},
	{"and not over a block comment", "select E'a' /* */\n'\\', :a", "select E'a' /* */\n'\\', $1", "a"},
	{"a word that ends in e", `select date'\', :a`, `select date'\', $1`, "a"},
	{"unfinished escape string", `select E'abc\' :a`, "", ""},
	{"nothing after the backslash", `select E'abc :a\`, "", ""},
	{"unfinished after a string that could go on", "select E'a'\n", "", ""},

	{"quoted name", `select ":a", "b"":c", :d`, `select ":a", "b"":c", $1`, "d"},
	{"quotes in quotes", `select "it's :a", '":b"', :c`, `select "it's :a", '":b"', $1`, "c"},
	{"unicode name", `select U&":a", :b`, `select U&":a", $1`, "b"},
	{"unfinished name", `select "abc :a`, "", ""},

	{"dollar quotes", "select $$ :a ' $$, :b", "select $$ :a ' $$, $1", "b"},
	{"with a tag", "select $x1$ :a $$ $x$ $x1 $x1$, :b", "select $x1$ :a $$ $x$ $x1 $x1$, $1", "b"},
	{"tags have a case", "select $x$ :a $X$ :b $x$, :c", "select $x$ :a $X$ :b $x$, $1", "c"},
	{"tags beyond ASCII", "select $é$ :a $é$, :b", "select $é$ :a $é$, $1", "b"},
	{"a body that ends in a dollar", "select $a$ $$a$, :b", "select $a$ $$a$, $1", "b"},
	{"dollars within a name quote nothing", "select a$b$ , :c, d$$", "select a$b$ , $1, d$$", "c"},
	{"a lone dollar", "select $ :a $", "select $ $1 $", "a"},
	{"a dollar and a word", "select $a :b", "select $a $1", "b"},
	{"unfinished dollar quote", "select $x$ :a $y$ :b", "", ""},

	{"line comment", "select 1 -- :a\n, :b", "select 1 -- :a\n, $1", "b"},
	{"with nothing between", "select 1--:a\n, :b", "select 1--:a\n, $1", "b"},
	{"a carriage return ends it", "select 1 -- :a\r, :b", "select 1 -- :a\r, $1", "b"},
	{"at the end", "select :a -- :b", "select $1 -- :b", "a"},
	{"a quote in a comment", "select 1 -- don't\n, :a", "select 1 -- don't\n, $1", "a"},
	{"right after an operator", "select 1 +-- :a\n:b", "select 1 +-- :a\n$1", "b"},
	{"block comment", "select /* :a ' -- */ :b", "select /* :a ' -- */ $1", "b"},
	{"block comments nest", "select /* /* :a */ :b */ :c", "select /* /* :a */ :b */ $1", "c"},
	{"three deep and starred", "/***/*:a/**//*//**/:b*/:c", "/***/*$1/**//*//**/:b*/$2", "a c"},
	{"its end is not its beginning", "/*/ :a */ :b", "/*/ :a */ $1", "b"},
	{"comments in a string", "select '/*', :a, '--', :b", "select '/*', $1, '--', $2", "a b"},
	{"unfinished comment", "select /* /* :a */ :b", "", ""},

	{"cast", "select :a::int, b::text, ':c'::text", "select $1::int, b::text, ':c'::text", "a"},
	{"cast with blanks", "select b :: text, :a :: int", "select b :: text, $1 :: int", "a"},
	{"cast to a quoted and an array type", `select :a::"My Type", :b::int[]::text`, `select $1::"My Type", $2::int[]::text`, "a b"},
	{"a cast and a colon", "select x:::a", "select x::$1", "a"},
	{"argument by name", "select f(x := :a, y=> :b, z:=:c)", "select f(x := $1, y=> $2, z:=$3)", "a b c"},

	{"slice", "select a[1:n], a[n:m], a[:n], a[n:], a[:]", "", ""},
	{"slice with blanks", "select a[1 : n], a [ :n]", "", ""},
	{"parentheses make a parameter of it", "select a[(:i)], a[(:i):(:j)], a[f(:i):n]", "select a[($1)], a[($1):($2)], a[f($1):n]", "i j"},
	{"slices of many kinds", "select (a)[:n], b.c[:n], f(x)[:n], \"a\"[:n], a[1][:n], '{1}'::int[][:n]", "", ""},
	{"and then goes on", "select a[1:n] + :b", "select a[1:n] + $1", "b"},
	{"array", "select array[:a, :b], ARRAY [:a]", "select array[$1, $2], ARRAY [$1]", "a b"},
	{"over line breaks and tabs", "select array\n[:a], array\t[:b], array\r\f\v[:c]", "select array\n[$1], array\t[$2], array\r\f\v[$3]", "a b c"},
	{"arrays nest", "select array[[:a, 1], [:b, 2]]", "select array[[$1, 1], [$2, 2]]", "a b"},
	{"over comments", "select array/* [ */[ -- [\n:a]", "select array/* [ */[ -- [\n$1]", "a"},
	{"a slice within an array", "select array[a[1:n], :b]", "select array[a[1:n], $1]", "b"},
	{"a slice of an array", "select (array[:a])[:n], array[:a][1:n]", "select (array[$1])[:n], array[$1][1:n]", "a"},
	{"a column called array", `select t.array[:n], "array"[:n]`, "", ""},
	{"any of an array", "where x = any(array[:a]) and y = any(:b)", "where x = any(array[$1]) and y = any($2)", "a b"},
	{"brackets that close nothing", "select ) ] :a", "select ) ] $1", "a"},

	{"json_object", "select json_object('k' : :a, 'l':b)", "select json_object('k' : $1, 'l':b)", "a"},
	{"a column after the key's colon", "select json_object('k' :b, k :c, \"k\":d, 0:e, 9:f)", "", ""},
	{"strings of all kinds as keys", "select json_object($$k$$:b, $x$k$x$:c, E'k'\n:d, N'k':e, U&'k'\t:f)", "", ""},
	{"a parameter as key", "select json_object(:k : :a, :l:b)", "select json_object($1 : $2, $3:b)", "k a l"},
	{"an expression as key", "select json_object('k' || :k : :a, f(:l):b, m[1]:c)", "select json_object('k' || $1 : $2, f($3):b, m[1]:c)", "k a l"},
	{"the word value", "select json_object('k' value :a, 'l' VALUE :b)", "select json_object('k' value $1, 'l' VALUE $2)", "a b"},
	{"a column called value", "select json_object(t.value :b, t . /**/ value :c, value :d, value||'k' :e, 'k' : value)", "", ""},
	{"an expression as value", "select json_object('k' : b + :a, 'l' : case when b then :c else :d end)",
		"select json_object('k' : b + $1, 'l' : case when b then $2 else $3 end)", "a c d"},
	{"an expression that ends in a word", "select json_object('k' : b at time zone :a, 'l' value b at time zone :c, 'm' :d)",
		"select json_object('k' : b at time zone $1, 'l' value b at time zone $2, 'm' :d)", "a c"},
	{"keywords within a key", "select json_object(case when b then :a else :c end:d)",
		"select json_object(case when b then $1 else $2 end:d)", "a c"},
	{"json_objectagg", "select json_objectagg(k : :a), JSON_OBJECTAGG(:k:v)", "select json_objectagg(k : $1), JSON_OBJECTAGG($2:v)", "a k"},
	{"json_object within itself", "select json_object('k' : json_object('l' :b, 'm' : :c), 'n' :d)",
		"select json_object('k' : json_object('l' :b, 'm' : $1), 'n' :d)", "c"},
	{"parentheses within", "select json_object('k' : (b, :c), (:d) :e)", "select json_object('k' : (b, $1), ($2) :e)", "c d"},
	{"the function of that name", "select json_object(:a), json_object(array[:a], :b)", "select json_object($1), json_object(array[$1], $2)", "a b"},
	{"no function of that name", `select "json_object"(b :c), my_json_object(b :c)`, `select "json_object"(b $1), my_json_object(b $1)`, "c"},
	{"what ends it", "select json_object('k' :b), c :d", "select json_object('k' :b), c $1", "d"},
}

func TestParametersStandWhereValuesAreRead(t *testing.T) {
	for _, c := range scanCases {
		t.Run(c.name, func(t *testing.T) {
			got, err := scanSQL(c.sql)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if c.names == "" {
				want = c.sql
			}
			if names := strings.Join(got.names, " "); got.text != want || names != c.names {
				t.Errorf("%s\ngot  %s (%s)\nwant %s (%s)", c.sql, got.text, names, want, c.names)
			}
		})
	}
}

func TestNumberedParametersAreRefused(t *testing.T) {
	for sql, position := range map[string]int{
		"select $1":                      8,
		"select 'größe', :größe, a[$12]": 27,
		"select 1$3":                     9,
		"select $$ $1 $$ || $2":          20,
	} {
		_, err := scanSQL(sql)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != KindSQL || e.Position != position || !strings.Contains(e.Notice, "like :region") {
			t.Errorf("%s: %+v, want an error at %d", sql, e, position)
		}
		if at := strings.Index(string([]rune(sql)[position-1:]), "$"); at != 0 {
			t.Errorf("%s: character %d is no dollar", sql, position)
		}
	}
	for _, sql := range []string{"select '$1'", "select $a$1$a$", "select a$1", `select "$1" -- $1`, "select /* $1 */ 2"} {
		if got, err := scanSQL(sql); err != nil || got.text != sql {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// As many as the protocol can carry, and in no time: a list of ids that somebody pasted.
func TestManyParameters(t *testing.T) {
	const most = 65535
	var sql, want strings.Builder
	for i := range most {
		fmt.Fprintf(&sql, ":p%d,", i)
		fmt.Fprintf(&want, "$%d,", i+1)
	}
	got, err := scanSQL(sql.String() + ":p0")
	if err != nil || len(got.names) != most || got.text != want.String()+"$1" {
		t.Errorf("%d names (%v)", len(got.names), err)
	}
}

// A position that Postgres reports in the SQL it got is one in the SQL the author wrote.
func TestPositionsAreThoseOfTheAuthor(t *testing.T) {
	sql, err := scanSQL("select 'ä', :größe, limit:n from nix where x = :größe")
	if err != nil {
		t.Fatal(err)
	}
	position := sql.posFunc()
	for _, c := range []struct{ sent, written string }{
		{"select", "select"}, {"'ä'", "'ä'"}, {"$1,", ":größe,"}, {", limit", ", limit"}, {"limit $2", "limit:n"},
		{"$2", ":n"}, {"nix", "nix"}, {"where", "where"},
	} {
		at, want := character(sql.text, c.sent), character("select 'ä', :größe, limit:n from nix where x = :größe", c.written)
		if got := position(at); got != want {
			t.Errorf("%q at %d is %q at %d, not at %d", c.sent, at, c.written, want, got)
		}
	}
	if got := position(0); got != 0 {
		t.Errorf("an unknown position became %d", got)
	}
	if unchanged, _ := scanSQL("select 1"); unchanged.posFunc() != nil {
		t.Error("SQL without parameters needs no map")
	}
}

// character is the 1-based place of the first part in s.
func character(s, part string) int {
	before, _, found := strings.Cut(s, part)
	if !found {
		panic(fmt.Sprintf("%q is not in %q", part, s))
	}
	return utf8.RuneCountInString(before) + 1
}

// Pieces that mean something to a scanner of SQL, whole and in halves.
var sqlPieces = []string{":a", ":b", ":größe", ":a1", ":", "::", ":=", "$", "$$", "$x$", "'", "''", `"`, "E'", "e", "u&'", `\`, "--",
	"\n", "\r", " ", "\t", "/*", "*/", "*", "/", "[", "]", "(", ")", ",", ".", ";", "array", "array[", "json_object", "json_object(",
	"value", "x", "limit", "1", "2.5", "日", "é", "+", "-", "|", "\x00"}

// Whatever the SQL: a character outside the holes maps to itself, and one inside a hole to its colon.
func TestPositionsMapBackWhateverTheSQL(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sql := strings.Join(rapid.SliceOf(rapid.SampledFrom(sqlPieces)).Draw(t, "sql"), "")
		got, err := scanSQL(sql)
		if err != nil {
			return // a digit after a dollar
		}
		checkScan(t, sql, got)
	})
}

func checkScan(t interface{ Fatalf(string, ...any) }, sql string, got scannedSQL) {
	written, sent, position := []rune(sql), []rune(got.text), got.posFunc()
	if position == nil {
		if got.text != sql {
			t.Fatalf("%q became %q without a parameter", sql, got.text)
		}
		return
	}
	holes := got.holes
	for at, author := 0, 0; at < len(sent); at++ {
		if len(holes) == 0 || at < holes[0].to {
			if p := position(at + 1); p != author+1 || sent[at] != written[author] {
				t.Fatalf("%q: character %d of %q is %d, not %d", sql, at+1, got.text, author+1, p)
			}
			author++
			continue
		}
		h := holes[0]
		if p := position(at + 1); p != h.from+1 || written[h.from] != ':' {
			t.Fatalf("%q: character %d of %q is inside the parameter at %d, not at %d", sql, at+1, got.text, h.from+1, p)
		}
		if at == h.toEnd-1 {
			checkHole(t, string(written[h.from:h.fromEnd]), string(sent[h.to:h.toEnd]), got.names)
			author, holes = h.fromEnd, holes[1:]
		}
	}
	if len(holes) > 0 {
		t.Fatalf("%q: %d parameters are not in %q", sql, len(holes), got.text)
	}
}

// checkHole compares a :name with what replaced it.
func checkHole(t interface{ Fatalf(string, ...any) }, written, sent string, names []string) {
	number := slices.Index(names, strings.TrimPrefix(written, ":")) + 1
	if want := fmt.Sprintf("$%d", number); strings.TrimPrefix(sent, " ") != want {
		t.Fatalf("%q became %q, not %q", written, sent, want)
	}
}

// FuzzScan holds any SQL against what scanning promises: it never panics, text outside parameters is not touched,
// each $n is one token of Postgres' own, and a second scan finds nothing left to replace.
func FuzzScan(f *testing.F) {
	for _, c := range scanCases {
		f.Add(c.sql)
	}
	f.Add("e:a'\\'")
	f.Add("json_object(:a:b,array[:c[:d]]:e)")
	f.Fuzz(func(t *testing.T, sql string) {
		got, err := scanSQL(sql)
		if err != nil {
			if KindOf(err) != KindSQL || !strings.Contains(sql, "$") {
				t.Fatal(err)
			}
			return
		}
		if !utf8.ValidString(sql) {
			return // Postgres takes no such SQL, so there are no positions in it
		}
		checkScan(t, sql, got)
		numbered := numberedIn(got.text)
		if len(numbered) != len(got.holes) {
			t.Fatalf("%q became %q with the numbers %q", sql, got.text, numbered)
		}
		again, err := scanSQL(withoutNumbers(got))
		if err != nil || len(again.names) > 0 {
			t.Fatalf("%q became %q, and in that %q are left (%v)", sql, got.text, again.names, err)
		}
	})
}

// numberedIn lists the numbered parameters that a lexer finds.
func numberedIn(sql string) (found []string) {
	for l := (lexer{sql: sql}); l.at < len(sql); {
		if t := l.next(); t.kind == positional {
			found = append(found, t.text)
		}
	}
	return found
}

// withoutNumbers puts the literal 1 in place of each $n.
func withoutNumbers(sql scannedSQL) string {
	text, last, out := []rune(sql.text), 0, ""
	for _, h := range sql.holes {
		out += string(text[last:h.to]) + strings.Repeat(" ", h.toEnd-h.to-1) + "1"
		last = h.toEnd
	}
	return out + string(text[last:])
}
