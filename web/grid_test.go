package web_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
)

// ledger is a table of many rows, of each kind of column.
func ledger(rows int) *table {
	t := &table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{
		{Name: "entry", Type: clips.Int, OID: 20, Typmod: -1}, {Name: "booked_on", Type: clips.Date, OID: 1082, Typmod: -1},
		{Name: "account", Type: clips.Text, OID: 25, Typmod: -1}, {Name: "text", Type: clips.Text, OID: 25, Typmod: -1},
		{Name: "amount", Type: clips.Numeric, OID: 1700, Typmod: -1}, {Name: "open", Type: clips.Bool, OID: 16, Typmod: -1}}}}
	for i := range rows {
		note := fmt.Sprintf("invoice %d of customer %d", i*7919%100_000, i%977)
		if i%11 == 3 {
			note = "␀"
		}
		t.rows = append(t.rows, []string{fmt.Sprint(9_007_199_254_740_993 + int64(i)), fmt.Sprintf("2026-%02d-%02d", i%12+1, i%28+1), fmt.Sprintf("%04d", i%40),
			note, fmt.Sprintf("%d.%02d", i*31%100_000-50_000, i%100), "t"})
	}
	return t
}

// A hundred thousand rows are on the screen at once, and can be scrolled to their end. What it took is in the log: how
// long depends on the machine.
func TestAHundredThousandRows(t *testing.T) {
	w := newWorld(t)
	w.follow.set(ledger(100_000), nil)
	w.get("/clips/cash/rows?_limit=1") // the query is not what is measured
	tab := w.tab("/clips/cash")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	t.Log("cold:", tab.MustEval(took).Str())
	if got := tab.MustEval(cost).Str(); got != "5 requests, less than 2 MB, scripts side by side" {
		t.Errorf("the rows came in %s", got)
	}
	tab.MustReload().MustWaitLoad()
	tab.wait(`performance.getEntriesByName("all rows").length`)
	t.Log("again:", tab.MustEval(took).Str())
	if n := tab.MustEval(`() => document.querySelectorAll("#grid tbody tr[aria-rowindex]").length`).Int(); n < 20 || n > 200 {
		t.Errorf("%d rows of cells are on the page", n)
	}
	tab.MustEval(`() => { const box = document.querySelector("#grid .cells"); box.scrollTop = box.scrollHeight }`)
	tab.wait(`document.querySelector('#grid [aria-rowindex="100001"]')?.textContent.includes("9,007,199,254,840,992")`)
}

// took says when the first rows were painted, and when all of them could be scrolled to, in milliseconds since the start
// of the navigation.
const took = `() => ["first-contentful-paint", "rows", "all rows"].map((name) =>
	name + " " + Math.round(performance.getEntriesByName(name)[0]?.startTime)).join(", ")`

// cost counts what the rows were read with, and whether a script was found only in another one.
const cost = `() => {
	const all = performance.getEntriesByType("resource"), rows = all.filter((e) => e.name.includes("/rows?"));
	const megabytes = Math.ceil(rows.reduce((sum, e) => sum + e.encodedBodySize, 0) / 1e6);
	const named = [...document.querySelectorAll("script, link")].map((e) => e.src ?? e.href);
	const late = all.filter((e) => e.name.endsWith(".js") && !named.includes(e.name));
	return rows.length + " requests, less than " + megabytes + " MB, scripts " + (late.length ? "after others: " + late.map((e) => e.name) : "side by side") }`

