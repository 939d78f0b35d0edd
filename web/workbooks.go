package web

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// workbooksPage lists the workbooks, each with its clips.
type workbooksPage struct {
	Workbooks []workbookParts
	MayShare  bool
}

type workbookParts struct {
	clips.Workbook
	Address string // of the file at a link; empty when we know none
}

// Label is what people call a workbook.
func (b workbookParts) Label() string { return cmp.Or(b.Title, b.Name) }

func (s *site) workbookPages(r chi.Router) {
	r.Get("/workbooks", s.signedIn(clips.RoleReader, s.listWorkbooks))
	r.Get("/workbooks/{name}/result.xlsx", s.signedIn(clips.RoleReader, s.downloadWorkbook))
}

// listWorkbooks shows the workbooks all of whose clips a person sees.
func (s *site) listWorkbooks(w http.ResponseWriter, r *http.Request, who clips.Person) {
	p := workbooksPage{MayShare: who.Role >= clips.RoleAuthor}
	all, err := s.seenWorkbooks(r.Context(), who)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	for _, book := range all {
		p.Workbooks = append(p.Workbooks, workbookParts{book, s.Home[book.Name]})
	}
	s.show(w, r, who, "workbooks.html", http.StatusOK, "Workbooks", p)
}

// downloadWorkbook sends the file that a link would.
func (s *site) downloadWorkbook(w http.ResponseWriter, r *http.Request, who clips.Person) {
	book, err := s.seenWorkbook(r.Context(), who, chi.URLParam(r, "name"))
	if errors.Is(err, clips.ErrNotFound) {
		s.show(w, r, who, "nothing.html", http.StatusNotFound, "No such workbook", nothingPage{
			Title: "No such workbook", Text: "There is no workbook of this name, or it has something in it that you may not see.", Address: "/workbooks", Label: "All workbooks"})
		return
	}
	if err == nil {
		err = s.serveWorkbook(w, r, &request{query: parseQuery(r.URL.RawQuery), book: book})
	}
	if err != nil {
		s.failed(w, r, who, err)
	}
}
