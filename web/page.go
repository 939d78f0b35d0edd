package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"clipsheet/clips"
)

//go:embed templates/*.html static/page.css
var files embed.FS

// The style is part of each page, so that a page is one request and can be saved as one file. The policy allows it by
// its hash, and nothing else.
var (
	style       = template.CSS(must(files.ReadFile("static/page.css")))
	styleHash   = sha256.Sum256([]byte(style))
	stylePolicy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(styleHash[:]) +
		"'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	pages = template.Must(template.New("").Funcs(template.FuncMap{
		"style":    func() template.CSS { return style },
		"asset":    assetAddress,
		"script":   scriptTags,
		"json":     asJSON,
		"sentence": sentence,
		"wait":     inWords,
		"isNil":    func(s []string) bool { return s == nil },
		"grouped":  grouped,
		"counted":  counted,
		"periods":  periods,
		"seenBy":   seenBy,
	}).ParseFS(files, "templates/*.html"))
)

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err) // it is in the binary
	}
	return b
}

// showPage sends a page made at once.
func showPage(w http.ResponseWriter, r *http.Request, name string, status int, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		panic(err) // a mistake in the template
	}
	w.Header().Set("Content-Security-Policy", stylePolicy)
	sendHTML(w, r, status, b.String())
}

// pageRows is how many rows a page shows when the reader does not say.
const pageRows = 200

// tablePage is a clip as people see it.
type tablePage struct {
	Clip      clips.Clip
	Answer    clips.Answer
	AsOf      time.Time // in the clip's time zone
	Behind    string
	Zone      string
	Params    []pageParam
	Kept      []pageOption // options of the address that the form keeps
	Downloads []download
	Import    string // the formula for Google Sheets; empty when the link has no CSV
	First     int64  // the first row shown, from 1; 0 when there is none
	Last      int64
	Previous  string // addresses of the pages beside this one
	Next      string
	Table     template.HTML
}

type pageParam struct {
	clips.BoundParam
	Label  string
	Given  string // as the reader wrote it
	Locked bool
}

type pageOption struct{ Name, Value string }

type download struct{ Name, Address, Use, Progress string }

// sendPage sends a page of the result. Its table is a file like any other body; what stands around it holds the
// token, which is never written to a disk.
func (s *site) sendPage(w http.ResponseWriter, r *http.Request, req *request, answer clips.Answer) error {
	if req.options.limit < 0 {
		req.options.limit = pageRows
	}
	formats := s.Formats(req.clip.Slug)
	body := feedBody{variant: req.options.variant(req.format) + markOf(formats), coding: identity,
		encode: func(w io.Writer, r clips.Rows) error { return writeTable(w, r, formats) }}
	file, err := s.render(r, req, answer.Info, body)
	if err != nil {
		return err
	}
	defer file.Close()
	head, tail, err := s.around(req, answer)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(fmt.Append(nil, etag(answer.Info, body.variant, true), head, tail))
	v := validators{etag: hex.EncodeToString(sum[:16])}
	h := w.Header()
	describe(h, answer)
	h.Del("Last-Modified") // the page has more on it than the result
	if tag, ok := v.match(strings.Join(r.Header.Values("If-None-Match"), ",")); ok {
		notModified(w, tag)
		return nil
	}
	h.Set("ETag", v.quoted())
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", stylePolicy)
	visitOf(r).sends(r, req.options.rowsOf(answer.Info.Rows))
	return sendPieces(w, r, head, file, tail)
}

// tableMark is where the table goes. It cannot be in the rest of a page, where < is never left as it is.
const tableMark = "<!--table-->"

// around makes what stands before and after the table.
func (s *site) around(req *request, answer clips.Answer) (head, tail string, err error) {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, "table.html", s.tablePage(req, answer)); err != nil {
		return "", "", err
	}
	head, tail, _ = strings.Cut(b.String(), tableMark)
	return head, tail, nil
}

