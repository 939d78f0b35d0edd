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

func (s *site) workbookOperations() []operation {
	return []operation{
		{method: "GET", path: "/workbooks", least: clips.RoleReader, do: s.apiWorkbooks, summary: "Workbooks, by name", answer: apiWorkbook{}, list: true},
		{method: "GET", path: "/workbooks/{name}/result.xlsx", least: clips.RoleReader, do: s.apiWorkbookResult, file: true,
			summary: "The workbook, exactly as at a link, all of its tables of one moment"},
	}
}

func (s *site) apiWorkbooks(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	all, err := s.seenWorkbooks(r.Context(), who)
	if err != nil {
		return nil, err
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
	book, err := s.seenWorkbook(r.Context(), who, chi.URLParam(r, "name"))
	if err != nil {
		return nil, err
	}
	return nil, s.serveWorkbook(w, r, &request{query: parseQuery(r.URL.RawQuery), book: book})
}
