package sheets_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

// A property runs in one world after the other, each in its own spreadsheet: people edit at random, results come at
// random, some calls go wrong. After every push the target holds the result exactly, and whatever people wrote beside
// it is there, once, in the order it was.

// people are the edits that people make.
type people struct {
	*world
	t      *rapid.T
	title  string // of the tab
	tokens int
}

// token is something of people's that can be told from everything else.
func (p *people) token() string {
	p.tokens++
	return fmt.Sprintf("people-%d", p.tokens)
}

func (p *people) edit() {
	a := p.target()
	row := rapid.IntRange(1, 14).Draw(p.t, "row")
	col := rapid.IntRange(1, 9).Draw(p.t, "column")
	switch kind := rapid.IntRange(0, 11).Draw(p.t, "edit"); kind {
	case 0, 1, 2:
		p.ann.Type(p.id, fmt.Sprintf("'%s'!%s%d", p.title, letter(col), row), []any{p.token()})
	case 3:
		p.ann.InsertRows(p.id, p.title, row, 1)
	case 4:
		p.ann.InsertColumns(p.id, p.title, col, 1)
	case 5:
		if a == nil || row-1 != a.top {
			p.ann.DeleteRows(p.id, p.title, row, 1)
		}
	case 6:
		if a == nil || len(a.columns) > 1 {
			p.ann.DeleteColumns(p.id, p.title, col, 1)
		}
	case 7:
		p.ann.MoveColumn(p.id, p.title, col, rapid.IntRange(1, 9).Draw(p.t, "before"))
	case 8:
		if a != nil {
			p.ann.Sort(p.id, p.title, col, a.top+1, rapid.Bool().Draw(p.t, "descending"))
		}
	case 9:
		if a == nil {
			return // then the title is all there is to go by
		}
		p.tokens++
		title := fmt.Sprintf("Tab %d", p.tokens)
		p.must(p.ann.RenameTab(p.id, p.title, title))
		p.title = title
	case 10:
		p.ann.Do(p.id, fmt.Sprintf(`{"duplicateSheet":{"sourceSheetId":%d,"insertSheetIndex":0}}`, p.tab(p.title).ID))
	case 11:
		p.ann.Type(p.id, fmt.Sprintf("'%s'!%s%d", p.title, letter(col), row), []any{""})
	}
}

func letter(col int) string { return string(rune('A' + col - 1)) }

// placed is where the marks say the target is.
type placed struct {
	top, last int
	columns   map[string]int
	dropped   []int
}

func (p *people) target() *placed {
	s, _ := p.Spreadsheet(p.id)
	at := &placed{top: -1, last: -1, columns: map[string]int{}}
	tab := p.tab(p.title)
	for _, m := range s.Metadata() {
		if m.Sheet != tab.ID {
			continue
		}
		switch {
		case m.Key == "clipsheet.top":
			at.top = m.Index
		case m.Key == "clipsheet.last":
			at.last = m.Index
		case strings.HasPrefix(m.Key, "clipsheet.column."):
			var c struct{ N, R string }
			p.must(json.Unmarshal([]byte(m.Value), &c))
			if c.R == "gone" {
				at.dropped = append(at.dropped, m.Index)
				continue
			}
			if old, ok := at.columns[c.N]; !ok || m.Index < old {
				at.columns[c.N] = m.Index
			}
		}
	}
	if at.top < 0 {
		return nil
	}
	if at.last < 0 {
		at.last = p.lastOf(at)
	}
	return at
}

// lastOf is where the rows end when people have deleted the last one.
func (p *people) lastOf(at *placed) int {
	cells := p.cells()
	last := at.top
	for below := true; below; {
		below = false
		for _, col := range at.columns {
			if cells[[2]int{last + 1, col}] != nil {
				below = true
			}
		}
		if below {
			last++
		}
	}
	return last
}

// cells are all cells of the tab, as entered.
func (p *people) cells() map[[2]int]any {
	s, _ := p.Spreadsheet(p.id)
	lines, err := s.Formulas("'" + p.title + "'")
	p.must(err)
	all := map[[2]int]any{}
	for r, line := range lines {
		for c, v := range line {
			if v != "" {
				all[[2]int{r, c}] = v
			}
		}
	}
	return all
}

