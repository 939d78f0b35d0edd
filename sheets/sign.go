package sheets

import (
	"slices"
	"time"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// sign ends a plan with the marks that tell the next one what is there. When there is nothing to do, none is written.
func (p *planner) sign() error {
	marks := p.columnMarks()
	defer p.publish()
	p.sweep()
	if len(p.ahead)+len(p.runs)+len(p.behind)+len(marks) == 0 && !p.moved() && !p.retold() {
		return nil
	}
	p.freshness()
	p.trimSnapshots()
	p.seal(marks)
	return nil
}

// publish hands over what else is known.
func (p *planner) publish() {
	p.plan.block, p.plan.columns, p.plan.rows = p.blockOf(), p.columnsAt(), p.count
	if !p.final {
		p.plan.before = p.image
	}
}

// seal adds the marks and the guard: from here on the plan is one to be sent.
func (p *planner) seal(marks []*gsheets.Request) {
	p.write = true
	p.behind = append(p.behind, marks...)
	p.behind = append(p.behind, p.rowMarks()...)
	p.behind = append(p.behind, p.stateMarks()...)
	guard := mark{p.from.guardID(p.task.target), keyGuard, toJSON(guardState{p.task.target, p.task.now.Unix()})}
	at := 0
	if p.fresh {
		at = 1 // after the tab it is on
	}
	p.ahead = slices.Insert(p.ahead, at, guard.create(onSheet(p.sheet)))
	p.info = p.infoRow()
}

// moved tells whether the last row is another one than the mark is on.
func (p *planner) moved() bool {
	return p.found == nil || p.found.deleted || p.task.headed() && p.found.last != p.top+p.count
}

// retold tells whether the state has to be written for its own sake: an append has to know what it took, and a large
// target is not read again while its digest is the same.
func (p *planner) retold() bool {
	if p.found == nil {
		return true
	}
	s := p.found.state
	return s.Taken != p.taken || s.Prefix != p.prefix || p.task.large && s.Digest != p.digest
}

// columnMarks are those of columns that are new or not what they were. A column's place in the clip alone is no reason.
func (p *planner) columnMarks() []*gsheets.Request {
	var all []*gsheets.Request
	for _, s := range p.slots {
		now := p.stateOf(s)
		was := s.columnState
		was.Index = now.Index
		switch {
		case s.added:
			all = append(all, mark{key: keyColumn + p.task.target, value: toJSON(now)}.create(onColumn(p.sheet, s.at)))
		case now != was:
			all = append(all, s.mark.update(toJSON(now)))
		}
	}
	for _, heading := range p.task.Sync.FillDown {
		if p.found != nil {
			if _, ok := p.found.fillColumn(heading); ok {
				continue
			}
		}
		if col, ok := p.fillColumn(heading); ok {
			fill := toJSON(columnState{Name: heading, Role: isFill})
			all = append(all, mark{key: keyColumn + p.task.target, value: fill}.create(onColumn(p.sheet, col)))
		}
	}
	return all
}

func (p *planner) rowMarks() []*gsheets.Request {
	var all []*gsheets.Request
	if p.found == nil {
		all = append(all, mark{key: keyTop, value: p.task.target}.create(onRow(p.sheet, p.top)))
	}
	if !p.task.headed() || !p.moved() {
		return all
	}
	for _, at := range lines(p.tab.onRows, keyLast, p.task.target) {
		for _, m := range marked(p.tab.onRows[at], keyLast, p.task.target) {
			all = append(all, m.remove())
		}
	}
	return append(all, mark{key: keyLast, value: p.task.target}.create(onRow(p.sheet, p.top+p.count)))
}

// stateMarks are the state, the guards that have done their duty, and where the target is at home.
func (p *planner) stateMarks() []*gsheets.Request {
	value := toJSON(state{
		Version: 1, Target: p.task.target, Sync: p.task.Sync.Name, Spreadsheet: p.layout.id, Sheet: p.sheet,
		Fence: p.task.Fence, Run: p.task.Run, Step: p.step, Digest: p.digest, Rows: p.count, Mode: string(p.task.Sync.Mode),
		Formatted: max(p.count, p.formatted), Taken: p.taken, Prefix: p.prefix, AsOf: p.task.Sync.AsOfCell,
	})
	var all []*gsheets.Request
	if p.found == nil {
		all = append(all, mark{key: keyTarget, value: value}.create(onSheet(p.sheet)))
		all = append(all, p.homeMarks()...)
	} else {
		all = append(all, p.found.mark.update(value))
	}
	for _, m := range marked(p.tab.marks, keyGuard, "") {
		if g, ok := fromJSON[guardState](m.value); ok && g.Target == p.task.target && p.older(g.At, guardFor) {
			all = append(all, m.remove())
		}
	}
	return all
}

func (p *planner) homeMarks() []*gsheets.Request {
	if p.task.Sync.Mode == clips.SyncSnapshot {
		return nil
	}
	var all []*gsheets.Request
	if m, ok := p.home(); ok {
		all = append(all, m.remove())
	}
	return append(all, mark{key: keyHome, value: toJSON(home{p.task.target, p.sheet})}.create(onSpreadsheet()))
}

// stageFor is how long a hidden tab may be on its way into place.
const stageFor = time.Hour

// sweep deletes hidden tabs that nobody will bring into place any more: those of earlier runs of this sync, since
// there is only one at a time, and others when they are old.
func (p *planner) sweep() {
	for _, t := range p.layout.tabs {
		for _, m := range marked(t.marks, keyStage, "") {
			s, ok := fromJSON[stageState](m.value)
			ours := ok && s.Target == p.task.Sync.Target && s.Fence < p.task.Fence
			if ours || ok && p.older(s.At, stageFor) {
				p.behind = append(p.behind, deleteTab(t.id))
			}
		}
	}
}

func (p *planner) older(unix int64, than time.Duration) bool {
	return p.task.now.Sub(time.Unix(unix, 0)) > than
}

// infoRow is what the tab _clipsheet says of the target.
func (p *planner) infoRow() []cell {
	moment := func(t time.Time) cell {
		if t.IsZero() {
			return cell{}
		}
		return numberCell(serialIn(t, p.layout.zone))
	}
	return []cell{textCell(p.task.Sync.Name), textCell(p.task.Sync.Clip.Slug), textCell(p.title), textCell(string(p.task.Sync.Mode)),
		numberCell(float64(p.count)), moment(p.task.Info.Header.AsOf), moment(p.task.now.Truncate(time.Second)),
		numberCell(float64(p.task.Run))}
}
