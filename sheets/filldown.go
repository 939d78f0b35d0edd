package sheets

import (
	"slices"
	"strings"
)

// fillDown lets the formulas in people's columns go on to the last row, and ends them there. Which columns is said by
// their headings; once found, they carry a mark of ours and may be renamed.
func (p *planner) fillDown() {
	for _, heading := range p.task.Sync.FillDown {
		col, ok := p.fillColumn(heading)
		if !ok {
			p.notef("No column of the tab %q is headed %q, so no formulas were filled down.", p.title, heading)
			continue
		}
		if !p.task.blind {
			p.fill(heading, col)
		}
	}
}

func (p *planner) fillColumn(heading string) (int, bool) {
	if p.found != nil {
		if col, ok := p.found.fillColumn(heading); ok {
			return col, true
		}
	}
	return p.tab.headed(p.top, heading, p.columnsAt())
}

// fillColumn is the column with our mark for a heading.
func (f *found) fillColumn(heading string) (int, bool) {
	for _, o := range f.columns {
		if o.Role == isFill && o.Name == heading {
			return o.at, true
		}
	}
	return 0, false
}

// headed finds the first column with a heading that is none of ours.
func (t *tab) headed(row int, heading string, ours []int) (int, bool) {
	for col := range t.cols {
		if strings.TrimSpace(t.at(row, col).String()) == heading && !slices.Contains(ours, col) {
			return col, true
		}
	}
	return 0, false
}

func (p *planner) columnsAt() []int {
	var all []int
	for _, s := range p.slots {
		all = append(all, s.at)
	}
	return all
}

// fill copies the nearest formula above into each empty cell, and takes away what stands beyond the last row. The
// first formula stays when there are no rows, for the day when there are some again.
func (p *planner) fill(heading string, col int) {
	formula := func(row int) bool { return p.tab.at(row, col).computes() }
	end := p.first + p.count
	from := none
	for row := p.first; row < max(end, p.first+1) && from == none; row++ {
		if formula(row) {
			from = row
		}
	}
	if from == none {
		p.notef("Column %q has no formula in the rows of sync %s yet: enter one in the first of them.", heading, p.task.Sync.Name)
		return
	}
	if spills(p.tab.at(from, col).text) {
		p.notef("Column %q goes on by itself (%s), so it was not filled down.", heading, short(p.tab.at(from, col).text))
		return
	}
	for row := p.first; row < end; row++ {
		switch {
		case formula(row):
			from = row
		case !p.tab.taken(row, col):
			to := row + 1
			for to < end && !p.tab.taken(to, col) {
				to++
			}
			p.behind = append(p.behind, paste("PASTE_FORMULA", area{from, col, from + 1, col + 1}.grid(p.sheet),
				area{row, col, to, col + 1}.grid(p.sheet)))
			row = to - 1
		}
	}
	for row := max(end, p.first+1); row < p.first+p.old; row++ {
		if formula(row) {
			to := row + 1
			for to < p.first+p.old && formula(to) {
				to++
			}
			p.behind = append(p.behind, wipe(p.sheet, area{row, col, to, col + 1}))
			row = to
		}
	}
}

// spills tells whether a formula fills the cells below by itself.
func spills(formula string) bool {
	name, _, _ := strings.Cut(strings.ToUpper(strings.TrimLeft(formula, "= ")), "(")
	return slices.Contains([]string{"ARRAYFORMULA", "MAP", "BYROW", "FILTER", "SORT", "UNIQUE", "QUERY", "SEQUENCE", "IMPORTRANGE"},
		strings.TrimSpace(name))
}
