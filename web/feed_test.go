package web_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web"
	"clipsheet/xlsx"
)

func TestFeedFormats(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	for format, want := range map[string]struct{ contentType, body string }{
		"csv": {"text/csv; charset=utf-8", "account,balance,open,note\n0010,2461020.16,t,\n0012,-5.50,f,=cmd|' /C calc'!A0\n" +
			"0030,0.00,t,\"two\nlines, \"\"quoted\"\"\"\n"},
		"tsv": {"text/tab-separated-values; charset=utf-8", "account\tbalance\topen\tnote\n0010\t2461020.16\tt\t\n0012\t-5.50\tf\t=cmd|' /C calc'!A0\n" +
			"0030\t0.00\tt\t\"two\nlines, \"\"quoted\"\"\"\n"},
		"json": {"application/json", `[{"account":"0010","balance":2461020.16,"open":true,"note":null},` + "\n" +
			`{"account":"0012","balance":-5.50,"open":false,"note":"=cmd|' /C calc'!A0"},` + "\n" +
			`{"account":"0030","balance":0.00,"open":true,"note":"two\nlines, \"quoted\""}]` + "\n"},
		"ndjson": {"application/x-ndjson", `{"account":"0010","balance":2461020.16,"open":true,"note":null}` + "\n" +
			`{"account":"0012","balance":-5.50,"open":false,"note":"=cmd|' /C calc'!A0"}` + "\n" +
			`{"account":"0030","balance":0.00,"open":true,"note":"two\nlines, \"quoted\""}` + "\n"},
	} {
		r := w.get(link + "." + format)
		w.want(r, http.StatusOK)
		if diff := cmp.Diff(want.body, r.body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
		for name, want := range map[string]string{
			"Content-Type":    want.contentType,
			"Content-Length":  fmt.Sprint(len(want.body)),
			"X-Clip-As-Of":    "2026-11-24T08:05:00.123456Z",
			"Last-Modified":   "Tue, 24 Nov 2026 08:05:00 GMT",
			"X-Clip-Rows":     "3",
			"X-Clip-Revision": "1",
			"X-Clip-Stale":    "",
			"Set-Cookie":      "",
			"Location":        "",
			"Referrer-Policy": "no-referrer",
			"X-Robots-Tag":    "noindex, nofollow, noarchive",
			"Cache-Control":   "private, no-store",

			"X-Content-Type-Options":       "nosniff",
			"Access-Control-Allow-Origin":  "",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'; sandbox",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", format, name, got, want)
			}
		}
		if got := r.header.Get("X-Clip-Digest"); len(got) != 64 {
			t.Errorf("%s: X-Clip-Digest %q is no SHA-256", format, got)
		}
		if got := r.header.Get("Content-Disposition"); !strings.Contains(got, `filename="cash.`+format+`"; filename*=UTF-8''Cash%20by%20account.`+format) {
			t.Errorf("%s: Content-Disposition %q", format, got)
		}
	}
	if n := w.follow.count(); n != 1 {
		t.Errorf("%d runs for four formats", n)
	}
}

