package sheets

import (
	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// settleNew places a target that has no marks yet: at its A1 address on the tab with its title, which is added when
// there is none.
func (p *planner) settleNew() error {
	top, left, ok := parseCell(p.task.Sync.At)
	if p.task.Sync.At == "" {
		top, left, ok = 0, 0, true
	}
	if !ok {
		return badSync("Sync %s begins at %q, which is no cell: write one like A1.", p.task.Sync.Name, p.task.Sync.At)
	}
	p.top, p.first, p.left = top, top, left
	if p.task.headed() {
		p.first++
	}
	p.tab = p.layout.titled(p.task.title())
	if p.task.Sync.Mode == clips.SyncSnapshot && p.tab != nil {
		p.tab = nil // somebody's; a snapshot goes on a tab of its own
	}
	if p.tab == nil {
		return p.addTab()
	}
	p.sheet, p.title = p.tab.id, p.tab.title
	if !p.tab.grid {
		return refuse("The tab %q has no cells: it shows a chart or a connected table. Choose another tab for sync %s.",
			p.tab.title, p.task.Sync.Name)
	}
	return nil
}

// addTab makes the tab of a target. One that was there before and is gone was deleted by people, who may have meant it.
func (p *planner) addTab() error {
	if _, was := p.home(); was && p.task.Sync.Mode != clips.SyncSnapshot {
		return refuse("The tab that sync %s wrote was deleted. To begin anew, add an empty tab called %q to the spreadsheet; to be "+
			"rid of the sync, pause or delete it.", p.task.Sync.Name, p.task.title())
	}
	p.fresh = true
	p.sheet = p.layout.freeID("tab", p.layout.id, p.task.target)
	p.title = p.layout.freeTitle(p.task.title())
	p.tab = newTab(p.sheet, p.title)
	p.tab.index = len(p.layout.tabs) + p.task.newer
	return nil
}

// home is the mark on the spreadsheet that tells of the target.
func (p *planner) home() (mark, bool) {
	for _, m := range marked(p.layout.marks, keyHome, "") {
		if h, ok := fromJSON[home](m.value); ok && h.Target == p.task.target {
			return m, true
		}
	}
	return mark{}, false
}

// A new tab has room for what people put beside a table, unless it is a snapshot, which is to be small: each cell of
// the grid counts towards Google's ten millions, also an empty one.
const (
	newRows = 100
	newCols = 26
)

// makeRoom makes the grid as large as the target needs. It only ever grows: rows that are deleted and come back leave
// #REF! in the formulas that pointed at them.
func (p *planner) makeRoom() error {
	rows, cols := p.first+max(p.count, 1), p.slots[len(p.slots)-1].at+1
	if p.asOf != nil {
		rows, cols = max(rows, p.asOf.row+1), max(cols, p.asOf.col+1)
	}
	if p.fresh {
		if p.task.Sync.Mode != clips.SyncSnapshot {
			rows, cols = max(rows, newRows), max(cols, newCols)
		}
		p.ahead = append([]*gsheets.Request{addTab(p.newTab(rows, cols))}, p.ahead...)
		p.grid, p.tab.rows, p.tab.cols = rows*cols, rows, cols
		return p.checkCells()
	}
	before := p.layout.tab(p.sheet)
	if n := cols - p.tab.cols; n > 0 {
		p.ahead = append(p.ahead, grow(p.sheet, "COLUMNS", n))
		p.tab = p.tab.shifted(p.tab.cols, n)
	}
	if n := rows - p.tab.rows; n > 0 {
		p.ahead = append(p.ahead, grow(p.sheet, "ROWS", n))
		larger := *p.tab
		larger.rows = rows
		p.tab = &larger
	}
	p.grid = p.tab.rows*p.tab.cols - before.rows*before.cols
	return p.checkCells()
}

// newTab keeps the headings in sight. A snapshot goes before the one of the period before, so that the newest is first.
func (p *planner) newTab(rows, cols int) *gsheets.SheetProperties {
	props := &gsheets.SheetProperties{
		SheetId: p.sheet, Title: p.title, Index: int64(p.tab.index), ForceSendFields: []string{"SheetId", "Index"},
		GridProperties: &gsheets.GridProperties{RowCount: int64(rows), ColumnCount: int64(cols)},
	}
	if p.task.headed() && p.top == 0 && rows > 1 {
		props.GridProperties.FrozenRowCount = 1
	}
	if earlier := p.snapshots(); len(earlier) > 0 {
		props.Index = int64(earlier[0].tab.index)
	}
	return props
}

// checkCells refuses what would take the spreadsheet over Google's limit, as far as the tabs are known; Google itself
// refuses a batch that does, and applies nothing of it.
func (p *planner) checkCells() error {
	if total := p.layout.cells() + p.grid; total > mostCells {
		return tooManyCells(p.task, p.grid, total)
	}
	if p.tab.cols > mostColumns {
		return &clips.Error{Kind: clips.KindTooLarge, Notice: "A tab of Google Sheets has room for 18,278 columns: select fewer."}
	}
	return nil
}

func tooManyCells(t task, more, total int) *clips.Error {
	return &clips.Error{Kind: clips.KindTooLarge, Notice: "Sync " + t.Sync.Name + " needs " + grouped(more) + " more cells, and the " +
		"spreadsheet would have " + grouped(total) + ": Google allows 10,000,000, the empty ones of every tab among them. Delete " +
		"rows, columns or tabs that nobody needs, select less, or write into another spreadsheet."}
}