func sendPieces(w http.ResponseWriter, r *http.Request, head string, file *os.File, tail string) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	size := int64(len(head)) + info.Size() + int64(len(tail))
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	allowTime(w, size)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.WriteString(w, head); err != nil {
		return sent(err)
	}
	if _, err := io.Copy(w, file); err != nil {
		return sent(err)
	}
	_, err = io.WriteString(w, tail)
	return sent(err)
}

func (s *site) tablePage(req *request, answer clips.Answer) tablePage {
	h := answer.Info.Header
	p := tablePage{
		Clip:   req.clip,
		Answer: answer,
		AsOf:   h.AsOf.In(req.zone),
		Behind: behind(h.Lag),
		Zone:   req.zone.String(),
		Params: pageParams(req),
		Table:  tableMark,
	}
	for _, name := range []string{"_columns", "_limit"} {
		if value, given, _ := req.query.value(name); given {
			p.Kept = append(p.Kept, pageOption{name, value})
		}
	}
	p.downloads(s.BaseURL, req)
	p.turn(req, answer.Info.Rows)
	return p
}

func behind(lag time.Duration) string {
	if lag < time.Second {
		return ""
	}
	return inWords(lag)
}

func inWords(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "a second"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

// asJSON is for scripts that read it out of an attribute.
func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// sentence begins with a capital and ends with a point.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimRight(text[size:], ".") + "."
}

func pageParams(req *request) []pageParam {
	var all []pageParam
	for _, p := range req.bound.Params {
		_, locked := req.link.Locked[p.Param.Name]
		param := pageParam{BoundParam: p, Label: p.Param.Label, Given: req.given[p.Param.Name], Locked: locked}
		if param.Label == "" {
			param.Label = p.Param.Name
		}
		if !p.Given && p.Param.Default != nil {
			param.Given = *p.Param.Default
		}
		all = append(all, param)
	}
	return all
}

// downloads lists the other forms of the same table, with the settings the reader chose.
func (p *tablePage) downloads(base string, req *request) {
	settings := req.settings()
	for _, f := range formats {
		if f.page() || !req.link.Allows(f.name) {
			continue
		}
		file := req.clip.Slug + "." + f.name
		p.Downloads = append(p.Downloads, download{strings.ToUpper(f.name), withQuery(file, settings), f.use, ""})
		if f.name == "csv" {
			address := base + "/d/" + req.token.Reveal() + "/" + withQuery(file, settings)
			p.Import = `=IMPORTDATA("` + strings.ReplaceAll(address, `"`, "%22") + `")`
		}
	}
}

// settings are the parameters a reader chose, apart from those the link fixes.
func (req *request) settings() url.Values {
	v := url.Values{}
	for _, p := range req.bound.Params {
		if _, locked := req.link.Locked[p.Param.Name]; !locked && p.Given {
			v.Set(p.Param.Name, req.given[p.Param.Name])
		}
	}
	if columns, given, _ := req.query.value("_columns"); given {
		v.Set("_columns", columns)
	}
	return v
}

func withQuery(file string, v url.Values) string {
	if len(v) == 0 {
		return file
	}
	return file + "?" + v.Encode()
}

// turn sets the rows shown and the addresses of the pages beside them.
func (p *tablePage) turn(req *request, rows int64) {
	offset, limit := req.options.offset, req.options.limit
	p.Last = min(offset+limit, rows)
	if p.Last > offset {
		p.First = offset + 1
	}
	page := func(offset int64) string {
		v := req.settings()
		v.Set("_offset", strconv.FormatInt(max(offset, 0), 10))
		v.Set("_limit", strconv.FormatInt(limit, 10))
		return withQuery(req.clip.Slug+".html", v)
	}
	if offset > 0 && limit > 0 {
		p.Previous = page(min(offset, rows) - limit)
	}
	if p.Last < rows && p.Last > offset {
		p.Next = page(p.Last)
	}
}
