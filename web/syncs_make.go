package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

func (s *site) syncFormPages(r chi.Router) {
	r.Get("/syncs/new", s.signedIn(clips.RoleAuthor, s.newSync))
	r.Post("/syncs/new/spreadsheet", s.signedIn(clips.RoleAuthor, s.newSpreadsheet))
	r.Post("/syncs/new/preview", s.signedIn(clips.RoleAuthor, s.previewNewSync))
	r.Post("/syncs", s.signedIn(clips.RoleAuthor, s.saveNewSync))
	r.Get("/syncs/{name}/edit", s.signedIn(clips.RoleAuthor, s.editSync))
	r.Post("/syncs/{name}/edit/preview", s.signedIn(clips.RoleAuthor, s.previewEditedSync))
	r.Post("/syncs/{name}/edit", s.signedIn(clips.RoleAuthor, s.saveEditedSync))
	r.Get("/syncs/{name}/tab", s.signedIn(clips.RoleAuthor, s.chooseTab))
	r.Post("/syncs/{name}/tab", s.signedIn(clips.RoleAuthor, s.moveSync))
	r.Get("/syncs/{name}/remove", s.signedIn(clips.RoleAuthor, s.confirmRemoval))
	r.Post("/syncs/{name}/remove", s.signedIn(clips.RoleAuthor, s.removeSync))
}

// syncFormPage is one step of making a sync, or all of them at once for one that is there.
type syncFormPage struct {
	Form       syncForm
	Step       int // 0: all
	Steps      []formStep
	Hidden     []pageOption // what other steps said
	Clips      []clips.Clip // that there are to choose from
	Clip       clips.Clip
	Accounts   []clips.Account
	Account    clips.Account // the one that was chosen
	Params     []formParam
	Whens      []choice
	Slots      []*moment
	InWords    string // the schedule
	Wrong      string
	Name       string // of the sync that is edited; empty for a new one
	Edition    int
	MayConnect bool   // there is a page to connect accounts, and they may open it
	Admins     string // whom to ask otherwise
}

// formStep is a step, as the list of them shows it.
type formStep struct {
	Number  int
	Name    string
	Address string // of one that can be gone back to
	Here    bool
}

// formParam is a parameter of the clip, as the sync sets it.
type formParam struct {
	clips.Param
	Field, Label, Value, Usual string
}

// Dated tells whether its value may be words that mean another day at each run.
func (p formParam) Dated() bool { return p.Type == clips.ParamDate || p.Type == clips.ParamTimestamp }

// readSyncForm reads a form, with the clip it names, if the person sees that.
func (s *site) readSyncForm(r *http.Request, who clips.Person) (syncForm, []clips.Clip, error) {
	if err := r.ParseForm(); err != nil {
		return syncForm{}, nil, &clips.Error{Kind: clips.KindParameter, Notice: "The form cannot be read: fill it in again.", Cause: err}
	}
	f := syncForm{Values: r.Form}
	all, err := s.seenClips(r.Context(), who)
	for _, c := range all {
		if c.Slug == f.text("clip") {
			f.clip = c
		}
	}
	return f, all, err
}

// newSync shows a step, or the first one before it that is not done.
func (s *site) newSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	f, all, err := s.readSyncForm(r, who)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	if name := f.text("copy"); name != "" {
		if f, err = s.copied(r.Context(), who, name); err != nil {
			s.failed(w, r, who, err)
			return
		}
	}
	step, _ := strconv.Atoi(f.Get("step"))
	step = min(max(step, stepAccount), stepSchedule)
	if f.text("was") != "" && f.text("tab") == "" && step >= stepTable {
		f = f.suggested()
	}
	p := s.formPage(r.Context(), who, f, all, step)
	if missing := s.check(f, step-1); missing != nil {
		p = s.formPage(r.Context(), who, f, all, missing.step)
		if f.Get("was") == strconv.Itoa(missing.step) { // they were there already, so this is why they still are
			p.Wrong = missing.text
		}
	}
	s.showForm(w, r, who, http.StatusOK, p)
}

