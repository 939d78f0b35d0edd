package xlsx_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

// hard are values of each type that some spreadsheet or other gets wrong.
var hard = []struct{ typ, values string }{
	{"bigint", "0|1|-1|123456789012345|1234567890123456|9007199254740993|-9223372036854775808|9223372036854775807"},
	{"int", "0|2147483647|-2147483648"},
	{"smallint", "0|-32768"},
	{"numeric", "0|0.10|12.50|-0.001|123456789012345|1234567890123456|12345678901234.50|0.333333333333333333|NaN|Infinity|-Infinity|1e-20|1e30"},
	{"numeric(14,2)", "0|0.1|-99.99|999999999999.99|NaN"},
	{"numeric(30,10)", "0|1.5|12345678901234567890.1234567890"},
	{"numeric(5,-2)", "1200|-300"},
	{"float8", "0|-0|0.1|1e300|1e-300|1.7976931348623157e308|5e-324|0.30000000000000004|NaN|Infinity|-Infinity|123456789.123"},
	{"float4", "0|0.1|3.4e38|NaN"},
	{"boolean", "true|false"},
	{"text", "plain|0012|=1+1|+1|-1|@x|'quoted|1e5|1/2|TRUE| leading| trailing |_x0041_|<b>&amp;|tab\there|line\nbreak|cr\rhere|\x01\x1f|😀|\u00a0|2026-11-24|12:30|#N/A|\u200f\u0627"},
	{"varchar(10)", "abc|007"},
	{"char(5)", "ab|1"},
	{"name", "pg_class"},
	{`"char"`, "x"},
	{"date", "2026-11-24|1900-02-28|1900-03-01|1899-12-31|0044-03-15 BC|9999-12-31|10000-01-01|infinity|-infinity|2000-02-29"},
	{"timestamp", "2026-11-24 10:11:12|2026-11-24 10:11:12.345|1900-02-28 12:00|9999-12-31 23:59:59|0044-03-15 12:00 BC|infinity"},
	{"timestamptz", "2026-11-24 10:11:12+00|2026-07-01 23:59:59.5+00|1901-01-01 00:00+00|infinity|2026-10-25 00:30+00|2026-10-25 01:30+00"},
	{"time", "00:00:00|24:00:00|23:59:59.5|12:34:56"},
	{"timetz", "12:00:00+01|23:59:59-08"},
	{"interval", "1 year 2 mons|-1 day|-00:00:01|00:00:00|1 day 02:03:04.5|36:00:00|3 days|1 day -00:00:01"},
	{"uuid", "12345678-90ab-cdef-1234-567890abcdef"},
	{"json", `{"a": 1}|5|"x"|null`},
	{"jsonb", `{"a": [1, 2]}|123456789012345678901234567890`},
	{"bytea", `\x00ff`},
	{"int[]", "{1,2,NULL}|{}"},
	{"text[]", `{a,"b c"}`},
	{"money", "1234.56"},
	{"inet", "10.0.0.1"},
	{"oid", "12345"},
	{"int4range", "[1,10)"},
	{"bit(3)", "101"},
	{"xml", "<a>1</a>"},
	{"point", "(1,2)"},
	{"tsvector", "fat cat"},
}

// table makes one row for each value, each type in a column of its own beside its NULLs.
func hardTable() string {
	var columns []string
	most := 0
	for i, h := range hard {
		var list []string
		for v := range strings.SplitSeq(h.values, "|") {
			list = append(list, literal(v))
		}
		most = max(most, len(list))
		columns = append(columns, fmt.Sprintf("(array[%s])[n]::%s as c%d", strings.Join(list, ","), h.typ, i))
	}
	return fmt.Sprintf("select n as row, '' as empty, %s from generate_series(1, %d) n", strings.Join(columns, ", "), most+1)
}

