package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// apiWorkbook is a workbook as programs see it.
type apiWorkbook struct {
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Owner       string   `json:"owner"`
	Clips       []string `json:"clips"`
}

func (s *site) apiWorkbooks(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	in, err := s.seenNames(r, who)
	if err != nil {
		return nil, err
	}
	var all []clips.Workbook
	if s.Workbooks != nil {
		for _, w := range s.Workbooks.List() {
			if in[w.Name] {
				all = append(all, w)
			}
		}
	}
	return pageOf(r, all, func(w clips.Workbook) string { return w.Name }, func(w clips.Workbook) apiWorkbook {
		body := apiWorkbook{Name: w.Name, Title: w.Title, Description: w.Description, Owner: w.Owner, Clips: []string{}}
		for _, c := range w.Clips {
			body.Clips = append(body.Clips, c.Slug)
		}
		return body
	})
}

func (s *site) apiWorkbookResult(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	in, err := s.seenNames(r, who)
	name := chi.URLParam(r, "name")
	switch {
	case err != nil:
		return nil, err
	case s.Workbooks == nil || !in[name]:
		return nil, errNothing
	}
	req := &request{query: parseQuery(r.URL.RawQuery)}
	if req.book, err = s.Workbooks.Find(r.Context(), name); err != nil {
		return nil, err
	}
	return nil, s.serveWorkbook(w, r, req)
}
