package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestClipPage(t *testing.T) {
	w := newWorld(t)
	r := w.get("/clips/cash")
	w.want(r, http.StatusOK, "<h1>Cash &lt;by&gt; account</h1>", "What is on each account &amp; when.",
		`title="Tuesday, 24 November 2026, 09:05:00">09:05 Europe/Berlin, 24 November 2026</time>`, "3 rows", "owner finance@example.com",
		"<td class=number>2461020.16</td>", "/clips/cash/download/xlsx", "select account", "Rows 1 to 3 of 3",
		"=IMPORTDATA(&#34;https://clips.example.com/d/YOUR-LINK/cash.csv&#34;, &#34;,&#34;, &#34;en_US&#34;)",
		"cash.csv&#34;; &#34;,&#34;; &#34;en_US&#34;)", `Excel.Workbook(Web.Contents("https://clips.example.com/d/YOUR-LINK/cash.xlsx")`)
	if strings.Contains(r.body, " style=") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(r.body) {
		t.Error("the page needs more than its policy allows")
	}
	w.want(w.get("/clips/nothing"), http.StatusNotFound, "No such clip")
}

func TestClipPageAsksForParameters(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/clips/revenue"), http.StatusBadRequest, "There is no result", "&#34;limit&#34; needs a value", `<select name="region">`,
		`<input name="from" value="start of month"`)
	w.want(w.get("/clips/revenue?limit=5&region=EMEA&from=start+of+month"), http.StatusOK, "<option selected>EMEA</option>", `<input name="limit" value="5"`,
		"-01</small>", "/clips/revenue/download/csv?from=start&#43;of&#43;month&amp;limit=5&amp;region=EMEA")
	w.follow.set(nil, errFollower)
	r := w.get("/clips/revenue?limit=6")
	w.want(r, http.StatusServiceUnavailable, "The follower erp is stopping", `value="6"`)
	if strings.Contains(r.body, "secret detail") || strings.Contains(r.body, "10.0.0.7") {
		t.Error("the page tells what only the log may")
	}
}

// The demo knows its own links, so that what is copied from its pages works.
func TestClipPageUsesTheLinkItKnows(t *testing.T) {
	w := newWorld(t, func(o *web.Options) { o.Home = map[string]string{"cash": "https://clips.example.com/d/abc/cash.html"} })
	w.want(w.get("/clips/cash"), http.StatusOK, "https://clips.example.com/d/abc/cash.csv")
}

func TestRowsForTheGrid(t *testing.T) {
	w := newWorld(t)
	page := w.get("/clips/cash")
	address := strings.ReplaceAll(regexp.MustCompile(`data-rows="([^"]*)"`).FindStringSubmatch(page.body)[1], "&amp;", "&")
	r := w.get(address + "&_offset=1&_limit=25000")
	var got [][]*string
	if err := json.Unmarshal([]byte(r.body), &got); err != nil {
		t.Fatalf("%v: %.200s", err, r.body)
	}
	if len(got) != 2 || *got[0][1] != "-5.50" || *got[0][2] != "no" || *got[1][3] != "two\nlines, \"quoted\"" {
		t.Errorf("%s", r.body)
	}
	w.want(w.get(address+"&_offset=9"), http.StatusOK, "[]")
	w.want(w.get("/clips/cash/rows?_digest=of-another"), http.StatusConflict, "newer_result", "load the page again")
}

func TestDownloads(t *testing.T) {
	w := newWorld(t)
	r := w.get("/clips/cash/download/csv")
	w.want(r, http.StatusOK, "account,balance,open,note\n")
	if got := r.header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="cash.csv"`) {
		t.Errorf("disposition %q", got)
	}
	w.want(w.get("/clips/cash/download/xlsx"), http.StatusOK, "PK\x03\x04")
	for _, format := range []string{"html", "exe", "x.csv"} {
		w.want(w.get("/clips/cash/download/"+format), http.StatusNotFound)
	}
}

// Cells, names and errors are data, whoever wrote them.
func TestClipPageIsSafeFromItsData(t *testing.T) {
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	w := newWorld(t)
	w.clips[0].Title, w.clips[0].Description, w.clips[0].Owner, w.clips[0].Tags = evil, evil, evil, []string{evil}
	w.clips[0].Revision.SQL = "select '" + strings.ReplaceAll(evil, "'", "''") + "'"
	w.apply()
	rows := cash()
	rows.header.Columns[0].Name = evil
	rows.rows = [][]string{{evil, "1", "t", "bad \xff bytes"}}
	w.follow.set(rows, nil)
	pages := []reply{w.get("/clips/cash"), w.get("/"), w.get("/?q=" + "%22%3E%3Cscript%3Ealert"), w.get("/clips/revenue?limit=%3Cscript%3Ealert")}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: evil})
	pages = append(pages, w.get("/clips/revenue?limit=2"))
	for i, p := range pages {
		if strings.Contains(p.body, "<script>alert") || strings.Contains(p.body, "<img src=x") || p.body == "" {
			t.Errorf("%d: markup of others is on the page: %s", i, p.body)
		}
	}
}
