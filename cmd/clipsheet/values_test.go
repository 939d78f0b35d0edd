package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/xuri/excelize/v2"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/simulator"
)

// valuesPage is docs/values.md, whose tables are the tests.
const valuesPage = "../../docs/values.md"

// pageTable is the rows of a table of the page, below a heading of it, without the marks of code.
func pageTable(t *testing.T, heading string) (rows [][]string) {
	t.Helper()
	page, err := os.ReadFile(valuesPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), "\n"+heading+"\n|---")
	if !ok {
		t.Fatalf("there is no table %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n\n")
	for _, line := range strings.Split(strings.TrimSpace(rest), "\n")[1:] {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], "`")
		}
		rows = append(rows, cells)
	}
	return rows
}

const valuesConfig = `
[server]
listen = "%s"
data_dir = "data"
[state]
dsn = '''%s'''
[google]
service_account_file = "key.json"
[google.endpoints]
sheets = %q
token = %q
revoke = %q
[sources.follower]
dsn = '''%s'''
timezone = "UTC"
`

const valuesClip = `
[clips.%s]
sql = '''%s'''
[syncs.%s]
clip = "%s"
spreadsheet = %q
tab = "%s"
`

// company is a service with a clip and a sync for each of some queries, under the names v0, v1 and so on.
type company struct {
	*served
	follower string
	google   *simulator.Simulator
	books    map[string]string // the spreadsheet of each sync
}

func newCompany(t *testing.T, queries []string) company {
	t.Helper()
	google := simulator.New(simulator.Options{Quota: simulator.Unlimited})
	t.Cleanup(google.Close)
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	google.AddUser("ann@example.com")
	robot := google.AddServiceAccount("robot@example.iam.gserviceaccount.com")
	state, _ := pgtest.Database(t)
	primary, follower := pgtest.Database(t)
	pgtest.Exec(t, primary, "create type mood as enum ('happy', '=sad'); create table wide ("+columnsOf(400)+"); insert into wide default values")
	pgtest.WaitReplayed(t, pgtest.Follower(t))
	s := newServed(t, follower)
	at := simulator.EndpointsAt(server.URL)
	config := fmt.Sprintf(valuesConfig, s.address, state, at.Sheets, at.Token, at.Revoke, follower)
	books := map[string]string{}
	for i, sql := range queries {
		name := "v" + strconv.Itoa(i)
		books[name] = google.Create("ann@example.com", name)
		google.Share(books[name], robot.Email, simulator.Writer)
		config += fmt.Sprintf(valuesClip, name, sql, name, name, books[name], name)
	}
	s.configure(config)
	if err := os.WriteFile(filepath.Join(s.dir, "key.json"), robot.KeyFile(server.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	return company{s, follower, google, books}
}

// TestEachValueInEachFormat reads the first table of docs/values.md.
func TestEachValueInEachFormat(t *testing.T) {
	t.Parallel()
	rows := pageTable(t, "| SQL | CSV | JSON | Excel | Google Sheets |")
	var columns []string
	for i, row := range rows {
		columns = append(columns, fmt.Sprintf("%s as c%d", row[0], i))
	}
	c := newCompany(t, []string{"select " + strings.Join(columns, ", ")})
	c.start()
	if err := c.command("sync", "v0").Run(); err != nil {
		t.Fatalf("%v: %s", err, c.log)
	}
	link := strings.TrimSuffix(c.link("v0"), "csv")
	read := func(format string) string {
		a := get(t, link+format)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", format, a.status, a.body)
		}
		return a.body
	}
	csvs := fields(read("csv"), ',')[len(rows):]
	tsvs := recordsOf(t, read("tsv"), '\t')[1]
	plain := recordsOf(t, read("csv"), ',')[1]
	jsons, lines := object(t, read("json"), true), object(t, read("ndjson"), false)
	excel := cellsOfExcel(t, read("xlsx"), len(rows))
	sheet := c.cells("v0", len(rows))
	page := read("html")
	var grid [][]*string
	if err := json.Unmarshal([]byte(get(t, "http://"+c.address+"/clips/v0/rows").body), &grid); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		key := fmt.Sprint("c", i)
		got := []string{row[0], visible(csvs[i]), visible(string(jsons[key])), visible(excel[i]), visible(sheet[i])}
		if !slices.Equal(got, row) {
			t.Errorf("the page says %q, but it is\n| `%s` |", row, strings.Join(got, "` | `"))
			continue
		}
		if tsvs[i] != plain[i] {
			t.Errorf("%s: TSV has %q, CSV %q", row[0], tsvs[i], plain[i])
		}
		if string(lines[key]) != string(jsons[key]) {
			t.Errorf("%s: a line of NDJSON has %s, JSON %s", row[0], lines[key], jsons[key])
		}
		shown := plain[i]
		if row[1] == "t" {
			shown = "yes"
		}
		switch cell := grid[0][i]; {
		case (cell == nil) != (row[1] == ""):
			t.Errorf("%s: in the grid NULL is %v", row[0], cell)
		case cell != nil && *cell != shown:
			t.Errorf("%s: the grid shows %q, want %q", row[0], *cell, shown)
		}
		if !strings.Contains(html.UnescapeString(page), shown) {
			t.Errorf("%s: the page does not show %q", row[0], shown)
		}
	}
}

