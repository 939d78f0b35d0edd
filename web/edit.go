package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Authoring keeps the clips that are made in the application.
type Authoring interface {
	CreateClip(ctx context.Context, c clips.Clip, by clips.Act) error
	ReviseClip(ctx context.Context, c clips.Clip, by clips.Act) (int, error)
	HandOverClip(ctx context.Context, read clips.Clip, owner string, visible clips.Visibility, by clips.Act) error
	RetireClip(ctx context.Context, slug string, by clips.Act) error
	Revisions(ctx context.Context, clipID int64) ([]clips.Revision, error)
}

func (s *site) editPages(r chi.Router) {
	r.Get("/clips/{slug}/revisions", s.signedIn(clips.RoleReader, s.listRevisions))
	r.Get("/clips/{slug}/revisions/{number}", s.signedIn(clips.RoleReader, s.showRevision))
	if s.Desk == nil {
		return
	}
	r.Get("/clips/new", s.signedIn(clips.RoleAuthor, s.newClip))
	r.Post("/clips/new", s.signedIn(clips.RoleAuthor, s.saveNewClip))
	r.Get("/clips/{slug}/edit", s.signedIn(clips.RoleAuthor, s.editClip))
	r.Post("/clips/{slug}/edit", s.signedIn(clips.RoleAuthor, s.saveClip))
	r.Post("/clips/{slug}/retire", s.signedIn(clips.RoleAuthor, s.retireClip))
	r.Post("/clips/{slug}/revisions/{number}/restore", s.signedIn(clips.RoleAuthor, s.restoreRevision))
	r.Get("/tables", s.signedIn(clips.RoleAuthor, s.tablesOf))
}

// editPage is the editor.
type editPage struct {
	Draft    draft
	Old      *clips.Clip // that is edited; nil for a new one
	Sources  []string
	Types    []string
	Visible  []choice // who may see it
	Wrong    string
	Detail   string // what Postgres said, for the author
	Position int    // in the SQL where it is wrong, from 1; 0: nobody knows
	Line     int
	ByParams bool // what is wrong can be put right among the parameters
	Preview  *preview
	Plan     *planShown
	Selected bool // the preview or the plan is of what was selected alone
	Uses     usedBy
	Changes  []string    // what a save would do to those who use it; it has to be confirmed
	Theirs   *clips.Clip // what somebody else saved meanwhile
	Diff     []diffLine  // from theirs to this draft
	Others   []unlikeness
}

var paramTypes = []string{string(clips.ParamText), string(clips.ParamInteger), string(clips.ParamNumber), string(clips.ParamDate),
	string(clips.ParamTimestamp), string(clips.ParamBoolean), string(clips.ParamChoice)}

// newClip is the editor for a new clip; ?from= begins with a copy of another.
func (s *site) newClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	d := draft{MaxAge: "5m", Clip: clips.Clip{Owner: who.Email, Revision: clips.Revision{SQL: "select 'Hello' as greeting, current_date as today"}}}
	if from := r.URL.Query().Get("from"); from != "" {
		if c, err := s.seenClip(r.Context(), who, from); err == nil {
			c.Slug, c.Title, c.Owner, c.Revision.Number, c.Revision.Message = from+"-copy", "Copy of "+c.Title, who.Email, 0, "copied from "+from
			d = draftOf(c)
		}
	}
	s.showEditor(w, r, who, &editPage{Draft: d}, nil)
}

func (s *site) editClip(w http.ResponseWriter, r *http.Request, who clips.Person) {
	c, ok := s.findOwnClip(w, r, who)
	if !ok {
		return
	}
	d := draftOf(c)
	d.Clip.Revision.Message = ""
	s.showEditor(w, r, who, &editPage{Draft: d, Old: &c}, nil)
}

// findOwnClip finds a clip that can be edited here. One of the config file is shown instead, where it says so.
func (s *site) findOwnClip(w http.ResponseWriter, r *http.Request, who clips.Person) (clips.Clip, bool) {
	c, ok := s.findClip(w, r, who)
	if ok && c.Declared {
		s.show(w, r, who, "gone.html", http.StatusConflict, c.Title, problem{Title: "Declared in the config file",
			Text: "this clip is changed there; make a copy of your own to change it here"})
		return c, false
	}
	return c, ok
}

// showEditor shows the form again, with what came of the last action; why is nil when nothing is wrong.
func (s *site) showEditor(w http.ResponseWriter, r *http.Request, who clips.Person, p *editPage, why error) {
	status := http.StatusOK
	for _, name := range s.Desk.Sources() {
		if who.May(name) {
			p.Sources = append(p.Sources, name)
		}
	}
	p.Types, p.Visible = paramTypes, visibilityChoices()
	title := "New clip"
	if p.Old != nil {
		title = "Edit " + p.Old.Title
		p.Uses = s.usedBy(r, *p.Old)
	}
	if why != nil {
		visitOf(r).err = why
		status, p.Wrong = problemOf(why, "").Status, clips.NoticeOf(why)
		if clips.KindOf(why) == clips.KindSQL {
			status = http.StatusBadRequest
		}
		if e, ok := errors.AsType[*clips.Error](why); ok {
			p.Detail, p.Position = e.Detail, e.Position
			p.Line = lineOf(p.Draft.Clip.Revision.SQL, e.Position)
		}
	}
	_, p.ByParams = errors.AsType[paramTrouble](why)
	switch {
	case p.Theirs != nil:
		status = http.StatusPreconditionFailed
	case len(p.Changes) > 0:
		status = http.StatusConflict
	}
	s.show(w, r, who, "edit.html", status, title, p)
}

// lineOf is the line a character is in, from 1; 0 when nobody knows.
func lineOf(sql string, position int) int {
	text := []rune(sql)
	if position < 1 || position > len(text)+1 {
		return 0
	}
	line := 1
	for _, r := range text[:position-1] {
		if r == '\n' {
			line++
		}
	}
	return line
}

// usedBy says who notices when a clip changes.
type usedBy struct {
	Links     []linkRow
	Syncs     []string
	Workbooks []string
}

// Any tells whether anybody does.
func (u usedBy) Any() bool { return len(u.Links)+len(u.Syncs)+len(u.Workbooks) > 0 }

func (s *site) usedBy(r *http.Request, c clips.Clip) (u usedBy) {
	u.Links = s.sharing(r, clips.Person{Role: clips.RoleAuthor}, c, sharing{}).Links
	if s.Syncs != nil {
		all, err := s.Syncs.SyncStatuses(r.Context())
		if err != nil {
			visitOf(r).err = err
		}
		for _, st := range all {
			if st.Sync.Clip.ID == c.ID {
				u.Syncs = append(u.Syncs, st.Sync.Name)
			}
		}
	}
	if s.Workbooks != nil {
		for _, w := range s.Workbooks.List() {
			book, err := s.Workbooks.Find(r.Context(), w.Name)
			if err == nil && slices.ContainsFunc(book.Clips, func(in clips.Clip) bool { return in.ID == c.ID }) {
				u.Workbooks = append(u.Workbooks, w.Name)
			}
		}
	}
	return u
}