func literal(v string) string {
	v = strings.NewReplacer(`\`, `\\`, "'", "''", "\r", `\r`, "\n", `\n`, "\x01", `\x01`, "\x1f", `\x1f`).Replace(v)
	return "E'" + v + "'::text"
}

func TestEveryValueIsReadAsPostgresPrintsIt(t *testing.T) {
	t.Parallel()
	s := query(t, "Europe/Berlin", hardTable())
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{{Name: "hard", Rows: s.Rows(0, -1)}}})
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, read(t, path)["hard"], s)
		})
	}
	t.Run("LibreOffice", func(t *testing.T) {
		t.Parallel()
		compareShown(t, csvOfTabs(t, path)[path]["hard"], s)
	})
}

// compare looks at every cell, and at every cell that must not be.
func compare(t *testing.T, cells map[string]readCell, s *clips.Snapshot) {
	t.Helper()
	columns, found := s.Header().Columns, 0
	for i, row := range values(s) {
		for j, v := range row {
			name := cellName(j, i+2)
			cell, ok := cells[name]
			switch {
			case ok != (v != nil):
				t.Errorf("%s (%s): %q is there: %v", name, columns[j].Name, v, ok)
			case ok && !same(columns[j], cell, string(v)):
				t.Errorf("%s (%s): %q is %s under %q", name, columns[j].Type, v, cell, cell.Format)
			}
			if ok {
				found++
			}
		}
	}
	if found+len(columns) != len(cells) {
		t.Errorf("%d cells are read, %d are expected", len(cells), found+len(columns))
	}
}

func cellName(column, row int) string {
	s := ""
	for column++; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return fmt.Sprint(s, row)
}

// compareShown looks at what LibreOffice shows: the text of Postgres, but for what follows from the format.
func compareShown(t *testing.T, records [][]string, s *clips.Snapshot) {
	t.Helper()
	columns, rows := s.Header().Columns, values(s)
	if len(records) != len(rows)+1 {
		t.Fatalf("%d rows are shown, want %d", len(records), len(rows)+1)
	}
	for i, row := range rows {
		for j, v := range row {
			got, shown := records[i+1][j], shownAs(columns[j], string(v))
			if got != shown && !closeTo(columns[j], got, shown) {
				t.Errorf("%s (%s): %q is shown as %q, want %q", cellName(j, i+2), columns[j].Type, v, got, shown)
			}
		}
	}
}

// closeTo compares floats, which LibreOffice shows in its own way and to ten digits.
func closeTo(c clips.Column, got, want string) bool {
	a, errA := strconv.ParseFloat(got, 64)
	b, errB := strconv.ParseFloat(want, 64)
	return c.Type == clips.Float && errA == nil && errB == nil && math.Abs(a-b) <= math.Abs(b)*1e-9
}

func shownAs(c clips.Column, v string) string {
	kind, _ := want(c, v)
	switch {
	case v == "":
	case c.Type == clips.Bool:
		return map[string]string{"t": "TRUE", "f": "FALSE"}[v]
	case c.Type == clips.Interval && kind == "number":
		return map[string]string{"00:00:00": "0:00:00", "1 day 02:03:04.5": "26:03:04.500", "3 days": "72:00:00",
			"1 day -00:00:01": "23:59:59"}[v] + map[string]string{"36:00:00": v}[v]
	case c.Type == clips.TimestampTZ && kind == "number":
		v = v[:10] + v[10:10+strings.IndexAny(v[10:], "+-")]
		fallthrough
	case (c.Type == clips.Timestamp || c.Type == clips.Time) && kind == "number":
		if at := strings.IndexByte(v, '.'); at > 0 {
			return (v + "000")[:at+4]
		}
	}
	return v
}

func TestNullIsNoCellAndEmptyTextIsOne(t *testing.T) {
	t.Parallel()
	s := query(t, "", "select null::text as nothing, ''::text as empty, 'x' as x")
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{{Name: "t", Rows: s.Rows(0, -1)}}})
	for name, read := range readers {
		cells := read(t, path)["t"]
		if _, ok := cells["A2"]; ok {
			t.Errorf("%s finds a cell for NULL", name)
		}
		if cell, ok := cells["B2"]; !ok || cell.Kind != "text" || cell.Value != "" {
			t.Errorf("%s: the empty text is %v, %v", name, cell, ok)
		}
	}
}

// In a cell of the format of text, what is typed again stays text; green triangles would say that it ought not to.
func TestTextsThatLookLikeMoreAreMarkedAsText(t *testing.T) {
	t.Parallel()
	rows := result("a:text, n:integer", row("0012", "1234567890123456"), row("=1+1", "1"), row("plain", "1"))
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", rows)}})
	cells := readers["openpyxl"](t, path)["t"]
	got := fmt.Sprint(cells["A2"].Format, " ", cells["A3"].Format, " ", cells["A4"].Format, " ", cells["B2"].Format)
	if got != "@ @ General @" {
		t.Errorf("the formats are %s", got)
	}
	if tab := parts(t, readFile(t, path))["xl/worksheets/sheet2.xml"]; !strings.Contains(tab, `<ignoredError sqref="A1:B1048576" numberStoredAsText="true">`) {
		t.Error("Excel would put green triangles into the cells")
	}
}