func TestWorkbook(t *testing.T) {
	w := newWorld(t)
	link := w.link("revenue")
	r := w.get(link+".xlsx?limit=7&region=EMEA", "Accept-Encoding", "gzip")
	w.want(r, http.StatusOK)
	for name, want := range map[string]string{"Content-Type": xlsx.ContentType, "Content-Length": fmt.Sprint(len(r.body)), "Content-Encoding": "",
		"X-Clip-Rows": "3"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := r.header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="revenue.xlsx"`) {
		t.Errorf("Content-Disposition %q", got)
	}
	file, err := excelize.OpenReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows(file.GetSheetName(0))
	if err != nil || len(rows) != 4 || rows[2][0] != "0012" || rows[0][1] != "balance" {
		t.Errorf("%q, %v", rows, err)
	}
	if again := w.get(link+".xlsx?limit=7&region=EMEA", "If-None-Match", r.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("asked again: %d", again.status)
	}
	w.clips[1].Title = "Revenue, net"
	w.apply()
	if again := w.get(link+".xlsx?limit=7&region=EMEA", "If-None-Match", r.header.Get("ETag")); again.status != http.StatusOK {
		t.Errorf("with another title: %d", again.status)
	}
	if n := w.follow.count(); n != 1 {
		t.Errorf("%d runs", n)
	}
}

func TestReaderOptions(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	for query, want := range map[string]string{
		".csv?_columns=balance,account&_limit=1":            "balance,account\n2461020.16,0010\n",
		".csv?_columns=account&_offset=1&_limit=1":          "account\n0012\n",
		".csv?_columns=account&_offset=9":                   "account\n",
		".csv?_columns=account,balance&_sep=;&_decimal=,":   "account;balance\n0010;2461020,16\n0012;-5,50\n0030;0,00\n",
		".csv?_columns=account,balance&_sep=tab&_limit=1":   "account\tbalance\n0010\t2461020.16\n",
		".csv?_columns=account&_header=0&_limit=1":          "0010\n",
		".csv?_columns=account&_bom=1&_limit=1":             "\ufeffaccount\n0010\n",
		".csv?_columns=note&_safe=1&_offset=1&_limit=1":     "note\n'=cmd|' /C calc'!A0\n",
		".csv?_columns=account&_limit=1&utm_source=x&1":     "account\n0010\n",
		".csv?_columns=account&_limit=1&_limit=1&_future=7": "account\n0010\n",
		".csv?_columns=account&_limit=1&_sep=":              "account\n0010\n",
		".json?_columns=account&_limit=1&_sep=;&_bom=1":     `[{"account":"0010"}]` + "\n",
	} {
		r := w.get(link + query)
		w.want(r, http.StatusOK)
		if r.body != want {
			t.Errorf("%s: got %q want %q", query, r.body, want)
		}
	}
	var shape struct {
		Columns []struct{ Name, Type string }
		Rows    [][]any
		AsOf    time.Time `json:"as_of"`
	}
	if err := json.Unmarshal([]byte(w.get(link+".json?_shape=table").body), &shape); err != nil {
		t.Fatal(err)
	}
	if len(shape.Columns) != 4 || shape.Columns[1].Type != "numeric" || len(shape.Rows) != 3 || !shape.AsOf.Equal(asOf) {
		t.Errorf("_shape=table: %+v", shape)
	}
	for query, words := range map[string][]string{
		"_sep=ab":              {"_sep=ab", "tab"},
		"_decimal=;":           {"_decimal", "comma"},
		"_limit=-1":            {"_limit", "0, 1, 2"},
		"_offset=many":         {"_offset=many"},
		"_header=maybe":        {"_header=maybe", "1 or 0"},
		"_shape=cube":          {"_shape=cube", "table"},
		"_columns=nope":        {"nope", "account, balance, open, note"},
		`_columns="a`:          {"_columns", "quotes"},
		"_at=2026-01-01":       {"_at", "newest"},
		"_limit=1&_limit=2":    {"_limit", "twice"},
		"_columns=account,,x":  {`no column ""`},
		"_fresh=perhaps":       {"_fresh"},
		"_safe=2&_columns=1,2": {"_safe=2"},
	} {
		r := w.get(link + ".csv?" + query)
		w.want(r, http.StatusBadRequest, words...)
	}
}

func TestParameters(t *testing.T) {
	w := newWorld(t)
	link := w.link("revenue")
	w.want(w.get(link+".csv?limit=10&region=EMEA&from=2026-01-01"), http.StatusOK)
	w.want(w.get(link+".csv?limit=10&region="), http.StatusOK) // an empty field of a form was not filled in
	w.want(w.get(link+".csv"), http.StatusBadRequest, `"limit"`, "needs a value", "whole number")
	w.want(w.get(link+".csv?limit=10&region=Mars"), http.StatusBadRequest, `"region"`, `"Mars"`, `"EMEA"`)
	w.want(w.get(link+".csv?limit=10&from=someday"), http.StatusBadRequest, `"from"`, `"someday"`, "start of last month")
	w.want(w.get(link+".csv?limit=10&limit=11"), http.StatusBadRequest, `"limit"`, "twice")
	w.want(w.get(link+".json?limit=ten"), http.StatusBadRequest, `"error":"bad_parameter"`, `"message":"Parameter`)
	runs := w.follow.count()
	w.want(w.get(link+".csv?from=start+of+year&limit=+10+&region=EMEA"), http.StatusOK)
	w.want(w.get(link+fmt.Sprintf(".csv?limit=10&region=EMEA&from=%d-01-01", time.Now().UTC().Year())), http.StatusOK)
	if n := w.follow.count() - runs; n > 1 {
		t.Errorf("%d runs for the same resolved values", n)
	}

	fixed := w.link("revenue", func(l *clips.Link) { l.Locked = map[string]string{"region": "EMEA", "limit": "5"} })
	w.want(w.get(fixed+".csv"), http.StatusOK)
	w.want(w.get(fixed+".csv?region=EMEA"), http.StatusOK)
	w.want(w.get(fixed+".csv?region=all"), http.StatusBadRequest, `"region"`, "fixed by this link")
}

