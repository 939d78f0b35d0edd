package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/xlsx"
)

// fixed is Rows held in memory.
type fixed struct {
	header clips.Header
	rows   [][][]byte
	at     int
	err    error // after the last row
}

func (f *fixed) Header() clips.Header { return f.header }
func (f *fixed) Next() bool           { f.at++; return f.at <= len(f.rows) }
func (f *fixed) Row() [][]byte        { return f.rows[f.at-1] }
func (f *fixed) Err() error           { return f.err }
func (f *fixed) Close() error         { return nil }

// result makes Rows of columns, written "name type", and rows of text, in which ␀ is NULL.
func result(columns string, rows ...[]string) *fixed {
	f := &fixed{header: clips.Header{AsOf: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), TimeZone: "Europe/Berlin"}}
	for c := range strings.SplitSeq(columns, ", ") {
		name, kind, _ := strings.Cut(c, ":")
		column := clips.Column{Name: name, Typmod: -1}
		column.Type.UnmarshalText([]byte(kind))
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

// counted is n rows of one number.
type counted struct {
	fixed
	n int
}

func (c *counted) Next() bool    { c.at++; return c.at <= c.n }
func (c *counted) Row() [][]byte { return [][]byte{fmt.Appendf(nil, "%d", c.at)} }

func sheet(name string, rows clips.Rows) xlsx.Sheet { return xlsx.Sheet{Name: name, Rows: rows} }

// parts are the parts of a workbook, each checked to be XML.
func parts(t testing.TB, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r) // compares the checksum
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if len(text) < 1<<20 { // millions of rows take seconds
			if err := xml.Unmarshal(text, new(struct{})); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if f.CompressedSize64 > 0 && f.Flags&8 == 0 { // we never know sizes before
			t.Errorf("%s does not say that its size comes last", f.Name)
		}
		out[f.Name] = string(text)
	}
	return out
}

func encode(t testing.TB, book xlsx.Book) ([]byte, xlsx.Report) {
	t.Helper()
	var b bytes.Buffer
	report, err := xlsx.Write(&b, book, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), report
}

// python runs a few lines over the workbook, which openpyxl has opened as book, and decodes what they print.
func python(t testing.TB, path, script string, into any) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), openpyxl(t), "-c", "import json, sys, openpyxl\nbook = openpyxl.load_workbook(sys.argv[1])\n"+script, path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
}

