package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// revisionsPage lists what a clip ran, the newest first.
type revisionsPage struct {
	Clip      clips.Clip
	Revisions []revisionRow
}

type revisionRow struct {
	clips.Revision
	At *moment
}

// revisionPage is one revision beside the one before it, or beside another that was asked for.
type revisionPage struct {
	Clip       clips.Clip
	Revision   revisionRow
	Against    int // 0: it is the first
	Diff       []diffLine
	Notes      []string // what else differs
	MayRestore bool
}

func (s *site) listRevisions(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, all, ok := s.revisions(w, r, who)
	if !ok {
		return
	}
	p := revisionsPage{Clip: clip}
	for _, rev := range all {
		p.Revisions = append(p.Revisions, revisionRow{rev, s.moment(rev.CreatedAt, s.zone(clip.Revision))})
	}
	s.show(w, r, who, "revisions.html", http.StatusOK, "Revisions of "+clip.Title, p)
}

// revisions finds the clip in the address, and what it ran.
func (s *site) revisions(w http.ResponseWriter, r *http.Request, who clips.Person) (clips.Clip, []clips.Revision, bool) {
	clip, ok := s.findClip(w, r, who)
	if !ok {
		return clip, nil, false
	}
	all, err := s.seenRevisions(r.Context(), who, clip)
	if err != nil {
		visitOf(r).err = err
		p := problemOf(err, visitOf(r).id)
		s.show(w, r, who, "gone.html", p.Status, p.Title, p)
	}
	return clip, all, err == nil
}

// revision finds the revision that an address names among those of its clip.
func (s *site) revision(w http.ResponseWriter, r *http.Request, who clips.Person) (clip clips.Clip, all []clips.Revision, at int, ok bool) {
	clip, all, ok = s.revisions(w, r, who)
	if !ok {
		return clip, all, 0, false
	}
	if at = numbered(all, chi.URLParam(r, "number")); at < 0 {
		s.show(w, r, who, "gone.html", http.StatusNotFound, "No such revision", problem{Title: "No such revision",
			Text: "the clip " + clip.Slug + " has no revision of this number that you may see"})
	}
	return clip, all, at, at >= 0
}

func numbered(all []clips.Revision, text string) int {
	number, _ := strconv.Atoi(text)
	return slices.IndexFunc(all, func(rev clips.Revision) bool { return rev.Number == number })
}

func (s *site) showRevision(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, all, at, ok := s.revision(w, r, who)
	if !ok {
		return
	}
	rev, against := all[at], clips.Revision{}
	if beside := numbered(all, r.URL.Query().Get("against")); beside >= 0 {
		against = all[beside]
	} else if at+1 < len(all) {
		against = all[at+1]
	}
	p := revisionPage{Clip: clip, Revision: revisionRow{rev, s.moment(rev.CreatedAt, s.zone(clip.Revision))}, Against: against.Number,
		Diff:       diff(against.SQL, rev.SQL),
		MayRestore: s.Desk != nil && who.Role >= clips.RoleAuthor && !clip.Declared && rev.Number != clip.Revision.Number}
	if against.Number != 0 {
		p.Notes = differences(against, rev)
	}
	s.show(w, r, who, "revision.html", http.StatusOK, fmt.Sprintf("Revision %d of %s", rev.Number, clip.Title), p)
}

// differences says what two revisions have apart from their SQL.
func differences(a, b clips.Revision) (all []string) {
	note := func(what, before, after string) {
		if before != after {
			all = append(all, fmt.Sprintf("%s: %s; before: %s.", what, cmp.Or(after, "none"), cmp.Or(before, "none")))
		}
	}
	note("Source", a.Source, b.Source)
	note("Time zone", a.TimeZone, b.TimeZone)
	note("Key", strings.Join(a.Key, ", "), strings.Join(b.Key, ", "))
	note("Parameters", paramsInWords(a.Params), paramsInWords(b.Params))
	return all
}

func paramsInWords(params []clips.Param) string {
	var all []string
	for _, p := range params {
		text := fmt.Sprintf(":%s, %s", p.Name, p.Type)
		if p.Default != nil {
			text += fmt.Sprintf(", usually %q", *p.Default)
		}
		if len(p.Choices) > 0 {
			text += ", one of " + strings.Join(p.Choices, ", ")
		}
		if p.Label != "" {
			text += fmt.Sprintf(", called %q", p.Label)
		}
		all = append(all, text)
	}
	return strings.Join(all, " and ")
}

// restoreRevision saves an old revision as a new one, over the one the page showed as current.
func (s *site) restoreRevision(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, all, at, ok := s.revision(w, r, who)
	if !ok {
		return
	}
	current, _ := strconv.Atoi(r.PostFormValue("current"))
	_, err := s.Store.ReviseClip(r.Context(), restored(clip, all[at], current, who), s.actor(r, who))
	if errors.Is(err, clips.ErrEdited) {
		err = badRequest("somebody else has changed the clip since: look at its revisions again, then restore.")
	}
	if err != nil {
		visitOf(r).err = err
		p := problemOf(err, visitOf(r).id)
		p.Title = "That did not work"
		s.show(w, r, who, "gone.html", p.Status, p.Title, p)
		return
	}
	http.Redirect(w, r, "/clips/"+clip.Slug, http.StatusSeeOther)
}

// restored is a clip that runs what an old revision of it ran, over the one that is current.
func restored(clip clips.Clip, old clips.Revision, current int, who clips.Person) clips.Clip {
	clip.Owner, clip.Visibility = "", "" // which are no part of a revision: as they are by now
	clip.Revision, clip.Revision.Number = old, current
	clip.Revision.Author, clip.Revision.Message = who.Email, fmt.Sprintf("revision %d restored", old.Number)
	return clip
}
