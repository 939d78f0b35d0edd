package web

import "github.com/go-chi/chi/v5"

// peoplePages are the pages about who may do what.
func (s *site) peoplePages(chi.Router) {}
