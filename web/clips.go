package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// clipPages are the pages about clips.
func (s *site) clipPages(r chi.Router) {
	r.Get("/assets/*", showAsset)
	r.Get("/clips/{slug}", s.signedIn(clips.RoleReader, s.showClip))
	r.Get("/clips/{slug}/made", s.signedIn(clips.RoleReader, s.teach))
	r.Get("/clips/{slug}/rows", s.signedIn(clips.RoleReader, s.clipRows))
	r.Get("/clips/{slug}/download/{format}", s.signedIn(clips.RoleReader, s.downloadClip))
	r.Get("/clips/{slug}/download/{format}/progress", s.signedIn(clips.RoleReader, s.downloadProgress))
	r.Post("/clips/{slug}/access", s.signedIn(clips.RoleAuthor, s.handOver))
	s.editPages(r)
	r.Post("/clips/{slug}/links", s.signedIn(clips.RoleAuthor, s.makeLink))
	r.Post("/clips/{slug}/links/{id}/rotate", s.signedIn(clips.RoleAuthor, s.rotateLink))
	r.Post("/clips/{slug}/links/{id}/revoke", s.signedIn(clips.RoleAuthor, s.revokeLink))
}

// clipsPage lists the clips that a person sees.
type clipsPage struct {
	Clips     []clipRow
	Workbooks []workbookRow
	All       int // before the search narrowed them
	Chosen    clipSearch
	Owners    []string
	Sources   []string
	Tags      []string
	MayMake   bool
	Wrong     string
}

type clipRow struct {
	clips.Clip
	Shared string // of the page that others read, when we know a link
	Ran    *moment
	Last   clips.Run
}

type workbookRow struct {
	clips.Workbook
	Address string // of the file; empty when we know no link to it
}

// clipSearch is what a reader looks for.
type clipSearch struct{ Words, Owner, Source, Tag string }

func (s *site) listClips(w http.ResponseWriter, r *http.Request, who clips.Person) {
	q := r.URL.Query()
	p := clipsPage{Chosen: clipSearch{q.Get("q"), q.Get("owner"), q.Get("source"), q.Get("tag")},
		MayMake: who.Role >= clips.RoleAuthor && s.has(http.MethodGet, "/clips/new")}
	status := http.StatusOK
	all, err := s.seenClips(r.Context(), who)
	runs := map[int64]clips.Run{}
	if err == nil {
		runs, err = s.Store.LastRuns(r.Context())
	}
	if err != nil {
		visitOf(r).err = err
		status, p.Wrong = http.StatusServiceUnavailable, clips.NoticeOf(err)
	}
	for _, c := range all {
		p.All++
		p.Owners, p.Sources = append(p.Owners, c.Owner), append(p.Sources, c.Revision.Source)
		p.Tags = append(p.Tags, c.Tags...)
		if p.Chosen.fits(c) {
			p.Clips = append(p.Clips, s.clipRow(c, runs[c.ID]))
		}
	}
	p.Owners, p.Sources, p.Tags = choices(p.Owners), choices(p.Sources), choices(p.Tags)
	p.Workbooks = s.workbookRows(r, who, p.Chosen)
	s.show(w, r, who, "clips.html", status, "Clips", p)
}

func (s *site) clipRow(c clips.Clip, last clips.Run) clipRow {
	return clipRow{Clip: c, Shared: s.Home[c.Slug], Last: last,
		Ran: s.moment(last.EndedAt, s.zone(c.Revision))}
}

// workbookRows are only shown to whoever searches for nothing, and sees all that is in them.
func (s *site) workbookRows(r *http.Request, who clips.Person, chosen clipSearch) (all []workbookRow) {
	if chosen != (clipSearch{}) {
		return nil
	}
	books, err := s.seenWorkbooks(r.Context(), who)
	if err != nil {
		visitOf(r).err = err
	}
	for _, w := range books {
		all = append(all, workbookRow{w, s.Home[w.Name]})
	}
	return all
}

// fits tells whether a clip is among those looked for. Every word has to be somewhere in it, its SQL included.
func (f clipSearch) fits(c clips.Clip) bool {
	text := strings.ToLower(strings.Join(append([]string{c.Slug, c.Title, c.Description, c.Owner, c.Revision.Source, c.Revision.SQL},
		c.Tags...), "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(f.Words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return (f.Owner == "" || f.Owner == c.Owner) && (f.Source == "" || f.Source == c.Revision.Source) &&
		(f.Tag == "" || slices.Contains(c.Tags, f.Tag))
}

// choices are the values there are to choose from, each once; none when there is no choice.
func choices(values []string) []string {
	slices.Sort(values)
	values = slices.Compact(slices.DeleteFunc(values, func(v string) bool { return v == "" }))
	if len(values) < 2 {
		return nil
	}
	return values
}
