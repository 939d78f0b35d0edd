package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"clipsheet/clips"
)

// apiSyncDraft is what a program says of a sync that it makes or changes.
type apiSyncDraft struct {
	Name        string            `json:"name,omitempty"` // of a new one
	Clip        string            `json:"clip"`
	Params      map[string]string `json:"params,omitempty"`
	Account     string            `json:"account,omitempty"` // empty: the only one there is
	Spreadsheet string            `json:"spreadsheet"`       // its ID, or its address
	Tab         string            `json:"tab"`
	At          string            `json:"at"`
	Mode        clips.SyncMode    `json:"mode"`
	Key         []string          `json:"key,omitempty"`
	Period      clips.Period      `json:"period,omitempty"`
	Keep        int               `json:"keep,omitempty"`
	FillDown    []string          `json:"fill_down,omitempty"`
	AsOfCell    string            `json:"as_of_cell,omitempty"`
	InfoTab     bool              `json:"info_tab,omitempty"`
	Schedule    string            `json:"schedule,omitempty"`
	TimeZone    string            `json:"timezone,omitempty"`
}

// apiSyncDraft reads a sync, and holds it to what the form of the pages asks for. A sync keeps its name and its clip.
func (s *site) apiSyncDraft(r *http.Request, who clips.Person, have clips.Sync) (sync clips.Sync, err error) {
	var said apiSyncDraft
	if err := readJSON(r, &said); err != nil {
		return sync, err
	}
	if have.ID != 0 {
		if said.Name != "" && said.Name != have.Name || said.Clip != "" && said.Clip != have.Clip.Slug {
			return sync, badRequest("A sync keeps its name and its clip, since its history and its marks go by them: make another one.")
		}
		said.Name, said.Clip = have.Name, have.Clip.Slug
	}
	sync = have
	if sync.Clip, err = s.seenClip(r.Context(), who, said.Clip); err != nil {
		return sync, badRequest("There is no clip %q: say which one goes into the spreadsheet.", said.Clip)
	}
	sync.Name, sync.Params, sync.Account, sync.Spreadsheet = said.Name, said.Params, said.Account, clips.SpreadsheetID(said.Spreadsheet)
	sync.Tab, sync.At, sync.Mode, sync.Key, sync.Period, sync.Keep = said.Tab, said.At, said.Mode, said.Key, said.Period, said.Keep
	sync.FillDown, sync.AsOfCell, sync.InfoTab = said.FillDown, said.AsOfCell, said.InfoTab
	sync.Schedule, sync.TimeZone = said.Schedule, said.TimeZone
	return sync, s.checkSync(sync)
}

func (s *site) checkSync(sync clips.Sync) error {
	if err := knows(sync.Clip.Revision.Params, sync.Params); err != nil {
		return err
	}
	if sync.Period != clips.EachRun && (!periodic(sync.Mode) || !slices.Contains(periods(), sync.Period)) {
		return badRequest("period is for the modes snapshot and column: day, week, month, quarter or year; not %q with %q.", sync.Period, sync.Mode)
	}
	if wrong := s.check(formOf(sync), stepSchedule); wrong != nil {
		return badRequest("%s", wrong.text)
	}
	return nil
}

func (s *site) apiCreateSync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	sync, err := s.apiSyncDraft(r, who, clips.Sync{})
	if err != nil {
		return nil, err
	}
	if err := s.Syncs.CreateSync(r.Context(), sync); err != nil {
		return nil, err
	}
	return s.saved(w, r, who, "sync made", sync.Name, "", syncInWords(sync))
}

// saved notes what was done to a sync, and shows it as it is now.
func (s *site) saved(w http.ResponseWriter, r *http.Request, who clips.Person, what, name, before, after string) (any, error) {
	if err := s.note(r, who, what, name, before, after); err != nil {
		return nil, err
	}
	all, err := s.seenSyncs(r.Context(), who)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(st clips.SyncStatus) bool { return st.Sync.Name == name })
	if at < 0 {
		return nil, clips.ErrNotFound
	}
	return s.showSyncBody(w, all[at]), nil
}

// apiFindOwnSync finds a sync that may be changed here.
func (s *site) apiFindOwnSync(r *http.Request, who clips.Person) (clips.Sync, error) {
	st, err := s.apiFindSync(r, who)
	if err == nil && st.Sync.Declared {
		err = badRequest("The sync is declared in the config file: change it there.")
	}
	return st.Sync, err
}

func (s *site) apiChangeWholeSync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	have, err := s.apiFindOwnSync(r, who)
	if err != nil {
		return nil, err
	}
	edition, err := readMark(r)
	if err != nil {
		return nil, err
	}
	sync, err := s.apiSyncDraft(r, who, have)
	if err != nil {
		return nil, err
	}
	sync.Edition = edition
	if err := s.Syncs.UpdateSync(r.Context(), sync); err != nil {
		return nil, err
	}
	return s.saved(w, r, who, "sync changed", sync.Name, syncInWords(have), syncInWords(sync))
}

func (s *site) apiRemoveSync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	sync, err := s.apiFindOwnSync(r, who)
	if err != nil {
		return nil, err
	}
	if err := s.Syncs.RetireSync(r.Context(), sync.Name); err != nil {
		return nil, err
	}
	if err := s.note(r, who, "sync removed", sync.Name, syncInWords(sync), ""); err != nil {
		return nil, err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil, nil
}

// apiDryRun is what a run would change.
type apiDryRun struct {
	Rows   int64              `json:"rows"`
	Cells  int64              `json:"cells_changed"`
	Sample []clips.CellChange `json:"sample"` // some of them
	Notes  []string           `json:"notes"`
	Took   float64            `json:"seconds"`
}

func (s *site) apiTrySync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	st, err := s.apiFindSync(r, who)
	if err != nil {
		return nil, err
	}
	return s.apiTry(w, r, st.Sync)
}

func (s *site) apiTryNewSync(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	sync, err := s.apiSyncDraft(r, who, clips.Sync{})
	if err != nil {
		return nil, err
	}
	return s.apiTry(w, r, sync)
}

func (s *site) apiTry(w http.ResponseWriter, r *http.Request, sync clips.Sync) (any, error) {
	allowWaiting(w)
	ctx, cancel := context.WithTimeout(r.Context(), previewTimeout)
	defer cancel()
	began := time.Now()
	p, err := s.Syncs.DryRun(ctx, sync)
	if err != nil {
		return nil, err
	}
	return apiDryRun{Rows: p.Rows, Cells: p.Cells, Sample: asList(p.Sample), Notes: asList(p.Notes), Took: time.Since(began).Seconds()}, nil
}
