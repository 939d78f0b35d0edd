package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// movePage lets somebody choose another tab for a sync, of those there are.
type movePage struct {
	Sync   clips.Sync
	Tabs   []tabChoice
	Tab    string // of a new one, as it was written
	At     string
	Wrong  string
	Cures  []cure
	Opened string // where people open the spreadsheet
}

// tabChoice is a tab of the spreadsheet.
type tabChoice struct {
	Title   string
	Here    bool     // the sync says this one now
	Used    []string // the other syncs that write there
	Checked bool
}

func (s *site) chooseTab(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if sync, ok := s.findMovable(w, r, who); ok {
		s.showMove(w, r, who, http.StatusOK, movePage{Sync: sync, At: sync.At}, sync.Tab)
	}
}

// findMovable finds a sync of one clip that may be changed here.
func (s *site) findMovable(w http.ResponseWriter, r *http.Request, who clips.Person) (clips.Sync, bool) {
	sync, ok := s.findOwnSync(w, r, who)
	if ok && s.Syncs.WorkbookOf(sync) != "" {
		s.noSuchSync(w, r, who)
		return sync, false
	}
	return sync, ok
}

// showMove lists the tabs, with one of them chosen. Without an answer from Google a name can be written.
func (s *site) showMove(w http.ResponseWriter, r *http.Request, who clips.Person, status int, p movePage, chosen string) {
	allowWaiting(w)
	ctx, cancel := context.WithTimeout(r.Context(), triedTime)
	defer cancel()
	p.Opened = s.Syncs.Address(p.Sync.Spreadsheet)
	titles, err := s.Syncs.Tabs(ctx, p.Sync.Account, p.Sync.Spreadsheet)
	if err != nil && p.Wrong == "" {
		visitOf(r).err = err
		p.Wrong, status = clips.NoticeOf(err), http.StatusConflict
		p.Cures = s.cures(p.Sync, clips.KindOf(err), s.onlooker(r.Context(), who))
	}
	used := s.usedTabs(r.Context(), who, p.Sync)
	for _, title := range titles {
		p.Tabs = append(p.Tabs, tabChoice{title, title == p.Sync.Tab, used[title], title == chosen})
	}
	s.show(w, r, who, "sync_move.html", status, "Another tab for "+p.Sync.Name, p)
}

// usedTabs are the names of the other syncs that a person sees and that write into the same spreadsheet, by tab.
func (s *site) usedTabs(ctx context.Context, who clips.Person, sync clips.Sync) map[string][]string {
	used := map[string][]string{}
	all, err := s.seenSyncs(ctx, who)
	if err != nil {
		return used
	}
	for _, st := range all {
		if other := st.Sync; other.Spreadsheet == sync.Spreadsheet && other.Name != sync.Name {
			used[other.Tab] = append(used[other.Tab], other.Name)
		}
	}
	return used
}

// moveSync has a sync begin anew on another tab. What it wrote on the one before stays there.
func (s *site) moveSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	sync, ok := s.findMovable(w, r, who)
	if !ok {
		return
	}
	moved := sync
	moved.Tab, moved.At = r.FormValue("tab"), strings.ToUpper(strings.TrimSpace(r.FormValue("at")))
	p := movePage{Sync: sync, At: moved.At}
	if moved.Tab == "" { // the last choice: one that is to be made
		p.Tab = strings.TrimSpace(r.FormValue("new"))
		moved.Tab = p.Tab
	}
	if p.Wrong = checkCells(moved); p.Wrong != "" {
		s.showMove(w, r, who, http.StatusUnprocessableEntity, p, cmp.Or(moved.Tab, sync.Tab))
		return
	}
	moved.Edition, _ = strconv.Atoi(r.FormValue("edition"))
	err := s.Syncs.MoveSync(r.Context(), moved)
	if err == nil {
		err = s.note(r, who, "sync moved", sync.Name, "tab “"+sync.Tab+"”, cell "+sync.At, "tab “"+moved.Tab+"”, cell "+moved.At)
	}
	switch {
	case errors.Is(err, clips.ErrEdited):
		p.Wrong = "Somebody else has changed this sync since you opened it. It is now: " + syncInWords(sync) + ". Choose again to replace that"
		s.showMove(w, r, who, http.StatusPreconditionFailed, p, moved.Tab)
	case errors.Is(err, clips.ErrNotFound):
		s.noSuchSync(w, r, who)
	case err != nil:
		p.Wrong = clips.NoticeOf(err)
		visitOf(r).err = err
		s.showMove(w, r, who, http.StatusUnprocessableEntity, p, moved.Tab)
	default:
		s.afterSaving(w, r, who, syncForm{Values: r.Form}, sync.Name)
	}
}
