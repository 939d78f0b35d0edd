package web

import (
	"context"
	"net/http"
	"time"

	"clipsheet/clips"
)

// A preview runs the clip and reads the spreadsheet, so it may take as long as a run.
const previewTimeout = 5 * time.Minute

// previewPage shows which cells a run would change.
type previewPage struct {
	Sync   clips.Sync
	Pushed clips.Pushed
	More   int64 // cells beyond the sample
	Took   string
	Wrong  string
	Cures  []cure
}

func (s *site) previewSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	sync, ok := s.findSync(w, r, who)
	if !ok {
		return
	}
	p := s.preview(w, r, who, sync)
	status := http.StatusOK
	if p.Wrong != "" {
		status = http.StatusConflict
	}
	s.show(w, r, who, "preview.html", status, "What would change: "+sync.Name, p)
}

// preview finds out what a run of a sync would change.
func (s *site) preview(w http.ResponseWriter, r *http.Request, who clips.Person, sync clips.Sync) previewPage {
	allowWaiting(w)
	ctx, cancel := context.WithTimeout(r.Context(), previewTimeout)
	defer cancel()
	pushed, err := s.Syncs.DryRun(ctx, sync)
	p := previewPage{Sync: sync, Pushed: pushed, More: pushed.Cells - int64(len(pushed.Sample)),
		Took: took(pushed.Query + pushed.Plan)}
	if err != nil {
		visitOf(r).err = err
		p.Wrong = clips.NoticeOf(err)
		p.Cures = s.cures(sync, clips.KindOf(err), s.onlooker(r.Context(), who))
	}
	return p
}

// allowWaiting lifts the limit on how long a request may be read, which would end one that is answered slowly.
func allowWaiting(w http.ResponseWriter) {
	http.NewResponseController(w).SetReadDeadline(time.Time{}) // one that cannot has none
}

// undoPage asks whether to put back what the last change replaced.
type undoPage struct {
	Sync   clips.Sync
	Run    clips.SyncRun
	At     *moment
	Back   []clips.CellChange // some of the cells, as they are and as they will be
	More   int64
	Wrong  string // why there is nothing to undo
	IsUndo bool   // the last change was an undo itself
}

func (s *site) confirmUndo(w http.ResponseWriter, r *http.Request, who clips.Person) {
	sync, ok := s.findSync(w, r, who)
	if !ok {
		return
	}
	run, _, err := s.Syncs.LastImage(r.Context(), sync.ID)
	p, status := undoPage{Sync: sync, Run: run, At: s.moment(run.EndedAt, zoneNamed(sync.TimeZone)),
		More: run.Pushed.Cells - int64(len(run.Pushed.Sample)), IsUndo: run.Asked == askedUndo}, http.StatusOK
	for _, c := range run.Pushed.Sample {
		p.Back = append(p.Back, clips.CellChange{Tab: c.Tab, Cell: c.Cell, Before: c.After, After: c.Before})
	}
	if err != nil {
		visitOf(r).err = err
		p.Wrong, status = clips.NoticeOf(err), http.StatusConflict
	}
	s.show(w, r, who, "undo.html", status, "Undo: "+sync.Name, p)
}

func (s *site) undoSync(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.actOn(w, r, who, "sync undone", func(ctx context.Context, name string) error {
		_, err := s.Syncs.AskSyncRun(ctx, name, askedUndo, time.Time{}, 0)
		return err
	})
}
