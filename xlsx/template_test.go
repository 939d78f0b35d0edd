package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

// modelBook is a workbook as a controller would make it: a table with a calculated column and totals, notes beside it,
// a summary with formulas, a name, a conditional format and a chart, a pivot and a slicer.
func modelBook(t testing.TB, change ...func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "Data"))
	for i, row := range [][]any{
		{"region", "amount", "due", "tax", nil, "Notes"}, {"EMEA", 10, 46000, nil, nil, "keep me"}, {"APAC", 20, 46001, nil, nil, "=1+1 & <you>"},
		{"EMEA", 30, 46002, nil, nil, "and me"}, {"Total", nil, nil, nil, nil, "beside the totals"}, {}, {nil, nil, nil, nil, nil, "far below"},
	} {
		must(f.SetSheetRow("Data", fmt.Sprintf("A%d", i+1), &row))
	}
	cents := "#,##0.00 €"
	euro, err := f.NewStyle(&excelize.Style{CustomNumFmt: &cents, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF2CC"}}})
	must(err)
	must(f.SetCellStyle("Data", "B2", "B5", euro))
	for row := 2; row <= 4; row++ {
		must(f.SetCellFormula("Data", fmt.Sprintf("D%d", row), fmt.Sprintf("B%d*$H$1", row)))
	}
	must(f.SetCellValue("Data", "H1", 0.2))
	must(f.SetCellFormula("Data", "B5", "SUBTOTAL(109,ledger[amount])"))
	must(f.SetCellFormula("Data", "G2", "SUM(B2:B4)"))
	must(f.SetSheetDimension("Data", "A1:H7"))
	must(f.AddTable("Data", &excelize.Table{Range: "A1:D4", Name: "ledger", StyleName: "TableStyleMedium2"}))
	table, _ := f.Pkg.Load("xl/tables/table1.xml")
	text := string(table.([]byte))
	text = strings.Replace(text, `ref="A1:D4"`, `ref="A1:D5" totalsRowCount="1"`, 1) // the table's; the filter's stays
	text = strings.Replace(text, `name="tax"></tableColumn>`, `name="tax"><calculatedColumnFormula>ledger[[#This Row],[amount]]*$H$1</calculatedColumnFormula></tableColumn>`, 1)
	text = strings.Replace(text, `name="amount">`, `name="amount" totalsRowFunction="sum">`, 1)
	f.Pkg.Store("xl/tables/table1.xml", []byte(text))
	_, err = f.NewSheet("Summary")
	must(err)
	must(f.SetCellFormula("Summary", "A1", "SUM(Data!B2:B4)"))
	must(f.SetCellFormula("Summary", "A2", "SUM(ledger[amount])"))
	must(f.SetCellFormula("Summary", "A3", "ROWS(amounts)"))
	must(f.SetCellFormula("Summary", "A4", `IF(Data!B2>0,"Data!B2:B4","")`))
	must(f.SetDefinedName(&excelize.DefinedName{Name: "amounts", RefersTo: "Data!$B$2:$B$4"}))
	must(f.SetDefinedName(&excelize.DefinedName{Name: "answer", RefersTo: "Summary!$C$1"}))
	red, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "9A0511"}})
	must(err)
	must(f.SetConditionalFormat("Data", "B2:B4", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Value: "15", Format: &red}}))
	must(f.AddChart("Summary", "E2", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{
		{Name: "Data!$B$1", Categories: "Data!$A$2:$A$4", Values: "Data!$B$2:$B$4"}}, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: "Amount"}}}}))
	_, err = f.NewSheet("Pivot")
	must(err)
	must(f.AddPivotTable(&excelize.PivotTableOptions{DataRange: "Data!A1:D4", PivotTableRange: "Pivot!A3:C8",
		Rows: []excelize.PivotTableField{{Data: "region"}}, Data: []excelize.PivotTableField{{Data: "amount", Subtotal: "Sum"}}}))
	must(f.AddSlicer("Data", &excelize.SlicerOptions{Name: "region", Cell: "K1", TableSheet: "Data", TableName: "ledger"}))
	for _, c := range change {
		c(f)
	}
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func open(t testing.TB, file []byte) *xlsx.Template {
	t.Helper()
	template, err := xlsx.OpenTemplate(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func fill(t testing.TB, template *xlsx.Template, sheets ...xlsx.Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := template.Fill(&b, xlsx.Book{Sheets: sheets}, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ledger is n rows for the table of modelBook.
func ledger(n int) xlsx.Sheet {
	var rows [][]string
	for i := range n {
		rows = append(rows, row([]string{"EMEA", "APAC", "AMER"}[i%3], fmt.Sprintf("%d.25", i+1), "2026-11-24"))
	}
	return xlsx.Sheet{Name: "ledger", Rows: result("Region:text, amount:numeric, due:date", rows...), Count: int64(n)}
}

func save(t testing.TB, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "filled.xlsx")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlacesAreTablesAndNamedRanges(t *testing.T) {
	t.Parallel()
	got := fmt.Sprint(open(t, modelBook(t)).Places())
	if want := "[{ledger Data A2:D4 [region amount due tax]} {amounts Data B2:B4 []} {answer Summary C1 []}]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTableGrowsAndAllThatRefersToItDoes(t *testing.T) {
	t.Parallel()
	model := modelBook(t)
	file := fill(t, open(t, model), ledger(100))
	before, after := parts(t, model), parts(t, file)
	for part, wants := range map[string][]string{
		"xl/tables/table1.xml": {` ref="A1:D102"`, `<autoFilter ref="A1:D101"`, "[#This Row]"},
		"xl/worksheets/sheet1.xml": {`sqref="B2:B101"`, "<f>SUM(B2:B101)</f>", "<f>B101*$H$1</f>", `<c r="F7" t="s"><v>12</v></c>`,
			`r="B102"`, "<f>SUBTOTAL(109,ledger[amount])</f>"},
		"xl/worksheets/sheet2.xml":                {"<f>SUM(Data!B2:B101)</f>", "SUM(ledger[amount])", "Data!B2&gt;0,"},
		"xl/workbook.xml":                         {"Data!$B$2:$B$101", "Summary!$C$1<", `fullCalcOnLoad="1"`},
		"xl/charts/chart1.xml":                    {"<f>Data!$A$2:$A$101</f>", "<f>Data!$B$2:$B$101</f>", "<f>Data!$B$1</f>"},
		"xl/pivotCache/pivotCacheDefinition1.xml": {`refreshOnLoad="1"`, `ref="A1:D101"`},
		"xl/styles.xml":                           {`formatCode="yyyy-mm-dd"`},
	} {
		for _, want := range wants {
			if !strings.Contains(after[part], want) {
				t.Errorf("%s lacks %s:\n%s", part, want, shorten(after[part]))
			}
		}
		delete(before, part)
	}
	if tab := "xl/worksheets/sheet1.xml"; !strings.Contains(parts(t, model)[tab], "<dimension") || strings.Contains(after[tab], "<dimension") {
		t.Error("the dimension of the template would be believed")
	}
	for part, text := range before {
		if after[part] != text {
			t.Errorf("%s has changed:\n%s\n%s", part, shorten(text), shorten(after[part]))
		}
	}
	if len(after) != len(parts(t, model)) {
		t.Errorf("%d parts are %d", len(parts(t, model)), len(after))
	}
}

func shorten(s string) string { return s[:min(len(s), 600)] }

// The same bytes, not only the same text: what is not changed is not packed anew.
func TestOtherPartsAreCopiedAsTheyArePacked(t *testing.T) {
	t.Parallel()
	model := modelBook(t)
	file := fill(t, open(t, model), ledger(3))
	raw := func(file []byte) map[string]string {
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		packed := map[string]string{}
		for _, f := range z.File {
			r, err := f.OpenRaw()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			packed[f.Name] = fmt.Sprintf("%x %d %s", f.CRC32, f.Method, text)
		}
		return packed
	}
	before, after := raw(model), raw(file)
	var changed []string
	for part := range before {
		if before[part] != after[part] {
			changed = append(changed, part)
		}
	}
	slices.Sort(changed)
	want := []string{"xl/pivotCache/pivotCacheDefinition1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}
	if !slices.Equal(changed, want) {
		t.Errorf("as many rows as before change %q, want %q", changed, want)
	}
}

func TestFilledTemplatesAreReadAndCalculated(t *testing.T) {
	t.Parallel()
	sizes := []int{0, 1, 2, 4, 100}
	var paths []string
	for _, n := range sizes {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("filled%d.xlsx", n))
		if err := os.WriteFile(path, fill(t, open(t, modelBook(t, calculated)), ledger(n)), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	all := csvOfTabs(t, paths...)
	for i, n := range sizes {
		checkShown(t, all[paths[i]], n)
		if n > 0 && n < 100 {
			continue
		}
		for name, read := range readers {
			checkRead(t, name, read(t, paths[i])["Data"], n)
		}
	}
}

// checkShown looks at what LibreOffice makes of the model filled with n rows.
func checkShown(t *testing.T, tabs map[string][][]string, n int) {
	t.Helper()
	sum := trim(float64(n*(n+1)/2) + float64(n)*0.25)
	if got := tabs["Summary"][0][0]; got != sum {
		t.Errorf("%d rows add up to %s, want %v", n, got, sum)
	}
	if got := tabs["Data"][1][6]; got != sum {
		t.Errorf("%d rows add up to %s beside the table, want %v", n, got, sum)
	}
	if got := tabs["Summary"][2][0]; got != fmt.Sprint(max(n, 1)) {
		t.Errorf("the name of %d rows covers %s", n, got)
	}
	if n > 0 && (tabs["Data"][1][2] != "2026-11-24" || tabs["Data"][n][1] != fmt.Sprintf("%d.25 €", n)) {
		t.Errorf("a date is shown as %s, an amount as %s", tabs["Data"][1][2], tabs["Data"][n][1])
	}
}

func checkRead(t *testing.T, name string, cells map[string]readCell, n int) {
	t.Helper()
	rows := max(n, 1)
	if n > 0 && cells[fmt.Sprint("B", n+1)].Value != float64(n)+0.25 {
		t.Errorf("%s: the last amount of %d is %v", name, n, cells[fmt.Sprint("B", n+1)])
	}
	if got := cells[fmt.Sprint("B", rows+2)]; got.Kind != "formula" {
		t.Errorf("%s: the total of %d rows is %v", name, n, got)
	}
	if got := cells[fmt.Sprint("D", rows+1)].Value; got != fmt.Sprintf("=B%d*$H$1", rows+1) {
		t.Errorf("%s: the last tax of %d rows is %v", name, n, got)
	}
	if cells["F4"].Value != "and me" || cells["F7"].Value != "far below" || cells["F5"].Value != "beside the totals" {
		t.Errorf("%s: the notes are %v, %v, %v", name, cells["F4"], cells["F5"], cells["F7"])
	}
}

// calculated makes the model one that Excel has saved: formulas have results, which LibreOffice believes from Excel.
func calculated(f *excelize.File) {
	for _, tab := range []string{"Data", "Summary"} {
		for _, cell := range []string{"A1", "A2", "A3", "B5", "G2", "D2", "D3"} {
			formula, err := f.GetCellFormula(tab, cell)
			if err != nil || formula == "" {
				continue
			}
			f.SetCellValue(tab, cell, 999)
			f.SetCellFormula(tab, cell, formula)
		}
	}
	f.SetAppProps(&excelize.AppProperties{Application: "Microsoft Excel", AppVersion: "16.0300"})
}

func trim(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
}

func TestNamedRangesTakeValuesOnly(t *testing.T) {
	t.Parallel()
	template := open(t, modelBook(t))
	answer := xlsx.Sheet{Name: "answer", Rows: result("n:integer", row("42")), Count: 1}
	amounts := xlsx.Sheet{Name: "AMOUNTS", Rows: result("n:integer", row("1"), row("2")), Count: 2}
	path := save(t, fill(t, template, answer, amounts))
	for name, read := range readers {
		book := read(t, path)
		if book["Summary"]["C1"].Value != 42.0 || book["Data"]["B2"].Value != 1.0 || book["Data"]["B3"].Value != 2.0 {
			t.Errorf("%s reads %v, %v, %v", name, book["Summary"]["C1"], book["Data"]["B2"], book["Data"]["B3"])
		}
		if cell, ok := book["Data"]["B4"]; ok && cell.Value != "" {
			t.Errorf("%s finds what was there before: %v", name, cell)
		}
	}
}

func TestTheMomentGoesIntoTheCellNamedForIt(t *testing.T) {
	t.Parallel()
	model := modelBook(t, func(f *excelize.File) {
		if err := f.SetDefinedName(&excelize.DefinedName{Name: "Clipsheet_As_Of", RefersTo: "Summary!$D$1"}); err != nil {
			t.Fatal(err)
		}
	})
	var b bytes.Buffer
	report, err := open(t, model).Fill(&b, xlsx.Book{Sheets: []xlsx.Sheet{ledger(3)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Tabs) != 1 || report.Rows != 3 {
		t.Errorf("the report counts the moment: %+v", report)
	}
	path := save(t, b.Bytes())
	if shown := csvOfTabs(t, path)[path]["Summary"][0][3]; shown != "2026-11-24 10:30:00" { // in Berlin
		t.Errorf("the moment is shown as %q", shown)
	}
	own := xlsx.Sheet{Name: xlsx.AsOfName, Rows: result("n:integer", row("42")), Count: 1}
	path = save(t, fill(t, open(t, model), own))
	if got := readers["openpyxl"](t, path)["Summary"]["D1"].Value; got != 42.0 {
		t.Errorf("a sheet of that name does not get its cell: %v", got)
	}
}

func TestResultsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	template := open(t, modelBook(t))
	full := open(t, modelBook(t, func(f *excelize.File) {
		if err := f.SetCellValue("Data", "C9", "in the way"); err != nil {
			t.Fatal(err)
		}
		if err := f.MergeCell("Summary", "C5", "D6"); err != nil {
			t.Fatal(err)
		}
	}))
	for name, c := range map[string]struct {
		template *xlsx.Template
		sheet    xlsx.Sheet
		kind     clips.Kind
		says     string
	}{
		"unknown place":   {template, sheet("budget", result("a:text")), clips.KindParameter, `no table or named range "budget". It has ledger, amounts, answer`},
		"missing column":  {template, sheet("ledger", result("region:text, amount:numeric")), clips.KindParameter, "the result lacks: due."},
		"column too many": {template, sheet("ledger", result("region:text, amount:numeric, due:date, paid:boolean")), clips.KindParameter, "lacks: paid."},
		"wrong width":     {template, sheet("answer", result("a:text, b:text")), clips.KindParameter, "is 1 columns wide, and the result has 2"},
		"too many rows":   {template, xlsx.Sheet{Name: "answer", Rows: result("a:text"), Count: 1<<20 + 1}, clips.KindTooLarge, "room for 1,048,576 rows"},
		"something below": {full, ledger(7), clips.KindParameter, `something below it in row 9 of the tab "Data"`},
		"merged cells":    {full, xlsx.Sheet{Name: "answer", Rows: result("a:text"), Count: 5}, clips.KindParameter, "The cells C5:D6 of the tab"},
		"wrong count":     {template, xlsx.Sheet{Name: "answer", Rows: result("a:text", row("x"), row("y")), Count: 1}, clips.KindInternal, ""},
		"fewer than said": {template, xlsx.Sheet{Name: "answer", Rows: result("a:text", row("x")), Count: 2}, clips.KindInternal, ""},
		"text too long":   {template, xlsx.Sheet{Name: "answer", Rows: result("a:text", row(strings.Repeat("x", 40000))), Count: 1}, clips.KindTooLarge, "40,000"},
	} {
		_, err := c.template.Fill(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{c.sheet}}, nil)
		if clips.KindOf(err) != c.kind || !strings.Contains(clips.NoticeOf(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := full.Fill(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{ledger(6)}}, nil); err != nil {
		t.Errorf("what fits above is refused: %v", err)
	}
	twice := xlsx.Book{Sheets: []xlsx.Sheet{ledger(1), ledger(1)}}
	if _, err := template.Fill(io.Discard, twice, nil); !strings.Contains(clips.NoticeOf(err), "Two clips") {
		t.Error(err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
