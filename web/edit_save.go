package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"clipsheet/clips"
)

// What the buttons of the editor say.
const (
	doRun     = "run"
	doExplain = "explain"
	doSave    = "save"
	doConfirm = "confirm" // save, though columns that somebody uses change
)

func (s *site) saveNewClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	d, err := s.readDraft(w, r, who)
	p := &editPage{Draft: d}
	if err != nil || isTry(r) {
		s.showTried(w, r, who, p, err)
		return
	}
	allowWaiting(w)
	d.Clip.Slug = cmp.Or(d.Clip.Slug, slugOf(d.Clip.Title))
	d.Clip.Revision.Message = cmp.Or(d.Clip.Revision.Message, "made")
	p.Draft = d
	if err = d.complete(); err == nil {
		err = s.checkAccess(r.Context(), who, clips.Clip{}, d.Clip.Owner, d.Clip.Visibility)
	}
	if err == nil {
		if _, err = s.try(r.Context(), d, 0, &progress{}); err == nil {
			err = s.Store.CreateClip(r.Context(), d.Clip, s.actor(r, who))
		}
	}
	if err != nil {
		s.showEditor(w, r, who, p, err)
		return
	}
	http.Redirect(w, r, clipAddress(who, d.Clip), http.StatusSeeOther)
}

// isTry tells whether the SQL is tried, and nothing kept.
func isTry(r *http.Request) bool {
	do := r.PostForm.Get("do")
	return do == doRun || do == doExplain
}

// showTried shows the editor with the first rows of the draft, or how they would be found.
func (s *site) showTried(w http.ResponseWriter, r *http.Request, who clips.Person, p *editPage, why error) {
	allowWaiting(w)
	switch {
	case why != nil:
		s.showEditor(w, r, who, p, why)
	case wantsLive(r):
		s.showLive(w, r, func(how *progress) error { return s.tryOut(r, who, p, how) },
			func(w http.ResponseWriter, why error) { s.showEditor(w, r, who, p, why) })
	default:
		s.showEditor(w, r, who, p, s.tryOut(r, who, p, &progress{}))
	}
}

// tryOut runs the draft, or what of it is selected.
func (s *site) tryOut(r *http.Request, who clips.Person, p *editPage, how *progress) error {
	selected := selectionOf(r.PostForm)
	p.Selected = selected.sql != ""
	d, err := s.only(p.Draft, selected, who)
	if err != nil {
		return err
	}
	if r.PostForm.Get("do") == doExplain {
		plan, err := s.plan(r.Context(), d.Clip.Revision, d.given())
		p.Plan = plan
		return selected.moved(err)
	}
	tried, err := s.try(r.Context(), d, triedRows, how)
	if err != nil {
		return selected.moved(err)
	}
	p.Preview = &tried
	return nil
}

func (s *site) saveClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	old, ok := s.findOwnClip(w, r, who)
	if !ok {
		return
	}
	d, err := s.readDraft(w, r, who)
	d.Clip.ID, d.Clip.Slug = old.ID, old.Slug
	d.Clip.Owner, d.Clip.Visibility = "", "" // which stay: the clip's page changes them
	p := &editPage{Draft: d, Old: &old}
	if err != nil || isTry(r) {
		s.showTried(w, r, who, p, err)
		return
	}
	allowWaiting(w)
	if err = d.complete(); err == nil {
		var tried preview
		if tried, err = s.try(r.Context(), d, 0, &progress{}); err == nil && r.PostForm.Get("do") != doConfirm {
			p.Changes, err = s.noticed(r, old, d.Clip, tried.Columns)
		}
	}
	if err != nil || len(p.Changes) > 0 {
		s.showEditor(w, r, who, p, err)
		return
	}
	_, err = s.Store.ReviseClip(r.Context(), d.Clip, s.actor(r, who))
	if errors.Is(err, clips.ErrEdited) {
		s.showTheirs(w, r, who, p)
		return
	}
	if err != nil {
		s.showEditor(w, r, who, p, err)
		return
	}
	http.Redirect(w, r, "/clips/"+old.Slug, http.StatusSeeOther)
}

// noticed says what others notice of a save: those who lose sight of the clip, and those who use it.
func (s *site) noticed(r *http.Request, old, now clips.Clip, columns []clips.Column) (all []string, err error) {
	from, to := old.Revision.Source, now.Revision.Source
	if from != to {
		if all, err = s.leftBehind(r.Context(), old, to); err != nil {
			return nil, err
		}
	}
	if !s.usedBy(r, old).Any() {
		return all, nil
	}
	if from != to {
		all = append(all, "It moves from the source "+from+" to "+to+": whoever uses it gets the rows of that one.")
	}
	return append(all, s.columnChanges(r, old, columns)...), nil
}

// leftBehind says who sees a clip now, and would not where it moves to.
func (s *site) leftBehind(ctx context.Context, old clips.Clip, to string) ([]string, error) {
	if s.People == nil {
		return nil, nil
	}
	people, err := s.People.People(ctx)
	var names []string
	for _, p := range people {
		if p.Active() && p.MaySee(old) && !p.May(to) {
			names = append(names, p.Email)
		}
	}
	if len(names) == 0 || err != nil {
		return nil, err
	}
	return []string{"Who may not read the source " + to + " does not see it any more: " + strings.Join(names, ", ") + "."}, nil
}

// columnChanges says what becomes of the columns that people use, in words; nothing when there was no result yet.
func (s *site) columnChanges(r *http.Request, old clips.Clip, now []clips.Column) (all []string) {
	bound, err := clips.Bind(old.Revision, nil, s.Now(), s.zone(old.Revision))
	if err != nil {
		return nil
	}
	last, err := s.Results.Peek(r.Context(), clips.Request{Clip: old, Bound: bound})
	if err != nil {
		return nil
	}
	before := last.Info.Header.Columns
	for _, c := range before {
		at := slices.IndexFunc(now, func(n clips.Column) bool { return n.Name == c.Name })
		switch {
		case at < 0:
			all = append(all, "Column "+c.Name+" is no longer there.")
		case now[at].Type != c.Type:
			all = append(all, "Column "+c.Name+" was "+c.Type.String()+", and is "+now[at].Type.String()+" now.")
		}
	}
	names := func(of []clips.Column) (all []string) {
		for _, c := range of {
			all = append(all, c.Name)
		}
		return all
	}
	if had, has := names(before), names(now); len(all) == 0 && len(has) >= len(had) && !slices.Equal(had, has[:len(had)]) {
		all = append(all, "The columns stand in another order.")
	}
	return all
}

func (s *site) retireClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	c, ok := s.findOwnClip(w, r, who)
	if !ok {
		return
	}
	if err := s.Store.RetireClip(r.Context(), c.Slug, s.actor(r, who)); err != nil {
		d := draftOf(c)
		s.showEditor(w, r, who, &editPage{Draft: d, Old: &c}, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
