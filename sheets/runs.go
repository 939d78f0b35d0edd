package sheets

import (
	"clipsheet/clips"
)

// A request costs about as many bytes as four cells, so two changed cells with up to four others between them are sent
// as one run. When there are too many runs all the same, ever longer stretches are bridged.
const (
	bridge   = 4
	mostRuns = mostRequests / 2
)

// diff finds the cells that are not what they shall be, in runs.
func (p *planner) diff() error {
	p.index()
	p.wanted, p.held = p.wantedAt, p.tab.at
	return p.compare()
}

func (p *planner) compare() error {
	p.tally()
	for reach := bridge; ; reach *= 8 {
		p.runs = nil
		for _, s := range p.segments() {
			p.runs = append(p.runs, p.runsOf(s, reach)...)
		}
		if len(p.runs) <= mostRuns {
			return nil
		}
		if reach > mostCells {
			return &clips.Error{Kind: clips.KindTooLarge, Notice: "The cells to change are too scattered among formulas that people " +
				"put between them: " + grouped(len(p.runs)) + " pieces. Let the sync write to a tab of its own."}
		}
		p.overKept = true
	}
}

// index finds slots by their column.
func (p *planner) index() {
	p.bySheet = make([]*slot, p.slots[len(p.slots)-1].at+1)
	for i := range p.slots {
		p.bySheet[p.slots[i].at] = &p.slots[i]
	}
}

// wantedAt is what a cell of the target shall hold; not ours is one that stays as it is.
func (p *planner) wantedAt(row, col int) (c cell, ours bool) {
	s := p.bySheet[col]
	if row < p.first {
		return p.heading(*s), s.from != none
	}
	i := row - p.first
	switch {
	case s.from == none:
		return cell{}, s.blank && i < p.old
	case i >= p.count:
		return cell{}, s.Role != isGone // of a column that is back, what stands there came later
	case p.source[i] == none:
		return cell{}, s.blank
	}
	return p.want.at(p.source[i], s.from), true
}

// cellAt is what a cell holds in the end.
func (p *plan) cellAt(row, col int) cell {
	if c, ours := p.wanted(row, col); ours {
		return c
	}
	return p.held(row, col)
}

func (p *planner) changed(row, col int) bool {
	c, ours := p.wanted(row, col)
	return ours && !p.held(row, col).same(c)
}

// kindOf is the type of a column; of one that the clip has no longer nobody knows it.
func (p *planner) kindOf(s slot) clips.Type {
	if s.from == none {
		return clips.Other
	}
	return p.want.columns[s.from].kind
}

// tally counts the cells that change, and shows some.
func (p *planner) tally() {
	const most = 20
	b := p.blockOf()
	for row := b.top; row < b.bottom; row++ {
		for _, s := range p.slots {
			if !p.changed(row, s.at) {
				continue
			}
			if p.cells++; len(p.sample) < most {
				kind := p.kindOf(s)
				p.sample = append(p.sample, clips.CellChange{Tab: p.title, Cell: cellName(row, s.at),
					Before: p.tab.at(row, s.at).shownAs(kind), After: p.cellAt(row, s.at).shownAs(kind)})
			}
		}
	}
}

// segments are the stretches of columns that stand side by side.
func (p *planner) segments() []area {
	b := p.blockOf()
	var all []area
	for _, s := range p.slots {
		if n := len(all); n > 0 && all[n-1].right == s.at {
			all[n-1].right++
			continue
		}
		all = append(all, area{b.top, s.at, b.bottom, s.at + 1})
	}
	return all
}

// runsOf goes down the rows of a segment and joins what changed to the runs above, where that is cheaper than a run of
// its own.
func (p *planner) runsOf(segment area, reach int) []area {
	var done, open []area
	for row := segment.top; row < segment.bottom; row++ {
		still := open[:0]
		for _, r := range open {
			if (row-r.bottom)*r.width() > reach {
				done = append(done, r)
				continue
			}
			still = append(still, r)
		}
		open = still
		for _, piece := range p.pieces(segment, row, reach) {
			open = p.join(open, piece, reach)
		}
	}
	return append(done, open...)
}

// pieces are the changed stretches of one row.
func (p *planner) pieces(segment area, row, reach int) []area {
	var all []area
	for col := segment.left; col < segment.right; col++ {
		if !p.changed(row, col) {
			continue
		}
		piece := area{row, col, row + 1, col + 1}
		if n := len(all); n > 0 {
			if between := (area{row, all[n-1].right, row + 1, col}); between.width() <= reach && p.mayBridge(between) {
				all[n-1].right = piece.right
				continue
			}
		}
		all = append(all, piece)
	}
	return all
}

// join adds a piece to the first run that can take it along.
func (p *planner) join(open []area, piece area, reach int) []area {
	for i, r := range open {
		both := r.around(piece)
		if both == r {
			return open
		}
		if both.cells()-r.cells()-piece.cells() > reach {
			continue
		}
		gaps := []area{ // what the two together have that neither has
			{r.bottom, both.left, piece.top, both.right},
			{r.top, both.left, r.bottom, r.left}, {r.top, r.right, r.bottom, both.right},
			{piece.top, both.left, piece.bottom, piece.left}, {piece.top, piece.right, piece.bottom, both.right},
		}
		if p.mayBridge(gaps...) && !meetsAnother(open, i, both) {
			open[i] = both
			return open
		}
	}
	return append(open, piece)
}

func meetsAnother(open []area, i int, a area) bool {
	for j, o := range open {
		if j != i && o.meets(a) {
			return true
		}
	}
	return false
}

// mayBridge tells whether cells that stay as they are may be written with what they hold. Those of rows that the
// result does not have are left alone while that is possible, and always when they are formulas.
func (p *planner) mayBridge(areas ...area) bool {
	for _, a := range areas {
		for row := a.top; row < a.bottom && a.width() > 0; row++ {
			for col := a.left; col < a.right; col++ {
				if _, ours := p.wanted(row, col); !ours && (!p.overKept || p.tab.at(row, col).computes()) {
					return false
				}
			}
		}
	}
	return true
}