// What is selected with the keys is added up with all its digits.
func TestTheGridByKeys(t *testing.T) {
	w := newWorld(t)
	w.follow.set(ledger(3000), nil)
	tab := w.tab("/clips/cash")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	tab.MustElement("#grid .cells").MustFocus()
	selection := func(want string, keys ...input.Key) {
		t.Helper()
		tab.press(keys...)
		tab.w.Helper()
		if got := tab.MustEval(`() => {
			const at = [...document.querySelectorAll("#grid [aria-selected]")].map((cell) => [+cell.dataset.row, +cell.dataset.column]);
			const here = document.getElementById("here")?.dataset;
			return at.length + " from " + at[0] + ", at " + here?.row + "," + here?.column }`).Str(); got != want {
			t.Errorf("after %v %s are selected, want %s", keys, got, want)
		}
	}
	selection("1 from 0,1, at 0,1", input.ArrowRight)
	selection("1 from 1,1, at 1,1", input.ArrowDown)
	selection("2 from 1,1, at 2,1", input.ShiftLeft, input.ArrowDown)
	selection("1 from 2,5, at 2,5", input.End)
	selection("1 from 2,0, at 2,0", input.Home)
	selection("6 from 2,0, at 2,5", input.ShiftLeft, input.End)
	selection("1 from 2999,5, at 2999,5", input.ControlLeft, input.End)
	selection("1 from 0,0, at 0,0", input.ControlLeft, input.Home)
	tab.press(input.ControlLeft, input.KeyA)
	tab.wait(`document.querySelector("#grid .status").textContent.includes("Count 17,727")`)
	tab.press(input.ControlLeft, input.Home)
	for range 4 {
		tab.press(input.ArrowRight)
	}
	tab.press(input.ControlLeft, input.Space) // the whole column of amounts
	want, least, most := new(big.Rat), new(big.Rat), new(big.Rat)
	for i, row := range ledger(3000).rows {
		amount, _ := new(big.Rat).SetString(row[4])
		want.Add(want, amount)
		if i == 0 || amount.Cmp(least) < 0 {
			least = amount
		}
		if amount.Cmp(most) > 0 {
			most = amount
		}
	}
	tab.wait(`document.querySelector("#grid .status").textContent.includes("Count 3,000")`)
	status := strings.ReplaceAll(tab.MustElement("#grid .status").MustText(), ",", "")
	for _, part := range []string{"Sum " + want.FloatString(2), "Min " + least.FloatString(2), "Max " + most.FloatString(2)} {
		if !strings.Contains(status, part) {
			t.Errorf("the status is %q, and has no %s", status, part)
		}
	}
}

func TestTheGridSortsAndFilters(t *testing.T) {
	w := newWorld(t)
	w.follow.set(&table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{{Name: "n", Type: clips.Numeric, OID: 1700, Typmod: -1},
		{Name: "text", Type: clips.Text, OID: 25, Typmod: -1}}}, rows: [][]string{{"9007199254740993", "b <é>"}, {"␀", "a"}, {"NaN", "␀"},
		{"9007199254740992", "B"}, {"-0.50", "a\nb"}, {"10", "A \"q\""}}}, nil)
	tab := w.tab("/clips/cash")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	cells := func(column int) string {
		return tab.MustEval(`(i) => [...document.querySelectorAll("#grid tbody tr[aria-rowindex]")].map((row) => row.children[i].textContent || "–").join("; ")`, column).Str()
	}
	click := func(column int) { tab.MustElements("#grid .sort")[column].MustClick() }
	for _, want := range []string{"-0.50; 10; 9,007,199,254,740,992; 9,007,199,254,740,993; NaN; –", "NaN; 9,007,199,254,740,993; 9,007,199,254,740,992; 10; -0.50; –",
		"9,007,199,254,740,993; –; NaN; 9,007,199,254,740,992; -0.50; 10"} {
		click(0)
		if got := cells(0); got != want {
			t.Errorf("sorted they are %s, want %s", got, want)
		}
	}
	for words, want := range map[string]string{"b": "b <é>; B; a\nb", "<É>": "b <é>", `"Q"`: `A "q"`, ",": "", "a\\": ""} {
		tab.MustElement("#grid input").MustSelectAllText().MustInput(words)
		if got := cells(1); got != want {
			t.Errorf("what has %q is %q, want %q", words, got, want)
		}
	}
}

