package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
	"clipsheet/web"
	"clipsheet/xlsx"
)

// shelf is Workbooks with one workbook: both clips, under a title that a test may change.
type shelf struct {
	w     *world
	title string
	slugs []string // of its clips; nil is both
}

func (s *shelf) Find(ctx context.Context, name string) (clips.Workbook, error) {
	if name != "pack" {
		return clips.Workbook{}, clips.ErrNotFound
	}
	slugs := s.slugs
	if slugs == nil {
		slugs = []string{"cash", "revenue"}
	}
	all, err := s.w.store.ClipsNamed(ctx, slugs)
	return clips.Workbook{Name: name, Title: s.title, Description: "For the <board>", Clips: all}, err
}

func (s *shelf) List() []clips.Workbook {
	return []clips.Workbook{{Name: "pack", Title: s.title, Description: "For the <board>"}}
}

func (s *shelf) Encode(w io.Writer, b web.Book, rows []clips.Rows) error {
	book := xlsx.Book{Title: b.Workbook.Title}
	for i, subject := range b.Subjects {
		book.Sheets = append(book.Sheets, xlsx.Sheet{Name: subject.Clip.Slug, Rows: rows[i], Columns: subject.Formats,
			About: xlsx.About{Title: subject.Clip.Title, Params: subject.Params}})
	}
	_, err := xlsx.Write(w, book, nil)
	return err
}

// newShelf is a world with a workbook, and the address of its link.
func newShelf(t *testing.T, change ...func(*clips.Link)) (*world, *shelf, string) {
	s := &shelf{title: "Month end: November"}
	w := newWorld(t, func(o *web.Options) { o.Workbooks = s })
	s.w = w
	return w, s, w.linkTo("pack", clips.Link{Workbook: "pack"}, change...)
}

// Whoever sees all of its clips needs no link.
func TestAWorkbookIsDownloadedFromItsPage(t *testing.T) {
	w, _, link := newShelf(t)
	w.want(w.get("/workbooks"), http.StatusOK, `href="/workbooks/pack/result.xlsx">Download for Excel`, "clipsheet link create pack")
	r := w.get("/workbooks/pack/result.xlsx?limit=7&from=2026-01-01")
	if at := w.get(link + ".xlsx?limit=7&from=2026-01-01"); r.status != http.StatusOK || r.body != at.body || r.header.Get("Content-Disposition") == "" {
		t.Errorf("%d, %v: not the file of its link", r.status, r.header)
	}
	w.want(w.get("/workbooks/pack/result.xlsx?from=2026-01-01"), http.StatusBadRequest, "needs a value", "Try again")
	w.want(w.get("/workbooks/gone/result.xlsx"), http.StatusNotFound, "No such workbook")
}