func TestTabHasWhatPeopleExpectOfATable(t *testing.T) {
	t.Parallel()
	rows := result("id:integer, amount:numeric, amount:numeric, paid_at:timestamptz, secret:text",
		row("1", "10.50", "1", "2026-11-24 10:00:00+01", "x"), row("2", "␀", "2", "2026-11-24 11:00:00+01", "y"))
	path, _ := write(t, xlsx.Book{Title: "Month end", Description: "All of it", Author: "Finance", Sheets: []xlsx.Sheet{{
		Name: "Cash / bank", Rows: rows, Columns: map[string]clips.ColumnFormat{
			"amount": {Label: "Amount", Format: "currency:EUR", Total: clips.TotalSum},
			"secret": {Hidden: true, Width: 33},
		},
	}}})
	var got struct {
		Tabs                                     []string
		Active, Table, Ref, Filter, Freeze, Note string
		Totals, Headings, Columns                []any
		Hidden                                   bool
		Width                                    float64
		Titles, Orientation, Footer              string
		FitWidth, FitHeight                      int
		Title, Creator, Description, Created     string
	}
	python(t, path, `
tab = book["Cash - bank"]
table = list(tab.tables.values())[0]
p = book.properties
print(json.dumps(dict(Tabs=book.sheetnames, Active=book.active.title, Table=table.name, Ref=table.ref, Filter=table.autoFilter.ref,
  Freeze=tab.freeze_panes, Note=tab["D1"].comment.text, Headings=[c.value for c in tab[1]], Columns=[c.name for c in table.tableColumns],
  Totals=[c.value for c in tab[4]], Hidden=tab.column_dimensions["E"].hidden, Width=tab.column_dimensions["E"].width,
  Titles=tab.print_title_rows, Orientation=tab.page_setup.orientation, FitWidth=tab.page_setup.fitToWidth, FitHeight=tab.page_setup.fitToHeight,
  Footer=tab.oddFooter.left.text, Title=p.title, Creator=p.creator, Description=p.description, Created=p.created.isoformat())))`, &got)
	want := got
	want.Tabs, want.Active, want.Table, want.Ref, want.Filter = []string{"About", "Cash - bank"}, "Cash - bank", "Cash___bank", "A1:E4", "A1:E3"
	want.Freeze, want.Note = "A2", "Times are in Europe/Berlin."
	want.Headings = []any{"id", "Amount", "Amount_2", "paid_at", "secret"}
	want.Columns = want.Headings
	want.Totals = []any{"Total", "=SUBTOTAL(109,Cash___bank[Amount])", "=SUBTOTAL(109,Cash___bank[Amount_2])", nil, nil}
	want.Hidden, want.Width, want.Titles, want.Orientation, want.FitWidth, want.FitHeight = true, 33, "$1:$1", "landscape", 1, 0
	want.Footer = "&A, as of 2026-11-24 10:30:00 Europe/Berlin"
	want.Title, want.Creator, want.Description, want.Created = "Month end", "Finance", "All of it", "2026-11-24T09:30:00"
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEmptyResultIsATableAllTheSame(t *testing.T) {
	t.Parallel()
	file, report := encode(t, xlsx.Book{Cover: xlsx.NoCover, Sheets: []xlsx.Sheet{sheet("empty", result("a:text, b:integer"))}})
	all := parts(t, file)
	if table := all["xl/tables/table1.xml"]; !strings.Contains(table, ` ref="A1:B2"`) { // Excel demands a row
		t.Error(table)
	}
	if report.Rows != 0 || len(report.Tabs) != 1 || report.Tabs[0].Columns[0].Sum != "0" {
		t.Errorf("%+v", report)
	}
}

func TestResultWithoutColumnsIsAnEmptyTab(t *testing.T) {
	t.Parallel()
	rows := &fixed{rows: make([][][]byte, 3)}
	path, report := write(t, xlsx.Book{Sheets: []xlsx.Sheet{sheet("none", rows)}})
	if report.Rows != 3 || report.Tabs[0].Table != "" {
		t.Errorf("%+v", report)
	}
	for name, read := range readers {
		if cells := read(t, path)["none"]; len(cells) != 0 {
			t.Errorf("%s finds %v", name, cells)
		}
	}
}

func TestWidestResultsOfPostgresAreRead(t *testing.T) {
	t.Parallel()
	columns := make([]string, 1600)
	for i := range columns {
		columns[i] = fmt.Sprintf("%d as c", i)
	}
	s := query(t, "", "select "+strings.Join(columns, ", "))
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{sheet("wide", s.Rows(0, -1))}})
	for name, read := range readers {
		if cells := read(t, path)["wide"]; len(cells) != 3200 || cells["BIN2"].Value != 1599.0 || cells["BIN1"].Value != "c_1600" {
			t.Errorf("%s finds %d cells, the last %v and %v", name, len(cells), cells["BIN1"], cells["BIN2"])
		}
	}
}

func TestMoreColumnsThanExcelHasIsAnError(t *testing.T) {
	t.Parallel()
	rows := &fixed{header: clips.Header{Columns: make([]clips.Column, 16385)}}
	_, err := xlsx.Write(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{sheet("wide", rows)}}, nil)
	if clips.KindOf(err) != clips.KindTooLarge || !strings.Contains(clips.NoticeOf(err), "16,385 columns") {
		t.Error(err)
	}
	rows = &fixed{header: clips.Header{Columns: make([]clips.Column, 16384)}}
	if _, err := xlsx.Write(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{sheet("wide", rows)}}, nil); err != nil {
		t.Error(err)
	}
}

