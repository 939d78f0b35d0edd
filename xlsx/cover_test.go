package xlsx_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

func pack() xlsx.Book {
	pl := result("line:text, actual:numeric, margin:numeric",
		row("Revenue", "131250.40", "0.3512"), row("Cost of sales", "-72010.15", "0.1"), row("Rent", "␀", "␀"))
	pl.header.Lag = 240 * time.Millisecond
	ids := result("id:integer, ratio:float", row("1234567890123456", "0.1"), row("7", "0.2"), row("9", "NaN"))
	return xlsx.Book{Title: "Month-end pack", Description: "As of one moment.\nFor the board.", Author: "Finance", Sheets: []xlsx.Sheet{
		{Name: "P&L", Rows: pl, Columns: map[string]clips.ColumnFormat{
			"actual": {Label: "Actual [EUR]", Format: "accounting:EUR", Total: clips.TotalSum}, "margin": {Format: "percent:1", Total: clips.TotalAverage},
			"line": {Label: "Line", Total: clips.TotalCount},
		}, About: xlsx.About{Clip: "pl", Title: "Profit and loss", Description: "Net of tax.", Revision: 7, Author: "ana@example.com", Digest: "abc123",
			Link:   "https://clips.example.com/d/key/pl.xlsx",
			Params: []clips.BoundParam{{Param: clips.Param{Name: "month", Label: "Month"}, Value: "2026-10-01"}}}},
		{Name: "Ids", Rows: ids, About: xlsx.About{Clip: "ids"}},
	}}
}

func TestCoverSaysWhatTheTabsAre(t *testing.T) {
	t.Parallel()
	path, report := write(t, pack())
	lines := strings.Split(strings.TrimSpace(coverLines(csvOfTabs(t, path)[path]["About"])), "\n")
	want := []string{
		"Month-end pack", "As of one moment.", "For the board.",
		"As of|2026-11-24 10:30:00 Europe/Berlin|", "Times are in|Europe/Berlin", "Rows|6", "Author|Finance",
		"Tab|Clip|Rows|Revision|  As of|Follower lag|Author",
		"P&L|Profit and loss|3|7|2026-11-24 10:30:00 Europe/Berlin|240ms|ana@example.com", "Ids|ids|3|2026-11-24 10:30:00 Europe/Berlin|none",
		"Tab|Digest (SHA-256 of columns and rows)", "P&L|abc123", "Tab|Refresh from", "P&L|https://clips.example.com/d/key/pl.xlsx",
		"Tab|About", "P&L|Net of tax.", "Tab|Parameter|Value", "P&L|Month|2026-10-01",
		"Tab|Control total of|Values|Empty|Sum at the source|Sum on the tab|Difference",
		"P&L|Actual [EUR]|2|1|59,240.25|59,240.25|0.00", "P&L|margin|2|1|0.4512|0.4512|0.0000",
		"Ids|id|3|0|1234567890123472|16|One value has no exact number in Excel and is text, which Excel's sum leaves out.",
		"Ids|ratio|3|0|NaN|0.3|One value has no exact number in Excel and is text, which Excel's sum leaves out.",
	}
	want[3] = "As of|2026-11-24 10:30:00 Europe/Berlin"
	want = append(want[:4], append([]string{"Follower lag|240ms"}, want[4:]...)...)
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if sum := report.Tabs[1].Columns[0]; sum.Sum != "1234567890123472" || sum.AsText != 1 || sum.Values != 3 {
		t.Errorf("%+v", sum)
	}
}

// coverLines are the rows of a cover that have anything in them, without what is empty.
func coverLines(records [][]string) string {
	var b strings.Builder
	for _, r := range records {
		var cells []string
		for _, c := range r {
			if c != "" {
				cells = append(cells, c)
			}
		}
		if len(cells) > 0 {
			fmt.Fprintln(&b, strings.Join(cells, "|"))
		}
	}
	return b.String()
}

// LibreOffice calculates the formulas anew, ExcelJS reads the results that came with them.
func TestTotalsAndFormatsAreShown(t *testing.T) {
	t.Parallel()
	path, _ := write(t, pack())
	tabs := csvOfTabs(t, path)[path]
	got := fmt.Sprintf("%q", tabs["P&L"])
	want := `[["Line" "Actual [EUR]" "margin"] ["Revenue" " €131,250.40 " "35.1%"] ["Cost of sales" " €(72,010.15)" "10.0%"] ["Rent" "" ""] ["3" " €59,240.25 " "22.6%"]]`
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var results struct{ Sum, Average, Count, Link, Jump any }
	python(t, path, `
values = openpyxl.load_workbook(sys.argv[1], data_only=True)
tab, cover = values["P&L"], book["About"]
links = {c.value: c.hyperlink for row in cover for c in row if c.hyperlink}
print(json.dumps(dict(Count=tab["A5"].value, Sum=tab["B5"].value, Average=tab["C5"].value,
  Link=links["https://clips.example.com/d/key/pl.xlsx"].target, Jump=links["P&L"].location)))`, &results)
	if got := fmt.Sprint(results); got != "{59240.25 0.2256 3 https://clips.example.com/d/key/pl.xlsx 'P&L'!A1}" {
		t.Errorf("the results are %s", got)
	}
}

