package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// apiLink is a link as programs see it. Addresses are there when it was made just now: the token is kept nowhere.
type apiLink struct {
	ID         int64             `json:"id"`
	Clip       string            `json:"clip,omitempty"`
	Workbook   string            `json:"workbook,omitempty"`
	Label      string            `json:"label"`
	Formats    []string          `json:"formats"` // empty allows all
	Locked     map[string]string `json:"params,omitempty"`
	CreatedAt  time.Time         `json:"created_at"`
	ExpiresAt  *time.Time        `json:"expires_at"`
	RevokedAt  *time.Time        `json:"revoked_at"`
	LastUsedAt *time.Time        `json:"last_used_at"`
	LastUsedBy string            `json:"last_used_by,omitempty"`
	RotatedTo  int64             `json:"rotated_to,omitempty"`
	Addresses  map[string]string `json:"addresses,omitempty"`
}

func linkBody(l clips.Link) apiLink {
	return apiLink{ID: l.ID, Clip: l.ClipSlug, Workbook: l.Workbook, Label: l.Label, Formats: asList(l.Formats), Locked: l.Locked,
		CreatedAt: l.CreatedAt.UTC(), ExpiresAt: momentOrNull(l.ExpiresAt), RevokedAt: momentOrNull(l.RevokedAt),
		LastUsedAt: momentOrNull(l.LastUsedAt), LastUsedBy: l.LastUsedBy, RotatedTo: l.RotatedTo}
}

func (s *site) linkOperations() []operation {
	const author = clips.RoleAuthor
	return []operation{
		{method: "GET", path: "/links", least: author, do: s.apiLinks, summary: "Links, by what they open", query: []string{"clip"}, answer: apiLink{}, list: true},
		{method: "POST", path: "/links", least: author, do: s.apiCreateLink, summary: "Make a link. Its addresses are shown this once", body: newLink{}, answer: apiLink{}},
		{method: "POST", path: "/links/{id}/rotate", least: author, do: s.apiRotateLink, summary: "Replace a link; the old one goes on for a grace", body: rotation{}, answer: apiLink{}},
		{method: "DELETE", path: "/links/{id}", least: author, do: s.apiRevokeLink, summary: "Revoke a link"},
	}
}

// newLink is what a program says of a link to be made.
type newLink struct {
	Clip     string            `json:"clip"`
	Workbook string            `json:"workbook"`
	Label    string            `json:"label"`
	Formats  []string          `json:"formats"`
	Params   map[string]string `json:"params"`
	Expires  time.Time         `json:"expires_at"`
}

// apiLinks lists the links to what the caller may see; ?clip= those to one clip, or workbook.
func (s *site) apiLinks(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	all, err := s.seenLinks(r, who, r.URL.Query().Get("clip"))
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(l clips.Link) string { return strconv.FormatInt(l.ID, 10) }, linkBody)
}

func (s *site) seenLinks(r *http.Request, who clips.Person, name string) (seen []clips.Link, err error) {
	all, err := s.Store.Links(r.Context(), name)
	if err != nil {
		return nil, err
	}
	in, err := s.seenNames(r, who)
	for _, l := range all {
		if in[l.Name()] {
			seen = append(seen, l)
		}
	}
	return seen, err
}

// seenNames are the clips and workbooks that the caller sees.
func (s *site) seenNames(r *http.Request, who clips.Person) (map[string]bool, error) {
	all, err := s.seenClips(r.Context(), who)
	if err != nil {
		return nil, err
	}
	books, err := s.seenWorkbooks(r.Context(), who)
	in := map[string]bool{}
	for _, c := range all {
		in[c.Slug] = true
	}
	for _, w := range books {
		in[w.Name] = true
	}
	return in, err
}

// apiCreateLink makes a link. The answer has its addresses, this once.
func (s *site) apiCreateLink(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	var said newLink
	if err := readJSON(r, &said); err != nil {
		return nil, err
	}
	l, err := s.linkOf(r, who, said)
	if err != nil {
		return nil, err
	}
	token := clips.NewToken()
	if l, err = s.Store.CreateLink(r.Context(), l, token.Hash(), s.actor(r, who)); err != nil {
		return nil, err
	}
	return s.shownOnce(l, token), nil
}

