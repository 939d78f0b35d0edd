package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestPage(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	r := w.get(link + ".html")
	w.want(r, http.StatusOK,
		"<h1>Cash &lt;by&gt; account</h1>", "What is on each account &amp; when.",
		"Tuesday, 24 November 2026, 09:05:00</time> (Europe/Berlin)", "3 rows", "ask finance@example.com",
		`<td class=number>2461020.16</td>`, `<td class=none></td>`, "<td class=short>yes</td>",
		`<a href="cash.csv">CSV</a>`, `<a href="cash.json">JSON</a>`, "Rows 1 to 3 of 3",
		"=IMPORTDATA(&#34;https://clips.example.com"+link+".csv&#34;)")
	csp := r.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	if strings.Contains(r.body, "<script") || strings.Contains(r.body, " style=") || strings.Contains(r.body, "onclick") {
		t.Error("the page needs more than its policy allows")
	}

	narrow := w.link("cash", func(l *clips.Link) { l.Formats = []string{"html", "json"} })
	if r := w.get(narrow + ".html"); strings.Contains(r.body, "IMPORTDATA") || strings.Contains(r.body, "cash.csv") {
		t.Error("the page offers what the link does not open")
	}
}

func TestPageShowsColumnsAsTheClipSays(t *testing.T) {
	w := newWorld(t, func(o *web.Options) {
		o.Formats = func(slug string) map[string]clips.ColumnFormat {
			return map[string]clips.ColumnFormat{"balance": {Label: "Balance, EUR <b>"}, "note": {Hidden: true}}
		}
	})
	link := w.link("cash")
	r := w.get(link + ".html")
	w.want(r, http.StatusOK, "<th scope=col class=number>Balance, EUR &lt;b&gt;</th>", "<td class=number>2461020.16</td>")
	if strings.Contains(r.body, ">note<") || strings.Contains(r.body, "two\nlines") {
		t.Error("the page shows a hidden column")
	}
	w.want(w.get(link+".csv"), http.StatusOK, "account,balance,open,note\n") // for programs, nothing is renamed or hidden
}

func TestPageTurnsAndNarrows(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	r := w.get(link + ".html?_limit=1&_offset=1&_columns=account")
	w.want(r, http.StatusOK, "Rows 2 to 2 of 3", "0012", `rel=prev`, `rel=next`,
		`href="cash.html?_columns=account&amp;_limit=1&amp;_offset=0"`, `href="cash.html?_columns=account&amp;_limit=1&amp;_offset=2"`,
		`href="cash.csv?_columns=account"`)
	if strings.Contains(r.body, "2461020.16") || strings.Contains(r.body, "0010") {
		t.Error("the page shows more than was asked for")
	}
	w.want(w.get(link+".html?_offset=99"), http.StatusOK, "rel=prev")
	empty := cash()
	empty.rows = nil
	w.follow.set(empty, nil)
	w.want(w.get(w.link("revenue")+".html?limit=1"), http.StatusOK, "No rows with these settings", "<th scope=col>account</th>")
}

func TestPageAsksForParameters(t *testing.T) {
	w := newWorld(t)
	link := w.link("revenue", func(l *clips.Link) { l.Locked = map[string]string{"limit": "5"} })
	r := w.get(link + ".html?region=EMEA")
	w.want(r, http.StatusOK, `<select name="region">`, "<option selected>EMEA</option>",
		`<input name="from" value="start of month"`, "<output>5</output>", "fixed by this link",
		"revenue.csv?region=EMEA")
	if strings.Contains(r.body, `name="limit"`) {
		t.Error("the page asks for what the link fixes")
	}
	w.want(w.get(link+".html?from=someday"), http.StatusBadRequest, "<h1>", "someday", "start of last month")
}