// A number format is a wish for numbers: what Excel cannot keep of a fraction is left off, and of an id nothing is.
func TestFormatMakesNumbersOfLongFractions(t *testing.T) {
	t.Parallel()
	third := "33.3333333333333333"
	rows := func() clips.Rows { return result("n:numeric", row(third), row("1234567890123456"), row("12.5")) }
	with := map[string]clips.ColumnFormat{"n": {Format: "0.00"}}
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{sheet("plain", rows()), {Name: "with", Rows: rows(), Columns: with},
		{Name: "text", Rows: rows(), Columns: map[string]clips.ColumnFormat{"n": {Format: "text"}}}}})
	for name, read := range readers {
		book := read(t, path)
		got := fmt.Sprint(book["plain"]["A2"], book["with"]["A2"], book["with"]["A3"], book["with"]["A4"], book["text"]["A4"])
		if want := "text 33.3333333333333333 number 33.333333333333336 text 1234567890123456 number 12.5 text 12.5"; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestCoverStandsWhereItIsWanted(t *testing.T) {
	t.Parallel()
	for place, want := range map[xlsx.CoverPlace]string{
		xlsx.CoverFirst: `["About", "P&L", "Ids"] About`, xlsx.CoverLast: `["P&L", "Ids", "About"] P&L`, xlsx.NoCover: `["P&L", "Ids"] P&L`,
	} {
		book := pack()
		book.Cover = place
		path, _ := write(t, book)
		var got string
		python(t, path, `print(json.dumps(json.dumps(book.sheetnames) + " " + book.active.title))`, &got)
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEncoderMakesOneTabOfOneResult(t *testing.T) {
	t.Parallel()
	encoder := xlsx.NewEncoder(xlsx.Book{Title: "Cash"})
	if got := encoder.ContentType(); got != "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" {
		t.Error(got)
	}
	for range 2 { // it keeps nothing
		var b bytes.Buffer
		if err := encoder.Encode(&b, result("a:text", row("x"))); err != nil {
			t.Fatal(err)
		}
		if cells := readers["openpyxl"](t, save(t, b.Bytes()))["Result"]; cells["A2"].Value != "x" {
			t.Errorf("%v", cells)
		}
	}
}

// The headings of a table are its columns' names to Excel, whatever they are made of.
func TestHeadingsAndColumnsOfATableAgree(t *testing.T) {
	t.Parallel()
	rows := result("x:text", row("1", "2", "3", "4", "5", "6", "7"))
	rows.header.Columns = nil
	for _, name := range []string{"two\nlines", "tab\there", `q"uote<&>'`, "_x0041_", "", "a[b]#'@", "cr\rhere"} {
		rows.header.Columns = append(rows.header.Columns, clips.Column{Name: name, Type: clips.Text, Typmod: -1})
	}
	path, _ := write(t, xlsx.Book{Sheets: []xlsx.Sheet{{Name: "t", Rows: rows,
		Columns: map[string]clips.ColumnFormat{"a[b]#'@": {Total: clips.TotalCount}}}}})
	var got [][2]string
	python(t, path, `
from openpyxl.utils.escape import unescape
tab = book["t"]
print(json.dumps([[unescape(c.value), k.name] for c, k in zip(tab[1], list(tab.tables.values())[0].tableColumns)]))`, &got)
	if len(got) != 7 {
		t.Fatal(got)
	}
	for _, pair := range got {
		if pair[0] != pair[1] {
			t.Errorf("the heading %q names the column %q", pair[0], pair[1])
		}
	}
	if shown := csvOfTabs(t, path)[path]["t"]; shown[2][5] != "1" {
		t.Errorf("LibreOffice counts %q", shown[2])
	}
}

// Rows that arrive know their digest last, and the cover tells it all the same.
func TestAWorkbookMadeWhileItsRowsArriveIsTheSame(t *testing.T) {
	t.Parallel()
	write := func(rows clips.Rows, digest string) string {
		var b bytes.Buffer
		book := xlsx.Book{Title: "Cash", Cover: xlsx.CoverLast, Sheets: []xlsx.Sheet{{Name: "Cash", About: xlsx.About{Digest: digest}}}}
		if err := xlsx.NewEncoder(book).Encode(&b, rows); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	cash := func() clips.Rows { return result("n:int, name:text", row("1", "Ann"), row("2", "Bob")) }
	spool := clips.NewSpool(io.Discard, cash())
	arriving := write(spool, "")
	if later := write(cash(), spool.Digest()); arriving != later || len(spool.Digest()) != 64 || later == write(cash(), "") {
		t.Errorf("%d bytes while they arrive, %d later, digest %q", len(arriving), len(later), spool.Digest())
	}
}
