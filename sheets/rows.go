package sheets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"clipsheet/clips"
)

// mapRows decides for each row of the target which row of the result it holds.
func (p *planner) mapRows() error {
	n := p.want.rows()
	p.taken, p.prefix = 0, ""
	switch p.task.Sync.Mode {
	case clips.SyncAppend:
		return p.appendRows()
	case clips.SyncUpsert:
		return p.upsertRows(p.task.key())
	case clips.SyncColumn:
		return p.upsertRows([]string{p.want.columns[0].name})
	}
	for i := range n {
		p.source = append(p.source, i)
	}
	p.count = n
	return nil
}

// keepRows leaves the rows there are as they are.
func (p *planner) keepRows() {
	for range p.old {
		p.source = append(p.source, none)
	}
}

// appendRows adds the rows that were not written yet. With a key those are the rows whose key the sheet does not have.
// Without one, a result that begins with all the rows taken so far goes on after them, whatever people did to the
// sheet since; of any other result those rows are added that the sheet does not have as a whole: of two equal rows
// the second one when it has only the first.
func (p *planner) appendRows() error {
	p.keepRows()
	n := p.want.rows()
	switch {
	case len(p.task.key()) > 0:
		have, err := p.keysOfSheet(p.task.key())
		if err != nil {
			return err
		}
		for i, key := range have.wanted {
			if len(have.rows[key]) == 0 {
				p.source = append(p.source, i)
			}
		}
	case p.continues():
		for i := p.found.state.Taken; i < n; i++ {
			p.source = append(p.source, i)
		}
	default:
		p.appendMissing()
	}
	p.count = len(p.source)
	if p.taken, p.prefix = n, p.want.digest(n); n == 0 && p.found != nil {
		p.taken, p.prefix = p.found.state.Taken, p.found.state.Prefix // a day without rows takes none back
	}
	return nil
}

// continues tells whether the result begins with the rows that were taken before.
func (p *planner) continues() bool { return p.found.continues(p.want) }

func (f *found) continues(want *result) bool {
	return f != nil && f.state.Prefix != "" && f.state.Taken <= want.rows() && want.digest(f.state.Taken) == f.state.Prefix
}

// digest is that of the first n rows.
func (r *result) digest(n int) string {
	h := sha256.New()
	for _, c := range r.cells[:n*len(r.columns)] {
		fmt.Fprintf(h, "%d%s\x00", c.kind, c)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// appendMissing compares rows by the columns that were there before, so that a new column makes no row a new one.
func (p *planner) appendMissing() {
	var known []slot
	for _, s := range p.slots {
		if s.from != none && !s.added {
			known = append(known, s)
		}
	}
	have, cells := map[string]int{}, make([]cell, len(known))
	for row := range p.old {
		for i, s := range known {
			cells[i] = p.tab.at(p.first+row, s.at)
		}
		have[joined(cells)]++
	}
	for row := range p.want.rows() {
		for i, s := range known {
			cells[i] = p.want.at(row, s.from)
		}
		text := joined(cells)
		if have[text] > 0 {
			have[text]--
			continue
		}
		p.source = append(p.source, row)
	}
}

// joined makes one text of cells. Their types do not count: an id that was a number and is text now is the same one.
func joined(cells []cell) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "%q,", c.String())
	}
	return b.String()
}

// upsertRows finds rows by key where they are, in the order people gave them, and adds the others at the end.
func (p *planner) upsertRows(key []string) error {
	p.keepRows()
	have, err := p.keysOfSheet(key)
	if err != nil {
		return err
	}
	twice := 0
	for i, k := range have.wanted {
		rows := have.rows[k]
		for _, row := range rows {
			p.source[row] = i
		}
		twice += max(0, len(rows)-1)
		if len(rows) == 0 {
			p.source = append(p.source, i)
		}
	}
	if twice > 0 {
		p.notef("Some rows of the sheet have the same %s, %s more than keys; each was updated.", strings.Join(key, ", "), grouped(twice))
	}
	p.count = len(p.source)
	return nil
}

// keys are those of a result, and where the sheet has them.
type keys struct {
	wanted []string         // of each row of the result
	rows   map[string][]int // rows of the target, counted from its first
}

func (p *planner) keysOfSheet(names []string) (keys, error) {
	k := keys{rows: map[string][]int{}}
	if len(names) == 0 {
		return k, badSync("Sync %s updates rows by their key and has none: give it key = [...], the columns that identify a row.",
			p.task.Sync.Name)
	}
	columns := make([]int, len(names))
	for i, name := range names {
		at, err := p.want.find(name, p.task)
		if err != nil {
			return k, err
		}
		columns[i] = at
	}
	cells := make([]cell, len(names))
	for row := range p.old {
		for i, from := range columns {
			cells[i] = p.have(row, from)
		}
		text := joined(cells)
		k.rows[text] = append(k.rows[text], row)
	}
	return k, k.want(p.want, columns, names)
}

// have is a cell of the sheet by the column of the result.
func (p *planner) have(row, from int) cell {
	for _, s := range p.slots {
		if s.from == from {
			return p.tab.at(p.first+row, s.at)
		}
	}
	return cell{}
}

// want reads the keys of the result, each of which has to be there, and once.
func (k *keys) want(r *result, columns []int, names []string) error {
	seen := make(map[string]int, r.rows())
	cells := make([]cell, len(columns))
	for i := range r.rows() {
		for j, from := range columns {
			if cells[j] = r.at(i, from); cells[j].empty() {
				return badKey("Row %d of the result has no %s, so it could not be found again: leave such rows out in the SQL.",
					i+1, names[j])
			}
		}
		text := joined(cells)
		if first, ok := seen[text]; ok {
			return badKey("Rows %d and %d of the result have the same key (%s = %s): choose columns that identify a row, or make them "+
				"unique in the SQL.", first+1, i+1, strings.Join(names, ", "), shown(cells))
		}
		seen[text] = i
		k.wanted = append(k.wanted, text)
	}
	return nil
}

// badKey is a result that cannot be matched with rows. It is the clip that has to change, or the sync.
func badKey(format string, a ...any) *clips.Error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(format, a...)}
}

func shown(cells []cell) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = short(c.String())
	}
	return strings.Join(texts, ", ")
}

// short is the beginning of a long text.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// find is the place of a column by its name.
func (r *result) find(name string, t task) (int, error) {
	for i, c := range r.columns {
		if c.name == name {
			return i, nil
		}
	}
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.name
	}
	return 0, badSync("Sync %s finds rows by the column %q, which the clip does not have. Its columns are: %s.",
		t.Sync.Name, name, strings.Join(names, ", "))
}
