package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// apiSyncBody is a sync as programs see it.
type apiSyncBody struct {
	Name        string            `json:"name"`
	Clip        string            `json:"clip"`
	Params      map[string]string `json:"params,omitempty"`
	Account     string            `json:"account"`
	Spreadsheet string            `json:"spreadsheet"`
	Address     string            `json:"address"` // where people open the spreadsheet
	Tab         string            `json:"tab"`
	At          string            `json:"at"`
	Mode        clips.SyncMode    `json:"mode"`
	Key         []string          `json:"key,omitempty"`
	Period      clips.Period      `json:"period,omitempty"`
	Keep        int               `json:"keep,omitempty"`
	FillDown    []string          `json:"fill_down,omitempty"`
	AsOfCell    string            `json:"as_of_cell,omitempty"`
	InfoTab     bool              `json:"info_tab,omitempty"`
	Schedule    string            `json:"schedule"` // "" runs when asked
	TimeZone    string            `json:"timezone,omitempty"`
	Paused      bool              `json:"paused"`
	Declared    bool              `json:"declared"`
	NextAt      *time.Time        `json:"next_at"`
	Last        *apiSyncRunBody   `json:"last_run,omitempty"` // the newest that ended
	Open        *apiSyncRunBody   `json:"open_run,omitempty"` // one that runs or waits
}

// apiSyncRunBody is one attempt at a sync.
type apiSyncRunBody struct {
	ID        int64           `json:"id"`
	Slot      time.Time       `json:"slot"`
	Asked     string          `json:"asked,omitempty"` // by whom, when not by the schedule
	State     clips.SyncState `json:"state"`
	Tries     int             `json:"tries"`
	StartedAt *time.Time      `json:"started_at"`
	EndedAt   *time.Time      `json:"ended_at"`
	Rows      int64           `json:"rows"`
	Cells     int64           `json:"cells_changed"`
	Verified  int64           `json:"cells_verified"` // read back and found right
	Reads     int             `json:"reads"`          // calls of Google's API
	Writes    int             `json:"writes"`
	Bytes     int64           `json:"bytes_sent"`
	Notes     []string        `json:"notes,omitempty"` // what people should know
	Error     clips.Kind      `json:"error,omitempty"`
	Message   string          `json:"message,omitempty"`
}

func (s *site) syncBody(st clips.SyncStatus) apiSyncBody {
	y := st.Sync
	body := apiSyncBody{Name: y.Name, Clip: y.Clip.Slug, Params: y.Params, Account: y.Account, Spreadsheet: y.Spreadsheet,
		Address: s.Syncs.Address(y.Spreadsheet), Tab: y.Tab, At: y.At, Mode: y.Mode, Key: y.Key, Period: y.Period, Keep: y.Keep,
		FillDown: y.FillDown, AsOfCell: y.AsOfCell, InfoTab: y.InfoTab, Schedule: y.Schedule, TimeZone: y.TimeZone, Paused: y.Paused, Declared: y.Declared, NextAt: momentOrNull(y.NextAt)}
	if st.Last.ID != 0 {
		last := syncRunBody(st.Last)
		body.Last = &last
	}
	if st.Open.ID != 0 {
		open := syncRunBody(st.Open)
		body.Open = &open
	}
	return body
}

func syncRunBody(r clips.SyncRun) apiSyncRunBody {
	return apiSyncRunBody{ID: r.ID, Slot: r.Slot.UTC(), Asked: r.Asked, State: r.State, Tries: r.Tries, StartedAt: momentOrNull(r.StartedAt),
		EndedAt: momentOrNull(r.EndedAt), Rows: r.Pushed.Rows, Cells: r.Pushed.Cells, Verified: r.Pushed.Verified, Reads: r.Pushed.Reads,
		Writes: r.Pushed.Writes, Bytes: r.Pushed.Bytes, Notes: r.Pushed.Notes, Error: r.Kind, Message: r.Notice}
}

