package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// The search finds whatever somebody may see, from anywhere: at /search for people, at /search.json for the dialog that
// Ctrl-K opens. Both give the same, in the same order.

func (s *site) searchPages(r chi.Router) {
	r.Get("/search", s.signedIn(clips.RoleReader, s.showSearch))
	r.Get("/search.json", s.signedIn(clips.RoleReader, s.searchJSON))
}

// found is something that a search leads to.
type found struct {
	Kind    string `json:"kind"` // "Clip", "Sync", … for people
	Name    string `json:"name"`
	About   string `json:"about,omitempty"`
	Address string `json:"address"`
}

const (
	mostInDialog = 20
	mostOnPage   = 100
	mostRecent   = 8
)

// searchPage is what was found, the best first.
type searchPage struct {
	Query  string
	Items  []found
	More   int  // that are not shown
	Recent bool // nobody looked for anything: what was in use last, and what there is to do
}

// Count is how many were found in all.
func (p searchPage) Count() int64 { return int64(len(p.Items) + p.More) }

// Rest is how many of them are not shown.
func (p searchPage) Rest() int64 { return int64(p.More) }

func (s *site) showSearch(w http.ResponseWriter, r *http.Request, who clips.Person) {
	p, err := s.search(r, who, mostOnPage)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	s.show(w, r, who, "search.html", http.StatusOK, cmp.Or(p.Query, "Search"), p)
}

func (s *site) searchJSON(w http.ResponseWriter, r *http.Request, who clips.Person) {
	p, err := s.search(r, who, mostInDialog)
	if err != nil {
		s.apiFail(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, struct {
		Items  []found `json:"items"`
		More   int     `json:"more"`
		Recent bool    `json:"recent"`
	}{asList(p.Items), p.More, p.Recent})
}

// search looks for ?q= among all that somebody may see. Without it, it gives the addresses of ?recent= that are still
// theirs to see, or what ran last; a browser remembers addresses alone, so that it keeps no names for the next person.
func (s *site) search(r *http.Request, who clips.Person, most int) (searchPage, error) {
	p := searchPage{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	all, err := s.findable(r, who)
	if err != nil {
		return p, err
	}
	if p.Query == "" {
		p.Recent = true
		p.Items, err = s.recent(r, all)
		return p, err
	}
	runs, err := s.foundRuns(r.Context(), who, p.Query)
	if err != nil {
		return p, err
	}
	p.Items = append(runs, ranked(all, p.Query)...)
	p.More = max(0, len(p.Items)-most)
	p.Items = p.Items[:len(p.Items)-p.More]
	return p, nil
}

// recent are the things that the browser was at last, then everything there is to do.
func (s *site) recent(r *http.Request, all []findable) ([]found, error) {
	var items, todo []found
	byAddress := map[string]found{}
	for _, f := range all {
		byAddress[f.Address] = f.found
		if f.Kind == kindAction {
			todo = append(todo, f.found)
		}
	}
	for _, address := range r.URL.Query()["recent"] {
		if f, ok := byAddress[address]; ok && f.Kind != kindAction && len(items) < mostRecent {
			items = append(items, f)
			delete(byAddress, address)
		}
	}
	if len(items) > 0 {
		return append(items, todo...), nil
	}
	last, err := s.Store.LastRuns(r.Context())
	ran := slices.DeleteFunc(slices.Clone(all), func(f findable) bool { return f.Kind != kindClip || last[f.id].ID == 0 })
	slices.SortFunc(ran, func(a, b findable) int { return last[b.id].StartedAt.Compare(last[a.id].StartedAt) })
	for _, f := range ran[:min(len(ran), mostRecent)] {
		items = append(items, f.found)
	}
	return append(items, todo...), err
}
