//go:build pictures

package web_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"clipsheet/clips"
	"clipsheet/web/webtest"
)

// demo is what a running demo says of itself.
type demo struct {
	Base         string                       `json:"base_url"`
	Spreadsheets map[string]string            `json:"spreadsheets"`
	Links        map[string]map[string]string `json:"links"`
}

// TestPictures takes the pictures of the documentation, of a running demo; or, when PICTURES names a folder, every page at
// the widths people have, for somebody to look at. make pictures runs it.
func TestPictures(t *testing.T) {
	text, err := os.ReadFile(os.Getenv("DEMO"))
	if err != nil {
		t.Fatal(err)
	}
	var d demo
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	d.write(t)
	if folder := os.Getenv("PICTURES"); folder != "" {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		o := newOffice(t, plain)
		for _, path := range signedIn {
			look(t, o.tab().Tab, folder, o.company.origin, path)
		}
		for _, path := range d.everything() {
			look(t, webtest.Blank(t), folder, d.Base, path)
		}
		return
	}
	for _, shot := range d.documented() {
		page := webtest.Blank(t)
		page.Look(shot.width, cmp.Or(shot.scheme, "light"))
		page.Go(d.Base + shot.path)
		if shot.then != nil {
			shot.then(page)
		}
		save(t, filepath.Join("..", "docs", shot.name+".png"), taken(t, page, shot.width, shot.height))
	}
}

// shot is a picture of the documentation.
type shot struct {
	name, path, scheme string
	width, height      int
	then               func(*webtest.Tab)
}

func (d demo) documented() []shot {
	cells := func(page *webtest.Tab) {
		page.Until(`document.querySelector("[role=grid]") && document.querySelector("#chart svg")`)
	}
	return []shot{
		{"clip", "/clips/mrr-by-month?months=12", "light", 1200, 1460, cells},
		{"clip-dark", "/clips/mrr-by-month?months=12", "dark", 1200, 1460, cells},
		{"editor", "/clips/revenue-of-a-region/edit", "light", 1200, 1050, func(page *webtest.Tab) {
			page.Until(`document.querySelector(".cm-content") && document.querySelector("#schema")`)
			page.Push("Run")
			page.Until(`document.querySelector("#preview table")`)
		}},
		{"teach", "/clips/revenue-of-a-region/made", "light", 1200, 900, nil},
		{"diff", "/clips/revenue-of-a-region/revisions/2", "light", 1200, 740, nil},
		{"sources", "/sources", "light", 1200, 900, nil},
		{"sync", "/syncs/new?step=4&clip=ar-ageing&account=service&tab=Receivables&at=A1&mode=replace&when=daily&clock=07:30&timezone=Europe/Berlin&name=receivables&spreadsheet=" +
			d.Spreadsheets["board"], "light", 1200, 760, func(page *webtest.Tab) {
			page.Push("Preview")
			page.Until(`document.querySelector("h1")?.textContent !== "New sync: Receivables by age" || document.querySelector("[role=alert]")`)
		}},
	}
}