// Numbers have all their digits, whoever adds them up.
func TestNumbersAreExact(t *testing.T) {
	w := newWorld(t)
	tab := w.tab("/clips/cash")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var texts []string
		sum := new(big.Rat)
		places := 0
		for range 1 + random.IntN(40) {
			text := fmt.Sprint(random.Int64N(1 << (1 + random.IntN(61))))
			if random.IntN(2) == 0 {
				text = "-" + text
			}
			if has := random.IntN(8); has > 0 {
				text += "." + fmt.Sprintf("%0*d", has, random.IntN(10))
				places = max(places, has)
			}
			texts = append(texts, text)
			number, _ := new(big.Rat).SetString(text)
			sum.Add(sum, number)
		}
		got := tab.MustEval(`async (texts) => {
			const address = performance.getEntriesByType("resource").find((e) => e.name.endsWith("-numbers.js")).name;
			const { Total } = await import(address), total = new Total();
			for (const text of texts) total.add(text);
			return total.sum + " " + total.average }`, texts).Str()
		average := new(big.Rat).Quo(sum, big.NewRat(int64(len(texts)), 1)).FloatString(places + 4)
		average = strings.TrimSuffix(average[:len(average)-4]+strings.TrimRight(average[len(average)-4:], "0"), ".")
		if want := sum.FloatString(places) + " " + average; got != want {
			t.Errorf("%q come to %s, want %s", texts, got, want)
		}
	}
}

// Cells that are copied are the same cells in a spreadsheet: LibreOffice takes what the clipboard has.
func TestCopiedCellsAreCells(t *testing.T) {
	w := newWorld(t)
	w.follow.set(&table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{{Name: "account", Type: clips.Text, OID: 25, Typmod: -1},
		{Name: "balance", Type: clips.Numeric, OID: 1700, Typmod: -1}, {Name: "long", Type: clips.Int, OID: 20, Typmod: -1},
		{Name: "open", Type: clips.Bool, OID: 16, Typmod: -1}, {Name: "day", Type: clips.Date, OID: 1082, Typmod: -1}}},
		rows: [][]string{{"007", "2461020.16", "9007199254740993", "t", "2026-11-24"}, {"=1+1", "-5.50", "12", "f", "␀"},
			{"two\nlines, \"quoted\" <b>", "␀", "0", "t", "2026-01-02"}}}, nil)
	tab := w.tab("/clips/cash")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	tab.MustElement("#grid .cells").MustFocus()
	tab.press(input.ControlLeft, input.KeyA)
	copied := tab.MustEval(`() => {
		const copy = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
		document.activeElement.dispatchEvent(copy);
		return [copy.clipboardData.getData("text/plain"), copy.clipboardData.getData("text/html")] }`).Arr()
	if got, want := copied[0].Str(), "007\t2461020.16\t9007199254740993\tTRUE\t2026-11-24\n=1+1\t-5.50\t12\tFALSE\t\n\"two\nlines, \"\"quoted\"\" <b>\"\t\t0\tTRUE\t2026-01-02"; got != want {
		t.Errorf("as text it is %q, want %q", got, want)
	}
	book := opened(t, copied[1].Str())
	for cell, want := range map[string]string{"A1": "007", "A2": "=1+1", "B1": "2461020.16", "B2": "-5.5", "B3": "", "C1": "9007199254740993", "C2": "12",
		"A3": "two\nlines, \"quoted\" <b>", "D1": "1", "D2": "0", "E1": "46350", "E2": ""} {
		if got, err := book.GetCellValue("Sheet1", cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", cell, got, err, want)
		}
	}
	for cell, want := range map[string]excelize.CellType{"A1": excelize.CellTypeSharedString, "A2": excelize.CellTypeSharedString, "C1": excelize.CellTypeSharedString,
		"B1": excelize.CellTypeNumber, "C2": excelize.CellTypeNumber, "D1": excelize.CellTypeBool} {
		if got, err := book.GetCellType("Sheet1", cell); err != nil || got != want {
			t.Errorf("%s is of type %v, %v, want %v", cell, got, err, want)
		}
		if formula, _ := book.GetCellFormula("Sheet1", cell); formula != "" {
			t.Errorf("%s became the formula %q", cell, formula)
		}
	}
}