// others are the tokens outside of the target, as the spreadsheet has them, in reading order.
func (p *people) others(at *placed) []string {
	cells := p.cells()
	places := make([][2]int, 0, len(cells))
	for place := range cells {
		places = append(places, place)
	}
	slices.SortFunc(places, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	var all []string
	for _, place := range places {
		text, ok := cells[place].(string)
		if ok && strings.HasPrefix(text, "people-") && !at.has(place) {
			all = append(all, text)
		}
	}
	return all
}

func (a *placed) has(place [2]int) bool {
	if a == nil || place[0] < a.top || place[0] > a.last {
		return false
	}
	for _, col := range a.columns {
		if col == place[1] {
			return true
		}
	}
	return place[0] == a.top && slices.Contains(a.dropped, place[1]) // a heading that was left
}

// columnsOf draws a choice of columns in some order; id is always there.
func columnsOf(t *rapid.T) []string {
	all := rapid.Permutation([]string{"id", "a", "b", "c", "d"}).Draw(t, "columns")
	return slices.DeleteFunc(all, func(c string) bool { return c != "id" && rapid.IntRange(0, 3).Draw(t, "without "+c) == 0 })
}

// resultOf draws a result with ids in some order, each once.
func resultOf(t *rapid.T, columns []string) table {
	out := table{columns: strings.Join(columns, " text,") + " text"}
	for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(1, 12), 0, 9, rapid.ID).Draw(t, "ids") {
		var row []string
		for _, c := range columns {
			v := fmt.Sprint("id", id)
			if c != "id" {
				v = rapid.SampledFrom([]string{"∅", "", "x", "y", "=1+1", "00123", "x"}).Draw(t, c)
			}
			row = append(row, v)
		}
		out.rows = append(out.rows, row)
	}
	return out
}

// pushed pushes a result while something goes wrong, and tells whether it arrived. What is refused changes nothing.
func (p *people) pushed(s clips.Sync, result table) bool {
	names := make([]string, 0, len(faults))
	for name := range faults {
		names = append(names, name)
	}
	slices.Sort(names)
	if rapid.IntRange(0, 2).Draw(p.t, "something goes wrong") == 0 {
		p.Inject(simulator.Fault{Effect: faults[rapid.SampledFrom(names).Draw(p.t, "fault")], Skip: rapid.IntRange(0, 2).Draw(p.t, "call")})
	}
	at := p.target()
	before, others := p.json(), p.others(at)
	push := p.push(s, result)
	if rapid.Bool().Draw(p.t, "large") {
		push.Held = 1_000_000
	}
	_, err := p.Push(p.world.t.Context(), push)
	p.ClearFaults()
	p.Land(true)
	if err != nil {
		if clips.KindOf(err) != clips.KindTarget {
			p.t.Fatalf("%v (%v)", err, causes(err))
		}
		if p.json() != before {
			p.t.Fatalf("refused (%v), and changed", err)
		}
		return false
	}
	if now := p.others(p.target()); !slices.Equal(now, others) {
		p.t.Fatalf("people had %q and have %q", others, now)
	}
	return true
}

// body are the rows of the target, by the names of its columns.
func (p *people) body() (columns []string, body []map[string]any) {
	at, cells := p.target(), p.cells()
	for name := range at.columns {
		columns = append(columns, name)
	}
	for r := at.top + 1; r <= at.last; r++ {
		row := map[string]any{}
		for name, c := range at.columns {
			row[name] = cells[[2]int{r, c}]
		}
		body = append(body, row)
	}
	return columns, body
}

// asBody is a result as the sheet has it.
func (t table) asBody() []map[string]any {
	var body []map[string]any
	for _, line := range t.rows {
		row := map[string]any{}
		for i, c := range t.header().Columns {
			row[c.Name] = nil
			if line[i] != "∅" && line[i] != "" {
				row[c.Name] = line[i]
			}
		}
		body = append(body, row)
	}
	return body
}

