package sheets

import (
	"context"
	"strings"
	"time"

	"clipsheet/clips"
)

// pushParts pushes the parts of a workbook: one batch brings all of them, or none is changed.
func (p *Pusher) pushParts(ctx context.Context, push clips.Push) (clips.Pushed, error) {
	var unit []*job
	for _, part := range push.Parts {
		j, err := p.job(ctx, part, nil)
		if err != nil {
			return clips.Pushed{}, err
		}
		unit = append(unit, j)
	}
	return p.doUnit(unit)
}

// undoParts puts back what the parts of a push held, all of them or none.
func (p *Pusher) undoParts(ctx context.Context, push clips.Push, parts [][]byte) (clips.Pushed, error) {
	var unit []*job
	for _, packed := range parts {
		im, err := unpack(packed)
		if err != nil {
			return clips.Pushed{}, err
		}
		j, err := p.job(ctx, push, &im)
		if err != nil {
			return clips.Pushed{}, err
		}
		unit = append(unit, j)
	}
	return p.doUnit(unit)
}

func (p *Pusher) doUnit(unit []*job) (clips.Pushed, error) {
	for i, j := range unit {
		j.unit, j.task.part = unit, i*rounds
	}
	p.do(unit[0])
	out := sum(unit)
	if err := keepParts(unit, &out); err != nil {
		p.o.Log.Warn("google sheets: the run cannot be undone", "sync", unit[0].task.Sync.Name, "error", err)
	}
	return out, unit[0].err
}

// serveUnit brings jobs to their end, of which all are done or none. What a batch has brought is put right part by
// part, should people have moved rows in that moment.
func (r *remote) serveUnit(ctx context.Context, unit []*job) {
	for range rounds {
		open, began := unsettled(unit), time.Now()
		if len(open) == 0 {
			return
		}
		r.look(ctx, open)
		newer := 0
		for _, j := range unsettled(open) {
			j.task.newer = newer
			if r.decideOrFail(ctx, j); !j.settled && j.plan.fresh {
				newer++
			}
		}
		open[0].out.Plan += time.Since(began)
		open = unsettled(open)
		r.keepApart(open)
		if r.failTogether(unit) || len(open) == 0 {
			return
		}
		r.spend(open[0], func() { r.write(ctx, open) })
		if r.failTogether(unit) {
			return
		}
	}
	r.giveUp(unsettled(unit))
	r.failTogether(unit)
}

// keepApart refuses two parts on one tab: a plan counts rows and columns as they were.
func (r *remote) keepApart(open []*job) {
	tabs := map[string]bool{}
	for _, j := range open {
		title := strings.ToLower(j.plan.title)
		if tabs[title] {
			r.fail(j, refuse("Two tables of sync %s are on the tab %q: each needs a tab of its own. Rename the tab, so that another is made.",
				j.task.Sync.Name, j.plan.title))
		}
		tabs[title] = true
	}
}

// failTogether ends all jobs of a unit when one has failed, with its error.
func (r *remote) failTogether(unit []*job) bool {
	for _, j := range unit {
		if j.err == nil {
			continue
		}
		for _, other := range unit {
			other.err, other.settled = j.err, true
		}
		return true
	}
	return false
}

// sum is what the parts came to together.
func sum(unit []*job) (all clips.Pushed) {
	for _, j := range unit {
		p := j.out
		all.Rows += p.Rows
		all.Cells += p.Cells
		all.Reads += p.Reads
		all.Writes += p.Writes
		all.Bytes += p.Bytes
		all.Verified += p.Verified
		all.Plan += p.Plan
		all.Write = max(all.Write, p.Write) // of one batch
		all.Verify += p.Verify
		all.Sample = append(all.Sample, p.Sample...)
		all.Notes = append(all.Notes, p.Notes...)
	}
	return all
}

// keepParts packs what an undo needs. When one part cannot be put back, none is.
func keepParts(unit []*job, out *clips.Pushed) (err error) {
	im := image{Version: 1}
	for _, j := range unit {
		if !j.landed || j.plan.cells == 0 {
			continue
		}
		if j.out.Before == nil {
			return nil
		}
		im.Parts = append(im.Parts, j.out.Before)
	}
	if len(im.Parts) > 0 {
		out.Before, err = im.pack()
	}
	return err
}
