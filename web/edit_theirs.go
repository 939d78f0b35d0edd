package web

import (
	"cmp"
	"net/http"
	"strings"

	"clipsheet/clips"
)

// showTheirs shows what somebody else saved beside the draft, which nothing is lost of. From then on the draft is one
// over theirs.
func (s *site) showTheirs(w http.ResponseWriter, r *http.Request, who clips.Person, p *editPage) {
	theirs, ok := s.findClip(w, r, who)
	if !ok {
		return
	}
	p.Theirs, p.Diff = &theirs, diff(theirs.Revision.SQL, p.Draft.Clip.Revision.SQL)
	p.Others = unlike(theirs, p.Draft.Clip)
	p.Draft.Clip.Revision.Number = theirs.Revision.Number
	s.showEditor(w, r, who, p, nil)
}

// unlikeness is a field of the editor in which two drafts differ.
type unlikeness struct{ Field, Theirs, Yours string }

// unlike lists where two clips differ beside their SQL.
func unlike(theirs, yours clips.Clip) (all []unlikeness) {
	add := func(field, a, b string) {
		if a != b {
			all = append(all, unlikeness{field, a, b})
		}
	}
	a, b := theirs.Revision, yours.Revision
	add("Title", theirs.Title, yours.Title)
	add("What is in it", theirs.Description, yours.Description)
	add("Source", a.Source, b.Source)
	add("Tags", strings.Join(theirs.Tags, ", "), strings.Join(yours.Tags, ", "))
	add("A result is young enough for", a.MaxAge.String(), b.MaxAge.String())
	add("A follower may be behind", a.MaxLag.String(), b.MaxLag.String())
	add("When none is near enough", string(cmp.Or(a.OnLag, clips.LagStale)), string(cmp.Or(b.OnLag, clips.LagStale)))
	add("Time zone", a.TimeZone, b.TimeZone)
	add("Columns that tell rows apart", strings.Join(a.Key, ", "), strings.Join(b.Key, ", "))
	add("Parameters", paramsInWords(a.Params), paramsInWords(b.Params))
	return all
}
