package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

// apiWork is a refresh of a clip, or a run of a sync, in the list of both.
type apiWork struct {
	ID      int64      `json:"id"` // runs of clips and of syncs are counted each for themselves
	Clip    string     `json:"clip"`
	Sync    string     `json:"sync,omitempty"` // empty for a refresh of the clip
	Source  string     `json:"source"`
	State   string     `json:"state"`
	BeganAt time.Time  `json:"began_at"` // of one that waits: when it is due
	EndedAt *time.Time `json:"ended_at"`
	Rows    int64      `json:"rows"`
	Cells   int64      `json:"cells_changed"`
	Error   clips.Kind `json:"error,omitempty"`
	Message string     `json:"message,omitempty"`
}

func (s *site) runOperations() []operation {
	return []operation{{method: "GET", path: "/runs", least: clips.RoleReader, do: s.apiWork, answer: apiWork{}, list: true,
		query:   []string{"clip", "source", "state", "since", "id"},
		summary: "Refreshes of clips and runs of syncs, newest first. state: open, failed, done, skipped …; since: a moment, 2026-11-30T08:00:00Z"}}
}

// apiWork lists runs as far back as there are any. The cursor is the place of the last one, so that it holds while new
// ones come.
func (s *site) apiWork(_ http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	f, err := workFilterOf(r, who)
	if err != nil {
		return nil, err
	}
	f.Most = limit + 1
	work, err := s.Store.Work(r.Context(), f)
	if err != nil {
		return nil, err
	}
	page, items := apiPage{}, []apiWork{}
	if len(work) > limit {
		work = work[:limit]
		page.Next = placeOf(work[limit-1])
	}
	for _, one := range work {
		items = append(items, apiWork{ID: one.ID, Clip: one.Clip, Sync: one.Sync, Source: one.Source, State: one.State,
			BeganAt: one.BeganAt.UTC(), EndedAt: momentOrNull(one.EndedAt), Rows: one.Rows, Cells: one.Cells, Error: one.Kind, Message: one.Notice})
	}
	page.Items = items
	return page, nil
}

func workFilterOf(r *http.Request, who clips.Person) (f clips.WorkFilter, err error) {
	q := r.URL.Query()
	f = clips.WorkFilter{Viewer: &who, Clip: q.Get("clip"), Source: q.Get("source"), State: q.Get("state"), Newest: true}
	if text := q.Get("since"); text != "" {
		if f.Since, err = time.Parse(time.RFC3339, text); err != nil {
			return f, badRequest("since is %q: write a moment as 2026-11-30T08:00:00Z.", text)
		}
	}
	if text := q.Get("id"); text != "" {
		if f.ID, err = strconv.ParseInt(text, 10, 64); err != nil || f.ID < 1 {
			return f, badRequest("id is %q: it is the number of a run.", text)
		}
	}
	if text := q.Get("cursor"); text != "" {
		if f.After, err = placed(text); err != nil {
			return f, badRequest("cursor is %q, which is none of ours: begin again without one.", text)
		}
	}
	return f, nil
}

// placeOf is where a run stands in the list: MOMENT,ID,SYNC.
func placeOf(w clips.Work) string {
	return fmt.Sprintf("%s,%d,%s", w.BeganAt.UTC().Format(time.RFC3339Nano), w.ID, w.Sync)
}

func placed(text string) (w clips.Work, err error) {
	parts := strings.SplitN(text, ",", 3)
	if len(parts) != 3 {
		return w, strconv.ErrSyntax
	}
	if w.BeganAt, err = time.Parse(time.RFC3339Nano, parts[0]); err != nil {
		return w, err
	}
	w.ID, err = strconv.ParseInt(parts[1], 10, 64)
	w.Sync = parts[2]
	return w, err
}
