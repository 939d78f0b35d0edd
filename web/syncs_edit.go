package web

import (
	"errors"
	"net/http"
	"strconv"

	"clipsheet/clips"
)

// findOwnSync finds a sync that may be changed here. Those of the config file are changed there.
func (s *site) findOwnSync(w http.ResponseWriter, r *http.Request, who clips.Person) (clips.Sync, bool) {
	sync, ok := s.findSync(w, r, who)
	if ok && sync.Declared {
		s.show(w, r, who, "nothing.html", http.StatusConflict, "Declared in the config file", nothingPage{
			Title: "Declared in the config file", Text: "The sync " + sync.Name + " is declared in the config file, and changed there. " +
				"You can make one of your own from it.", Address: "/syncs/new?copy=" + sync.Name, Label: "Make my own copy"})
		return sync, false
	}
	return sync, ok
}

func (s *site) editSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	sync, ok := s.findOwnSync(w, r, who)
	if !ok {
		return
	}
	f := formOf(sync)
	f.Set("spreadsheet", s.Syncs.Address(sync.Spreadsheet))
	f.Set("edition", strconv.Itoa(sync.Edition))
	s.showEdit(w, r, who, http.StatusOK, sync.Name, f, "")
}

func (s *site) showEdit(w http.ResponseWriter, r *http.Request, who clips.Person, status int, name string, f syncForm, wrong string) {
	p := s.formPage(r.Context(), who, f, nil, 0)
	p.Name, p.Wrong = name, wrong
	p.Edition, _ = strconv.Atoi(f.text("edition"))
	s.showForm(w, r, who, status, p)
}

// edited reads the form of a sync that is changed. When it cannot be kept like that, it has answered.
func (s *site) edited(w http.ResponseWriter, r *http.Request, who clips.Person) (f syncForm, sync clips.Sync, ok bool) {
	have, ok := s.findOwnSync(w, r, who)
	if !ok {
		return f, sync, false
	}
	f, _, err := s.readSyncForm(r, who)
	if err != nil {
		s.failed(w, r, who, err)
		return f, sync, false
	}
	f.Set("name", have.Name) // it stays: its history and its marks go by it
	f.Set("clip", have.Clip.Slug)
	f.clip = have.Clip
	sync = f.sync()
	sync.ID, sync.Target, sync.Fence, sync.InfoTab, sync.Paused = have.ID, have.Target, have.Fence, have.InfoTab, have.Paused
	sync.Edition, _ = strconv.Atoi(f.text("edition"))
	missing := s.check(f, stepSchedule)
	switch {
	case missing != nil:
		s.showEdit(w, r, who, http.StatusUnprocessableEntity, have.Name, f, missing.text)
	case sync.Edition != have.Edition:
		s.showConflict(w, r, who, f, have)
	default:
		return f, sync, true
	}
	return f, sync, false
}

// showConflict shows what somebody wrote over what somebody else has saved meanwhile, so that nothing is lost: saved
// again, it replaces that knowingly.
func (s *site) showConflict(w http.ResponseWriter, r *http.Request, who clips.Person, f syncForm, have clips.Sync) {
	f.Set("edition", strconv.Itoa(have.Edition))
	s.showEdit(w, r, who, http.StatusPreconditionFailed, have.Name, f,
		"Somebody else has changed this sync since you opened it. It is now: "+syncInWords(have)+". Below is what you wrote: save it again to replace theirs")
}

func (s *site) previewEditedSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if f, sync, ok := s.edited(w, r, who); ok {
		s.showNewPreview(w, r, who, f, sync, newPreviewPage{Save: "/syncs/" + sync.Name + "/edit", Back: "/syncs/" + sync.Name + "/edit",
			Edition: sync.Edition})
	}
}

func (s *site) saveEditedSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	f, sync, ok := s.edited(w, r, who)
	if !ok {
		return
	}
	before, err := s.seenSync(r.Context(), who, sync.Name)
	if err == nil {
		err = s.Syncs.UpdateSync(r.Context(), sync)
	}
	if err == nil {
		err = s.note(r, who, "sync changed", sync.Name, syncInWords(before), syncInWords(sync))
	}
	switch {
	case errors.Is(err, clips.ErrEdited): // between our look and our write
		if have, err := s.seenSync(r.Context(), who, sync.Name); err == nil {
			s.showConflict(w, r, who, f, have)
			return
		}
		s.noSuchSync(w, r, who)
	case errors.Is(err, clips.ErrNotFound):
		s.noSuchSync(w, r, who)
	case clips.KindOf(err) == clips.KindParameter:
		s.showEdit(w, r, who, http.StatusUnprocessableEntity, sync.Name, f, clips.NoticeOf(err))
	case err != nil:
		s.failed(w, r, who, err)
	default:
		s.afterSaving(w, r, who, f, sync.Name)
	}
}

func (s *site) confirmRemoval(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if sync, ok := s.findOwnSync(w, r, who); ok {
		s.show(w, r, who, "sync_remove.html", http.StatusOK, "Remove "+sync.Name, syncRow{Sync: sync, Address: s.Syncs.Address(sync.Spreadsheet)})
	}
}

func (s *site) removeSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	sync, ok := s.findOwnSync(w, r, who)
	if !ok {
		return
	}
	err := s.Syncs.RetireSync(r.Context(), sync.Name)
	if err == nil {
		err = s.note(r, who, "sync removed", sync.Name, syncInWords(sync), "")
	}
	if err != nil && !errors.Is(err, clips.ErrNotFound) {
		s.showSyncPage(w, r, who, sync, err)
		return
	}
	http.Redirect(w, r, "/syncs", http.StatusSeeOther)
}
