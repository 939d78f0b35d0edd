package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"clipsheet/clips"
)

const shownRuns = 50 // of the history

// syncPage is one sync, with its history.
type syncPage struct {
	syncRow
	Mode    string
	Account string // who writes
	Params  []pageOption
	Slots   []*moment // the next times of its schedule
	Runs    []syncRunRow
	MayAct  bool
	Wrong   string // why the last action was not done
}

// syncRunRow is a run in a history.
type syncRunRow struct {
	clips.SyncRun
	Word, Tone string
	At         *moment
	AskedBy    string
	Calls      int
	Sent       string
	Parts      string // how long each part took
	Took       string
}

func (s *site) showSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	if sync, ok := s.findSync(w, r, who); ok {
		s.showSyncPage(w, r, who, sync, nil)
	}
}

// showSyncPage shows a sync, and why an action on it was refused; nil is no action.
func (s *site) showSyncPage(w http.ResponseWriter, r *http.Request, who clips.Person, sync clips.Sync, refusal error) {
	runs, err := s.Syncs.SyncRuns(r.Context(), sync.ID, shownRuns)
	if err != nil {
		s.failed(w, r, who, err)
		return
	}
	p, status := s.syncPage(sync, runs, s.onlooker(r.Context(), who)), http.StatusOK
	p.MayAct = who.Role >= clips.RoleAuthor
	if refusal != nil {
		visitOf(r).err = refusal
		p.Wrong, status = clips.NoticeOf(refusal), http.StatusConflict
	}
	s.show(w, r, who, "sync.html", status, sync.Name, p)
}

func (s *site) syncPage(sync clips.Sync, runs []clips.SyncRun, by onlooker) syncPage {
	p := syncPage{syncRow: s.syncRow(statusFrom(sync, runs), by), Mode: modeInWords(sync.Mode),
		Account: accountInWords(sync.Account, by.accounts[sync.Account])}
	for _, name := range sortedKeys(sync.Params) {
		p.Params = append(p.Params, pageOption{name, sync.Params[name]})
	}
	zone := zoneNamed(sync.TimeZone)
	if sync.Schedule != "" && !sync.Paused {
		p.Slots = s.slots(sync.Schedule, sync.TimeZone)
	}
	for _, run := range runs {
		p.Runs = append(p.Runs, s.syncRunRow(run, zone))
	}
	return p
}

// statusFrom is how a sync gets on, by its history.
func statusFrom(sync clips.Sync, runs []clips.SyncRun) clips.SyncStatus {
	st := clips.SyncStatus{Sync: sync}
	for _, r := range slices.Backward(runs) {
		switch r.State {
		case clips.SyncDone, clips.SyncFailed:
			st.Last = r
		case clips.SyncRunning, clips.SyncQueued:
			if st.Open.State != clips.SyncRunning {
				st.Open = r
			}
		}
	}
	return st
}

func accountInWords(name string, a clips.Account) string {
	switch {
	case name == "" && a.Name == "":
		return "the only one there is"
	case a.Email != "" && a.Email != a.Name:
		return a.Name + " (" + a.Email + ")"
	case a.Name != "":
		return a.Name
	}
	return name
}

// slots are the next five times of a schedule; none when it cannot be read.
func (s *site) slots(schedule, zone string) []*moment {
	times, err := s.Syncs.Slots(schedule, zone, s.Now(), 5)
	if err != nil {
		return nil
	}
	var all []*moment
	for _, at := range times {
		all = append(all, s.moment(at, zoneNamed(zone)))
	}
	return all
}

func (s *site) syncRunRow(r clips.SyncRun, zone *time.Location) syncRunRow {
	row := syncRunRow{SyncRun: r, At: s.moment(r.Slot, zone), AskedBy: askedInWords(r.Asked), Calls: r.Pushed.Reads + r.Pushed.Writes}
	row.Word, row.Tone = runStateInWords(r)
	p := r.Pushed
	if r.Slots > 1 {
		row.Word += fmt.Sprintf(" (%d times)", r.Slots)
	}
	if p.Bytes > 0 {
		row.Sent = sizeInWords(p.Bytes)
	}
	if all := p.Query + p.Plan + p.Write + p.Verify; all > 0 {
		row.Took = took(all)
		row.Parts = "query " + took(p.Query) + ", plan " + took(p.Plan) + ", write " + took(p.Write) + ", verify " + took(p.Verify)
	}
	return row
}

func sizeInWords(bytes int64) string {
	switch {
	case bytes < 1000:
		return counted(bytes, "byte")
	case bytes < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// actOn does something with a sync, notes what, and leads back to its page, where it shows. What is refused is said
// there.
func (s *site) actOn(w http.ResponseWriter, r *http.Request, who clips.Person, what string,
	act func(ctx context.Context, name string) error,
) {
	sync, ok := s.findSync(w, r, who)
	if !ok {
		return
	}
	err := act(r.Context(), sync.Name)
	if err == nil {
		err = s.note(r, who, what, sync.Name, "", "")
	}
	if err != nil {
		s.showSyncPage(w, r, who, sync, err)
		return
	}
	http.Redirect(w, r, "/syncs/"+sync.Name, http.StatusSeeOther)
}

func (s *site) runSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.actOn(w, r, who, "sync run", func(ctx context.Context, name string) error {
		_, err := s.Syncs.AskSyncRun(ctx, name, askedWeb, time.Time{}, 0)
		return err
	})
}

func (s *site) pauseSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.actOn(w, r, who, "sync paused", s.Syncs.PauseSync)
}

func (s *site) resumeSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.actOn(w, r, who, "sync resumed", s.Syncs.ResumeSync)
}
