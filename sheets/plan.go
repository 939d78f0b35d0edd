package sheets

import (
	"slices"
	"strconv"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// plan is what has to be sent so that a target holds a result. It is made of a layout, a task and a result alone.
type plan struct {
	task  task
	sheet int64  // the tab
	title string // of the tab
	fresh bool   // the tab is made by the plan
	from  state  // where it starts
	step  int    // where it leads, within the run

	ahead  []*gsheets.Request // makes room: the tab, its rows and columns, and the guard
	runs   []area             // cells to write
	behind []*gsheets.Request // formats, formulas, notes, marks

	write  bool // there is something to send
	grid   int  // cells that the plan adds to the grid
	rows   int  // of the target, afterwards
	cells  int64
	sample []clips.CellChange
	notes  []string
	info   []cell // its row in the tab _clipsheet

	block   area                            // where the target was and will be, with people's columns in between
	columns []int                           // of the block, those that are its own
	wanted  func(row, col int) (cell, bool) // what a cell shall hold; not ok when it stays as it is
	held    func(row, col int) cell         // what it held
	before  func() image                    // what an undo needs; nil when it cannot be undone
}

// planner makes a plan, step by step; each step reads what those before it found.
type planner struct {
	plan
	layout *layout
	want   *result
	digest string

	tab   *tab   // as the requests so far leave it
	found *found // nil when the target is new
	top   int    // the row of the headings
	left  int    // the first column of a new target
	first int    // the first row of values
	old   int    // rows there were
	count int    // rows there will be
	slots []slot

	source    []int   // for each row, that of the result; none for one that stays as it is
	bySheet   []*slot // slots by their column
	overKept  bool    // runs may go over cells that stay as they are
	formatted int     // rows that had their formats before
	taken     int     // rows of the result that an append has now taken
	prefix    string  // their digest
	asOf      *asOfCell
	final     bool // something goes that an undo cannot bring back
}

// makePlan decides what a push has to change, and writes nothing. What is in the way is a *clips.Error.
func makePlan(l *layout, t task, want *result) (*plan, error) {
	p := &planner{layout: l, want: want, digest: t.digestOf(l.zone)}
	p.task = t
	if t.blind {
		return p.unseen()
	}
	steps := []func() error{p.shape, p.settle, p.trimPeriods, p.matchColumns, p.mapRows, p.placeAsOf, p.makeRoom, p.inTheWay,
		p.diff, p.decorate, p.sign}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &p.plan, nil
}

// unseen is the plan for a large target whose result is the one it holds: its cells were not read, and stay.
func (p *planner) unseen() (*plan, error) {
	for _, step := range []func() error{p.shape, p.settle, p.matchColumns, p.keepAll, p.placeAsOf, p.makeRoom, p.decorate, p.sign} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &p.plan, nil
}

func (p *planner) keepAll() error {
	p.keepRows()
	p.count, p.taken, p.prefix = p.old, p.found.state.Taken, p.found.state.Prefix
	p.index()
	p.wanted = func(int, int) (cell, bool) { return cell{}, false }
	p.held = p.tab.at
	return nil
}

// shape fits the result to the mode.
func (p *planner) shape() error {
	n := len(p.want.columns)
	switch p.task.Sync.Mode {
	case clips.SyncValue:
		if n == 0 {
			return badSync("The clip has no column, so there is no value to write: select one.")
		}
		p.want = p.want.corner()
	case clips.SyncColumn:
		if n != 2 {
			return badSync("Sync %s writes a column for each period and takes two columns, the names of the rows and their values, "+
				"but the clip has %d: select two.", p.task.Sync.Name, n)
		}
		p.want = p.want.forPeriod(p.task.label)
	case clips.SyncReplace, clips.SyncAppend, clips.SyncUpsert, clips.SyncSnapshot:
		if n == 0 {
			return badSync("The clip has no columns, so there is nothing to write: select some.")
		}
	default:
		return badSync("Sync %s has a mode %q: use replace, append, upsert, snapshot, column or value.", p.task.Sync.Name, p.task.Sync.Mode)
	}
	return nil
}

// corner is the first value of a result; without rows an empty one.
func (r *result) corner() *result {
	c := &result{columns: slices.Clone(r.columns[:1]), cells: make([]cell, 1)}
	c.columns[0].name = "value"
	if r.rows() > 0 {
		c.cells[0] = r.cells[0]
	}
	return c
}

// forPeriod is a result whose second column goes by the period.
func (r *result) forPeriod(label string) *result {
	c := &result{columns: slices.Clone(r.columns), cells: r.cells}
	c.columns[1].name, c.columns[1].heading = label, label
	return c
}

// settle finds where the target is, or will be.
func (p *planner) settle() error {
	f, err := p.layout.find(p.task)
	if err != nil {
		return err
	}
	if f == nil {
		return p.settleNew()
	}
	if err := p.follow(f.state); err != nil {
		return err
	}
	if form(p.task.Sync.Mode) != form(clips.SyncMode(f.state.Mode)) {
		return refuse("Sync %s wrote the tab %q with mode %s and now has mode %s, which keeps rows in another way. Delete the tab "+
			"and add an empty one called %q to begin anew, or set the mode back.", p.task.Sync.Name, f.tab.title, f.state.Mode,
			p.task.Sync.Mode, p.task.title())
	}
	p.found, p.tab = f, f.tab
	p.sheet, p.title = f.tab.id, f.tab.title
	p.top, p.first, p.old = f.top, f.top, 1
	if p.task.headed() {
		p.first, p.old = f.top+1, f.last-f.top
	}
	moved := p.old - f.state.Rows
	p.formatted = max(0, f.state.Formatted+moved)
	if moved != 0 && p.task.headed() {
		p.notef("People inserted or deleted rows: there were %d, and %d were expected.", p.old, f.state.Rows)
	}
	if p.task.Sync.Mode == clips.SyncColumn {
		p.keepKeyName()
	}
	return nil
}

// form is what modes have in common that may follow one another in one place.
func form(m clips.SyncMode) clips.SyncMode {
	switch m {
	case clips.SyncAppend, clips.SyncUpsert:
		return clips.SyncReplace
	}
	return m
}

// keepKeyName lets the column of names be the same whatever the clip calls it.
func (p *planner) keepKeyName() {
	for _, o := range p.found.columns {
		if o.Role == isData {
			p.want.columns[0].name = o.Name
		}
	}
}

// follow begins at a state, unless a newer run left it. One of this very run is an earlier try that did arrive: what it
// left to do is done by another batch.
func (p *planner) follow(s state) error {
	if s.Fence > p.task.Fence || s.Fence == p.task.Fence && s.Run != p.task.Run {
		return superseded(p.task, s)
	}
	if p.from = s; s.Fence == p.task.Fence {
		p.step = s.Step + 1
	}
	return nil
}

func superseded(t task, s state) *clips.Error {
	return &clips.Error{Kind: clips.KindSuperseded, Notice: "A newer run (" + strconv.FormatInt(s.Run, 10) + ") of sync " + t.Sync.Name +
		" has written the spreadsheet already, so this one was left out."}
}
