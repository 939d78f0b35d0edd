package web_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"clipsheet/clips"
)

// The formula for the reader's own country comes first.
func TestTheFormulaIsForTheReader(t *testing.T) {
	w := newWorld(t)
	for language, first := range map[string]string{"": ", ", "en-US,en;q=0.9": ", ", "de-DE,de;q=0.9,en;q=0.8": "; ", "de-CH": ", ", "es-MX": ", ", "es;q=0.9": "; ",
		"en-ZA": "; ", "fr": "; ", "ja,de": ", "} {
		r := w.get("/clips/cash", "Accept-Language", language)
		found := regexp.MustCompile(`=IMPORTDATA\(&#34;[^&]*&#34;(. )`).FindAllStringSubmatch(r.body, -1)
		if len(found) != 2 || found[0][1] != first || found[1][1] == first {
			t.Errorf("%q gets the formulas %q, want the one with %q first", language, found, first)
		}
	}
}

// Who wants more than IMPORTDATA takes is told before Google says it, and what to do instead.
func TestATableTooLargeForIMPORTDATA(t *testing.T) {
	c := newCompany(t)
	c.link("cash")
	small := c.as(clips.RoleAuthor)
	if page := small.get("/clips/cash").body; strings.Contains(page, "more than IMPORTDATA") || !strings.Contains(page, `href="/syncs/new?clip=cash"`) {
		t.Error("a small table is told to be large, or has no sync beside the formula")
	}
	large := ledger(90_000)
	c.follow.set(large, nil)
	c.want(small.get("/clips/cash?_fresh=1"), http.StatusOK) // the last one is young
	c.want(small.get("/clips/revenue?limit=1"), http.StatusOK, "more than IMPORTDATA is known to take (540,000 cells,", `<a href="/syncs/new?clip=revenue">A sync</a>`)
	reader := c.as(clips.RoleReader).get("/clips/revenue?limit=1")
	c.want(reader, http.StatusOK, "A sync, which an author makes, writes it")
	if strings.Contains(reader.body, "/syncs/new") {
		t.Error("a reader is led to make a sync")
	}
}

// What the page says to use in a program works as it stands there.
func TestProgramsOnThePageWork(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	w.options.Home = map[string]string{"cash": "https://clips.example.com" + link + ".html"}
	w = newSite(t, w)
	page := w.get("/clips/cash").body
	program := func(has string) string {
		t.Helper()
		for _, pre := range regexp.MustCompile(`(?s)<pre class=copy tabindex=0>(.*?)</pre>`).FindAllStringSubmatch(page, -1) {
			if strings.Contains(pre[1], has) {
				return strings.ReplaceAll(html.UnescapeString(pre[1]), "https://clips.example.com", w.server.URL)
			}
		}
		t.Fatalf("there is no program with %s on the page: %s", has, page)
		return ""
	}
	const want = `[["0010","2461020.16"],["0012","-5.50"],["0030","0.00"]]`
	out, err := exec.CommandContext(t.Context(), "python3", "-c", program("urllib")+
		"\nimport json\nprint(json.dumps([[row['account'], row['balance']] for row in rows], separators=(',', ':')))").CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != want {
		t.Errorf("Python has %s, %v", got, err)
	}
	tab := w.tab("/clips/cash")
	got := tab.MustEval("async () => { " + program("await fetch") + "; return rows.map((row) => [row.account, String(row.balance)]) }")
	if text, err := json.Marshal(got); err != nil || string(text) != `[["0010","2461020.16"],["0012","-5.5"],["0030","0"]]` {
		t.Errorf("JavaScript has %s, %v", text, err)
	}
	if curl := program("curl "); !strings.HasPrefix(curl, "curl -fsS --compressed '"+w.server.URL+link+".csv'") {
		t.Errorf("curl is %s", curl)
	}
}

// On paper there is the table with its title, its moment and its parameters: all rows, and nothing to click.
func TestAClipOnPaper(t *testing.T) {
	w := newWorld(t)
	w.follow.set(ledger(3000), nil)
	tab := w.tab("/clips/revenue?limit=5&region=EMEA")
	tab.wait(`performance.getEntriesByName("all rows").length`)
	stream, err := tab.PDF(&proto.PagePrintToPDF{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "clip.pdf")
	pdf, err := io.ReadAll(stream)
	if err == nil {
		err = os.WriteFile(file, pdf, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatalf("%v: install pdftotext with apt-get install poppler-utils", err)
	}
	text := string(out)
	for _, want := range []string{"Revenue", "As of ", "Region: EMEA", "limit: 5", "3,000 rows", "booked_on", "9,007,199,254,740,993", "9,007,199,254,743,992"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper does not say %q: %.1500s", want, text)
		}
	}
	for _, not := range []string{"Search", "Filter", "Take it with you", "IMPORTDATA", "Make a link", "Who sees it", "Revisions", "Show", "Declared", "declared", "chart"} {
		if strings.Contains(text, not) {
			t.Errorf("the paper says %q", not)
		}
	}
}
