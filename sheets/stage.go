package sheets

import (
	"context"
	"fmt"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

// stage brings the cells of a large plan into a hidden tab, piece by piece, and gives the requests that put them into
// place. Those are few and small whatever the size, so the visible part is one batch, and people see the rows of
// before or those of after.
func (r *remote) stage(ctx context.Context, j *job) ([]*gsheets.Request, error) {
	whole := j.layout
	if !whole.whole {
		var err error
		if whole, err = r.readWhole(ctx); err != nil {
			return nil, err
		}
	}
	s := newStage(j, whole)
	if total := whole.cells() + s.rows*s.cols + j.plan.grid; total > mostCells {
		return nil, tooManyCells(j.task, s.rows*s.cols+j.plan.grid, total)
	}
	if err := s.open(ctx, r, j); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, r, j); err != nil {
		return nil, err
	}
	return s.requests(j.plan), nil
}

// stage is a hidden tab in which the runs of a plan lie one below the other.
type stage struct {
	id         int64
	title      string
	index      int
	rows, cols int
	pieces     []stagePiece
}

type stagePiece struct {
	run area
	top int // in the stage
}

// newStage lays out the runs that have something in them; the others only empty cells.
func newStage(j *job, whole *layout) *stage {
	s := &stage{index: len(whole.tabs)}
	s.title = whole.freeTitle(fmt.Sprintf("~clipsheet %d-%d-%d", j.task.Run, j.task.Fence, j.task.part+len(j.stages)))
	s.id = whole.freeID("stage", j.task.target, s.title)
	for _, run := range j.plan.runs {
		if j.plan.blank(run) {
			continue
		}
		s.pieces = append(s.pieces, stagePiece{run, s.rows})
		s.rows += run.height()
		s.cols = max(s.cols, run.width())
	}
	return s
}

// blank tells whether a run only empties cells.
func (p *plan) blank(run area) bool {
	for row := run.top; row < run.bottom; row++ {
		for col := run.left; col < run.right; col++ {
			if !p.cellAt(row, col).empty() {
				return false
			}
		}
	}
	return true
}

// open adds the tab. A second request for the same tab is refused, and then the first one arrived.
func (s *stage) open(ctx context.Context, r *remote, j *job) error {
	j.stages = append(j.stages, s.id)
	sign := toJSON(stageState{j.task.Sync.Target, j.task.Fence, time.Now().Unix()})
	_, err := r.batch(ctx, aWrite, []*gsheets.Request{
		addTab(&gsheets.SheetProperties{SheetId: s.id, Title: s.title, Hidden: true, Index: int64(s.index),
			GridProperties:  &gsheets.GridProperties{RowCount: int64(s.rows), ColumnCount: int64(s.cols)},
			ForceSendFields: []string{"SheetId", "Index"}}),
		mark{key: keyStage, value: sign}.create(onSheet(s.id)),
		mark{key: keyStage}.create(onRow(s.id, 0)),
	}, nil)
	if err == nil || judge(err) != refused {
		return err
	}
	whole, lookErr := r.readWhole(ctx)
	if lookErr != nil || whole.tab(s.id) == nil {
		return err
	}
	return nil
}

// fill writes the cells in pieces that Google takes. Sent twice, a piece is the same.
func (s *stage) fill(ctx context.Context, r *remote, j *job) error {
	total, done := int64(0), int64(0)
	for _, x := range s.pieces {
		total += int64(x.run.cells())
	}
	for _, x := range s.pieces {
		for at := x.run.top; at < x.run.bottom; {
			values, end := j.plan.chunk(x.run, at)
			to := area{x.top + at - x.run.top, 0, x.top + end - x.run.top, x.run.width()}
			j.tell("stage", done, total)
			if err := r.putValues(ctx, &gsheets.ValueRange{Range: to.in(s.title), MajorDimension: "ROWS", Values: values}); err != nil {
				return err
			}
			done += int64(to.cells())
			at = end
		}
	}
	return nil
}

// chunk is as many rows of a run as fit a request, from one row on.
func (p *plan) chunk(run area, from int) (values [][]any, end int) {
	size := 0
	for end = from; end < run.bottom; end++ {
		row, n := make([]any, 0, run.width()), len("[],")
		for col := run.left; col < run.right; col++ {
			c := p.cellAt(end, col)
			row = append(row, c.raw())
			n += c.rawSize()
		}
		if size += n; size > mostBytes && end > from {
			return values, end
		}
		values = append(values, row)
	}
	return values, end
}

// requests put the cells into place, and take the stage away.
func (s *stage) requests(p *plan) []*gsheets.Request {
	var all []*gsheets.Request
	all = append(all, p.ahead...)
	for _, run := range p.runs {
		all = append(all, wipe(p.sheet, run)) // whatever a paste makes of an empty cell
	}
	for _, x := range s.pieces {
		from := area{x.top, 0, x.top + x.run.height(), x.run.width()}
		all = append(all, paste("PASTE_VALUES", from.grid(s.id), x.run.grid(p.sheet)))
	}
	all = append(all, p.behind...)
	return append(all, deleteTab(s.id))
}

// unstage takes away the stages of jobs that did not end well, unless nothing may be sent any more: a later run sweeps
// the rest.
func (r *remote) unstage(ctx context.Context, unit []*job) {
	for _, j := range unit {
		for _, id := range j.stages {
			if ctx.Err() != nil {
				return
			}
			if _, err := r.batch(ctx, aCommit, []*gsheets.Request{deleteTab(id)}, nil); err != nil {
				r.o.Log.Info("google sheets: a hidden tab stays until the next run", "spreadsheet", r.id, "error", err)
			}
		}
		j.stages = nil
	}
}
