package sheets

// asOfCell is where the moment of the data is written.
type asOfCell struct {
	place
	fresh bool // it has no mark yet
}

// placeAsOf finds the cell by its marks, or where the sync says while it has none.
func (p *planner) placeAsOf() error {
	setting := p.task.Sync.AsOfCell
	if p.found != nil && p.found.state.AsOf != setting {
		p.leaveAsOf()
	}
	if setting == "" || p.task.Info.Header.AsOf.IsZero() {
		return nil
	}
	if at, ok := p.tab.asOf(p.task.target); ok && p.found != nil && p.found.state.AsOf == setting {
		p.asOf = &asOfCell{place: at}
		return nil
	}
	row, col, ok := parseCell(setting)
	if !ok {
		return badSync("Sync %s writes the moment of its data to %q, which is no cell: write one like H1.", p.task.Sync.Name, setting)
	}
	p.asOf = &asOfCell{place{row, col}, true}
	if p.blockOf().has(row, col) {
		return badSync("Sync %s writes the moment of its data to %s, which is among its own cells (%s): choose one above or beside them.",
			p.task.Sync.Name, setting, p.blockOf())
	}
	if p.tab.taken(row, col) {
		p.asOf = nil
		p.notef("The moment of the data was not written: something stands in %s already. Choose an empty cell.", setting)
	}
	return nil
}

// asOf is the cell with the marks.
func (t *tab) asOf(target string) (place, bool) {
	rows, cols := lines(t.onRows, keyAsOf, target), lines(t.onCols, keyAsOf, target)
	if len(rows) == 0 || len(cols) == 0 {
		return place{}, false
	}
	return place{rows[0], cols[0]}, true
}

// leaveAsOf empties the cell there was before, if it still holds a moment.
func (p *planner) leaveAsOf() {
	if at, ok := p.tab.asOf(p.task.target); ok && p.tab.at(at.row, at.col).kind == isNumber {
		p.behind = append(p.behind, wipe(p.sheet, area{at.row, at.col, at.row + 1, at.col + 1}))
	}
	for _, on := range []map[int][]mark{p.tab.onRows, p.tab.onCols} {
		for _, at := range lines(on, keyAsOf, p.task.target) {
			for _, m := range marked(on[at], keyAsOf, p.task.target) {
				p.behind = append(p.behind, m.remove())
			}
		}
	}
}

// writeAsOf writes the moment as the clocks of the spreadsheet show it. It counts as a change of its own: that the
// same numbers are true at a later moment is news.
func (p *planner) writeAsOf() {
	if p.asOf == nil {
		return
	}
	a := area{p.asOf.row, p.asOf.col, p.asOf.row + 1, p.asOf.col + 1}
	moment := numberCell(serialIn(p.task.Info.Header.AsOf, p.layout.zone))
	if p.tab.at(a.top, a.left) != moment {
		p.behind = append(p.behind, write(p.sheet, a, []cell{moment}))
	}
	if !p.asOf.fresh {
		return
	}
	sign := mark{key: keyAsOf, value: p.task.target}
	p.behind = append(p.behind, look{"DATE_TIME", "yyyy-mm-dd hh:mm:ss"}.set(p.sheet, a),
		sign.create(onRow(p.sheet, a.top)), sign.create(onColumn(p.sheet, a.left)))
}
