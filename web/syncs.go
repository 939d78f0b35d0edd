package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Syncs are the syncs: the state database keeps them, and the engine, of this process or another, runs them. A method
// that finds nothing says clips.ErrNotFound.
type Syncs interface {
	SyncStatuses(ctx context.Context) ([]clips.SyncStatus, error)
	Sync(ctx context.Context, name string) (clips.Sync, error)
	SyncRuns(ctx context.Context, syncID int64, limit int) ([]clips.SyncRun, error)
	LastImage(ctx context.Context, syncID int64) (run clips.SyncRun, before []byte, err error)
	Pulse(ctx context.Context) (string, error)

	// Runs are asked for here, and done by the engine.
	AskSyncRun(ctx context.Context, name, asked string, now time.Time, hold time.Duration) (clips.SyncRun, error)
	PauseSync(ctx context.Context, name string) error
	ResumeSync(ctx context.Context, name string) error

	// Those made here stand beside those of the config, which are read-only. clips.ErrEdited is a sync that somebody
	// else has changed since.
	CreateSync(ctx context.Context, s clips.Sync) error
	UpdateSync(ctx context.Context, s clips.Sync) error
	RetireSync(ctx context.Context, name string) error
	// MoveSync has one begin anew at its Tab and At: what it wrote elsewhere is no longer its own. clips.ErrEdited as above.
	MoveSync(ctx context.Context, s clips.Sync) error
	// Tabs lists the tabs of a spreadsheet, from left to right, as an account sees them.
	Tabs(ctx context.Context, account, spreadsheet string) ([]string, error)
	// CreateSpreadsheet makes one that belongs to an account, and gives its ID.
	CreateSpreadsheet(ctx context.Context, account, title string) (id string, err error)

	// DryRun finds out what a run of the sync would change, also of one that is not kept yet. It changes nothing.
	DryRun(ctx context.Context, s clips.Sync) (clips.Pushed, error)
	// Slots are the next times of a schedule after a moment; it is refused in words when it cannot be read.
	Slots(schedule, zone string, after time.Time, n int) ([]time.Time, error)
	// WorkbookOf names the workbook that a sync of the config brings, each of its clips to a tab; "" for one of its clip.
	WorkbookOf(s clips.Sync) string
	// Brings lists the clips of that workbook, as far as it takes to tell who sees them; none for a sync of one clip.
	Brings(s clips.Sync) []clips.Clip
	// Address is where people open a spreadsheet.
	Address(spreadsheet string) string
}

// Who asks for runs from the pages.
const (
	askedWeb  = "web"
	askedUndo = "undo"
	askedAPI  = "api"
)

func (s *site) syncPages(r chi.Router) {
	if s.Syncs == nil {
		return
	}
	r.Get("/syncs", s.signedIn(clips.RoleReader, s.listSyncs))
	r.Get("/syncs/{name}", s.signedIn(clips.RoleReader, s.showSync))
	r.Post("/syncs/{name}/run", s.signedIn(clips.RoleAuthor, s.runSync))
	r.Post("/syncs/{name}/pause", s.signedIn(clips.RoleAuthor, s.pauseSync))
	r.Post("/syncs/{name}/resume", s.signedIn(clips.RoleAuthor, s.resumeSync))
	r.Post("/syncs/{name}/preview", s.signedIn(clips.RoleAuthor, s.previewSync))
	r.Get("/syncs/{name}/undo", s.signedIn(clips.RoleAuthor, s.confirmUndo))
	r.Post("/syncs/{name}/undo", s.signedIn(clips.RoleAuthor, s.undoSync))
	r.Get("/events", s.signedIn(clips.RoleReader, s.events))
	s.syncFormPages(r)
}

// syncsPage lists the syncs of what a person sees.
type syncsPage struct {
	Syncs   []syncRow
	MayMake bool
	Wrong   string
}

// syncRow is a sync in a list.
type syncRow struct {
	clips.Sync
	Workbook string // that it brings, rather than its clip
	Address  string // of its spreadsheet
	State    syncState
	When     string // its schedule, in words
	Next     *moment
	LastAt   *moment
	Result   string // what the last run came to
}

func (s *site) listSyncs(w http.ResponseWriter, r *http.Request, who clips.Person) {
	p, status := syncsPage{MayMake: who.Role >= clips.RoleAuthor}, http.StatusOK
	all, err := s.seenSyncs(r.Context(), who)
	if err != nil {
		visitOf(r).err = err
		status, p.Wrong = http.StatusServiceUnavailable, clips.NoticeOf(err)
	}
	by := s.onlooker(r.Context(), who)
	for _, st := range all {
		p.Syncs = append(p.Syncs, s.syncRow(st, by))
	}
	s.show(w, r, who, "syncs.html", status, "Syncs", p)
}

func (s *site) syncRow(st clips.SyncStatus, by onlooker) syncRow {
	zone := zoneNamed(st.Sync.TimeZone)
	row := syncRow{Sync: st.Sync, Workbook: s.Syncs.WorkbookOf(st.Sync), Address: s.Syncs.Address(st.Sync.Spreadsheet), State: s.stateOf(st, by),
		When: scheduleInWords(st.Sync.Schedule), LastAt: s.moment(st.Last.EndedAt, zone)}
	if !st.Sync.Paused {
		row.Next = s.moment(st.Sync.NextAt, zone)
	}
	if st.Last.State == clips.SyncDone {
		row.Result = resultOf(st.Last)
	}
	return row
}

// resultOf says what a run came to that is done.
func resultOf(r clips.SyncRun) string {
	if r.Pushed.Cells == 0 {
		return counted(r.Pushed.Rows, "row") + ", nothing had changed"
	}
	return counted(r.Pushed.Rows, "row") + ", " + counted(r.Pushed.Cells, "cell") + " changed"
}

// accountsByName is empty when there are none, or they cannot be told just now.
func (s *site) accountsByName(ctx context.Context) map[string]clips.Account {
	all := map[string]clips.Account{}
	if s.Accounts == nil {
		return all
	}
	list, err := s.Accounts.List(ctx)
	if err != nil {
		return all
	}
	for _, a := range list {
		all[a.Name] = a
	}
	if len(list) == 1 {
		all[""] = list[0] // a sync that names none means the only one
	}
	return all
}

// findSync finds the sync that an address names, if the person may see it; otherwise it answers, and ok is false.
func (s *site) findSync(w http.ResponseWriter, r *http.Request, who clips.Person) (sync clips.Sync, ok bool) {
	sync, err := s.seenSync(r.Context(), who, chi.URLParam(r, "name"))
	switch {
	case errors.Is(err, clips.ErrNotFound):
		s.noSuchSync(w, r, who)
		return sync, false
	case err != nil:
		s.failed(w, r, who, err)
		return sync, false
	}
	return sync, true
}

func (s *site) noSuchSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.show(w, r, who, "nothing.html", http.StatusNotFound, "No such sync", nothingPage{
		Title: "No such sync", Text: "There is no sync of this name, or it is of something that you may not see.", Address: "/syncs", Label: "All syncs"})
}

// nothingPage says that there is nothing, and where to go on.
type nothingPage struct{ Title, Text, Address, Label string }

// failed shows an error that nobody at the page can help.
func (s *site) failed(w http.ResponseWriter, r *http.Request, who clips.Person, err error) {
	visitOf(r).err = err
	s.show(w, r, who, "nothing.html", problemOf(err, "").Status, "That did not work", nothingPage{
		Title: "That did not work", Text: clips.NoticeOf(err), Address: r.URL.Path, Label: "Try again"})
}