func TestWorkbookIsServedAtItsLink(t *testing.T) {
	w, _, link := newShelf(t)
	r := w.get(link + ".xlsx?limit=7&from=2026-01-01&cachebuster=1")
	w.want(r, http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type":        xlsx.ContentType,
		"Content-Length":      fmt.Sprint(len(r.body)),
		"Content-Disposition": `attachment; filename="pack.xlsx"; filename*=UTF-8''Month%20end%20November.xlsx`,
		"X-Clip-As-Of":        "2026-11-24T08:05:00.123456Z",
		"Last-Modified":       "Tue, 24 Nov 2026 08:05:00 GMT",
		"X-Clip-Rows":         "6",
		"X-Clip-Revision":     "1, 1",
		"X-Clip-Stale":        "",
		"Cache-Control":       "private, no-store",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	book, err := excelize.OpenReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(book.GetSheetList()); got != "[About cash revenue]" {
		t.Errorf("tabs %s", got)
	}
	about, err := book.GetRows("About")
	if text := fmt.Sprint(about); err != nil || !strings.Contains(text, "2026-01-01") || !strings.Contains(text, "7") {
		t.Errorf("the cover does not tell the parameters: %s, %v", text, err)
	}
	if n := w.follow.count(); n != 2 {
		t.Errorf("%d queries for two clips", n)
	}
	w.get(link + ".xlsx?limit=7&from=2026-01-01")
	if n := w.follow.count(); n != 2 {
		t.Errorf("%d queries after a second reader", n)
	}
}

func TestWorkbookHasOneFormat(t *testing.T) {
	w, _, link := newShelf(t)
	for _, format := range web.Formats() {
		if format != "xlsx" {
			w.want(w.get(link+"."+format+"?limit=7"), http.StatusNotFound)
		}
	}
	w.want(w.get(w.linkTo("gone", clips.Link{Workbook: "gone"})+".xlsx"), http.StatusNotFound)
	if n := w.follow.count(); n != 0 {
		t.Errorf("%d queries", n)
	}
}

func TestWorkbookUnchangedIsNotSentAgain(t *testing.T) {
	w, s, link := newShelf(t)
	address := link + ".xlsx?limit=7"
	w.want(w.ask(http.MethodHead, address), http.StatusServiceUnavailable)
	first := w.get(address)
	tag := first.header.Get("ETag")
	if r := w.get(address, "If-None-Match", tag); r.status != http.StatusNotModified || r.body != "" || r.header.Get("ETag") != tag {
		t.Errorf("%+v", r)
	}
	if r := w.ask(http.MethodHead, address); r.status != http.StatusOK || r.body != "" || r.header.Get("ETag") != tag ||
		r.header.Get("Content-Length") != fmt.Sprint(len(first.body)) {
		t.Errorf("HEAD: %+v", r)
	}
	s.title = "Month end"
	if r := w.get(address, "If-None-Match", tag); r.status != http.StatusOK || r.header.Get("ETag") == tag {
		t.Errorf("another title: %d, ETag %s", r.status, r.header.Get("ETag"))
	}
	if n := w.follow.count(); n != 2 {
		t.Errorf("%d queries", n)
	}
}

func TestWorkbookOfYesterdayStandsInWhole(t *testing.T) {
	w, _, link := newShelf(t)
	address := link + ".xlsx?limit=7"
	first := w.get(address)
	w.follow.set(nil, errFollower)
	r := w.get(address + "&_fresh=1")
	w.want(r, http.StatusOK) // young enough even so
	w.clips[0].Revision.MaxAge, w.clips[1].Revision.MaxAge = 0, 0
	w.apply()
	r = w.get(address)
	w.want(r, http.StatusOK)
	if stale := r.header.Get("X-Clip-Stale"); !strings.Contains(stale, "follower erp is stopping") || r.body != first.body {
		t.Errorf("X-Clip-Stale %q", stale)
	}
	w.want(w.get(link+".xlsx?limit=8"), http.StatusServiceUnavailable, "follower erp is stopping")
}

func TestWorkbookParametersAreCheckedAndLocked(t *testing.T) {
	w, _, link := newShelf(t, func(l *clips.Link) { l.Locked = map[string]string{"region": "EMEA"} })
	w.want(w.get(link+".xlsx"), http.StatusBadRequest, `"limit" needs a value`)
	w.want(w.get(link+".xlsx?limit=many"), http.StatusBadRequest, "many")
	w.want(w.get(link+".xlsx?limit=7&region=all"), http.StatusBadRequest, "fixed by this link")
	w.want(w.get(link+".xlsx?limit=7&_limit=1"), http.StatusBadRequest, "_limit", "whole")
	w.want(w.get(link+".xlsx?limit=7"), http.StatusOK)
	expired := w.linkTo("pack", clips.Link{Workbook: "pack", ExpiresAt: time.Now().Add(-time.Hour)})
	w.want(w.get(expired+".xlsx?limit=7"), http.StatusNotFound)
	csvOnly := w.linkTo("pack", clips.Link{Workbook: "pack", Formats: []string{"csv"}})
	w.want(w.get(csvOnly+".xlsx?limit=7"), http.StatusNotFound)
	if all, err := w.store.Links(t.Context(), "pack"); err != nil || all[0].LastUsedAt.IsZero() {
		t.Errorf("the use was not noted: %+v, %v", all, err)
	}
}

func TestHomeListsWorkbooks(t *testing.T) {
	w, _, link := newShelf(t, func(l *clips.Link) { l.Label = "home" })
	page := w.get("/")
	w.want(page, http.StatusOK)
	for _, want := range []string{"Month end: November", "For the &lt;board&gt;", "clipsheet link create pack"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the front page lacks %q: %s", want, page.body)
		}
	}
	if strings.Contains(page.body, link) {
		t.Error("the front page gives away a link that somebody made")
	}
}
