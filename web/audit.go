package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

// auditPage is a page of the audit log.
type auditPage struct {
	Acts   []actLine
	Filter url.Values
	Older  string // address of the next page; empty on the last
	CSV    string
	Wrong  string
}

type actLine struct {
	clips.Act
	When *moment
}

// actsOnPage is how many lines a page has.
const actsOnPage = 100

// audit shows who changed what, the last first.
func (s *site) audit(w http.ResponseWriter, r *http.Request, who clips.Person) {
	filter, err := actFilter(r.URL.Query())
	if err != nil {
		s.show(w, r, who, "audit.html", http.StatusBadRequest, "Audit log", auditPage{Filter: r.URL.Query(), Wrong: clips.NoticeOf(err)})
		return
	}
	page := auditPage{Filter: r.URL.Query()}
	filter.Most = actsOnPage + 1
	err = s.People.Acts(r.Context(), filter, func(a clips.Act) error {
		page.Acts = append(page.Acts, actLine{a, s.moment(a.At, time.UTC)})
		return nil
	})
	if err != nil {
		s.fault(w, r, err)
		return
	}
	query := r.URL.Query()
	if len(page.Acts) > actsOnPage {
		page.Acts = page.Acts[:actsOnPage]
		query.Set("below", strconv.FormatInt(page.Acts[actsOnPage-1].ID, 10))
		page.Older = "/audit?" + query.Encode()
	}
	query.Del("below")
	page.CSV = "/audit.csv?" + query.Encode()
	s.show(w, r, who, "audit.html", http.StatusOK, "Audit log", page)
}

// actFilter reads what the form of the page asks for. Days are those of UTC, and the last one is included.
func actFilter(q url.Values) (f clips.ActFilter, err error) {
	f.Who, f.What, f.Subject = q.Get("who"), q.Get("what"), q.Get("subject")
	f.Below, _ = strconv.ParseInt(q.Get("below"), 10, 64)
	for name, day := range map[string]*time.Time{"from": &f.From, "until": &f.Until} {
		if q.Get(name) == "" {
			continue
		}
		if *day, err = time.Parse(time.DateOnly, q.Get(name)); err != nil {
			return f, &clips.Error{Kind: clips.KindParameter, Notice: "That is no day: write it as 2026-11-30."}
		}
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1)
	}
	return f, nil
}

// auditCSV sends what the page shows, all of it. What breaks on its way ends the connection, so that nobody takes what
// came for the whole.
func (s *site) auditCSV(w http.ResponseWriter, r *http.Request, _ clips.Person) {
	filter, err := actFilter(r.URL.Query())
	if err != nil {
		answer(w, http.StatusBadRequest, "text/plain; charset=utf-8", clips.NoticeOf(err)+"\n")
		return
	}
	filter.Below = 0
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="audit.csv"`)
	out := csv.NewWriter(w)
	out.Write([]string{"at", "who", "from", "what", "subject", "before", "after"})
	err = s.People.Acts(r.Context(), filter, func(a clips.Act) error {
		return out.Write([]string{a.At.UTC().Format(time.RFC3339), unformula(a.Who), a.Address, unformula(a.What), unformula(a.Subject),
			unformula(a.Before), unformula(a.After)})
	})
	if out.Flush(); err == nil {
		err = out.Error()
	}
	if err != nil {
		visitOf(r).err = err
		panic(http.ErrAbortHandler)
	}
}

// unformula keeps spreadsheets from running what somebody called a thing.
func unformula(text string) string {
	if strings.HasPrefix(strings.TrimLeft(text, " "), "=") || text != "" && strings.ContainsAny(text[:1], "+-@\t\r") {
		return "'" + text
	}
	return text
}
