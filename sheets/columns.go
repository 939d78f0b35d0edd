package sheets

import (
	"fmt"
	"slices"

	"clipsheet/clips"
)

// slot is a column of the sheet as a plan leaves it.
type slot struct {
	at   int // in the sheet
	from int // the column of the result; none when the clip has it no longer
	owned

	added bool // its cells have never been ours
	drop  bool // the clip has it no longer, since this run
	blank bool // rows that the result does not have become empty in it, rather than stay
}

// none is a column or row of the result that there is not.
const none = -1

// columnNotes are what people should know of columns that changed.
const (
	noteRenamed = "Column %q is called %q now; formulas that point to it go on."
	noteAdded   = "Column %q is new; it stands at the right edge."
	noteDropped = "The clip no longer has column %q: its heading is left in grey, for formulas that point to it."
	noteBack    = "Column %q is back."
	noteMissing = "Column %q had been deleted in the sheet; it was added again at the right edge. To be rid of it, take it out of the clip."
)

// matchColumns finds for each column of the result its column of the sheet. The sheet's order is people's own: a column
// is where its mark is. What has none goes to the right edge.
func (p *planner) matchColumns() error {
	have := p.ownColumns()
	taken := make([]bool, len(have))
	match := make([]int, len(p.want.columns)) // of the result's columns, in have
	for i, c := range p.want.columns {
		match[i] = slices.IndexFunc(have, func(o owned) bool { return o.Name == c.name && o.Role != isFill })
		if match[i] >= 0 {
			taken[match[i]] = true
		}
	}
	p.matchRenamed(have, taken, match)
	var added []int
	for i, at := range match {
		if at < 0 {
			added = append(added, i)
			continue
		}
		p.slots = append(p.slots, slot{at: have[at].at, from: i, owned: have[at], blank: p.isPeriod(i)})
		p.noteMatch(have[at], p.want.columns[i].name)
	}
	for i, o := range have {
		if !taken[i] && o.Role == isData {
			p.drop(o)
		}
	}
	if err := p.addColumns(added); err != nil {
		return err
	}
	slices.SortFunc(p.slots, func(a, b slot) int { return a.at - b.at })
	return nil
}

func (p *planner) ownColumns() []owned {
	if p.found == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.found.columns), func(o owned) bool { return o.Role == isFill })
}

// matchRenamed takes a column for the same under a new name when it is the only one that came, another is the only one
// that went, and both are of one type and in one place.
func (p *planner) matchRenamed(have []owned, taken []bool, match []int) {
	came, went := slices.Index(match, none), none
	if came < 0 || slices.Index(match[came+1:], none) >= 0 {
		return
	}
	for i, o := range have {
		if taken[i] || o.Role != isData {
			continue
		}
		if went >= 0 {
			return
		}
		went = i
	}
	c := p.want.columns[came]
	if went < 0 || have[went].Index != came || have[went].Type != c.kind.String() {
		return
	}
	match[came], taken[went] = went, true
}

func (p *planner) noteMatch(o owned, name string) {
	switch {
	case o.Role == isGone:
		p.notef(noteBack, name)
	case o.Name != name:
		p.notef(noteRenamed, o.Name, name)
	}
}

// drop leaves the heading of a column that the clip has no longer. Its cells go, unless the mode keeps what was written.
func (p *planner) drop(o owned) {
	p.notef(noteDropped, o.Name)
	p.slots = append(p.slots, slot{at: o.at, from: none, owned: o, drop: true, blank: p.task.Sync.Mode != clips.SyncAppend})
}

// addColumns makes room for columns that the sheet does not have.
func (p *planner) addColumns(added []int) error {
	if len(added) == 0 {
		return nil
	}
	left := p.left
	if p.found != nil {
		left = p.rightEdge()
		p.insertColumns(left, len(added))
	}
	for i, from := range added {
		p.slots = append(p.slots, slot{at: left + i, from: from, added: true, blank: p.isPeriod(from)})
		if p.found != nil && p.task.Sync.Mode != clips.SyncColumn {
			p.notef(p.addedNote(from), p.want.columns[from].name)
		}
	}
	return nil
}

// addedNote tells a column that is new in the clip from one that people deleted: the result is the one that is there
// already.
func (p *planner) addedNote(from int) string {
	if p.found.state.Digest == p.digest {
		return noteMissing
	}
	return noteAdded
}

// rightEdge is the column after the last that is ours.
func (p *planner) rightEdge() int {
	edge := 0
	for _, o := range p.ownColumns() {
		edge = max(edge, o.at+1)
	}
	return edge
}

// insertColumns makes n columns at the right edge. At the end of the grid nothing has to move.
func (p *planner) insertColumns(at, n int) {
	if at < p.tab.cols {
		p.ahead = append(p.ahead, insertColumns(p.tab.id, at, n))
	} else {
		p.ahead = append(p.ahead, grow(p.tab.id, "COLUMNS", n))
	}
	p.tab = p.tab.shifted(at, n)
	p.found = p.found.shifted(p.tab, p.task.target)
}

// shifted is the target on a tab whose columns moved.
func (f *found) shifted(tab *tab, target string) *found {
	s := *f
	s.tab, s.columns = tab, tab.owned(target)
	return &s
}

// stateOf is what the mark of a slot shall say.
func (p *planner) stateOf(s slot) columnState {
	if s.drop {
		gone := s.columnState
		gone.Role = isGone
		return gone
	}
	c := p.want.columns[s.from]
	now := columnState{Name: c.name, Type: c.kind.String(), Index: s.from, Kind: c.look.kind, Look: c.look.pattern}
	if p.isPeriod(s.from) {
		now.Role = isPeriod
	}
	return now
}

// isPeriod tells whether a column of the result is that of the period.
func (p *planner) isPeriod(from int) bool { return p.task.Sync.Mode == clips.SyncColumn && from == 1 }

// heading is that of a slot; one that the clip no longer has keeps its own.
func (p *planner) heading(s slot) cell {
	if s.from == none {
		return p.tab.at(p.top, s.at)
	}
	return textCell(p.want.columns[s.from].heading)
}

func (p *planner) notef(format string, a ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, a...))
}