func checkInWorlds(t *testing.T, mode clips.SyncMode, check func(p *people, s clips.Sync)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, t.Cleanup)
		rapid.Check(struct{ *testing.T }{t}, func(rt *rapid.T) { // a bubble has no deadline to ask for
			w.t = t
			w.id = w.Create(ann, "Budget")
			w.Share(w.id, robot, simulator.Writer)
			w.must(w.ann.Do(w.id, `{"updateSheetProperties":{"properties":{"sheetId":0,"gridProperties":{"rowCount":20,"columnCount":12}},"fields":"gridProperties(rowCount,columnCount)"}}`))
			s := w.sync(mode)
			s.At = rapid.SampledFrom([]string{"A1", "B2", "C4"}).Draw(rt, "at")
			check(&people{world: w, t: rt, title: "Sheet1"}, s)
		})
	})
}

func TestReplaceHoldsTheResultWhateverPeopleDo(t *testing.T) {
	checkInWorlds(t, clips.SyncReplace, func(p *people, s clips.Sync) {
		for range rapid.IntRange(1, 5).Draw(p.t, "runs") {
			for range rapid.IntRange(0, 3).Draw(p.t, "edits") {
				p.edit()
			}
			result := resultOf(p.t, columnsOf(p.t))
			if !p.pushed(s, result) {
				continue
			}
			_, body := p.body()
			if got, want := asText(body), asText(result.asBody()); got != want {
				p.t.Fatalf("the target holds\n%s\nwant\n%s", got, want)
			}
		}
	})
}

func TestUpsertChangesItsRowsAndNoOthers(t *testing.T) {
	checkInWorlds(t, clips.SyncUpsert, func(p *people, s clips.Sync) {
		s.Key = []string{"id"}
		for range rapid.IntRange(1, 5).Draw(p.t, "runs") {
			var old []map[string]any
			if p.target() != nil {
				for range rapid.IntRange(0, 3).Draw(p.t, "edits") {
					p.edit()
				}
				_, old = p.body()
			}
			columns := []string{"id", "a", "b"}
			result := resultOf(p.t, columns)
			if !p.pushed(s, result) {
				continue
			}
			want := upserted(old, result.asBody())
			if _, body := p.body(); asText(body) != asText(want) {
				p.t.Fatalf("the target holds\n%s\nwant\n%s", asText(body), asText(want))
			}
		}
	})
}

// upserted is what an upsert comes to. A column that people deleted is back, and empty.
func upserted(old, rows []map[string]any) []map[string]any {
	for _, row := range old {
		for _, c := range []string{"id", "a", "b"} {
			if _, ok := row[c]; !ok {
				row[c] = nil
			}
		}
	}
	for _, row := range rows {
		found := false
		for i := range old {
			if old[i]["id"] == row["id"] {
				old[i], found = row, true
			}
		}
		if !found {
			old = append(old, row)
		}
	}
	return old
}

func TestAppendAddsEachRowOnce(t *testing.T) {
	checkInWorlds(t, clips.SyncAppend, func(p *people, s clips.Sync) {
		var all table
		all.columns = "id text, a text"
		for range rapid.IntRange(1, 5).Draw(p.t, "runs") {
			var old []map[string]any
			if p.target() != nil {
				for range rapid.IntRange(0, 3).Draw(p.t, "edits") {
					p.edit()
				}
				if _, old = p.body(); len(p.target().columns) < 2 {
					return // people deleted a column, and with it what tells rows apart
				}
			}
			before := len(all.rows)
			for range rapid.IntRange(0, 4).Draw(p.t, "more") {
				all.rows = append(all.rows, []string{fmt.Sprint("id", len(all.rows)), "x"})
			}
			if !p.pushed(s, all) {
				return
			}
			want := append(old, table{all.columns, all.rows[before:]}.asBody()...)
			if _, body := p.body(); asText(body) != asText(want) {
				p.t.Fatalf("the target holds\n%s\nwant\n%s", asText(body), asText(want))
			}
		}
	})
}

func asText(body []map[string]any) string {
	var b strings.Builder
	for _, row := range body {
		text, _ := json.Marshal(row)
		fmt.Fprintf(&b, "%s\n", text)
	}
	return b.String()
}
