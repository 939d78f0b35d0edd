package sheets

import (
	"fmt"
	"strings"
)

// inTheWay stops a push before it destroys what is not ours, and shows where that is.
func (p *planner) inTheWay() error {
	block := p.blockOf()
	for _, m := range p.tab.merges {
		if p.owns(m) && m.meets(block) {
			return refuse("Cells of the tab %q are merged (%s) where sync %s writes. Unmerge them, or move what is merged out of %s.",
				p.title, m, p.task.Sync.Name, block)
		}
	}
	for _, a := range p.tab.protected {
		if p.owns(a) && a.meets(block) {
			return refuse("%s of the tab %q is protected, and the account may not write there. Ask who protected it to let the account "+
				"edit it (Data, Protect sheets and ranges), or to lift the protection.", a, p.title)
		}
	}
	if others := p.others(); len(others) > 0 {
		return p.occupied(others)
	}
	return p.checkMarks()
}

// blockOf is where the target was and will be: from its headings to its last row, from its first column to its last.
// Columns in between can be people's.
func (p *planner) blockOf() area {
	return area{p.top, p.slots[0].at, max(p.top+1, p.first+max(p.old, p.count)), p.slots[len(p.slots)-1].at + 1}
}

// owns tells whether an area has a column in common with the target.
func (p *planner) owns(a area) bool {
	for _, s := range p.slots {
		if s.at >= a.left && s.at < a.right {
			return true
		}
	}
	return false
}

// others are cells with something in them where the target has not been yet.
func (p *planner) others() []place {
	var found []place
	for _, s := range p.slots {
		from := p.first + p.old
		switch {
		case s.from == none:
			continue
		case p.found == nil:
			from = p.top
		case s.Role == isGone && !s.drop:
			from = p.first // back again: what stands below its heading came later
		}
		for row := from; row < p.first+p.count; row++ {
			if p.tab.taken(row, s.at) {
				found = append(found, place{row, s.at})
			}
		}
	}
	return found
}

func (p *planner) occupied(others []place) error {
	const most = 5
	var shown []string
	for _, at := range others[:min(most, len(others))] {
		what := "the result of a formula"
		if c := p.tab.at(at.row, at.col); !c.empty() {
			what = fmt.Sprintf("%q", short(c.String()))
		}
		shown = append(shown, cellName(at.row, at.col)+" ("+what+")")
	}
	more := ""
	if n := len(others) - most; n > 0 {
		more = " and " + plural(n, "more cell")
	}
	if p.found == nil {
		return refuse("Sync %s would write %s of the tab %q, where something stands already: %s%s. Nothing was changed. Move or delete "+
			"those cells, or let the sync begin elsewhere or in a tab of its own.", p.task.Sync.Name, p.blockOf(), p.title,
			strings.Join(shown, ", "), more)
	}
	return refuse("Sync %s now has %s, and in the tab %q something stands where they go: %s%s. Nothing was changed. Move or delete "+
		"those cells.", p.task.Sync.Name, plural(p.count, "row"), p.title, strings.Join(shown, ", "), more)
}

// checkMarks keeps our marks within what Google stores for a tab.
func (p *planner) checkMarks() error {
	n := 0
	for _, m := range p.tab.marks {
		n += len(m.key) + len(m.value)
	}
	for _, s := range p.slots {
		n += len(keyColumn) + len(p.task.target) + len(toJSON(p.stateOf(s)))
	}
	if n > mostMetadata {
		return refuse("A tab of Google Sheets has room to mark about 250 columns as ours, and sync %s has %d: select fewer, or "+
			"shorten their names.", p.task.Sync.Name, len(p.slots))
	}
	return nil
}
