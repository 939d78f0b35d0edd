package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

func (s *site) apiRevisions(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	all, err := s.seenRevisions(r.Context(), who, clip)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(r clips.Revision) string { return strconv.Itoa(r.Number) }, revisionBody)
}

// apiFindRevision finds the revision that an address names, and its clip, if the caller sees that.
func (s *site) apiFindRevision(r *http.Request, who clips.Person) (clip clips.Clip, rev clips.Revision, err error) {
	if clip, err = s.apiFind(r, who); err != nil {
		return clip, rev, err
	}
	all, err := s.seenRevisions(r.Context(), who, clip)
	if err != nil {
		return clip, rev, err
	}
	at := numbered(all, chi.URLParam(r, "number"))
	if at < 0 {
		return clip, rev, clips.ErrNotFound
	}
	return clip, all[at], nil
}

func (s *site) apiRevision(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	_, rev, err := s.apiFindRevision(r, who)
	if err != nil {
		return nil, err
	}
	return revisionBody(rev), nil
}

// readMark is what If-Match names: the number of the revision, or edition, that the caller read.
func readMark(r *http.Request) (int, error) {
	number, err := strconv.Atoi(strings.Trim(r.Header.Get("If-Match"), `"`))
	if err != nil {
		return 0, errNoMatch
	}
	return number, nil
}

func (s *site) apiRestoreRevision(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, rev, err := s.apiFindRevision(r, who)
	if err != nil {
		return nil, err
	}
	current, err := readMark(r)
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.ReviseClip(r.Context(), restored(clip, rev, current, who), s.actor(r, who)); err != nil {
		return nil, err
	}
	return s.apiShow(w, r, who, clip.Slug)
}

// copyOf is what a program says of a copy. What it leaves out is as the original has it.
type copyOf struct {
	Slug  string `json:"slug"`
	Title string `json:"title,omitempty"`
}

// apiCopyClip makes a clip that runs the same, and belongs to whoever asks.
func (s *site) apiCopyClip(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	var said copyOf
	if err := readJSON(r, &said); err != nil {
		return nil, err
	}
	d := draftOf(clip)
	d.Clip.Slug, d.Clip.Title, d.Clip.Owner, d.Clip.Declared = said.Slug, cmp.Or(said.Title, clip.Title), who.Email, false
	d.Clip.Revision.Number, d.Clip.Revision.Author = 0, who.Email
	d.Clip.Revision.Message = fmt.Sprintf("copied from %s, revision %d", clip.Slug, clip.Revision.Number)
	if err := d.complete(); err != nil {
		return nil, err
	}
	if err := s.checkAccess(r.Context(), who, clips.Clip{}, d.Clip.Owner, d.Clip.Visibility); err != nil {
		return nil, err
	}
	if err := s.Store.CreateClip(r.Context(), d.Clip, s.actor(r, who)); err != nil {
		return nil, err
	}
	return s.apiShow(w, r, who, d.Clip.Slug)
}