func TestWhatOpensNothingLooksAlike(t *testing.T) {
	w := newWorld(t)
	good := w.link("cash")
	expired := w.link("cash", func(l *clips.Link) { l.ExpiresAt = time.Now().Add(time.Hour) })
	revoked := w.link("cash")
	links, err := w.store.Links(t.Context(), "cash")
	if err != nil {
		t.Fatal(err)
	}
	narrow := w.link("cash", func(l *clips.Link) { l.Formats = []string{"json"} })
	w.want(w.get(revoked+".csv"), http.StatusOK)
	if err := w.store.RevokeLink(t.Context(), links[len(links)-1].ID, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	if links[0].ID > links[len(links)-1].ID {
		t.Fatal("the links are not in the order of their making")
	}
	w.options.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	later := newSite(t, w)
	token := "/d/" + clips.NewToken().Reveal()
	var first reply
	for i, path := range []string{token + "/cash.csv", token + "/cash.html", token + "/cash.json?limit=x", revoked + ".csv", revoked + ".html",
		narrow + ".csv", narrow + ".html", good + ".docx", good, "/d/short/cash.csv", "/d/", "/d", "/d/" + strings.Repeat("a", 5000) + "/x.csv",
		"/d/%00/x.csv", "/nowhere", good + "/more.csv/../x"} {
		r := w.get(path)
		r.header.Del("Date")
		if i == 0 {
			first = r
			w.want(r, http.StatusNotFound)
		}
		if diff := cmp.Diff(first, r, cmp.AllowUnexported(reply{})); diff != "" {
			t.Errorf("%.60s… is not like the others:\n%s", path, diff)
		}
	}
	if r := later.get(expired + ".csv"); r.status != http.StatusNotFound {
		t.Errorf("an expired link: %d", r.status)
	}
	// A retired clip.
	if _, err := w.store.Apply(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if r := w.get(good + ".csv"); r.status != http.StatusNotFound {
		t.Errorf("a link to a retired clip: %d", r.status)
	}
}

// newSite serves the same world with its options as they are now.
func newSite(t *testing.T, w *world) *world {
	t.Helper()
	other := *w
	other.options.Metrics = nil
	other.server = newServer(t, other.options)
	return &other
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch} {
		for _, path := range []string{link + ".csv", "/d/unknown/x.csv", "/", "/healthz"} {
			r := w.ask(method, path)
			if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, r.status, r.header.Get("Allow"))
			}
		}
	}
	if n := w.follow.count(); n != 0 {
		t.Errorf("%d runs", n)
	}
}

func TestHeadNeverRunsAnything(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	r := w.ask(http.MethodHead, link+".csv")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || w.follow.count() != 0 {
		t.Errorf("before the first result: %d, %d runs", r.status, w.follow.count())
	}
	got := w.get(link + ".csv")
	for _, format := range []string{".csv", ".html"} {
		got = w.get(link + format)
		r = w.ask(http.MethodHead, link+format)
		for _, h := range []http.Header{r.header, got.header} {
			h.Del("Date")
		}
		if r.status != http.StatusOK || r.body != "" || !maps.EqualFunc(r.header, got.header, slices.Equal) {
			t.Errorf("%s: %d %v, GET has %v", format, r.status, r.header, got.header)
		}
	}
	if n := w.follow.count(); n != 1 {
		t.Errorf("%d runs", n)
	}
}