func TestRowsGoOnInTheNextTab(t *testing.T) {
	t.Parallel()
	const n = 1<<20 + 5
	total := map[string]clips.ColumnFormat{"n": {Total: clips.TotalSum}}
	book := func(f map[string]clips.ColumnFormat) xlsx.Book {
		rows := &counted{*result("n:integer"), n}
		return xlsx.Book{Sheets: []xlsx.Sheet{{Name: "long", Rows: rows, Columns: f}, sheet("long (2)", result("x:text"))}}
	}
	for _, c := range []struct {
		formats     map[string]clips.ColumnFormat
		first       int64
		table, next string
	}{{nil, 1<<20 - 1, "A1:A1048576", "A1:A7"}, {total, 1<<20 - 2, "A1:A1048576", "A1:A9"}} {
		file, report := encode(t, book(c.formats))
		all := parts(t, file)
		var names []string
		for _, tab := range report.Tabs {
			names = append(names, tab.Name, tab.Table)
		}
		if want := []string{"long", "long", "long (3)", "long_2", "long (2)", "long__2_"}; !slices.Equal(names, want) {
			t.Errorf("tabs and tables are %q, want %q", names, want)
		}
		if report.Rows != n || report.Tabs[0].Rows != c.first || report.Tabs[1].Rows != n-c.first {
			t.Errorf("%+v", report)
		}
		if sum := report.Tabs[0].Columns[0].Sum; sum != fmt.Sprint(c.first*(c.first+1)/2) {
			t.Errorf("the first tab adds up to %s", sum)
		}
		if !strings.Contains(all["xl/tables/table1.xml"], ` ref="`+c.table+`"`) || !strings.Contains(all["xl/tables/table2.xml"], ` ref="`+c.next+`"`) {
			t.Errorf("%s\n%s", all["xl/tables/table1.xml"], all["xl/tables/table2.xml"])
		}
		tab := all["xl/worksheets/sheet2.xml"]
		if n := strings.Count(tab, "<row "); n != 1<<20 || !strings.Contains(tab[strings.LastIndex(tab, "<row "):], `<row r="1048576">`) {
			t.Errorf("the first tab has %d rows, and ends %s", n, tab[strings.LastIndex(tab, "<row "):])
		}
	}
}

func TestTextsLongerThanACellFailUnlessCuttingIsAsked(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 40000)
	book := xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", result("a:text, memo:text", row("1", "short"), row("2", long)))}}
	_, err := xlsx.Write(io.Discard, book, nil)
	if clips.KindOf(err) != clips.KindTooLarge || !strings.Contains(clips.NoticeOf(err), `Column "memo" of row 2 holds a text of 40,000 characters`) {
		t.Error(err)
	}
	book.Sheets[0].Rows, book.CutLongText = result("memo:text, digits:numeric", row(long, strings.Repeat("9", 40000))), true
	path, report := write(t, book)
	if report.Cut != 2 {
		t.Errorf("%d are counted", report.Cut)
	}
	for name, read := range readers {
		all := read(t, path)
		text, _ := all["t"]["A2"].Value.(string)
		if !strings.HasSuffix(text, "x … [cut: the whole text has 40,000 characters]") {
			t.Errorf("%s reads %d characters", name, len(text))
		}
		if !has(all["About"], "2 texts are longer than a cell of Excel and were cut; the cells say so at their end.") {
			t.Errorf("%s: the cover does not say that texts were cut", name)
		}
	}
}

func TestBytesThatAreNotUTF8AreShownAndCounted(t *testing.T) {
	t.Parallel()
	path, report := write(t, xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", result("a:text", row("caf\xe9")))}})
	if report.Replaced != 1 {
		t.Errorf("%d are counted", report.Replaced)
	}
	for name, read := range readers {
		if all := read(t, path); all["t"]["A2"].Value != "caf\uFFFD" || !has(all["About"], "One byte was not UTF-8 and shows as \uFFFD.") {
			t.Errorf("%s reads %v", name, all["t"]["A2"])
		}
	}
}

func has(cells map[string]readCell, text string) bool {
	for _, c := range cells {
		if c.Value == text {
			return true
		}
	}
	return false
}

func TestFailureOfRowsIsTheErrorOfTheBook(t *testing.T) {
	t.Parallel()
	rows := result("a:text", row("1"))
	rows.err = errors.New("the follower went away")
	if _, err := xlsx.Write(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", rows)}}, nil); !errors.Is(err, rows.err) {
		t.Error(err)
	}
}

// brokenPipe takes some bytes and no more.
type brokenPipe struct{ left int }

var errGone = errors.New("the reader went away")

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errGone
	}
	return len(p), nil
}

func TestFailureOfTheWriterStopsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	for left := 0; left < 1<<20; left = left*2 + 100 {
		rows := &counted{*result("n:integer"), 1 << 40} // would take days
		book := xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", rows)}}
		if _, err := xlsx.Write(&brokenPipe{left}, book, nil); !errors.Is(err, errGone) {
			t.Errorf("after %d bytes: %v", left, err)
		}
	}
	// One that has said it is done is counted for a moment longer.
	pgtest.Eventually(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// Whoever keeps a workbook by the digest of its rows relies on this.
func TestSameRowsAreTheSameBytes(t *testing.T) {
	t.Parallel()
	s := query(t, "Europe/Berlin", hardTable())
	book := func() xlsx.Book {
		return xlsx.Book{Title: "x", Sheets: []xlsx.Sheet{sheet("a", s.Rows(0, -1)), sheet("b", s.Rows(0, -1))}}
	}
	first, _ := encode(t, book())
	for range 5 {
		if again, _ := encode(t, book()); !bytes.Equal(first, again) {
			t.Fatal("two workbooks of the same rows differ")
		}
	}
}

func TestProgressIsTold(t *testing.T) {
	t.Parallel()
	rows, last := &counted{*result("n:integer"), 300000}, int64(0)
	calls := 0
	report, err := xlsx.Write(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{sheet("t", rows)}}, func(rows, bytes int64) {
		calls++
		if rows < last || bytes < rows {
			t.Errorf("%d rows, %d bytes after %d rows", rows, bytes, last)
		}
		last = rows
	})
	if err != nil || last != report.Rows || report.Bytes != 1688895 || calls < 5 {
		t.Errorf("%d calls, the last of %d rows; %+v, %v", calls, last, report, err)
	}
}

// The order of elements is the schema's (CT_Worksheet of ECMA-376 part 1, 18.3.1.99). Excel repairs a file that has
// another; the programs of the other tests do not mind.
func TestPartsFollowTheSchema(t *testing.T) {
	t.Parallel()
	order := strings.Fields("sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges " +
		"scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations " +
		"hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors " +
		"smartTags drawing drawingHF legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst")
	rows := result("id:integer, at:timestamptz", row("1", "2026-11-24 10:00:00+01"))
	file, _ := encode(t, xlsx.Book{Sheets: []xlsx.Sheet{{Name: "t", Rows: rows, About: xlsx.About{Link: "https://clips.example.com/d/x/t.xlsx"},
		Columns: map[string]clips.ColumnFormat{"id": {Total: clips.TotalSum}}}}})
	all := parts(t, file)
	types := all["[Content_Types].xml"]
	for name, text := range all {
		if strings.HasSuffix(name, ".xml") && name != "[Content_Types].xml" && !strings.Contains(types, `"/`+name+`"`) {
			t.Errorf("%s has no type of its own", name)
		}
		if !strings.HasPrefix(name, "xl/worksheets/sheet") {
			continue
		}
		last := -1
		for _, element := range children(t, text) {
			if at := slices.Index(order, element); at <= last {
				t.Errorf("%s: %s stands behind %s", name, element, order[max(last, 0)])
			} else {
				last = at
			}
		}
	}
	for name, rels := range all {
		if !strings.HasSuffix(name, ".rels") {
			continue
		}
		base := path.Dir(path.Dir(name))
		for _, m := range regexp.MustCompile(`Target="([^"]+)"( TargetMode="External")?`).FindAllStringSubmatch(rels, -1) {
			target := strings.TrimPrefix(path.Join(base, m[1]), "/")
			if strings.HasPrefix(m[1], "/") {
				target = m[1][1:]
			}
			if _, ok := all[target]; !ok && m[2] == "" && !strings.Contains(m[1], "://") {
				t.Errorf("%s names %s, which is not there", name, target)
			}
		}
	}
}

// children are the elements below the root.
func children(t testing.TB, text string) (names []string) {
	d, depth := xml.NewDecoder(strings.NewReader(text)), 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth == 1 {
				names = append(names, e.Name.Local)
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

func TestABookNeedsASheet(t *testing.T) {
	t.Parallel()
	if _, err := xlsx.Write(io.Discard, xlsx.Book{}, nil); clips.KindOf(err) != clips.KindParameter {
		t.Error(err)
	}
}
