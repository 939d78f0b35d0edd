package sheets

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"google.golang.org/api/googleapi"
	gsheets "google.golang.org/api/sheets/v4"
)

// errMoved is a spreadsheet that is not any more what a plan was made for. Nothing of the plan was applied.
var errMoved = errors.New("the spreadsheet changed after it was read")

// goTogether are the jobs that go in one batch, small enough together and on different tabs: a plan counts rows and
// columns as they were. The others look again afterwards.
func goTogether(jobs []*job) []*job {
	var together []*job
	size, tabs := 0, map[int64]bool{}
	for _, j := range jobs {
		size += j.plan.size()
		if len(together) > 0 && (tabs[j.plan.sheet] || size > mostBytes) {
			j.again = errMoved
			continue
		}
		together = append(together, j)
		tabs[j.plan.sheet] = true
	}
	return together
}

// size is about how large a plan is as a batch.
func (p *plan) size() int {
	const request = 350 // of another kind
	n := request * (len(p.ahead) + len(p.behind))
	for _, run := range p.runs {
		n += p.runSize(run)
	}
	return n
}

func (p *plan) runSize(run area) int {
	const envelope, row = 200, len(`{"values":[]},`)
	n := envelope
	for r := run.top; r < run.bottom; r++ {
		for col := run.left; col < run.right; col++ {
			n += p.cellAt(r, col).size()
		}
		n += row
	}
	return n
}

// cellsOf are those of a run, row after row.
func (p *plan) cellsOf(run area) []cell {
	cells := make([]cell, 0, run.cells())
	for row := run.top; row < run.bottom; row++ {
		for col := run.left; col < run.right; col++ {
			cells = append(cells, p.cellAt(row, col))
		}
	}
	return cells
}

// requests are the plan as a batch that carries its cells.
func (p *plan) requests() []*gsheets.Request {
	var all []*gsheets.Request
	all = append(all, p.ahead...)
	for _, run := range p.runs {
		all = append(all, write(p.sheet, run, p.cellsOf(run)))
	}
	return append(all, p.behind...)
}

// write sends the plans of a unit and finds out what became of them. Its jobs are settled, or go another round.
//
// When one of them is called off, nothing more may be sent for it: the batch is left as it is, and the others find out
// by themselves what became of it.
func (r *remote) write(ctx context.Context, unit []*job) {
	ctx, stop := together(ctx, unit, 1)
	defer stop()
	began := time.Now()
	requests, err := r.requests(ctx, unit)
	var after *layout
	if err == nil {
		requests = append(requests, infoRequests(unit)...)
		after, err = r.commit(ctx, unit, requests)
	}
	for _, j := range unit {
		j.out.Write += time.Since(began)
	}
	if err != nil {
		r.unstage(ctx, unit)
		r.another(unit, cmp.Or(ctx.Err(), err)) // a call that is given up may fail by anything
		return
	}
	r.prove(ctx, unit, after)
}

// requests are those of a unit, with the cells in them; where that is too much for one batch, the larger ones' are
// brought into hidden tabs first.
func (r *remote) requests(ctx context.Context, unit []*job) ([]*gsheets.Request, error) {
	var all []*gsheets.Request
	size := 0
	for _, j := range unit {
		size += j.plan.size()
	}
	for _, j := range unit {
		if size <= mostBytes || j.plan.size() <= mostBytes/len(unit) {
			all = append(all, j.plan.requests()...)
			continue
		}
		staged, err := r.stage(ctx, j)
		if err != nil {
			return nil, err
		}
		all = append(all, staged...)
	}
	return deletingOnce(all), nil
}

// deletingOnce leaves out the second of two requests to delete the same tab: plans that are made side by side sweep the
// same leftovers.
func deletingOnce(requests []*gsheets.Request) []*gsheets.Request {
	deleted := map[int64]bool{}
	return slices.DeleteFunc(requests, func(r *gsheets.Request) bool {
		if r.DeleteSheet == nil {
			return false
		}
		again := deleted[r.DeleteSheet.SheetId]
		deleted[r.DeleteSheet.SheetId] = true
		return again
	})
}

// another sends jobs on another round when that may help: the spreadsheet changed, or Google refused a batch, which of
// several may have been somebody else's fault. What it refuses once more it will go on refusing.
func (r *remote) another(unit []*job, err error) {
	for _, j := range unit {
		e, isGoogles := errors.AsType[*googleapi.Error](err)
		refusedBatch := isGoogles && e.Code == http.StatusBadRequest
		_, twice := errors.AsType[*googleapi.Error](j.again)
		others := len(unit) > 1 && j.unit == nil && (isGoogles && judge(err) == refused || errors.Is(err, context.Canceled))
		switch {
		case j.ctx.Err() != nil:
			r.fail(j, j.ctx.Err())
		case errors.Is(err, errMoved), refusedBatch && !twice, others:
			j.again = err
		default:
			r.fail(j, err)
		}
	}
}

// commit sends a batch until it is known to have arrived, once. The answer has the targets as they are then; it is nil
// when only the marks tell that the batch arrived.
func (r *remote) commit(ctx context.Context, unit []*job, requests []*gsheets.Request) (*layout, error) {
	var ranges []string
	for _, j := range unit {
		j.tell("write", 0, j.plan.cells)
		for _, a := range j.plan.proof() {
			ranges = append(ranges, a.in(j.plan.title))
		}
	}
	began := time.Now()
	for try := 0; ; try++ {
		after, err := r.batch(ctx, aCommit, requests, ranges)
		if err == nil {
			return after, nil
		}
		if ctx.Err() != nil || isPlain(err) {
			return nil, err
		}
		r.o.Log.Info("google sheets: finding out what became of a batch", "spreadsheet", r.id, "error", err)
		arrived, lookErr := r.arrived(ctx, unit)
		switch {
		case lookErr != nil:
			return nil, lookErr
		case arrived:
			return nil, nil
		case judge(err) == refused:
			return nil, err
		case time.Since(began) > r.o.Patience:
			return nil, err
		}
		if err := sleep(ctx, backoff(try)); err != nil {
			return nil, err
		}
	}
}

// isPlain tells an error that leaves no doubt: nothing was done. A 400 leaves one, since it may be the second
// execution of a batch whose first one arrived.
func isPlain(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return judge(err) == quota || judge(err) == expired || judge(err) == refused && !(ok && e.Code == http.StatusBadRequest)
}

// arrived asks the marks. A batch is applied whole or not at all, so those of the first job tell of all. When they are
// neither what the plan started from nor what it leads to, somebody else wrote: errMoved, or a newer run.
func (r *remote) arrived(ctx context.Context, unit []*job) (bool, error) {
	l, err := r.read(ctx, maskWhole, filtersOf(unit[:1]))
	if err != nil {
		return false, err
	}
	p := unit[0].plan
	now := state{}
	for _, t := range l.tabs {
		if f := t.stateOf(p.task.target, l.id); f != nil {
			now = f.state
		}
	}
	switch {
	case now.Fence == p.task.Fence && now.Run == p.task.Run && now.Step == p.step && now.Target != "":
		return true, nil
	case now.Fence > p.task.Fence:
		return false, superseded(p.task, now)
	case now.Fence != p.from.Fence || now.Step != p.from.Step:
		return false, errMoved
	}
	return false, nil
}

// infoRequests write the rows of a unit in the tab _clipsheet.
func infoRequests(unit []*job) []*gsheets.Request {
	var rows [][]cell
	var l *layout
	for _, j := range unit {
		if j.info != nil {
			l, rows = j.info, append(rows, j.plan.info)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return planInfo(l, rows)
}