// write makes the clip that the pictures show being written: the demo's own are read only.
func (d demo) write(t *testing.T) {
	t.Helper()
	region := clips.Param{Name: "region", Type: clips.ParamText, Label: "Region", Default: new("EMEA")}
	const first = `-- Invoiced revenue by month, in euros at the rate of the day of the invoice.
select date_trunc('month', i.issued_on)::date as month,
       count(*) as invoices,
       round(sum(i.net / r.per_eur), 2) as revenue
from invoices i
join fx_rates r on r.currency = i.currency and r.day = i.issued_on
group by 1
order by 1`
	const second = `-- Invoiced revenue of a region by month, in euros at the rate of the day of the invoice.
select date_trunc('month', i.issued_on)::date as month,
       count(*) as invoices,
       round(sum(i.net / r.per_eur), 2) as revenue
from invoices i
join customers c on c.id = i.customer_id
join countries co on co.code = c.country
join fx_rates r on r.currency = i.currency and r.day = i.issued_on
where co.region = :region
group by 1
order by 1`
	for _, c := range []struct {
		method, path, sql, message, match string
		params                            []clips.Param
	}{
		{http.MethodPost, "/api/v1/clips", first, "The first version", "", []clips.Param{}},
		{http.MethodPut, "/api/v1/clips/revenue-of-a-region", second, "Of one region, chosen by the reader", `"1"`, []clips.Param{region}},
	} {
		body, _ := json.Marshal(map[string]any{"slug": "revenue-of-a-region", "title": "Revenue of a region", "owner": "ann@harbour.example",
			"source": "harbour", "sql": c.sql, "message": c.message, "params": c.params})
		req, err := http.NewRequestWithContext(t.Context(), c.method, d.Base+c.path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("If-Match", c.match)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if r := read(t, resp); r.status >= 300 {
			t.Fatalf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		}
	}
}

// everything are the pages of the demo that somebody looks at.
func (d demo) everything() []string {
	board := d.Spreadsheets["board"]
	return []string{"/", "/?q=nothing-is-called-this", "/search?q=cash", "/clips/mrr-by-month", "/clips/ledger-export", "/clips/new",
		"/clips/revenue-of-a-region/edit", "/clips/revenue-of-a-region/made", "/clips/revenue-of-a-region/revisions",
		"/clips/revenue-of-a-region/revisions/2", "/syncs", "/syncs/new", "/syncs/new?step=2&clip=ar-ageing&account=service",
		"/syncs/new?step=3&clip=ar-ageing&account=service&spreadsheet=" + board, "/syncs/cash-to-treasury", "/syncs/mrr-to-board", "/runs",
		"/workbooks", "/sources", "/settings", "/audit", strings.TrimPrefix(d.Links["cash-by-account"]["html"], d.Base)}
}

// signedIn are pages of a server where people sign in.
var signedIn = []string{"/people", "/people/1", "/keys", "/me", "/accounts", "/syncs/mine/edit", "/syncs/mine/undo", "/syncs/mine/remove"}

var (
	changing = regexp.MustCompile(`/d/[^/]+|spreadsheet=.*`) // from demo to demo
	signs    = regexp.MustCompile(`[^a-z0-9]+`)
)

// look takes a page light and dark, on a telephone, a tablet and a desk, and on a desk at 200 %.
func look(t *testing.T, page *webtest.Tab, folder, base, path string) {
	t.Helper()
	name := cmp.Or(strings.Trim(signs.ReplaceAllString(changing.ReplaceAllString(path, "link"), "-"), "-"), "clips")
	for _, width := range []int{webtest.Narrow, webtest.Wide / 2, 768, webtest.Wide} {
		for _, scheme := range []string{"light", "dark"} {
			page.Look(width, scheme)
			page.Go(base + path)
			page.Until(`!document.getElementById("grid") || document.querySelector("[role=grid], .empty")`)
			save(t, filepath.Join(folder, name+"-"+strconv.Itoa(width)+"-"+scheme+".png"), taken(t, page, width, 0))
		}
	}
}

// taken is the page as it is shown; with a height of 0 all of it.
func taken(t *testing.T, page *webtest.Tab, width, height int) image.Image {
	t.Helper()
	if height == 0 {
		height = page.MustEval(`() => document.documentElement.scrollHeight`).Int()
	}
	page.MustSetViewport(width, height, 1, false)
	page.MustWaitStable()
	text, err := page.Screenshot(false, &proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatPng})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// save writes a picture in the 256 colours that it has most of, which makes it a third as large.
func save(t *testing.T, file string, picture image.Image) {
	t.Helper()
	count := map[color.RGBA]int{}
	bounds := picture.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			count[at(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), slices.Compare([]byte{a.R, a.G, a.B}, []byte{b.R, b.G, b.B}))
	})
	var palette color.Palette
	for _, c := range colours[:min(len(colours), 256)] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	small := image.NewPaletted(bounds, palette)
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			c := at(x, y)
			i, known := nearest[c]
			if !known {
				i = uint8(palette.Index(c))
				nearest[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d KB", file, out.Len()/1024)
}
