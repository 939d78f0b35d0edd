package sheets

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// proof is what is read back of a target: all of a small one, of a large one its headings and some stretches.
func (p *plan) proof() []area {
	if p.block.cells() <= smallTarget {
		return []area{p.block}
	}
	const most, rows = 20, 50
	head := p.block
	head.bottom = head.top + 1
	all := []area{head}
	every := max(1, len(p.runs)/most)
	for i := 0; i < len(p.runs); i += every {
		first, last := p.runs[i], p.runs[i]
		first.bottom = min(first.bottom, first.top+rows)
		last.top = max(last.top, last.bottom-rows)
		if all = append(all, first); last.top >= first.bottom {
			all = append(all, last)
		}
	}
	return all
}

// prove compares what is there with what should be, and settles the jobs for which it is.
func (r *remote) prove(ctx context.Context, unit []*job, after *layout) {
	for _, j := range unit {
		began := time.Now()
		if !j.landed {
			j.describe()
		}
		if j.landed {
			j.out.Before = nil // what was there before both batches is not known
		} else if err := j.keepBefore(); err != nil {
			r.o.Log.Warn("google sheets: the run cannot be undone", "sync", j.task.Sync.Name, "error", err)
		}
		j.landed = true
		j.tell("verify", 0, j.plan.cells)
		if err := r.proveOne(ctx, j, after); err != nil {
			j.again = err
		}
		j.out.Verify += time.Since(began)
	}
}

// keepBefore packs what an undo needs.
func (j *job) keepBefore() (err error) {
	if j.plan.before == nil || j.plan.cells == 0 {
		return nil
	}
	j.out.Before, err = j.plan.before().pack()
	return err
}

func (r *remote) proveOne(ctx context.Context, j *job, after *layout) error {
	p := j.plan
	if after == nil || after.tab(p.sheet) == nil || len(after.tab(p.sheet).onRows) == 0 {
		var filters []*gsheets.DataFilter
		for _, a := range p.proof() {
			filters = append(filters, &gsheets.DataFilter{GridRange: a.grid(p.sheet)})
		}
		var err error
		if after, err = r.read(ctx, maskTarget, filters); err != nil {
			return err
		}
	}
	n, err := p.check(after)
	j.out.Verified = int64(n)
	j.settled = err == nil
	return err
}

// check finds how many cells are right, or that one is not.
func (p *plan) check(after *layout) (int, error) {
	t := after.tab(p.sheet)
	if t == nil {
		return 0, errMoved
	}
	if len(marked(t.onRows[p.block.top], keyTop, p.task.target)) == 0 {
		return 0, errMoved // rows came in above, or went, between the look and the batch
	}
	n := 0
	for _, col := range p.columns {
		if len(marked(t.onCols[col], keyColumn+p.task.target, "")) == 0 {
			return n, errMoved
		}
		for _, a := range p.proof() {
			for row := a.top; row < a.bottom && col >= a.left && col < a.right; row++ {
				c, ours := p.wanted(row, col)
				if ours && !t.at(row, col).alike(c) {
					return n, &clips.Error{Kind: clips.KindTarget, Notice: fmt.Sprintf("Google shows %q in %s of the tab %q, where %q was "+
						"written. Look whether a rule of the tab changes what is entered there.", short(t.at(row, col).String()),
						cellName(row, col), p.title, short(c.String()))}
				}
				if ours {
					n++
				}
			}
		}
	}
	return n, nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// alike is the same as far as a program can hold a spreadsheet to it: to the fifteenth digit of a number, and whatever
// ends the lines of a text.
func (c cell) alike(other cell) bool {
	if c.kind == isNumber && other.kind == isNumber {
		return math.Abs(c.number-other.number) <= 5e-15*max(math.Abs(c.number), math.Abs(other.number))
	}
	return c == other || c.kind == other.kind && lineEnds.Replace(c.text) == lineEnds.Replace(other.text) && c.number == other.number
}
