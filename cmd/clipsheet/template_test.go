package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"clipsheet/internal/localpg/pgtest"
)

// makeModel makes a controller's workbook: a table of postings with two rows of last month, and beside it all that
// people build on a table: a summary with formulas, a chart, a pivot, a slicer, a name, a conditional format.
func makeModel(t *testing.T, path string) {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "Postings"))
	for i, row := range [][]any{{"region", "amount", "booked_on"}, {"EMEA", 10, 46000}, {"APAC", 20, 46001}} {
		must(f.SetSheetRow("Postings", fmt.Sprintf("A%d", i+1), &row))
	}
	must(f.AddTable("Postings", &excelize.Table{Range: "A1:C3", Name: "ledger", StyleName: "TableStyleMedium2"}))
	must(f.SetDefinedName(&excelize.DefinedName{Name: "amounts", RefersTo: "Postings!$B$2:$B$3"}))
	red, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "9A0511"}})
	must(err)
	must(f.SetConditionalFormat("Postings", "B2:B3", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Value: "15", Format: &red}}))
	must(f.AddSlicer("Postings", &excelize.SlicerOptions{Name: "region", Cell: "F1", TableSheet: "Postings", TableName: "ledger"}))
	_, err = f.NewSheet("Summary")
	must(err)
	for cell, formula := range map[string]string{"A1": "SUM(amounts)", "A2": "SUM(ledger[amount])", "A3": `SUMIF(ledger[region],"EMEA",ledger[amount])`,
		"A4": "COUNT(Postings!C2:C3)"} {
		must(f.SetCellFormula("Summary", cell, formula))
	}
	must(f.AddChart("Summary", "C2", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{
		{Name: "Postings!$B$1", Categories: "Postings!$A$2:$A$3", Values: "Postings!$B$2:$B$3"}}}))
	_, err = f.NewSheet("Pivot")
	must(err)
	must(f.AddPivotTable(&excelize.PivotTableOptions{DataRange: "Postings!A1:C3", PivotTableRange: "Pivot!A3:C8",
		Rows: []excelize.PivotTableField{{Data: "region"}}, Data: []excelize.PivotTableField{{Data: "amount", Subtotal: "Sum"}}}))
	must(f.SaveAs(path))
}

const modelConfig = `
[sources.follower]
dsn = '''%s'''
[clips.ledger]
sql = "select case g %% 2 when 0 then 'APAC' else 'EMEA' end as region, g + 0.25 as amount, date '2026-01-31' + g as booked_on from generate_series(1, 500) g"
[workbooks.month-end]
clips = ["ledger"]
template = "model.xlsx"
`

// fillModel fills the model through the command, from a real follower.
func fillModel(t *testing.T) (model, filled string) {
	t.Helper()
	dir := pgtest.Dir(t)
	_, follower := pgtest.Database(t)
	model, filled = filepath.Join(dir, "model.xlsx"), filepath.Join(dir, "filled.xlsx")
	makeModel(t, model)
	config := filepath.Join(dir, "clipsheet.toml")
	if err := os.WriteFile(config, fmt.Appendf(nil, modelConfig, follower), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := run(context.Background(), []string{"run", "month-end", "--config", config, "-o", filled}, streams{Out: io.Discard, Err: &errs}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	return model, filled
}

// What is kept of a workbook is served again only while it is filled in the same way.
func TestTemplateAndItsPlacesTellFilesApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makeModel(t, filepath.Join(dir, "model.xlsx"))
	load := func(more string) string {
		t.Helper()
		path := filepath.Join(dir, "clipsheet.toml")
		if err := os.WriteFile(path, fmt.Appendf(nil, modelConfig+more, "postgres://follower.example.com/app"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		return c.workbook("month-end").Template
	}
	first, again := load(""), load("")
	elsewhere := load("[workbooks.month-end.tables]\nledger = \"amounts\"\n")
	if first == "" || first != again || first == elsewhere {
		t.Errorf("%q, %q; with another place %q", first, again, elsewhere)
	}
}

// TestTemplateSurvives fills the model through the command: what is built on the table follows it, part by part and in
// LibreOffice, and all else is as it was, to the byte.
func TestTemplateSurvives(t *testing.T) {
	t.Parallel()
	model, filled := fillModel(t)
	before, after := packed(t, model), packed(t, filled)
	for part, wants := range map[string][]string{
		"xl/tables/table1.xml":                    {`ref="A1:C501"`},
		"xl/worksheets/sheet1.xml":                {`sqref="B2:B501"`, `<c r="B501"`, "slicerList"},
		"xl/worksheets/sheet2.xml":                {"SUM(amounts)", "COUNT(Postings!C2:C501)"},
		"xl/workbook.xml":                         {"Postings!$B$2:$B$501", `fullCalcOnLoad="1"`},
		"xl/charts/chart1.xml":                    {"Postings!$A$2:$A$501", "Postings!$B$2:$B$501"},
		"xl/pivotCache/pivotCacheDefinition1.xml": {`refreshOnLoad="1"`, `ref="A1:C501"`},
		"xl/styles.xml":                           {`formatCode="yyyy-mm-dd"`},
	} {
		for _, want := range wants {
			if !strings.Contains(after[part].text, want) {
				t.Errorf("%s lacks %s", part, want)
			}
		}
		delete(before, part)
		delete(after, part)
	}
	if len(before) < 15 || before["xl/slicers/slicer1.xml"].raw == "" || before["xl/slicerCaches/slicerCache1.xml"].raw == "" ||
		before["xl/pivotTables/pivotTable1.xml"].raw == "" || before["xl/drawings/drawing1.xml"].raw == "" {
		t.Errorf("the model lacks what this test is about: %d parts", len(before))
	}
	if diff := cmp.Diff(before, after, cmp.AllowUnexported(part{})); diff != "" {
		t.Errorf("other parts have changed (-model +filled):\n%s", diff)
	}
	seen := inLibreOffice(t, filled)
	for what, want := range map[string]string{
		"the table":              `table:name="ledger" table:target-range-address="Postings.A1:Postings.C501"`,
		"the name":               `table:name="amounts" table:base-cell-address="$Postings.$A$1" table:cell-range-address="$Postings.$B$2:.$B$501"`,
		"the conditional format": `calcext:conditional-format calcext:target-range-address="Postings.B2:Postings.B501"`,
		"the chart":              `chart:values-cell-range-address="Postings.B2:Postings.B501"`,
		"its categories":         `<chart:categories table:cell-range-address="Postings.A2:Postings.A501"/>`,
		"the pivot's source":     `<table:source-cell-range table:cell-range-address="Postings.A1:Postings.C501"/>`,
		"the pivot":              "<text:p>62562.5</text:p>",
		"the sum":                `table:formula="of:=SUM(amounts)" office:value-type="float" office:value="125375"`,
		"the last day":           `office:date-value="2027-06-15"`,
	} {
		if !strings.Contains(seen, want) {
			t.Errorf("%s in LibreOffice is not %s", what, want)
		}
	}
}

// part is one of a zip file: what it says, and how it is packed.
type part struct{ text, raw string }

func packed(t *testing.T, path string) map[string]part {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parts := map[string]part{}
	for _, f := range z.File {
		text, err := z.Open(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = part{all(t, text), all(t, raw)}
	}
	return parts
}

func all(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// inLibreOffice is a workbook as LibreOffice understood it, written down in its own words.
func inLibreOffice(t *testing.T, path string) string {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("LibreOffice is not here: install it with apt-get install libreoffice-calc")
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--convert-to", "fods", "--outdir", dir, path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".xlsx")+".fods"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
