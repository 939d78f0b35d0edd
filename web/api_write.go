package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// apiDraft is what a program says of a clip that it makes or changes.
type apiDraft struct {
	Slug        string        `json:"slug,omitempty"` // of a new one
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Owner       string        `json:"owner"`                // empty, and so is visibility: as it is
	Visibility  string        `json:"visibility,omitempty"` // who sees it beside its owner: everyone, authors, admins or owner
	Tags        []string      `json:"tags"`
	Source      string        `json:"source"`
	SQL         string        `json:"sql"`
	Params      []clips.Param `json:"params"`
	TimeZone    string        `json:"timezone"`
	MaxAge      *float64      `json:"max_age_seconds,omitempty"`
	MaxLag      *float64      `json:"max_lag_seconds,omitempty"` // 0, or nothing: the source's
	OnLag       string        `json:"on_lag,omitempty"`          // what readers get while no follower is near enough: stale or fail
	Key         []string      `json:"key"`
	Message     string        `json:"message"` // what was changed, for people
}

// draft checks what was said as the editor does, and tries the SQL.
func (s *site) apiDraft(r *http.Request, who clips.Person, slug string, revision int) (d draft, err error) {
	var said apiDraft
	if err := readJSON(r, &said); err != nil {
		return d, err
	}
	if slug == "" {
		slug = said.Slug
	} else if said.Slug != "" && said.Slug != slug {
		return d, badRequest("A clip keeps its slug, since its links have it: leave slug out.")
	}
	d.Clip = clips.Clip{Slug: slug, Title: said.Title, Description: said.Description, Owner: said.Owner, Tags: said.Tags,
		Revision: clips.Revision{Number: revision, Source: said.Source, SQL: said.SQL, Params: said.Params, TimeZone: said.TimeZone,
			Key: said.Key, OnLag: clips.OnLag(said.OnLag), Author: who.Email, Message: said.Message}}
	if said.Visibility != "" {
		if d.Clip.Visibility, err = clips.ParseVisibility(said.Visibility); err != nil {
			return d, err
		}
	}
	d.MaxAge, d.MaxLag = inSeconds(said.MaxAge), inSeconds(said.MaxLag)
	for _, p := range said.Params {
		shown := draftParam{Name: p.Name, Type: string(p.Type), Label: p.Label, Choices: strings.Join(p.Choices, ", ")}
		if p.Default != nil {
			shown.Default = *p.Default
		}
		d.Params = append(d.Params, shown)
	}
	if err := s.checkDraft(&d, who); err != nil {
		return d, err
	}
	if err := d.complete(); err != nil {
		return d, err
	}
	_, err = s.try(r.Context(), d, 0, &progress{})
	return d, authors(err)
}

// inSeconds is a length of time as the editor has it.
func inSeconds(said *float64) string {
	if said == nil {
		return ""
	}
	return strconv.FormatFloat(*said, 'f', -1, 64) + "s"
}

// authors is an error of SQL that was sent: what is wrong with it is the author's to change.
func authors(err error) error {
	switch kind := clips.KindOf(err); kind {
	case clips.KindSQL, clips.KindWrite, clips.KindPermission:
		return apiError{http.StatusBadRequest, string(kind), clips.NoticeOf(err)}
	}
	return err
}

func (s *site) apiCreateClip(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	d, err := s.apiDraft(r, who, "", 0)
	if err != nil {
		return nil, err
	}
	d.Clip.Owner = cmp.Or(d.Clip.Owner, who.Email)
	if err := s.checkAccess(r.Context(), who, clips.Clip{}, d.Clip.Owner, d.Clip.Visibility); err != nil {
		return nil, err
	}
	if err := s.Store.CreateClip(r.Context(), d.Clip, s.actor(r, who)); err != nil {
		return nil, err
	}
	return s.apiShow(w, r, who, d.Clip.Slug)
}

// apiReviseClip makes the next revision of the one that If-Match names.
func (s *site) apiReviseClip(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	number, err := readMark(r)
	if err != nil {
		return nil, err
	}
	d, err := s.apiDraft(r, who, clip.Slug, number)
	if err == nil {
		err = s.checkAccess(r.Context(), who, clip, d.Clip.Owner, d.Clip.Visibility)
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.Store.ReviseClip(r.Context(), d.Clip, s.actor(r, who)); err != nil {
		return nil, err
	}
	return s.apiShow(w, r, who, clip.Slug)
}

func (s *site) apiShow(w http.ResponseWriter, r *http.Request, who clips.Person, slug string) (any, error) {
	clip, err := s.seenClip(r.Context(), who, slug)
	if err != nil {
		return nil, err
	}
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(clip.Revision.Number)))
	return clipBody(clip), nil
}

func (s *site) apiRetireClip(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	clip, err := s.apiFind(r, who)
	if err != nil {
		return nil, err
	}
	if err := s.Store.RetireClip(r.Context(), clip.Slug, s.actor(r, who)); err != nil {
		return nil, err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil, nil
}