// TestEachShapeInEachFormat reads the second table of docs/values.md.
func TestEachShapeInEachFormat(t *testing.T) {
	t.Parallel()
	rows := pageTable(t, "| The result of | CSV | JSON | Excel | Google Sheets |")
	var queries []string
	for _, row := range rows {
		sql, _, _ := strings.Cut(row[0], "`")
		queries = append(queries, sql)
	}
	c := newCompany(t, queries)
	for i, row := range rows {
		t.Run(row[0], func(t *testing.T) {
			t.Parallel()
			name := "v" + strconv.Itoa(i)
			copied := string(psql(t, c.follower, "copy ("+queries[i]+") to stdout csv header"))
			cells := present(recordsOf(t, copied, ','))
			for j, format := range []string{"csv", "json", "xlsx", "sheet"} {
				failure, got := c.delivers(t, name, format)
				switch says := row[j+1]; {
				case says != "whole" && !strings.Contains(failure, says):
					t.Errorf("%s: it says %q, want %q", format, failure, says)
				case says == "whole" && failure != "":
					t.Errorf("%s: %s", format, failure)
				case says == "whole" && !slices.Equal(got, cells):
					t.Errorf("%s has %.300q, want %.300q", format, got, cells)
				}
			}
		})
	}
}

// delivers brings the result of a query somewhere, and reads the cells below its heading that have something in them.
func (c company) delivers(t *testing.T, name, format string) (failure string, cells []string) {
	t.Helper()
	if format == "sheet" {
		_, failure = c.inProcess("sync", name)
		return failure, c.values(name)
	}
	out, failure := c.inProcess("run", name, "--format", format)
	switch {
	case failure != "":
		return failure, nil
	case format == "json":
		return "", valuesOfJSON(out)
	case format == "xlsx":
		return "", valuesOfExcel(t, out)
	}
	return "", present(recordsOf(t, out, ','))
}

// inProcess runs a command of ours; failure is what it says when it does not succeed.
func (c company) inProcess(args ...string) (out, failure string) {
	var o, e bytes.Buffer
	args = append(args, "-c", filepath.Join(c.dir, "clipsheet.toml"))
	if code := run(context.Background(), args, streams{Out: &o, Err: &e}); code != 0 {
		return "", e.String()
	}
	return o.String(), ""
}

// present are the cells below the heading that have something in them.
func present(records [][]string) (all []string) {
	for _, record := range records[min(1, len(records)):] {
		all = append(all, record...)
	}
	return slices.DeleteFunc(all, func(cell string) bool { return cell == "" })
}

func valuesOfJSON(text string) []string {
	records := [][]string{nil}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for depth, isKey := 0, false; ; {
		token, err := d.Token()
		if err != nil {
			return present(records)
		}
		if mark, ok := token.(json.Delim); ok {
			if mark == '{' || mark == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 2
			continue
		}
		if !isKey && token != nil {
			records = append(records, []string{fmt.Sprint(token)})
		}
		isKey = !isKey
	}
}

func valuesOfExcel(t *testing.T, file string) []string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	return present(rows)
}

func (c company) values(tab string) []string {
	now, _ := c.google.Spreadsheet(c.books[tab])
	rows, _ := now.Shown(tab + "!A1:CZZ100") // a tab that was not made has none
	return present(rows)
}

// fields are those of CSV as they are written, with their quotes.
func fields(text string, sep byte) (all []string) {
	begin, quoted := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case (c == sep || c == '\n') && !quoted:
			all = append(all, text[begin:i])
			begin = i + 1
		}
	}
	return all
}

func recordsOf(t *testing.T, text string, sep rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.ReplaceAll(text, "\r", "␍"))) // which the reader would take away
	r.Comma = sep
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range all {
		for i := range record {
			record[i] = strings.ReplaceAll(record[i], "␍", "\r")
		}
	}
	return all
}

// object is the one object of JSON or NDJSON, by its keys, as it is written.
func object(t *testing.T, text string, inArray bool) (o map[string]json.RawMessage) {
	t.Helper()
	if inArray {
		text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "["), "]")
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("%v: %.300s", err, text)
	}
	return o
}

func cellsOfExcel(t *testing.T, file string, n int) (cells []string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader([]byte(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	tab := book.GetSheetList()[0]
	for i := range n {
		name, _ := excelize.CoordinatesToCellName(i+1, 2)
		kind, _ := book.GetCellType(tab, name)
		shown, err := book.GetCellValue(tab, name)
		raw, _ := book.GetCellValue(tab, name, excelize.Options{RawCellValue: true})
		switch {
		case err != nil:
			t.Fatal(err)
		case kind == excelize.CellTypeSharedString && shown == "":
			cells = append(cells, "text")
		case kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString:
			cells = append(cells, "text "+shown)
		case kind == excelize.CellTypeBool:
			cells = append(cells, "boolean "+shown)
		case raw == "":
			cells = append(cells, "nothing")
		default:
			cells = append(cells, "number "+shown)
		}
	}
	return cells
}

func (c company) cells(tab string, n int) (cells []string) {
	c.Helper()
	now, _ := c.google.Spreadsheet(c.books[tab])
	last, _ := excelize.ColumnNumberToName(n)
	at := fmt.Sprintf("%s!A2:%s2", tab, last)
	values, err := now.Values(at)
	if err != nil {
		c.Fatal(err)
	}
	shown, err := now.Shown(at)
	if err != nil {
		c.Fatal(err)
	}
	for i := range n {
		kind := "nothing"
		if i < len(values[0]) {
			switch v := values[0][i].(type) {
			case float64:
				kind = "number " + shown[0][i]
			case bool:
				kind = "boolean " + shown[0][i]
			case string:
				if v != "" {
					kind = "text " + shown[0][i]
				}
			}
		}
		cells = append(cells, kind)
	}
	return cells
}

// visible writes what cannot be seen as escapes, as the page does.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}
