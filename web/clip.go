package web

import (
	"bytes"
	"cmp"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// clipPage is a clip for people who need no SQL to read it.
type clipPage struct {
	Clip      clips.Clip
	Answer    clips.Answer
	Wrong     *problem  // why there is no result
	AsOf      time.Time // in the clip's time zone
	Behind    string
	Zone      string
	Params    []pageParam
	Kept      []pageOption
	First     int64 // the first row in the table, from 1; 0 when there is none
	Last      int64
	Previous  string
	Next      string
	Table     template.HTML
	Rows      string // where a script finds the rows
	Columns   []gridColumn
	Downloads []download
	Uses      uses
	Sharing   sharing
	MayWrite  bool
	MayEdit   bool // the clip is one of the application, and this server has an editor
	MayCopy   bool
	MayHand   bool     // to somebody else
	Visible   []choice // who may see it
	NoSignIn  bool
}

// gridColumn is what a script needs to know of a column.
type gridColumn struct {
	Name   string `json:"name"` // its heading
	Type   string `json:"type"`
	Hidden bool   `json:"hidden,omitempty"`
	Text   bool   `json:"text,omitempty"`  // it is shown as text, whatever its type
	Named  bool   `json:"named,omitempty"` // it says which row it is: a number there counts nothing
}

func (s *site) showClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if clip, ok := s.findClip(w, r, who); ok {
		s.showClipPage(w, r, who, clip, "", sharing{})
	}
}

// findClip finds the clip that an address names, if the person sees it; otherwise it answers, and ok is false.
func (s *site) findClip(w http.ResponseWriter, r *http.Request, who clips.Person) (clip clips.Clip, ok bool) {
	clip, err := s.seenClip(r.Context(), who, chi.URLParam(r, "slug"))
	switch {
	case errors.Is(err, clips.ErrNotFound):
		s.show(w, r, who, "gone.html", http.StatusNotFound, "No such clip", problem{Title: "No such clip",
			Text: "There is no clip of this name in use, or it is not for you to see."})
		return clip, false
	case err != nil:
		visitOf(r).err = err
		p := problemOf(err, visitOf(r).id)
		s.show(w, r, who, "gone.html", p.Status, p.Title, p)
		return clip, false
	}
	return clip, true
}

// showClipPage shows a clip with its result. token is that of a link made just now, "" is none; said is what came of an
// action on its links.
func (s *site) showClipPage(w http.ResponseWriter, r *http.Request, who clips.Person, clip clips.Clip, token clips.Token, said sharing) {
	req := &request{query: parseQuery(r.URL.RawQuery), clip: clip, format: format{name: "html"}, zone: s.zone(clip.Revision)}
	p := clipPage{Clip: clip, Zone: req.zone.String(), MayWrite: who.Role >= clips.RoleAuthor}
	p.MayCopy = p.MayWrite && s.Desk != nil
	p.MayEdit = p.MayCopy && !clip.Declared
	p.MayHand, p.Visible, p.NoSignIn = who.MayHandOver(clip) && !clip.Declared, visibilityChoices(), s.SignIn == nil
	status := http.StatusOK
	if err := s.fillClipPage(r, req, &p); err != nil {
		visitOf(r).err = err
		wrong := problemOf(err, visitOf(r).id)
		p.Wrong, status = &wrong, wrong.Status
	}
	p.Params = formParams(req)
	p.Downloads = s.downloads(req)
	p.Uses = s.uses(r, req, who, token, p.Answer.Info)
	p.Sharing = s.sharing(r, who, clip, said)
	switch {
	case said.Wrong != "":
		status = statusOfChange(visitOf(r).err)
	case r.Method == http.MethodPost:
		status = http.StatusOK // the action was done, whatever the result says
	}
	s.show(w, r, who, "clip.html", status, clip.Title, p)
}

// shownRows are on a clip's page before its script has them all; without scripts they are a page. More than a screen or
// two would only be laid out to be thrown away.
const shownRows = 100

// fillClipPage binds, runs and renders.
func (s *site) fillClipPage(r *http.Request, req *request, p *clipPage) error {
	if err := s.bind(req); err != nil {
		return err
	}
	if req.options.limit < 0 {
		req.options.limit = shownRows
	}
	answer, err := s.answer(r, req)
	if err != nil {
		return err
	}
	table, err := s.table(r, req, answer.Info)
	if clips.KindOf(err) == clips.KindCorrupt { // the cache has let go of it, so ask once more
		if answer, err = s.answer(r, req); err == nil {
			table, err = s.table(r, req, answer.Info)
		}
	}
	if err != nil {
		return err
	}
	h := answer.Info.Header
	p.Answer, p.AsOf, p.Behind, p.Table = answer, h.AsOf.In(req.zone), behind(h.Lag), table
	for _, c := range h.Columns {
		look := s.Formats(req.clip.Slug)[c.Name]
		p.Columns = append(p.Columns, gridColumn{strings.ToValidUTF8(cmp.Or(look.Label, c.Name), "\ufffd"), c.Type.String(), look.Hidden, look.Format == "text",
			slices.Contains(req.clip.Revision.Key, c.Name)})
	}
	v := req.settings()
	v.Set("_digest", answer.Info.Digest)
	p.Rows = withQuery("/clips/"+req.clip.Slug+"/rows", v)
	around := tablePage{}
	around.turn(req, answer.Info.Rows)
	p.First, p.Last, p.Previous, p.Next = around.First, around.Last, onlyQuery(around.Previous), onlyQuery(around.Next)
	return nil
}

// onlyQuery leads to the page itself with other settings.
func onlyQuery(address string) string {
	if _, query, found := strings.Cut(address, "?"); found {
		return "?" + query
	}
	return ""
}

// table renders the rows that the page shows.
func (s *site) table(r *http.Request, req *request, info clips.SnapshotInfo) (template.HTML, error) {
	formats := s.Formats(req.clip.Slug)
	body := feedBody{variant: req.options.variant(req.format) + markOf(formats), coding: identity,
		encode: func(w io.Writer, r clips.Rows) error { return writeTable(w, r, formats) }}
	file, err := s.render(r, req, info, body)
	if err != nil {
		return "", err
	}
	defer file.Close()
	var text bytes.Buffer
	_, err = io.Copy(&text, file)
	return template.HTML(text.String()), err // writeTable escapes
}

// formParams are the parameters as the form shows them; when one is wrong, as they were given.
func formParams(req *request) []pageParam {
	if len(req.bound.Params) > 0 {
		return pageParams(req)
	}
	var all []pageParam
	for _, p := range req.clip.Revision.Params {
		value := req.given[p.Name]
		if value == "" && p.Default != nil {
			value = *p.Default
		}
		label := p.Label
		if label == "" {
			label = p.Name
		}
		all = append(all, pageParam{BoundParam: clips.BoundParam{Param: p, Value: value}, Label: label, Given: value})
	}
	return all
}

// downloads lists the forms in which the table can be taken along, with the settings the reader chose.
func (s *site) downloads(req *request) []download {
	var all []download
	for _, f := range formats {
		if !f.page() {
			address := "/clips/" + req.clip.Slug + "/download/" + f.name
			all = append(all, download{strings.ToUpper(f.name), withQuery(address, req.settings()), f.use, withQuery(address+"/progress", req.settings())})
		}
	}
	return all
}
