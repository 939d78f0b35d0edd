package sheets

import (
	"context"
	"slices"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// decide makes the plan of a job, reading on where the first look was not enough.
func (r *remote) decide(ctx context.Context, j *job) error {
	f, err := r.locate(ctx, j)
	if err != nil {
		return err
	}
	j.tell("plan", 0, 0)
	j.task.large, j.task.blind, j.info = !j.task.small(), false, nil
	if j.undo != nil {
		return r.decideUndo(ctx, j, f)
	}
	want, err := newResult(j.task.Info.Header, j.task.Formats, j.layout.zone)
	if err != nil {
		return err
	}
	if j.task.blind = j.unchanged(f, want); !j.task.blind {
		if err := j.load(want); err != nil {
			return err
		}
		if err := r.readRest(ctx, j, f, want); err != nil {
			return err
		}
	}
	if j.plan, err = makePlan(j.layout, j.task, want); err != nil {
		return err
	}
	j.settle()
	return r.readInfo(ctx, j)
}

// readInfo makes the tab _clipsheet known to a job that writes there: its cells, or that there is none.
func (r *remote) readInfo(ctx context.Context, j *job) (err error) {
	if !j.task.Sync.InfoTab || j.settled {
		return nil
	}
	if j.layout.knowsInfo() {
		j.info = j.layout
		return nil
	}
	j.info, err = r.read(ctx, maskTarget, []*gsheets.DataFilter{lookup(gsheets.DeveloperMetadataLookup{MetadataKey: keyInfo})})
	if err == nil && !j.info.knowsInfo() {
		j.info, err = r.readWhole(ctx)
	}
	return err
}

func (r *remote) decideUndo(ctx context.Context, j *job, f *found) (err error) {
	if err := r.readRest(ctx, j, f, &result{}); err != nil {
		return err
	}
	j.plan, err = makeUndo(j.layout, j.task, *j.undo)
	if err == nil {
		j.settle()
	}
	return err
}

// settle ends a job that has nothing to write, or may not.
func (j *job) settle() {
	j.describe()
	j.settled = !j.plan.write || j.task.DryRun
}

// describe tells what the plan comes to. A second round adds to what the first one did.
func (j *job) describe() {
	if j.landed {
		return
	}
	j.out.Rows, j.out.Cells = int64(j.plan.rows), j.plan.cells
	j.out.Sample, j.out.Notes = j.plan.sample, j.plan.notes
}

// locate finds the target, or the place for a new one, for which all tabs have to be known.
func (r *remote) locate(ctx context.Context, j *job) (*found, error) {
	if j.layout != nil {
		f, err := j.layout.find(j.task)
		if f != nil || err != nil || j.undo != nil {
			return f, err
		}
		if j.task.first() && j.layout.titled(j.task.title()) != nil {
			return nil, nil
		}
	}
	whole, err := r.readWhole(ctx)
	if err != nil {
		return nil, err
	}
	j.layout = whole
	if whole.has(j.task.target) {
		// It came after the first look, or its rows have lost their marks.
		l, err := r.read(ctx, maskTarget, filtersOf([]*job{j}))
		if err != nil {
			return nil, err
		}
		if f, err := l.find(j.task); f != nil || err != nil {
			j.layout = l
			return f, err
		}
		return whole.find(j.task)
	}
	return nil, r.readTab(ctx, j)
}

// has tells whether any tab carries the state of a target.
func (l *layout) has(target string) bool {
	return slices.ContainsFunc(l.tabs, func(t *tab) bool { return t.stateOf(target, l.id) != nil })
}

// readTab reads the tab on which a new target begins, if there is one.
func (r *remote) readTab(ctx context.Context, j *job) error {
	at := slices.IndexFunc(j.layout.tabs, func(t *tab) bool { return t == j.layout.titled(j.task.title()) })
	if at < 0 || j.task.Sync.Mode == clips.SyncSnapshot || !j.layout.tabs[at].grid {
		return nil
	}
	id := j.layout.tabs[at].id
	all := &gsheets.GridRange{SheetId: id, ForceSendFields: []string{"SheetId"}}
	l, err := r.read(ctx, maskTab, []*gsheets.DataFilter{{GridRange: all}})
	if err == nil && l.tab(id) != nil {
		j.layout.tabs[at] = l.tab(id)
	}
	return err
}

// unchanged tells whether a large target holds the result already, by its digest and its shape. What people did to
// single cells of it is put right when the result changes.
func (j *job) unchanged(f *found, want *result) bool {
	if f == nil || !j.task.large || f.deleted || f.state.Digest != j.task.digestOf(j.layout.zone) || !j.task.headed() ||
		f.state.Mode != string(j.task.Sync.Mode) || f.last-f.top != f.state.Rows {
		return false
	}
	missing := slices.ContainsFunc(want.columns, func(c column) bool {
		return !slices.ContainsFunc(f.columns, func(o owned) bool { return o.Name == c.name && o.Role == isData })
	})
	return !missing && len(j.unmarked(f)) == 0
}

// unmarked are the columns to fill down that carry no mark yet.
func (j *job) unmarked(f *found) []int {
	var all []int
	for _, heading := range j.task.Sync.FillDown {
		if _, ok := f.fillColumn(heading); ok {
			continue
		}
		var ours []int
		for _, o := range f.columns {
			ours = append(ours, o.at)
		}
		if col, ok := f.tab.headed(f.top, heading, ours); ok {
			all = append(all, col)
		}
	}
	return all
}

// load reads the rows of the result.
func (j *job) load(want *result) error {
	rows := j.task.Rows()
	defer rows.Close()
	most := -1
	if j.task.Sync.Mode == clips.SyncValue {
		most = 1
	} else {
		want.cells = make([]cell, 0, int(j.task.Info.Rows)*len(want.columns))
	}
	return want.load(rows, most)
}

// readRest reads the cells that a plan looks at and nobody has read yet: of a large target, of columns to fill down,
// of a new as-of cell.
func (r *remote) readRest(ctx context.Context, j *job, f *found, want *result) error {
	if f == nil {
		return nil
	}
	if areas := j.unread(f, want); len(areas) > 0 {
		return r.readValues(ctx, f.tab, areas)
	}
	return nil
}

func (j *job) unread(f *found, want *result) []area {
	columns := j.unmarked(f)
	for _, o := range f.columns {
		columns = append(columns, o.at)
	}
	columns = slices.DeleteFunc(columns, func(col int) bool {
		_, known := f.tab.columns[col]
		return known
	})
	top := 0
	if j.task.Sync.Mode == clips.SyncAppend && j.undo == nil && len(j.task.key()) == 0 && len(j.task.Sync.FillDown) == 0 && f.continues(want) {
		top = f.last // what is above stays as it is
	}
	areas := stretches(columns)
	for i := range areas {
		areas[i].top, areas[i].bottom = top, f.tab.rows
	}
	if row, col, ok := parseCell(j.task.Sync.AsOfCell); ok && row < f.tab.rows && col < f.tab.cols {
		if _, marked := f.tab.asOf(j.task.target); !marked || f.state.AsOf != j.task.Sync.AsOfCell {
			areas = append(areas, area{row, col, row + 1, col + 1})
		}
	}
	return areas
}