func (s *site) syncOperations() []operation {
	if s.Syncs == nil {
		return nil
	}
	const reader, author = clips.RoleReader, clips.RoleAuthor
	return []operation{
		{method: "GET", path: "/syncs", least: reader, do: s.apiSyncs, summary: "Syncs, by name", answer: apiSyncBody{}, list: true},
		{method: "GET", path: "/syncs/{name}", least: reader, do: s.apiSync, summary: "One sync, and how it gets on. Its ETag is its edition", answer: apiSyncBody{}},
		{method: "GET", path: "/syncs/{name}/runs", least: reader, do: s.apiSyncRuns, summary: "How its runs went, newest first", answer: apiSyncRunBody{}, list: true},
		{method: "POST", path: "/syncs", least: author, do: s.apiCreateSync, summary: "Make a sync", body: apiSyncDraft{}, answer: apiSyncBody{}},
		{method: "POST", path: "/syncs/dry-run", least: author, do: s.apiTryNewSync, body: apiSyncDraft{}, answer: apiDryRun{},
			summary: "Which cells a sync would change that is not kept yet. Changes nothing"},
		{method: "PUT", path: "/syncs/{name}", least: author, do: s.apiChangeWholeSync, match: true, body: apiSyncDraft{}, answer: apiSyncBody{},
			summary: "Change a sync, all of it. If-Match says which edition you read: 412 when there is a newer one"},
		{method: "DELETE", path: "/syncs/{name}", least: author, do: s.apiRemoveSync, summary: "Take a sync out of use. What is in its spreadsheet stays"},
		{method: "POST", path: "/syncs/{name}/run", least: author, do: s.apiRunSync, summary: "Ask for a run now", answer: apiSyncRunBody{}},
		{method: "POST", path: "/syncs/{name}/dry-run", least: author, do: s.apiTrySync, summary: "Which cells a run would change. Changes nothing", answer: apiDryRun{}},
		{method: "POST", path: "/syncs/{name}/undo", least: author, do: s.apiUndoSync, summary: "Ask for a run that puts back what the last change replaced", answer: apiSyncRunBody{}},
		{method: "POST", path: "/syncs/{name}/pause", least: author, do: s.apiPauseSync, summary: "Pause its schedule", answer: apiSyncBody{}},
		{method: "POST", path: "/syncs/{name}/resume", least: author, do: s.apiResumeSync, summary: "Go on with its schedule", answer: apiSyncBody{}},
	}
}

func (s *site) apiSyncs(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	all, err := s.seenSyncs(r.Context(), who)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(st clips.SyncStatus) string { return st.Sync.Name }, s.syncBody)
}

// apiFindSync finds the sync that an address names, if the caller sees it.
func (s *site) apiFindSync(r *http.Request, who clips.Person) (clips.SyncStatus, error) {
	all, err := s.seenSyncs(r.Context(), who)
	if err != nil {
		return clips.SyncStatus{}, err
	}
	for _, st := range all {
		if st.Sync.Name == chi.URLParam(r, "name") {
			return st, nil
		}
	}
	return clips.SyncStatus{}, clips.ErrNotFound
}

func (s *site) apiSync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	return s.showSyncBody(w, st), nil
}

// showSyncBody is a sync, under the ETag of its edition.
func (s *site) showSyncBody(w http.ResponseWriter, st clips.SyncStatus) apiSyncBody {
	w.Header().Set("ETag", strconv.Quote(strconv.Itoa(st.Sync.Edition)))
	return s.syncBody(st)
}

func (s *site) apiSyncRuns(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	all, err := s.Syncs.SyncRuns(r.Context(), st.Sync.ID, mostItems)
	if err != nil {
		return nil, err
	}
	return pageOf(r, all, func(r clips.SyncRun) string { return strconv.FormatInt(r.ID, 10) }, syncRunBody)
}

// apiRunSync asks for a run now; GET …/runs tells how it went.
func (s *site) apiRunSync(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	return s.askRun(r, who, st.Sync, askedAPI, "sync run")
}

func (s *site) askRun(r *http.Request, who clips.Person, sync clips.Sync, asked, what string) (any, error) {
	run, err := s.Syncs.AskSyncRun(r.Context(), sync.Name, asked, time.Time{}, 0)
	if err != nil {
		return nil, err
	}
	return syncRunBody(run), s.note(r, who, what, sync.Name, "", "")
}

// apiUndoSync refuses what cannot be undone, in words.
func (s *site) apiUndoSync(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.Syncs.LastImage(r.Context(), st.Sync.ID); err != nil {
		return nil, err
	}
	return s.askRun(r, who, st.Sync, askedUndo, "sync undone")
}

func (s *site) apiPauseSync(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	return s.apiChangeSync(r, who, "sync paused", s.Syncs.PauseSync)
}

func (s *site) apiResumeSync(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	return s.apiChangeSync(r, who, "sync resumed", s.Syncs.ResumeSync)
}

func (s *site) apiChangeSync(r *http.Request, who clips.Person, what string, change func(context.Context, string) error) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	if err := change(r.Context(), st.Sync.Name); err != nil {
		return nil, err
	}
	if err := s.note(r, who, what, st.Sync.Name, "", ""); err != nil {
		return nil, err
	}
	if st, err = s.apiFindSync(r, who); err != nil {
		return nil, err
	}
	return s.syncBody(st), nil
}
