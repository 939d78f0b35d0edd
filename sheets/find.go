package sheets

import (
	"fmt"
	"slices"

	"clipsheet/clips"
)

// found is a target where a layout has it.
type found struct {
	tab   *tab
	state state
	mark  mark // of the state
	top   int  // the row of the headings; of the cell itself, for a value
	last  int  // the last row; top when there are none below it

	deleted bool // people deleted the last row, so last is where the cells end
	columns []owned
}

// owned is a column of the sheet that carries our mark.
type owned struct {
	columnState
	at   int
	mark mark
}

// find looks for a target by its marks. nil is one that is not there, or on a tab that the layout does not have.
func (l *layout) find(t task) (*found, error) {
	for _, tab := range l.tabs {
		f := tab.stateOf(t.target, l.id)
		if f == nil {
			continue
		}
		tops := lines(tab.onRows, keyTop, t.target)
		f.columns = tab.owned(t.target)
		switch {
		case len(tops) == 0:
			return nil, f.lost(t, "The row with its headings")
		case !slices.ContainsFunc(f.columns, func(o owned) bool { return o.Role != isFill }):
			return nil, f.lost(t, "Each of its columns")
		}
		f.top = tops[0]
		f.findLast(t)
		return f, nil
	}
	return nil, nil
}

// stateOf reads the state of a target on a tab. A tab or a spreadsheet that somebody copied has the marks of its
// original, which name another tab or spreadsheet.
func (t *tab) stateOf(target, spreadsheet string) *found {
	var newest *found
	for _, m := range marked(t.marks, keyTarget, "") {
		s, ok := fromJSON[state](m.value)
		ours := ok && s.Target == target && s.Spreadsheet == spreadsheet && s.Sheet == t.id
		if ours && (newest == nil || s.Fence > newest.state.Fence) {
			newest = &found{tab: t, state: s, mark: m}
		}
	}
	return newest
}

// lost is a target that is there in part. What is left of it cannot be told from what people put beside it.
func (f *found) lost(t task, what string) error {
	return refuse("%s in the tab %q was deleted, so sync %s no longer knows where its cells are. Bring it back (Edit, Undo, "+
		"or the version history of the spreadsheet), or delete the tab %q and add an empty one called %q to begin anew.",
		what, f.tab.title, t.Sync.Name, f.tab.title, t.title())
}

// findLast is the row with our mark. Without one (people deleted it, or rows with it) it is where the cells of all
// columns end, not further than they went: what is below may be somebody's.
func (f *found) findLast(t task) {
	if rows := lines(f.tab.onRows, keyLast, t.target); len(rows) > 0 {
		f.last = max(f.top, rows[len(rows)-1])
		return
	}
	f.deleted = true
	f.last = f.top
	for f.last < f.top+f.state.Rows && f.holds(f.last+1) {
		f.last++
	}
}

// holds tells whether any of the columns has something in a row.
func (f *found) holds(row int) bool {
	return slices.ContainsFunc(f.columns, func(o owned) bool { return o.Role != isFill && !f.tab.at(row, o.at).empty() })
}

// owned are the columns with marks of a target, from left to right. Of two with the same name the first counts.
func (t *tab) owned(target string) []owned {
	var all []owned
	for _, at := range lines(t.onCols, keyColumn+target, "") {
		for _, m := range marked(t.onCols[at], keyColumn+target, "") {
			s, ok := fromJSON[columnState](m.value)
			if ok && !slices.ContainsFunc(all, func(o owned) bool { return o.Name == s.Name && o.Role == s.Role }) {
				all = append(all, owned{s, at, m})
			}
		}
	}
	return all
}

// refuse is a push that cannot be until somebody changes something in the spreadsheet.
func refuse(format string, a ...any) *clips.Error {
	return &clips.Error{Kind: clips.KindTarget, Notice: fmt.Sprintf(format, a...)}
}
