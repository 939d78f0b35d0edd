package clips

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var tuesday = time.Date(2026, 11, 24, 11, 30, 0, 0, time.UTC)

// param is a parameter with a default, or without one when it is "-".
func param(name string, typ ParamType, fallback string, choices ...string) Param {
	p := Param{Name: name, Type: typ, Choices: choices}
	if fallback != "-" {
		p.Default = &fallback
	}
	return p
}

func TestBindResolvesEveryParameter(t *testing.T) {
	rev := Revision{
		SQL: "select * from ledger where day >= :since and region = :region and region <> ':n' and day < :since + :n and ok = :ok",
		Params: []Param{param("region", ParamChoice, "north", "north", "south"), param("n", ParamInteger, "-"),
			param("since", ParamDate, "start of last month"), param("ok", ParamBoolean, "yes")},
		TimeZone: "Europe/Berlin",
	}
	got, err := Bind(rev, map[string]string{"n": " 07", "region": "south", "cachebuster": "173"}, tuesday, location(t, "Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	since, region, n, ok := "2026-10-01", "south", "7", "true"
	want := Bound{
		Params: []BoundParam{{rev.Params[0], region, true}, {rev.Params[1], n, true}, {rev.Params[2], since, false}, {rev.Params[3], ok, false}},
		Query: Query{
			SQL:      "select * from ledger where day >= $1 and region = $2 and region <> ':n' and day < $1 + $3 and ok = $4",
			Args:     []Arg{{1082, &since}, {25, &region}, {20, &n}, {16, &ok}},
			TimeZone: "Europe/Berlin",
		},
		Key: got.Key,
	}
	position := got.Query.Map(character(got.Query.SQL, "$3"))
	got.Query.Map = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := character(rev.SQL, ":n and ok"); position != want {
		t.Errorf("$3 is at %d of the author's SQL, not at %d", want, position)
	}
}

func TestEachTypeIsBoundAsItsOwn(t *testing.T) {
	for typ, oid := range map[ParamType]uint32{ParamText: 25, ParamChoice: 25, ParamInteger: 20, ParamNumber: 1700, ParamDate: 1082,
		ParamTimestamp: 1184, ParamBoolean: 16, "": 0} {
		if got := typ.oid(); got != oid {
			t.Errorf("%q is bound as %d, not %d", typ, got, oid)
		}
	}
}

func TestTodayIsThatOfTheZone(t *testing.T) {
	rev := Revision{SQL: "select :day", Params: []Param{param("day", ParamDate, "today")}}
	for zone, want := range map[string]string{"Pacific/Apia": "2026-11-25", "America/New_York": "2026-11-24", "Etc/GMT+12": "2026-11-23", "": "2026-11-24"} {
		got, err := Bind(rev, nil, tuesday, location(t, zone))
		if err != nil || got.Params[0].Value != want {
			t.Errorf("%s: %s (%v), want %s", zone, got.Params[0].Value, err, want)
		}
	}
	if got, err := Bind(rev, nil, tuesday, nil); err != nil || got.Params[0].Value != "2026-11-24" {
		t.Errorf("no zone: %v (%v)", got.Params, err)
	}
}

// What stands when a value is given, given empty, or not given; a locked value is given by the link.
func TestGivenEmptyAndDefault(t *testing.T) {
	const nothing = "-" // not given, or no default, or no value
	for _, c := range []struct {
		name      string
		p         Param
		given     string
		want      string
		wantGiven bool
	}{
		{"given", param("p", ParamInteger, "1"), "2", "2", true},
		{"not given", param("p", ParamInteger, "1"), nothing, "1", false},
		{"an empty field of a form", param("p", ParamInteger, "1"), "", "1", false},
		{"an empty date", param("p", ParamDate, "today"), "", "2026-11-24", false},
		{"empty text is text", param("p", ParamText, "x"), "", "", true},
		{"so it is without a type", param("p", "", "x"), "", "", true},
		{"an empty choice that is one", param("p", ParamChoice, "x", "x", ""), "", "", true},
		{"an empty choice that is none", param("p", ParamChoice, "x", "x"), "", "x", false},
		{"an empty default of text", param("p", ParamText, ""), nothing, "", false},
		{"required and given", param("p", ParamNumber, nothing), "1", "1", true},
		{"required text given empty", param("p", ParamText, nothing), "", "", true},
		{"required and not given", param("p", ParamNumber, nothing), nothing, nothing, false},
		{"required and given empty", param("p", ParamNumber, nothing), "", nothing, false},
		{"a wrong value is not replaced by the default", param("p", ParamInteger, "1"), "x", nothing, false},
		{"a wrong default", param("p", ParamInteger, "x"), nothing, nothing, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			given := map[string]string{"P": "9", "": "9"}
			if c.given != nothing {
				given["p"] = c.given
			}
			got, err := Bind(Revision{SQL: "select :p", Params: []Param{c.p}}, given, tuesday, time.UTC)
			if c.want == nothing {
				if KindOf(err) != KindParameter || !strings.Contains(NoticeOf(err), `"p"`) || !strings.Contains(NoticeOf(err), accepts(c.p, wallClock{tuesday})) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || got.Params[0].Value != c.want || got.Params[0].Given != c.wantGiven || *got.Query.Args[0].Value != c.want {
				t.Errorf("%+v %v", got.Params, err)
			}
		})
	}
}

func TestBindSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		sql, want string
		kind      Kind
		params    []Param
	}{
		{"select :n", `Parameter "n" needs a value: a whole number like 42, of at most 18 digits.`, KindParameter, []Param{param("n", ParamInteger, "-")}},
		{"select :n, :m", "The SQL uses :m, which is not declared: add [clips.NAME.params.m] with a type", KindParameter,
			[]Param{param("n", ParamInteger, "1"), param("M", ParamInteger, "1")}},
		{"select $1, :n", "The SQL has the numbered parameter $1", KindSQL, []Param{param("n", ParamInteger, "1")}},
	} {
		_, err := Bind(Revision{SQL: c.sql, Params: c.params}, nil, tuesday, nil)
		if KindOf(err) != c.kind || !strings.HasPrefix(NoticeOf(err), c.want) {
			t.Errorf("%s: %v", c.sql, err)
		}
	}
}

