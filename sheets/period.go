package sheets

import (
	"cmp"
	"slices"
	"strings"

	"clipsheet/clips"
)

// snapshots are the tabs of earlier periods, the latest first, as far as the layout has them.
func (p *planner) snapshots() []*found {
	if p.task.Sync.Mode != clips.SyncSnapshot {
		return nil
	}
	var all []*found
	for _, t := range p.layout.tabs {
		for _, m := range marked(t.marks, keyTarget, "") {
			s, ok := fromJSON[state](m.value)
			if ok && strings.HasPrefix(s.Target, p.task.Sync.Target+"~") && s.Target != p.task.target &&
				s.Spreadsheet == p.layout.id && s.Sheet == t.id {
				all = append(all, &found{tab: t, state: s, mark: m})
			}
		}
	}
	slices.SortFunc(all, func(a, b *found) int { return cmp.Compare(b.state.Target, a.state.Target) })
	return all
}

// trimSnapshots deletes the tabs of periods that are not to be kept, when a new one comes.
func (p *planner) trimSnapshots() {
	keep := p.task.Sync.Keep
	if keep <= 0 || !p.fresh {
		return
	}
	earlier := p.snapshots()
	for _, s := range earlier[min(len(earlier), keep-1):] {
		p.behind = append(p.behind, deleteTab(s.tab.id))
		p.grid -= s.tab.rows * s.tab.cols
		p.final = true
		p.notef("The tab %q was deleted: sync %s keeps %d.", s.tab.title, p.task.Sync.Name, keep)
	}
}

// trimPeriods deletes the columns of periods that are not to be kept, when a new one comes. A column in which people
// have something above or below ours stays.
func (p *planner) trimPeriods() error {
	if p.task.Sync.Mode != clips.SyncColumn || p.task.Sync.Keep <= 0 || p.found == nil {
		return nil
	}
	var earlier []owned
	for _, o := range p.found.columns {
		if o.Role == isPeriod && o.Name == p.task.label {
			return nil
		}
		if o.Role == isPeriod {
			earlier = append(earlier, o)
		}
	}
	slices.SortFunc(earlier, func(a, b owned) int { return cmp.Compare(b.Name, a.Name) })
	gone := earlier[min(len(earlier), p.task.Sync.Keep-1):]
	slices.SortFunc(gone, func(a, b owned) int { return b.at - a.at }) // from the right, so that those to the left stay put
	for _, o := range gone {
		p.trimPeriod(o)
	}
	return nil
}

func (p *planner) trimPeriod(o owned) {
	for row := range p.tab.bottom(o.at) {
		if (row < p.top || row > p.found.last) && p.tab.taken(row, o.at) {
			p.notef("The column %q would be deleted, since sync %s keeps %d, but %s holds something that is not ours.",
				o.Name, p.task.Sync.Name, p.task.Sync.Keep, cellName(row, o.at))
			return
		}
	}
	p.ahead = append(p.ahead, deleteColumn(p.sheet, o.at))
	p.tab = p.tab.shifted(o.at, -1)
	p.found = p.found.shifted(p.tab, p.task.target)
	p.final = true
}