// Cells, names, titles, parameters and errors are data, whoever wrote them.
func TestPageIsSafeFromItsData(t *testing.T) {
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt;`
	w := newWorld(t)
	rows := cash()
	rows.header.Columns[0].Name = evil
	rows.rows = [][]string{{evil, "1", "t", "bad \xff bytes"}}
	w.follow.set(rows, nil)
	link := w.link("revenue")
	pages := []reply{
		w.get(link + ".html?limit=1&from=today&region=" + url.QueryEscape(`"><script>`)),
		w.get(link + ".html?limit=1&from=" + url.QueryEscape(evil)),
		w.get(link + ".html?limit=1&_columns=" + url.QueryEscape(`"`+strings.ReplaceAll(evil, `"`, `""`)+`"`)),
	}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: evil})
	pages = append(pages, w.get(link+".html?limit=2"))
	for _, p := range pages {
		if strings.Contains(p.body, "<script") || strings.Contains(p.body, "<img") || p.body == "" {
			t.Errorf("%d: markup of others is on the page: %s", p.status, p.body)
		}
	}
	w.want(pages[0], http.StatusOK, "bad \ufffd bytes", "&lt;script&gt;")
}

func TestFrontPage(t *testing.T) {
	w := newWorld(t, func(o *web.Options) { o.Home = map[string]string{"cash": "https://clips.example.com/d/x/cash.html"} })
	w.want(w.get("/", "Host", "127.0.0.1:8765"), http.StatusOK, `<a href="/clips/cash">Cash &lt;by&gt; account</a>`,
		`href="https://clips.example.com/d/x/cash.html"`, `<a href="/clips/revenue">Revenue</a>`)
	w.want(w.get("/", "Host", "localhost"), http.StatusOK, "Revenue")
	w.want(w.get("/", "Host", "clips.example.com"), http.StatusOK, "Revenue")
	for _, headers := range [][]string{{"Host", "evil.example.com"}, {"X-Forwarded-For", "203.0.113.7"}, {"Forwarded", "for=x"}, {"Via", "1.1 x"}} {
		r := w.get("/", headers...)
		w.want(r, http.StatusOK, "This server is up")
		if strings.Contains(r.body, "Revenue") {
			t.Errorf("%q sees the clips", headers)
		}
	}
	w.options.Local = false
	if r := newSite(t, w).get("/"); strings.Contains(r.body, "Revenue") {
		t.Error("a server for others lists its clips")
	}
	if _, err := w.store.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w.want(w.get("/"), http.StatusOK, "There are no clips yet", "[clips.open-invoices]")
}

func TestProbes(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/healthz"), http.StatusOK, "ok")
	w.want(w.get("/readyz"), http.StatusOK, "ready")
	w.options.Findings = func() []clips.Finding {
		return []clips.Finding{{Level: clips.LevelWarning, Subject: "source erp", Text: "the role may write"}}
	}
	w.want(newSite(t, w).get("/readyz"), http.StatusOK, "ready\nwarning: source erp: the role may write\n")
	if r := newSite(t, w).get("/readyz", "X-Forwarded-For", "203.0.113.7"); r.body != "ready\n" {
		t.Errorf("strangers read: %s", r.body)
	}
	w.want(w.get("/robots.txt"), http.StatusOK, "User-agent: *\nDisallow: /\n")
	w.want(w.get("/metrics"), http.StatusOK, "clipsheet_http_requests_open 1")
	w.want(w.get("/metrics", "X-Forwarded-For", "203.0.113.7"), http.StatusNotFound)
	w.options.OpenToAll = true
	w.want(newSite(t, w).get("/metrics", "X-Forwarded-For", "203.0.113.7"), http.StatusOK)
	w.store.Close()
	w.options.Ready = w.store.Ping
	down := newSite(t, w)
	down.want(down.get("/readyz"), http.StatusServiceUnavailable)
	down.want(down.get("/healthz"), http.StatusOK)
	down.want(down.get("/d/"+clips.NewToken().Reveal()+"/x.csv"), http.StatusServiceUnavailable)
}