// madeAhead is Results that make nothing of a result but while its rows arrive.
type madeAhead struct{ web.Results }

func (m madeAhead) Render(ctx context.Context, info clips.SnapshotInfo, variant string, _ func(io.Writer, *clips.Snapshot) error) (*os.File, error) {
	return m.Results.Render(ctx, info, variant, func(io.Writer, *clips.Snapshot) error { return errors.New("not made ahead") })
}

// madeLater is Results without what is made ahead.
type madeLater struct{ web.Results }

func (m madeLater) Get(ctx context.Context, req clips.Request) (clips.Answer, error) {
	req.Ahead = nil
	return m.Results.Get(ctx, req)
}

// A first reader gets the body that was made while the rows arrived, and it is the one that is made of the stored result.
func TestTheBodyForAFirstReaderIsMadeWhileItsRowsArrive(t *testing.T) {
	w := newWorld(t)
	large := cash()
	large.rows = slices.Repeat(large.rows, 100)
	w.follow.set(large, nil)
	link, results := w.link("revenue"), w.options.Results
	n := 0
	for _, c := range []struct{ suffix, coding string }{
		{".csv?", ""}, {".csv?", "gzip"}, {".csv?", "zstd"}, {".tsv?_bom=1&", ""}, {".json?", ""}, {".json?_shape=table&", "gzip"},
		{".ndjson?", ""}, {".xlsx?", ""}, {".csv?_columns=note,open&", ""},
	} {
		var bodies [2]reply
		for i, results := range []web.Results{madeAhead{results}, madeLater{results}} {
			w.options.Results, w.options.Metrics = results, nil
			w.server = newServer(t, w.options)
			n++ // another value is another result
			bodies[i] = w.get(fmt.Sprintf("%s%slimit=%d", link, c.suffix, n), "Accept-Encoding", c.coding)
		}
		ahead, later := bodies[0], bodies[1]
		if ahead.status != 200 || ahead.header.Get("Content-Encoding") != c.coding {
			t.Errorf("%+v: %d %s %s", c, ahead.status, ahead.header.Get("Content-Encoding"), ahead.body[:min(len(ahead.body), 200)])
		}
		if c.suffix != ".xlsx?" && ahead.body != later.body { // its cover tells the parameters, which differ
			t.Errorf("%+v: made ahead it is another body of %d bytes, not %d", c, len(ahead.body), len(later.body))
		}
	}
}

func TestConditionalRequests(t *testing.T) {
	w := newWorld(t)
	large := cash()
	for range 8 {
		large.rows = append(large.rows, large.rows...)
	}
	w.follow.set(large, nil)
	link := w.link("cash") + ".csv"
	plain, packed := w.get(link), w.get(link, "Accept-Encoding", "gzip")
	tag, packedTag := plain.header.Get("ETag"), packed.header.Get("ETag")
	if tag == "" || tag == packedTag {
		t.Fatalf("ETags %s and %s", tag, packedTag)
	}
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"the same", "If-None-Match", tag, 304},
		{"of another coding", "If-None-Match", packedTag, 304},
		{"weak", "If-None-Match", "W/" + tag, 304},
		{"any", "If-None-Match", "*", 304},
		{"one of several", "If-None-Match", `"x", ` + tag, 304},
		{"another", "If-None-Match", `"x"`, 200},
		{"the moment", "If-Modified-Since", plain.header.Get("Last-Modified"), 304},
		{"an earlier moment", "If-Modified-Since", asOf.Add(-time.Second).Format(http.TimeFormat), 200},
		{"a later moment", "If-Modified-Since", asOf.Add(time.Hour).Format(http.TimeFormat), 200}, // not a copy of ours
		{"no date", "If-Modified-Since", "yesterday", 200},
	} {
		r := w.get(link, c.header, c.value)
		if r.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, r.status, c.want)
		}
		if c.want == 304 && (r.body != "" || r.header.Get("ETag") == "" || r.header.Get("X-Clip-As-Of") == "" || r.header.Get("Vary") != "Accept-Encoding") {
			t.Errorf("%s: %v", c.name, r.header)
		}
	}
	if r := w.get(link+"?_limit=1", "If-None-Match", tag); r.status != 200 {
		t.Errorf("another page: %d", r.status)
	}
	if r := w.get(strings.TrimSuffix(link, "csv")+"json", "If-None-Match", tag); r.status != 200 {
		t.Errorf("another format: %d", r.status)
	}
	page := strings.TrimSuffix(link, "csv") + "html"
	if r := w.get(page, "If-None-Match", w.get(page).header.Get("ETag")); r.status != 304 {
		t.Errorf("the page: %d", r.status)
	}
}

