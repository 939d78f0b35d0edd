package sheets

import (
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// makeUndo decides how to put back what the cells held before a push. It refuses when people have changed any of them
// since: what they did would be lost.
func makeUndo(l *layout, t task, im image) (*plan, error) {
	p := &planner{layout: l, want: &result{}}
	p.task = t
	if err := p.settleUndo(im); err != nil {
		return nil, err
	}
	p.index()
	back, err := p.putBack(im)
	if err != nil {
		return nil, err
	}
	p.wanted = func(row, col int) (cell, bool) {
		c, ok := back[place{row, col}]
		return c, ok
	}
	p.held = p.tab.at
	if err := p.compare(); err != nil {
		return nil, err
	}
	p.fillDown()
	p.annotate(p.top, p.slots[0].at, fmt.Sprintf("what stood here before run %d, put back on %s.",
		p.found.state.Run, p.task.now.In(l.zone).Format(time.DateTime)))
	p.publish()
	p.seal(nil)
	return &p.plan, nil
}

func (p *planner) settleUndo(im image) error {
	f, err := p.layout.find(p.task)
	switch {
	case err != nil:
		return err
	case f == nil || im.Target != p.task.target:
		return refuse("What sync %s wrote is not in the spreadsheet any more, so there is nothing to undo.", p.task.Sync.Name)
	}
	if err := p.follow(f.state); err != nil {
		return err
	}
	p.found, p.tab = f, f.tab
	p.sheet, p.title, p.top, p.first, p.old = f.tab.id, f.tab.title, f.top, f.top, 1
	if p.task.headed() {
		p.first, p.old = f.top+1, f.last-f.top
	}
	p.count, p.formatted = im.State.Rows, f.state.Formatted
	p.digest, p.taken, p.prefix = im.State.Digest, im.State.Taken, im.State.Prefix
	for _, o := range f.columns {
		if o.Role != isFill {
			p.slots = append(p.slots, slot{at: o.at, from: none, owned: o})
		}
	}
	return nil
}

// putBack is what each cell held, if none of them was changed since.
func (p *planner) putBack(im image) (map[place]cell, error) {
	columns := map[string]int{}
	for _, s := range p.slots {
		columns[s.Name] = s.at
	}
	back := map[place]cell{}
	var changed []string
	for _, x := range im.Pieces {
		col, ok := columns[x.Column]
		if !ok {
			return nil, refuse("The column %q was deleted since, so the run cannot be undone.", x.Column)
		}
		for i, before := range x.Before {
			at := place{p.top + x.Row + i, col}
			now := p.tab.at(at.row, at.col)
			if back[at] = before; !now.same(x.After[i]) && !now.same(before) {
				changed = append(changed, fmt.Sprintf("%s (%q)", cellName(at.row, at.col), short(now.String())))
			}
		}
	}
	if len(changed) > 0 {
		return nil, undone(p.task, p.title, changed)
	}
	return back, nil
}

func undone(t task, title string, changed []string) *clips.Error {
	const most = 5
	more := ""
	if n := len(changed) - most; n > 0 {
		more = " and " + plural(n, "more cell")
	}
	return refuse("Cells of the tab %q were changed since the run, so undoing it would lose that: %s%s. Nothing was changed. Put them "+
		"back by hand, or from the version history of the spreadsheet.", title, strings.Join(changed[:min(most, len(changed))], ", "), more)
}