// suggested fills in what most people want.
func (f syncForm) suggested() syncForm {
	for name, value := range map[string]string{"tab": f.clip.Title, "at": "A1", "mode": string(clips.SyncReplace),
		"key": strings.Join(f.clip.Revision.Key, ", "), "name": f.clip.Slug, "clock": usualClock,
		"timezone": cmp.Or(f.clip.Revision.TimeZone, "UTC")} {
		if f.text(name) == "" {
			f.Set(name, value)
		}
	}
	return f
}

// copied is a form with what another sync says, for one of one's own.
func (s *site) copied(ctx context.Context, who clips.Person, name string) (syncForm, error) {
	sync, err := s.seenSync(ctx, who, name)
	if err != nil || s.Syncs.WorkbookOf(sync) != "" {
		return syncForm{}, &clips.Error{Kind: clips.KindParameter, Cause: err, Notice: "There is no sync of a clip of this name to copy: choose another."}
	}
	f := formOf(sync)
	f.Set("name", sync.Name+"-copy")
	f.Del("spreadsheet") // two syncs in one place would undo each other
	return f, nil
}

func (s *site) formPage(ctx context.Context, who clips.Person, f syncForm, all []clips.Clip, step int) syncFormPage {
	by := s.onlooker(ctx, who)
	accounts := by.accounts
	p := syncFormPage{Form: f, Step: step, Clips: all, Clip: f.clip, Account: accounts[f.text("account")], Whens: whens,
		MayConnect: s.Accounts != nil && who.Role >= clips.RoleAdmin, Admins: by.admins}
	for _, name := range sortedKeys(accounts) {
		if name != "" {
			p.Accounts = append(p.Accounts, accounts[name])
		}
	}
	for i, name := range stepNames {
		st := formStep{Number: i + 1, Name: name, Here: i+1 == step}
		if i+1 < step {
			st.Address = "/syncs/new?" + f.kept(i+1).Encode()
		}
		p.Steps = append(p.Steps, st)
	}
	p.Hidden = f.hidden(step)
	for _, param := range f.clip.Revision.Params {
		field := formParam{Param: param, Field: paramField + param.Name, Label: cmp.Or(param.Label, param.Name),
			Value: f.text(paramField + param.Name)}
		if param.Default != nil {
			field.Usual = *param.Default
		}
		p.Params = append(p.Params, field)
	}
	schedule := f.schedule()
	p.InWords = scheduleInWords(schedule)
	if schedule != "" {
		p.Slots = s.slots(schedule, cmp.Or(f.text("timezone"), "UTC"))
	}
	return p
}

// kept is what a form has said, to be shown again at a step.
func (f syncForm) kept(step int) url.Values {
	kept := url.Values{"step": {strconv.Itoa(step)}}
	for name, values := range f.Values {
		if isField(name) && values[0] != "" {
			kept.Set(name, values[0])
		}
	}
	return kept
}

// hidden is what the other steps said; step 0 has all fields, and hides none.
func (f syncForm) hidden(step int) []pageOption {
	var all []pageOption
	for _, name := range sortedKeys(f.Values) {
		own := slices.Contains(fieldsOf[step], name) || step == stepTable && strings.HasPrefix(name, paramField)
		if step != 0 && isField(name) && !own && f.Get(name) != "" {
			all = append(all, pageOption{name, f.Get(name)})
		}
	}
	return all
}

func isField(name string) bool {
	for _, names := range fieldsOf {
		if slices.Contains(names, name) {
			return true
		}
	}
	return strings.HasPrefix(name, paramField)
}

func sortedKeys[V any, M ~map[string]V](m M) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *site) showForm(w http.ResponseWriter, r *http.Request, who clips.Person, status int, p syncFormPage) {
	name, title := "sync_new.html", "New sync"
	if p.Name != "" {
		name, title = "sync_edit.html", "Edit "+p.Name
	}
	s.show(w, r, who, name, status, title, p)
}

