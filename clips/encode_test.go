package clips

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fixed is Rows held in memory.
type fixed struct {
	header Header
	rows   [][][]byte
	at     int
	err    error // after the last row
}

func (f *fixed) Header() Header { return f.header }
func (f *fixed) Next() bool     { f.at++; return f.at <= len(f.rows) }
func (f *fixed) Row() [][]byte  { return f.rows[f.at-1] }
func (f *fixed) Err() error     { return f.err }
func (f *fixed) Close() error   { return nil }

// result makes Rows of columns, written "name type" or "name array of type", and rows of text, in which ␀ is NULL.
func result(columns string, rows ...[]string) *fixed {
	f := &fixed{}
	for c := range strings.SplitSeq(columns, ", ") {
		name, types, _ := strings.Cut(c, " ")
		kind, elem, _ := strings.Cut(types, " of ")
		column := Column{Name: name, Typmod: -1}
		column.Type.UnmarshalText([]byte(kind))
		column.Elem.UnmarshalText([]byte(elem))
		f.header.Columns = append(f.header.Columns, column)
	}
	for _, texts := range rows {
		row := make([][]byte, len(texts))
		for i, text := range texts {
			if text != "␀" {
				row[i] = []byte(text)
			}
		}
		f.rows = append(f.rows, row)
	}
	return f
}

func row(values ...string) []string { return values }

