package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Links are the links that open clips.
type Links interface {
	Links(ctx context.Context, name string) ([]clips.Link, error)
	CreateLink(ctx context.Context, l clips.Link, hash [32]byte, by clips.Act) (clips.Link, error)
	RotateLink(ctx context.Context, id int64, hash [32]byte, grace time.Duration, by clips.Act) (clips.Link, error)
	RevokeLink(ctx context.Context, id int64, by clips.Act) error
}

// sharing is what a clip's page says of its links.
type sharing struct {
	Links   []linkRow
	Ended   int64 // links that open nothing any more
	Formats []string
	Params  []clips.Param
	Wrong   string // why the last action was not done
	Done    string // what the last action came to
}

type linkRow struct {
	clips.Link
	Opens string // formats and fixed parameters, in words
	Made  *moment
	Used  *moment
	Ends  *moment
}

// showShared shows a clip's page after an action on its links. The token of a link made just now is on that page, this
// once, and in no address.
func (s *site) showShared(w http.ResponseWriter, r *http.Request, who clips.Person, clip clips.Clip, token clips.Token, done string, err error) {
	said := sharing{Done: done}
	if err != nil {
		visitOf(r).err = err
		said = sharing{Wrong: clips.NoticeOf(err)}
		token = ""
	}
	s.showClipPage(w, r, who, clip, token, said)
}

// sharing lists the links that open something, the last made first. Readers see none: who reads what is not theirs to
// know.
func (s *site) sharing(r *http.Request, who clips.Person, clip clips.Clip, said sharing) sharing {
	if who.Role < clips.RoleAuthor {
		return said
	}
	said.Formats = Formats()
	said.Params = clip.Revision.Params
	all, err := s.Store.Links(r.Context(), clip.Slug)
	if err != nil {
		visitOf(r).err, said.Wrong = err, clips.NoticeOf(err)
	}
	zone := s.zone(clip.Revision)
	for _, l := range slices.Backward(all) {
		if !l.Works(s.Now()) {
			said.Ended++
			continue
		}
		ends := l.ExpiresAt
		if !l.RevokedAt.IsZero() {
			ends = l.RevokedAt
		}
		said.Links = append(said.Links, linkRow{Link: l, Opens: l.Opens(), Made: s.moment(l.CreatedAt, zone),
			Used: s.moment(l.LastUsedAt, zone), Ends: s.moment(ends, zone)})
	}
	return said
}

// note tells the audit log of a change.
func (s *site) note(r *http.Request, who clips.Person, what, subject, before, after string) error {
	act := s.actor(r, who)
	act.What, act.Subject, act.Before, act.After = what, subject, before, after
	return s.Store.Note(r.Context(), act)
}

func (s *site) makeLink(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, ok := s.findClip(w, r, who)
	if !ok {
		return
	}
	link, err := s.readLink(r, clip)
	token := clips.NewToken()
	if err == nil {
		_, err = s.Store.CreateLink(r.Context(), link, token.Hash(), s.actor(r, who))
	}
	s.showShared(w, r, who, clip, token, "", err)
}

// readLink reads the form for a link. Values that are fixed are tried first: a link that can never open anything helps
// nobody.
func (s *site) readLink(r *http.Request, clip clips.Clip) (l clips.Link, err error) {
	if err := r.ParseForm(); err != nil {
		return l, badRequest("the form cannot be read: %v", err)
	}
	l = clips.Link{ClipID: clip.ID, ClipSlug: clip.Slug, Label: strings.TrimSpace(r.PostForm.Get("label")), Locked: map[string]string{}}
	for _, f := range r.PostForm["format"] {
		if !slices.Contains(Formats(), f) {
			return l, badRequest("there is no format %q: choose among %s.", f, strings.Join(Formats(), ", "))
		}
		l.Formats = append(l.Formats, f)
	}
	if len(l.Formats) == len(Formats()) {
		l.Formats = nil
	}
	for _, p := range clip.Revision.Params {
		if value := r.PostForm.Get("locked-" + p.Name); value != "" {
			l.Locked[p.Name] = value
		}
	}
	if err := fits(clip.Revision, l.Locked, s.Now(), s.zone(clip.Revision)); err != nil {
		return l, err
	}
	l.ExpiresAt, err = s.readExpiry(r.PostForm.Get("expires"), s.zone(clip.Revision))
	return l, err
}

// fits tries the fixed values alone: parameters without a default are the reader's to give.
func fits(rev clips.Revision, locked map[string]string, now time.Time, zone *time.Location) error {
	rev.Params = slices.DeleteFunc(slices.Clone(rev.Params), func(p clips.Param) bool { return locked[p.Name] == "" })
	rev.SQL = "select 1"
	_, err := clips.Bind(rev, locked, now, zone)
	return err
}

// readExpiry reads the last day on which a link is to work.
func (s *site) readExpiry(day string, zone *time.Location) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return at, badRequest("%q is no day: write one like 2027-01-31, or leave it empty.", day)
	}
	if at = at.AddDate(0, 0, 1); !at.After(s.Now()) {
		return at, badRequest("%s has passed already: choose a later day.", day)
	}
	return at, nil
}

// graces are how long the old address may go on, in the words of the form.
var graces = map[string]time.Duration{"now": 0, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}

func (s *site) rotateLink(w http.ResponseWriter, r *http.Request, who clips.Person) {
	token := clips.NewToken()
	s.onLink(w, r, who, token, "", func(l clips.Link) error {
		grace, ok := graces[r.PostFormValue("grace")]
		if !ok {
			return badRequest("say how long the old address goes on.")
		}
		_, err := s.Store.RotateLink(r.Context(), l.ID, token.Hash(), grace, s.actor(r, who))
		return err
	})
}

func (s *site) revokeLink(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.onLink(w, r, who, "", "The link opens nothing any more.", func(l clips.Link) error {
		return s.Store.RevokeLink(r.Context(), l.ID, s.actor(r, who))
	})
}

// onLink does something with a link of the clip in the address. A link of another clip is not there: who may see one
// clip may not end the links of all.
func (s *site) onLink(w http.ResponseWriter, r *http.Request, who clips.Person, token clips.Token, done string,
	act func(clips.Link) error) {
	clip, ok := s.findClip(w, r, who)
	if !ok {
		return
	}
	id, _ := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	all, err := s.Store.Links(r.Context(), clip.Slug)
	at := slices.IndexFunc(all, func(l clips.Link) bool { return l.ID == id })
	switch {
	case err == nil && at < 0:
		err = badRequest("there is no such link to this clip.")
	case err == nil:
		err = act(all[at])
	}
	if errors.Is(err, clips.ErrNotFound) {
		err = badRequest("the link is gone already.")
	}
	s.showShared(w, r, who, clip, token, done, err)
}