func TestCodings(t *testing.T) {
	w := newWorld(t)
	large := cash()
	for range 8 {
		large.rows = append(large.rows, large.rows...)
	}
	w.follow.set(large, nil)
	link := w.link("cash") + ".csv"
	plain := w.get(link)
	for accept, want := range map[string]string{
		"":                        "",
		"gzip":                    "gzip",
		"gzip, deflate, br, zstd": "zstd",
		"zstd;q=0.5, gzip;q=0.9":  "gzip",
		"zstd;q=0, gzip;q=0":      "",
		"identity, *":             "",
		"x-gzip":                  "gzip",
		"gzip;q=nonsense":         "",
		"br":                      "",
	} {
		r := w.get(link, "Accept-Encoding", accept)
		if got := r.header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: Content-Encoding %q, want %q", accept, got, want)
		}
		if got := unpack(t, r); got != plain.body {
			t.Errorf("Accept-Encoding %q: %d bytes, not %d", accept, len(got), len(plain.body))
		}
		if got := r.header.Get("Content-Length"); got != fmt.Sprint(len(r.body)) || r.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Content-Length %q, Vary %q", accept, got, r.header.Get("Vary"))
		}
		if want != "" && len(r.body) > len(plain.body)/2 {
			t.Errorf("%s makes %d bytes of %d", want, len(r.body), len(plain.body))
		}
	}
	w.follow.set(cash(), nil)
	small := w.link("revenue") + ".csv?limit=1"
	if r := w.get(small, "Accept-Encoding", "gzip"); r.header.Get("Content-Encoding") != "" {
		t.Error("a few bytes are compressed")
	}
}