func TestWithoutParametersNothingChanges(t *testing.T) {
	const sql = "select ':a', b::text"
	got, err := Bind(Revision{SQL: sql}, map[string]string{"a": "1"}, tuesday, nil)
	if err != nil || got.Key != "" || got.Query.SQL != sql || len(got.Query.Args) != 0 || got.Query.Map != nil || len(got.Params) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestCheckParams(t *testing.T) {
	good := []Param{param("a", ParamText, ""), param("b2_c", ParamInteger, "-"), param("Z", ParamChoice, "x", "x", "y"),
		param("d", ParamDate, "start of last month"), param("e", "", "-")}
	if err := CheckParams(Revision{SQL: "select :a, :b2_c, :Z, :d, :e", Params: good, TimeZone: "Pacific/Apia"}); err != nil {
		t.Error(err)
	}
	if err := CheckParams(Revision{SQL: "select 1"}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		sql, want string
		params    []Param
	}{
		{"select :a", `Parameter "a" is declared twice: remove one.`, []Param{param("a", ParamText, "-"), param("a", ParamInteger, "-")}},
		{"select 1", `Parameter name "" cannot be used: names start with a letter`, []Param{param("", ParamText, "-")}},
		{"select :_a", `Parameter name "_a" cannot be used`, []Param{param("_a", ParamText, "-")}},
		{"select :a", `Parameter name "1a" cannot be used`, []Param{param("1a", ParamText, "-")}},
		{"select :a", `Parameter name "a-b" cannot be used`, []Param{param("a-b", ParamText, "-")}},
		{"select :a$", `Parameter name "a$" cannot be used`, []Param{param("a$", ParamText, "-")}},
		{"select :a", `Parameter name "a " cannot be used`, []Param{param("a ", ParamText, "-")}},
		{"select :größe", `Parameter name "größe" cannot be used`, []Param{param("größe", ParamText, "-")}},
		{"select :a", `Parameter name "[a" cannot be used`, []Param{param("[a", ParamText, "-")}},
		{"select :a", `Parameter name "@" cannot be used`, []Param{param("@", ParamText, "-")}},
		{"select :a", `Parameter "a" has no type "string": use one of text, integer, number, date, timestamp, boolean, choice.`,
			[]Param{param("a", "string", "-")}},
		{"select :a", `Parameter "a" has choices but is of type text: make it type = "choice", or remove the choices.`,
			[]Param{param("a", ParamText, "-", "x")}},
		{"select :a", `Parameter "a" is a choice without choices: add choices = ["…", "…"].`, []Param{param("a", ParamChoice, "-")}},
		{"select :a", `Parameter "a" lists the choice "x" twice: remove one.`, []Param{param("a", ParamChoice, "-", "x", "y", "x")}},
		{"select :a", `Parameter "a" has an empty default: give it a value, or leave the default out`, []Param{param("a", ParamInteger, "")}},
		{"select :a", `Parameter "a" has an empty default`, []Param{param("a", ParamChoice, "", "x")}},
		{"select :a", `The default is wrong. Parameter "a" does not accept "soon": give a date like `, []Param{param("a", ParamDate, "soon")}},
		{"select :a", `The default is wrong. Parameter "a" does not accept "z": give one of "x", "y".`, []Param{param("a", ParamChoice, "z", "x", "y")}},
		{"select :a, :b, :c", "The SQL uses :b, which is not declared", []Param{param("a", ParamText, "-")}},
		{"select ':a', x[:a], x[1:a]", `Parameter "a" is declared but the SQL does not use :a: use it or remove it.`, []Param{param("a", ParamText, "-")}},
		{"select :a, $2", "The SQL has the numbered parameter $2", []Param{param("a", ParamText, "-")}},
	} {
		err := CheckParams(Revision{SQL: c.sql, Params: c.params})
		if !strings.HasPrefix(NoticeOf(err), c.want) || KindOf(err) != KindParameter && KindOf(err) != KindSQL {
			t.Errorf("%s: %v\nwant %s", c.sql, err, c.want)
		}
	}
}

// A default is read in the zone of the clip; a zone that is wrong is for others to report.
func TestCheckParamsReadsDefaultsInTheZone(t *testing.T) {
	rev := Revision{SQL: "select :a", Params: []Param{param("a", ParamTimestamp, "2026-03-29 02:30")}}
	for _, zone := range []string{"", "Europe/Berlin", "Nowhere/Atall"} {
		if rev.TimeZone = zone; CheckParams(rev) != nil {
			t.Errorf("%s: %v", zone, CheckParams(rev))
		}
	}
	late := Revision{SQL: "select :a", Params: []Param{param("a", ParamTimestamp, "9999-12-31T23:00:00Z")}}
	for zone, want := range map[string]bool{"UTC": true, "America/New_York": true, "Pacific/Apia": false} { // where it is the year 10000
		if late.TimeZone = zone; (CheckParams(late) == nil) != want {
			t.Errorf("%s: %v", zone, CheckParams(late))
		}
	}
}

// Results may stand for each other when all the resolved values are the same, however they were given.
func TestEqualValuesHaveEqualKeys(t *testing.T) {
	types := []ParamType{ParamText, ParamInteger, ParamNumber, ParamDate, ParamTimestamp, ParamBoolean, ""}
	spellings := map[ParamType][]string{
		ParamText: {"a", "b", "a ", "1", "", "true"}, "": {"a", "1", "", "true"},
		ParamInteger: {"1", "01", "+1", " 1", "2", "-1"}, ParamNumber: {"1", "1.0", "1e0", "10e-1", ".1", "0.1", "1.00"},
		ParamDate:      {"2026-11-24", "today", "now", "yesterday", "today - 1 day", "2026-11-23"},
		ParamTimestamp: {"2026-11-24 11:30", "now", "2026-11-24T11:30:00Z", "2026-11-24 12:30+01", "today", "2026-11-24"},
		ParamBoolean:   {"true", "t", "1", "yes", "no", "0"},
	}
	draw := func(t *rapid.T, params []Param) Bound {
		given := map[string]string{}
		for _, p := range params {
			given[p.Name] = rapid.SampledFrom(spellings[p.Type]).Draw(t, p.Name)
		}
		sql := "select :" + strings.Join(slices.Sorted(maps.Keys(given)), ", :")
		bound, err := Bind(Revision{SQL: sql, Params: params}, given, tuesday, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return bound
	}
	values := func(b Bound) (all []string) {
		for _, p := range b.Params {
			all = append(all, p.Value)
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		var params []Param
		for _, name := range []string{"a", "ab", "b"}[:rapid.IntRange(1, 3).Draw(t, "parameters")] {
			params = append(params, Param{Name: name, Type: rapid.SampledFrom(types).Draw(t, "type")})
		}
		one, two := draw(t, params), draw(t, params)
		if equal := slices.Equal(values(one), values(two)); equal != (one.Key == two.Key) {
			t.Fatalf("%q and %q have the keys %s and %s", values(one), values(two), one.Key, two.Key)
		}
		if len(one.Key) != 32 {
			t.Fatalf("key %q", one.Key)
		}
	})
}

// Values that run together, or change their places, are other values.
func TestKeysTellListsApart(t *testing.T) {
	seen := map[string][]BoundParam{}
	text := func(name, value string) BoundParam {
		return BoundParam{Param: Param{Name: name, Type: ParamText}, Value: value}
	}
	for _, params := range [][]BoundParam{
		{text("a", "bc")}, {text("ab", "c")}, {text("a", ""), text("b", "c")}, {text("a", "b"), text("c", "")}, {text("c", ""), text("a", "b")},
		{text("a", "b\x04text")}, {text("a", "b"), text("c", "d")}, {text("a", "d"), text("c", "b")},
		{{Param: Param{Name: "a", Type: ParamInteger}, Value: "1"}}, {{Param: Param{Name: "a", Type: ParamNumber}, Value: "1"}},
	} {
		key := bindKey(params)
		if other, known := seen[key]; known {
			t.Errorf("%v and %v have one key", params, other)
		}
		seen[key] = params
	}
	given := text("a", "x")
	given.Given, given.Param.Label = true, "A"
	if bindKey([]BoundParam{given}) != bindKey([]BoundParam{text("a", "x")}) {
		t.Error("who gave the value, and its label, do not change the result")
	}
	if key := bindKey([]BoundParam{text("a", "x")}); key != "5e26e7f329cab1991b89f8aafa7ccab2" {
		t.Errorf("the key has changed to %s, so every stored result would be made again", key)
	}
}