// newSpreadsheet makes a spreadsheet of the account's own, and goes on with it.
func (s *site) newSpreadsheet(w http.ResponseWriter, r *http.Request, who clips.Person) {
	f, all, err := s.readSyncForm(r, who)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	title := cmp.Or(f.text("title"), f.clip.Title, "Clipsheet")
	id, err := s.Syncs.CreateSpreadsheet(r.Context(), f.text("account"), title)
	if err == nil {
		err = s.note(r, who, "spreadsheet made", title, "", s.Syncs.Address(id))
	}
	if err != nil {
		visitOf(r).err = err
		p := s.formPage(r.Context(), who, f, all, stepSpreadsheet)
		p.Wrong = clips.NoticeOf(err)
		s.showForm(w, r, who, http.StatusConflict, p)
		return
	}
	f.Set("spreadsheet", s.Syncs.Address(id))
	next := f.kept(stepTable)
	next.Set("was", strconv.Itoa(stepSpreadsheet))
	http.Redirect(w, r, "/syncs/new?"+next.Encode(), http.StatusSeeOther)
}

// newPreviewPage shows what a sync that is not kept yet would change, and asks whether to keep it.
type newPreviewPage struct {
	previewPage
	Hidden  []pageOption
	Back    string
	Save    string // where the form goes
	Edition int
	When    string
	Slots   []*moment
}

func (s *site) previewNewSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	f, all, err := s.readSyncForm(r, who)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	if missing := s.check(f, stepSchedule); missing != nil {
		p := s.formPage(r.Context(), who, f, all, missing.step)
		p.Wrong = missing.text
		s.showForm(w, r, who, http.StatusUnprocessableEntity, p)
		return
	}
	s.showNewPreview(w, r, who, f, f.sync(), newPreviewPage{Save: "/syncs", Back: "/syncs/new?" + f.kept(stepSchedule).Encode()})
}

func (s *site) showNewPreview(w http.ResponseWriter, r *http.Request, who clips.Person, f syncForm, sync clips.Sync, p newPreviewPage) {
	p.previewPage = s.preview(w, r, who, sync)
	p.Hidden = f.hidden(-1)
	p.When = scheduleInWords(sync.Schedule)
	if sync.Schedule != "" {
		p.Slots = s.slots(sync.Schedule, sync.TimeZone)
	}
	s.show(w, r, who, "sync_save.html", http.StatusOK, "What would change: "+sync.Name, p)
}

func (s *site) saveNewSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	f, all, err := s.readSyncForm(r, who)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	refuse := func(step int, text string) {
		p := s.formPage(r.Context(), who, f, all, step)
		p.Wrong = text
		s.showForm(w, r, who, http.StatusUnprocessableEntity, p)
	}
	if missing := s.check(f, stepSchedule); missing != nil {
		refuse(missing.step, missing.text)
		return
	}
	sync := f.sync()
	if err := s.Syncs.CreateSync(r.Context(), sync); clips.KindOf(err) == clips.KindParameter {
		refuse(stepSchedule, clips.NoticeOf(err))
		return
	} else if err != nil {
		s.failed(w, r, who, err)
		return
	}
	if err := s.note(r, who, "sync made", sync.Name, "", syncInWords(sync)); err != nil {
		s.failed(w, r, who, err)
		return
	}
	s.afterSaving(w, r, who, f, sync.Name)
}

// afterSaving runs a sync at once when that was asked for, and leads to its page.
func (s *site) afterSaving(w http.ResponseWriter, r *http.Request, who clips.Person, f syncForm, name string) {
	if f.text("then") == "run" {
		if _, err := s.Syncs.AskSyncRun(r.Context(), name, askedWeb, time.Time{}, 0); err != nil && !errors.Is(err, clips.ErrNotFound) {
			s.failed(w, r, who, err)
			return
		}
	}
	http.Redirect(w, r, "/syncs/"+name, http.StatusSeeOther)
}