// linkOf checks what was said against what there is.
func (s *site) linkOf(r *http.Request, who clips.Person, said newLink) (clips.Link, error) {
	l := clips.Link{Workbook: said.Workbook, Label: said.Label, Formats: said.Formats, Locked: said.Params, ExpiresAt: said.Expires}
	if (said.Clip == "") == (said.Workbook == "") {
		return l, badRequest("A link opens a clip or a workbook: say one of the two.")
	}
	if !said.Expires.IsZero() && !said.Expires.After(s.Now()) {
		return l, badRequest("expires_at is in the past.")
	}
	for _, f := range said.Formats {
		if !slices.Contains(Formats(), f) {
			return l, badRequest("There is no format %q: the formats are %q.", f, Formats())
		}
	}
	if said.Workbook != "" {
		book, err := s.seenWorkbook(r.Context(), who, said.Workbook)
		if err != nil {
			return l, err
		}
		return l, s.fitsWorkbook(book, said)
	}
	clip, err := s.seenClip(r.Context(), who, said.Clip)
	if err != nil {
		return l, err
	}
	l.ClipID, l.ClipSlug = clip.ID, clip.Slug
	if err := knows(clip.Revision.Params, said.Params); err != nil {
		return l, err
	}
	return l, fits(clip.Revision, said.Params, s.Now(), s.zone(clip.Revision))
}

// fitsWorkbook refuses what the link of a workbook cannot have.
func (s *site) fitsWorkbook(book clips.Workbook, said newLink) error {
	for _, f := range said.Formats {
		if f != "xlsx" {
			return badRequest("A workbook is an xlsx file, not %s.", f)
		}
	}
	if err := knows(book.Params(), said.Params); err != nil {
		return err
	}
	for _, c := range book.Clips {
		if err := fits(c.Revision, said.Params, s.Now(), s.zone(c.Revision)); err != nil {
			return err
		}
	}
	return nil
}

// knows refuses values for parameters that are not there.
func knows(params []clips.Param, given map[string]string) error {
	for name := range given {
		if !slices.ContainsFunc(params, func(p clips.Param) bool { return p.Name == name }) {
			return badRequest("There is no parameter %q.", name)
		}
	}
	return nil
}

// shownOnce answers with a link and its addresses.
func (s *site) shownOnce(l clips.Link, token clips.Token) any {
	body := linkBody(l)
	body.Addresses = map[string]string{}
	for _, format := range Formats() {
		if l.Allows(format) && (l.Workbook == "" || format == "xlsx") {
			body.Addresses[format] = s.BaseURL + "/d/" + token.Reveal() + "/" + l.Name() + "." + format
		}
	}
	return body
}

// rotation is what a program says of a link, or key, to be replaced.
type rotation struct {
	Grace float64 `json:"grace_seconds"` // how long the old one goes on
}

func (s *site) apiRotateLink(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	l, err := s.apiFindLink(r, who)
	if err != nil {
		return nil, err
	}
	grace, err := graceOf(r)
	if err != nil {
		return nil, err
	}
	token := clips.NewToken()
	newer, err := s.Store.RotateLink(r.Context(), l.ID, token.Hash(), grace, s.actor(r, who))
	if err != nil {
		return nil, err
	}
	return s.shownOnce(newer, token), nil
}

// graceOf reads how long the old one is to go on: not at all, when nothing is said.
func graceOf(r *http.Request) (time.Duration, error) {
	var said rotation
	if r.ContentLength != 0 {
		if err := readJSON(r, &said); err != nil {
			return 0, err
		}
	}
	if said.Grace < 0 || said.Grace > (90*24*time.Hour).Seconds() {
		return 0, badRequest("grace_seconds is %v: it counts from 0 to 90 days.", said.Grace)
	}
	return time.Duration(said.Grace * float64(time.Second)), nil
}

func (s *site) apiRevokeLink(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	l, err := s.apiFindLink(r, who)
	if err != nil {
		return nil, err
	}
	if err := s.Store.RevokeLink(r.Context(), l.ID, s.actor(r, who)); err != nil {
		return nil, err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil, nil
}

// apiFindLink finds the link that an address names, if the caller may see what it opens.
func (s *site) apiFindLink(r *http.Request, who clips.Person) (clips.Link, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return clips.Link{}, errNothing
	}
	all, err := s.seenLinks(r, who, "")
	if err != nil {
		return clips.Link{}, err
	}
	for _, l := range all {
		if l.ID == id {
			return l, nil
		}
	}
	return clips.Link{}, clips.ErrNotFound
}