func encode(t testing.TB, format string, o EncodeOptions, r Rows) string {
	t.Helper()
	e, err := NewEncoder(format, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := e.Encode(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCSVIsWhatCOPYWrites(t *testing.T) {
	for _, c := range []struct {
		name string
		rows *fixed
		want string
	}{
		{"null is nothing and empty is quotes", result("a text, b text", row("␀", "")), "a,b\n,\"\"\n"},
		{"quotes where they are needed", result("a text, b text", row("a,b", `say "hi"`), row("two\nlines", "cr\rhere")),
			"a,b\n\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"cr\rhere\"\n"},
		{"and nowhere else", result("a text, b text", row(" x ", "a;b\t'")), "a,b\n x ,a;b\t'\n"},
		{"names are values too", result(`a,"b text`, row("x")), "\"a,\"\"b\"\nx\n"},
		{"a lone backslash and point", result("a text", row(`\.`), row("")), "a\n\"\\.\"\n\"\"\n"},
		{"only when it is alone", result("a text, b text", row(`\.`, `\.`)), "a,b\n\\.,\\.\n"},
		{"no rows", result("a text"), "a\n"},
		{"no columns", &fixed{rows: [][][]byte{{}, {}}}, "\n\n\n"},
		{"numbers as they are", result("a numeric, b float", row("1200.00", "1e-20"), row("NaN", "-Infinity")),
			"a,b\n1200.00,1e-20\nNaN,-Infinity\n"},
		{"any bytes", result("a text", row("caf\xe9")), "a\ncaf\xe9\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := encode(t, "csv", EncodeOptions{}, c.rows); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestCSVOptions(t *testing.T) {
	table := func() *fixed {
		return result("=name text, amount numeric, note text", row("-Ann", "-1.50", "a;b"), row(" =1+1", "␀", "＠x"))
	}
	for _, c := range []struct {
		name   string
		format string
		o      EncodeOptions
		want   string
	}{
		{"semicolon", "csv", EncodeOptions{Sep: ';'}, "=name;amount;note\n-Ann;-1.50;\"a;b\"\n =1+1;;＠x\n"},
		{"tabs", "tsv", EncodeOptions{Sep: ';'}, "=name\tamount\tnote\n-Ann\t-1.50\ta;b\n =1+1\t\t＠x\n"},
		{"decimal comma", "csv", EncodeOptions{Sep: ';', Decimal: ','}, "=name;amount;note\n-Ann;-1,50;\"a;b\"\n =1+1;;＠x\n"},
		{"decimal comma beside commas", "csv", EncodeOptions{Decimal: ','}, "=name,amount,note\n-Ann,\"-1,50\",a;b\n =1+1,,＠x\n"},
		{"no header", "csv", EncodeOptions{NoHeader: true}, "-Ann,-1.50,a;b\n =1+1,,＠x\n"},
		{"byte order mark", "csv", EncodeOptions{BOM: true, NoHeader: true}, "\ufeff-Ann,-1.50,a;b\n =1+1,,＠x\n"},
		{"safe", "csv", EncodeOptions{Safe: true}, "'=name,amount,note\n'-Ann,-1.50,a;b\n' =1+1,,'＠x\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := encode(t, c.format, c.o, table()); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// What a spreadsheet could take for a formula, and what only looks a little like one.
func TestSafeGuardsWhatCanBeAFormula(t *testing.T) {
	for _, v := range []string{"=1", "+1", "-1", "@x", "\t=1", "\rx", "\nx", "  =1", "\u00a0=1", "＝1", "＋1", "－1", "＠x"} {
		if !looksLikeFormula([]byte(v)) {
			t.Errorf("%q is let through", v)
		}
	}
	for _, v := range []string{"", " ", "a=1", "'=1", "1-1", "(=1)", `"=1"`} {
		if looksLikeFormula([]byte(v)) {
			t.Errorf("%q is taken for a formula", v)
		}
	}
	guarded := encode(t, "csv", EncodeOptions{Safe: true, NoHeader: true}, result("t text, o other, n numeric, d date, i interval, a array of text",
		row("=1", "=1", "-1", "-infinity", "-1 days", "{=1}")))
	if want := "'=1,'=1,-1,-infinity,-1 days,{=1}\n"; guarded != want {
		t.Errorf("got %q, want %q: only what people can write text into", guarded, want)
	}
}

func TestParseSep(t *testing.T) {
	for text, want := range map[string]byte{"tab": '\t', "\t": '\t', ";": ';', "pipe": '|', ",": ',', "comma": ',', " ": ' '} {
		if sep, ok := ParseSep(text); sep != want || !ok {
			t.Errorf("%q = %q, %v", text, sep, ok)
		}
	}
	for _, text := range []string{"", "ab", "a", "Z", "7", `"`, `\`, ".", "-", "+", "\n", "\r", "é", "\x00", "\x7f"} {
		if sep, ok := ParseSep(text); ok {
			t.Errorf("%q is taken for the separator %q", text, sep)
		}
	}
}

func TestJSONByType(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"boolean", "t", "true"}, {"boolean", "f", "false"},
		{"integer", "42", "42"}, {"integer", "-9007199254740992", "-9007199254740992"},
		{"integer", "9007199254740993", `"9007199254740993"`}, {"integer", "-9223372036854775808", `"-9223372036854775808"`},
		{"numeric", "1200.00", "1200.00"}, {"numeric", "0.000000000000000000001", "0.000000000000000000001"},
		{"numeric", "9007199254740992.00", "9007199254740992.00"}, {"numeric", "9007199254740992.01", `"9007199254740992.01"`},
		{"numeric", "99999999999999999", `"99999999999999999"`}, {"numeric", "NaN", `"NaN"`}, {"numeric", "-Infinity", `"-Infinity"`},
		{"float", "1e-20", "1e-20"}, {"float", "1e+300", "1e+300"}, {"float", "NaN", `"NaN"`}, {"float", "Infinity", `"Infinity"`},
		{"text", "007", `"007"`}, {"text", "", `""`}, {"text", "a\"\\\n\r\t\x01é\u2028", "\"a\\\"\\\\\\n\\r\\t\\u0001é\u2028\""},
		{"date", "2026-11-24", `"2026-11-24"`}, {"date", "infinity", `"infinity"`}, {"date", "0044-03-15 BC", `"0044-03-15 BC"`},
		{"timestamp", "2026-11-24 09:05:00.5", `"2026-11-24T09:05:00.5"`},
		{"timestamp", "0044-03-15 12:00:00 BC", `"0044-03-15T12:00:00 BC"`},
		{"timestamp", "Tue Nov 24 09:05:00 2026", `"Tue Nov 24 09:05:00 2026"`},
		{"timestamptz", "2026-11-24 09:05:00+01", `"2026-11-24T09:05:00+01:00"`},
		{"timestamptz", "2026-11-24 09:05:00-03:30", `"2026-11-24T09:05:00-03:30"`},
		{"timestamptz", "1891-01-01 00:00:00+00:09:21", `"1891-01-01T00:00:00+00:09:21"`},
		{"timestamptz", "0044-03-15 12:00:00+00 BC", `"0044-03-15T12:00:00+00:00 BC"`},
		{"timestamptz", "-infinity", `"-infinity"`},
		{"json", `{"a": 1}`, `{"a": 1}`},
		{"bytes", `\x00ff`, `"\\x00ff"`},
		{"array of integer", "{1,NULL,-3}", "[1,null,-3]"}, {"array of integer", "{}", "[]"},
		{"array of integer", "[0:1]={7,8}", "[7,8]"}, {"array of integer", "1 2 3", "[1,2,3]"}, {"array of integer", "", "[]"},
		{"array of text", `{{a,"b c"},{"NULL","say \"hi\" \\"}}`, `[["a","b c"],["NULL","say \"hi\" \\"]]`},
		{"array of text", `{""}`, `[""]`},
		{"array of boolean", "{t,f}", "[true,false]"},
		{"array of json", `{"{\"a\": [1]}",2}`, `[{"a": [1]},2]`},
		{"array of timestamptz", `{"2026-11-24 09:05:00+01"}`, `["2026-11-24T09:05:00+01:00"]`},
		{"array of text", "{broken", `"{broken"`},
	} {
		want := `[{"v":` + c.want + "}]\n"
		if got := encode(t, "json", EncodeOptions{}, result("v "+c.typ, row(c.text))); got != want {
			t.Errorf("%s %q: got %s want %s", c.typ, c.text, got, want)
		}
	}
}

func TestJSONShapes(t *testing.T) {
	table := func() *fixed {
		f := result("id integer, note json, tags array of text", row("1", "[1,\n2]", "{a}"), row("2", "␀", "␀"))
		f.header.AsOf = time.Date(2026, 11, 24, 9, 5, 0, 1000, time.FixedZone("", 3600))
		f.header.Lag, f.header.TimeZone = 1500*time.Millisecond, "Europe/Berlin"
		return f
	}
	for _, c := range []struct{ format, shape, want string }{
		{"json", "", "[{\"id\":1,\"note\":[1,\n2],\"tags\":[\"a\"]},\n{\"id\":2,\"note\":null,\"tags\":null}]\n"},
		{"ndjson", "table", "{\"id\":1,\"note\":[1, 2],\"tags\":[\"a\"]}\n{\"id\":2,\"note\":null,\"tags\":null}\n"},
		{"json", "table", `{"columns":[{"name":"id","type":"integer"},{"name":"note","type":"json"},{"name":"tags","type":"array","of":"text"}],` +
			"\"rows\":[[1,[1,\n2],[\"a\"]],\n[2,null,null]],\"as_of\":\"2026-11-24T08:05:00.000001Z\"," +
			`"lag_seconds":1.5,"timezone":"Europe/Berlin","row_count":2}` + "\n"},
	} {
		if got := encode(t, c.format, EncodeOptions{Shape: c.shape}, table()); got != c.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", c.format, c.shape, got, c.want)
		}
	}
	for format, want := range map[string]string{"json": "[]\n", "ndjson": ""} {
		if got := encode(t, format, EncodeOptions{}, result("id integer")); got != want {
			t.Errorf("no rows as %s: %q", format, got)
		}
	}
	if got := encode(t, "json", EncodeOptions{}, &fixed{rows: [][][]byte{{}, {}}}); got != "[{},\n{}]\n" {
		t.Errorf("no columns: %q", got)
	}
}

func TestJSONLosesNoColumn(t *testing.T) {
	got := encode(t, "json", EncodeOptions{}, result("a text, a text, a_2 text, a text,  text, __proto__ text", row("1", "2", "3", "4", "5", "6")))
	if want := `[{"a":"1","a_3":"2","a_2":"3","a_4":"4","":"5","__proto__":"6"}]` + "\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

func TestJSONRefusesWhatIsNoText(t *testing.T) {
	for _, c := range []struct {
		name string
		rows *fixed
		say  string
	}{
		{"a value", result("id integer, name text", row("1", "fine"), row("2", "caf\xe9")), `"name" of row 2`},
		{"in an array", result("names array of text", row("{caf\xe9}")), `"names" of row 1`},
		{"in JSON", result("doc json", row("\"caf\xe9\"")), `"doc" of row 1`},
		{"a name", result("caf\xe9 text", row("1")), "The name of column"},
	} {
		e, _ := NewEncoder("ndjson", EncodeOptions{})
		err := e.Encode(io.Discard, c.rows)
		if KindOf(err) != KindSQL || !strings.Contains(NoticeOf(err), c.say) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// failing writes so much and no more.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("the pipe is closed")
	}
	return len(p), nil
}

func TestEncodersPassOnWhatFails(t *testing.T) {
	for _, format := range []string{"csv", "tsv", "json", "ndjson"} {
		e, _ := NewEncoder(format, EncodeOptions{})
		broken := result("a text", row("x"))
		broken.err = &Error{Kind: KindUnavailable, Notice: "gone"}
		var b bytes.Buffer
		if err := e.Encode(&b, broken); KindOf(err) != KindUnavailable {
			t.Errorf("%s: the rows broke, and Encode says %v", format, err)
		}
		endless := &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{bytes.Repeat([]byte("x"), 1000)}}, 1000)}
		if err := e.Encode(&failing{100_000}, endless); err == nil || endless.at > 300 {
			t.Errorf("%s: the writer broke, and Encode says %v after %d rows", format, err, endless.at)
		}
	}
	if _, err := NewEncoder("docx", EncodeOptions{}); KindOf(err) != KindParameter || !strings.Contains(err.Error(), "docx") {
		t.Errorf("an unknown format: %v", err)
	}
}

// A value of any length, and rows around the size at which the encoder writes.
func TestEncodersWriteAllOfLargeResults(t *testing.T) {
	for _, size := range []int{1, flushAt - 1, flushAt, flushAt + 1, 10 * flushAt} {
		value := bytes.Repeat([]byte("x"), size)
		rows := &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{value}}, 5)}
		want := "a\n" + strings.Repeat(string(value)+"\n", 5)
		if got := encode(t, "csv", EncodeOptions{}, rows); got != want {
			t.Errorf("%d bytes a value: %d bytes, not %d", size, len(got), len(want))
		}
	}
}

// FuzzCSV reads back what was written with a reader that nobody here wrote.
func FuzzCSV(f *testing.F) {
	for _, v := range []string{"", `\.`, "a,b", "\"", "\r", "\n", "\r\n", " ", "é", "\x00", "\xff", ";"} {
		f.Add(v, v, byte(','))
		f.Add(v, "x", byte(';'))
	}
	f.Fuzz(func(t *testing.T, a, b string, sep byte) {
		if _, ok := ParseSep(string(rune(sep))); !ok {
			t.Skip()
		}
		text := encode(t, "csv", EncodeOptions{Sep: sep}, &fixed{header: result("a text, b text").header, rows: [][][]byte{{[]byte(a), []byte(b)}}})
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = rune(sep)
		got, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		// encoding/csv drops a \r before a \n inside quotes, which is its own opinion.
		lf := func(s string) string { return strings.ReplaceAll(s, "\r", "") }
		if len(got) != 2 || lf(got[1][0]) != lf(a) || lf(got[1][1]) != lf(b) {
			t.Fatalf("%q and %q came back as %q", a, b, got)
		}
	})
}

// FuzzJSON: text comes back as it was, or is refused because it is none.
func FuzzJSON(f *testing.F) {
	for _, v := range []string{"", "a", "\"", "\\", "\n", "\x1f", "é", "\xff", "\u2028", "</script>", "{a,b}"} {
		f.Add(v, v)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		rows := &fixed{header: Header{Columns: []Column{{Name: name, Type: Text}, {Name: "list", Type: Array, Elem: Text}}}}
		rows.rows = [][][]byte{{[]byte(value), []byte(value)}}
		e, _ := NewEncoder("json", EncodeOptions{})
		var b bytes.Buffer
		if err := e.Encode(&b, rows); err != nil {
			if KindOf(err) != KindSQL || utf8.ValidString(name) && utf8.ValidString(value) {
				t.Fatalf("%q, %q: %v", name, value, err)
			}
			return
		}
		var got []map[string]any
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", b.String(), err)
		}
		if got[0][name] != value && name != "list" {
			t.Fatalf("%q came back as %q", value, got[0][name])
		}
	})
}

func BenchmarkCSV(b *testing.B)  { benchmarkEncoder(b, "csv") }
func BenchmarkJSON(b *testing.B) { benchmarkEncoder(b, "json") }

func benchmarkEncoder(b *testing.B, format string) {
	r := manyRows(1000)
	e, _ := NewEncoder(format, EncodeOptions{})
	var size failing
	size.left = 1 << 40
	b.ReportAllocs()
	for b.Loop() {
		r.at = 0
		if err := e.Encode(&size, r); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(1<<40-size.left) / int64(b.N))
}