// opened is HTML as LibreOffice makes cells of it.
func opened(t *testing.T, html string) *excelize.File {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cells.html"), []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--infilter=HTML (StarCalc)", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", dir, filepath.Join(dir, "cells.html"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	book, err := excelize.OpenFile(filepath.Join(dir, "cells.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// The chart that somebody chooses is in the address, for others, and is there again when they come back.
func TestTheChartIsRemembered(t *testing.T) {
	w := newWorld(t)
	w.follow.set(&table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{{Name: "month", Type: clips.Date, OID: 1082, Typmod: -1},
		{Name: "new", Type: clips.Numeric, OID: 1700, Typmod: -1}, {Name: "lost", Type: clips.Int, OID: 23, Typmod: -1}}},
		rows: [][]string{{"2026-01-01", "5.50", "-2"}, {"2026-02-01", "7", "-1"}, {"2026-03-01", "6", "␀"}}}, nil)
	tab := w.tab("/clips/cash")
	shown := func(kind string) {
		t.Helper()
		tab.wait(`document.querySelector("#chart svg")?.getAttribute("aria-label") === "` + kind + ` chart of new, lost by month"`)
	}
	shown("line")
	for _, kind := range []string{"area", "bar", "stacked"} {
		tab.MustElement("#chart select").MustSelect(kind)
		shown(kind)
	}
	if hash := tab.MustEval(`() => location.hash`).Str(); hash != "#chart=stacked" {
		t.Errorf("the address has %q", hash)
	}
	tab.MustNavigate(w.server.URL + "/clips/cash")
	shown("stacked")
	tab.MustNavigate("about:blank").MustNavigate(w.server.URL + "/clips/cash#chart=bar") // somebody sent it
	shown("bar")
	tab.MustElement("#chart summary").MustClick()
	tab.wait(`[...document.querySelectorAll("#chart table tr")].map((row) => [...row.cells].map((cell) => cell.textContent).join()).join("; ") ===
		"month,new,lost; 2026-01-01,5.50,-2; 2026-02-01,7,-1; 2026-03-01,6,"`)
}

// Columns of very different sizes do not share an axis until somebody asks for it, by mouse or by keys; what they ask for
// is in the address, and is there again when they come back.
func TestTheChartDrawsWhatCanBeRead(t *testing.T) {
	w := newWorld(t)
	w.follow.set(&table{header: clips.Header{AsOf: asOf, Columns: []clips.Column{{Name: "month", Type: clips.Date, OID: 1082, Typmod: -1},
		{Name: "mrr", Type: clips.Numeric, OID: 1700, Typmod: -1}, {Name: "new & won", Type: clips.Numeric, OID: 1700, Typmod: -1},
		{Name: "customers", Type: clips.Int, OID: 23, Typmod: -1}}},
		rows: [][]string{{"2026-01-01", "600000", "-30000", "1400"}, {"2026-02-01", "590000", "␀", "1390"}}}, nil)
	tab := w.tab("/clips/cash")
	shown := func(want string) {
		t.Helper()
		tab.wait(`(document.querySelector("#chart svg.chart")?.getAttribute("aria-label") ?? "nothing") === "` + want + `" && document.querySelector("#chart .legend")`)
	}
	tick := func(name string) { tab.MustElement(`#chart input[value="` + name + `"]`).MustClick() }
	shown("line chart of mrr, new & won by month")
	tick("mrr")
	shown("line chart of new & won by month")
	tab.MustElement(`#chart input[value="customers"]`).MustFocus()
	tab.press(input.Space)
	shown("line chart of new & won, customers by month")
	if at := tab.MustEval(`() => document.activeElement.value`).Str(); at != "customers" {
		t.Errorf("after the space bar the focus is on %q", at)
	}
	if hash := tab.MustEval(`() => location.hash`).Str(); hash != "#chart=line&series=new+%26+won&series=customers" {
		t.Errorf("the address has %q", hash)
	}
	tab.MustElement("#chart select").MustSelect("bar")
	shown("bar chart of new & won, customers by month")
	tab.MustNavigate(w.server.URL + "/clips/cash")
	shown("bar chart of new & won, customers by month")
	tick("new & won")
	tick("customers")
	shown("nothing")
	tab.MustNavigate("about:blank").MustNavigate(w.server.URL + "/clips/cash#chart=area&series=customers") // somebody sent it
	shown("area chart of customers by month")
	tab.MustNavigate("about:blank").MustNavigate(w.server.URL + "/clips/cash#chart=area&series=renamed")
	shown("area chart of mrr, new & won by month")
}