func unpack(t *testing.T, r reply) string {
	t.Helper()
	var from io.Reader = strings.NewReader(r.body)
	var err error
	switch r.header.Get("Content-Encoding") {
	case "gzip":
		from, err = gzip.NewReader(from)
	case "zstd":
		from, err = zstd.NewReader(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheLastGoodResultStandsIn(t *testing.T) {
	w := newWorld(t)
	link := w.link("cash")
	w.follow.set(nil, errFollower)
	for format, words := range map[string][]string{
		".csv":  {"The follower erp is stopping"},
		".json": {`"error":"unavailable"`, "The follower erp is stopping", `"id":"`},
		".html": {"cannot be made at the moment", "The follower erp is stopping"},
	} {
		r := w.get(link + format)
		w.want(r, http.StatusServiceUnavailable, words...)
		if r.header.Get("Retry-After") == "" || r.header.Get("ETag") != "" || r.header.Get("X-Clip-Rows") != "" {
			t.Errorf("%s: %v", format, r.header)
		}
		for _, secret := range []string{"secret detail", "10.0.0.7", "select account"} {
			if strings.Contains(r.body, secret) {
				t.Errorf("%s says %q", format, secret)
			}
		}
	}
	if !strings.Contains(w.log.String(), "unavailable") {
		t.Errorf("the log has nothing of it: %s", w.log)
	}

	w = newWorld(t)
	w.clips[0].Revision.MaxAge = time.Millisecond
	w.apply()
	link = w.link("cash")
	good := w.get(link + ".csv")
	w.follow.set(nil, errFollower)
	var r reply
	pgtest.Eventually(t, "the result to grow old", func() bool {
		r = w.get(link + ".csv")
		return strings.Contains(r.header.Get("X-Clip-Stale"), "The follower erp is stopping")
	})
	w.want(r, http.StatusOK)
	if r.body != good.body || !strings.Contains(r.header.Get("X-Clip-Stale"), "showing the result of 2026-11-24 08:05 UTC") {
		t.Errorf("stale %q: %.200s", r.header.Get("X-Clip-Stale"), r.body)
	}
	w.want(w.get(link+".html"), http.StatusOK, "Not the newest.", "The follower erp is stopping")
	if again := w.get(link+".csv", "If-None-Match", good.header.Get("ETag")); again.status != 304 || again.header.Get("X-Clip-Stale") == "" {
		t.Errorf("unchanged and stale: %d %v", again.status, again.header)
	}
}

func TestTokensReachNoLog(t *testing.T) {
	w := newWorld(t)
	link := w.link("revenue")
	secret := w.tokens["revenue"].Reveal()
	whole := w.get(link + ".csv?limit=7777")
	w.get(link + ".csv?limit=bad7777")
	w.get(link + ".html?limit=7777")
	w.get(link + "x.docx")
	w.follow.set(nil, errFollower)
	w.get(link + ".csv?limit=8888")
	for _, word := range []string{secret, url.QueryEscape(secret), "7777", "8888"} {
		if strings.Contains(w.log.String(), word) {
			t.Errorf("the log has %q", word)
		}
	}
	for _, word := range []string{"/d/****/*.csv", "status=200", "status=400", "status=503", "link=", "clip=revenue"} {
		if !strings.Contains(w.log.String(), word) {
			t.Errorf("the log lacks %q: %s", word, w.log)
		}
	}
	r := w.get("/metrics")
	w.want(r, http.StatusOK, `clipsheet_http_requests_total{format="csv",status="200"} 1`,
		`clipsheet_http_response_rows_total{format="csv"} `+whole.header.Get("X-Clip-Rows"), "go_goroutines")
	if strings.Contains(r.body, secret) {
		t.Error("the metrics have a token")
	}
}

func TestRateLimits(t *testing.T) {
	w := newWorld(t)
	start, passed := time.Now(), atomic.Int64{}
	w.options.Now = func() time.Time { return start.Add(time.Duration(passed.Load())) }
	w = newSite(t, w)
	link := w.link("cash") + ".csv"
	stranger := "/d/" + clips.NewToken().Reveal() + "/x.csv"
	limited := 0
	for range 200 {
		if r := w.get(stranger); r.status == http.StatusTooManyRequests {
			limited++
			if r.header.Get("Retry-After") != "1" {
				t.Fatalf("Retry-After %q", r.header.Get("Retry-After"))
			}
		}
	}
	if limited != 80 {
		t.Errorf("%d of 200 guesses were refused, want 80", limited)
	}
	w.want(w.get(link), http.StatusOK) // from the same address, with a link that works
	passed.Store(int64(time.Minute))
	if r := w.get(stranger); r.status != http.StatusNotFound {
		t.Errorf("a minute later: %d", r.status)
	}
}

func TestTheUseOfALinkIsNoted(t *testing.T) {
	w := newWorld(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets; +http://docs.google.com)": "Google Sheets",
		"Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)":           "Excel",
		"curl/8.5.0": "curl", "python-requests/2.32": "Python",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36": "a browser", "Something/1": "",
	} {
		link := w.link("cash")
		w.want(w.get(link+".csv", "User-Agent", agent), http.StatusOK)
		var used clips.Link
		pgtest.Eventually(t, agent+" to be noted", func() bool { // it is, once the answer is out
			var err error
			used, _, err = w.store.LinkByHash(t.Context(), w.tokens["cash"].Hash())
			return err == nil && !used.LastUsedAt.IsZero()
		})
		if used.LastUsedBy != want || time.Since(used.LastUsedAt) > time.Minute {
			t.Errorf("%s: used by %q at %s", agent, used.LastUsedBy, used.LastUsedAt)
		}
	}
}

func TestAPanicIsOneReadersTrouble(t *testing.T) {
	w := newWorld(t)
	w.options.TimeZone = func(string) *time.Location { panic("poisoned") }
	w = newSite(t, w)
	r := w.get(w.link("revenue") + ".csv?limit=1")
	w.want(r, http.StatusInternalServerError, "the log of the server has it")
	if strings.Contains(r.body, "poisoned") {
		t.Errorf("the answer says %q", r.body)
	}
	w.want(w.get(w.link("cash")+".csv"), http.StatusOK) // which names its own zone
	if !strings.Contains(w.log.String(), "poisoned") {
		t.Error("the log has nothing of it")
	}
}
