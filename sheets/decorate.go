package sheets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// decorate is all that is not a value: number formats, formulas that go on, the as-of cell, the tables people made.
func (p *planner) decorate() error {
	p.formats()
	p.widths()
	p.headings()
	p.growTables()
	p.fillDown()
	p.writeAsOf()
	if f := p.tab.filter; f != nil && f.meets(p.blockOf()) && (len(p.runs) > 0 || p.count != p.old) {
		p.notef("A filter is on in the tab %q: it may hide rows, and looks at new ones only when it is set again.", p.title)
	}
	return nil
}

// formats gives a column its number format when it is new or its type changed, and at no other time: people's own
// formats stay. Rows that come to the end take theirs from the row before them, whatever people made of it.
func (p *planner) formats() {
	var going []int // columns whose formats go on downwards
	for _, s := range p.slots {
		if s.from == none {
			continue
		}
		l := p.want.columns[s.from].look
		switch {
		case s.added || s.Role == isGone || s.look() != l:
			p.format(s, l, 0, max(p.count, p.formatted))
		case p.formatted == 0:
			p.format(s, l, 0, p.count)
		default:
			going = append(going, s.at)
		}
	}
	if p.count > p.formatted {
		for _, cols := range stretches(going) {
			last := p.first + p.formatted - 1
			p.behind = append(p.behind, paste("PASTE_FORMAT", area{last, cols.left, last + 1, cols.right}.grid(p.sheet),
				area{last + 1, cols.left, p.first + p.count, cols.right}.grid(p.sheet)))
		}
	}
}

// format sets the format of some rows. A column without one is left as people prepared it, unless it was given another
// before, or took over that of the column it was inserted beside.
func (p *planner) format(s slot, l look, from, to int) {
	if to <= from || l == (look{}) && s.look() == l && (!s.added || p.found == nil) {
		return
	}
	p.behind = append(p.behind, l.set(p.sheet, area{p.first + from, s.at, p.first + to, s.at + 1}))
}

// widths gives new columns the width that the clip says, and hides those it hides.
func (p *planner) widths() {
	for _, s := range p.slots {
		if !s.added {
			continue
		}
		c := p.want.columns[s.from]
		if c.width > 0 {
			p.behind = append(p.behind, columnProperties(p.sheet, s.at, "pixelSize", &gsheets.DimensionProperties{PixelSize: pixels(c.width)}))
		}
		if c.hidden {
			p.behind = append(p.behind, columnProperties(p.sheet, s.at, "hiddenByUser", &gsheets.DimensionProperties{HiddenByUser: true}))
		}
	}
}

// pixels is how wide so many digits are in Google's usual font, with the room at both sides.
func pixels(characters float64) int64 { return int64(7*characters) + 9 }

// stretches are the columns side by side, as areas without rows.
func stretches(columns []int) []area {
	var all []area
	for _, c := range slices.Sorted(slices.Values(columns)) {
		if n := len(all); n > 0 && all[n-1].right == c {
			all[n-1].right++
			continue
		}
		all = append(all, area{left: c, right: c + 1})
	}
	return all
}

// signature begins the notes we write, so that we know them from people's.
const signature = "Clipsheet: "

var grey = &gsheets.CellFormat{TextFormat: &gsheets.TextFormat{ForegroundColorStyle: &gsheets.ColorStyle{
	RgbColor: &gsheets.Color{Red: 0.6, Green: 0.6, Blue: 0.6}}}}

// headings are bold on a tab of ours, and grey when their column has gone from the clip.
func (p *planner) headings() {
	if !p.task.headed() {
		return
	}
	if p.fresh {
		for _, s := range p.segments() {
			p.behind = append(p.behind, format(p.sheet, area{p.top, s.left, p.top + 1, s.right}, "userEnteredFormat.textFormat.bold",
				&gsheets.CellFormat{TextFormat: &gsheets.TextFormat{Bold: true}}))
		}
	}
	for _, s := range p.slots {
		at := area{p.top, s.at, p.top + 1, s.at + 1}
		switch {
		case s.drop:
			p.behind = append(p.behind, format(p.sheet, at, "userEnteredFormat.textFormat.foregroundColorStyle", grey))
			p.annotate(p.top, s.at, "The clip has had no such column since "+p.task.now.In(p.layout.zone).Format(time.DateOnly)+
				". The heading stays for formulas that point to it; delete the column when none does.")
		case s.Role == isGone:
			p.behind = append(p.behind, format(p.sheet, at, "userEnteredFormat.textFormat.foregroundColorStyle", &gsheets.CellFormat{}))
			p.annotate(p.top, s.at, "")
		}
	}
}

// annotate writes a note on a cell, unless people have one there; an empty one takes ours away.
func (p *planner) annotate(row, col int, text string) {
	had := p.tab.notes[place{row, col}]
	if had != "" && !strings.HasPrefix(had, signature) {
		return
	}
	if text != "" {
		text = signature + text
	}
	if text != had {
		p.behind = append(p.behind, note(p.sheet, row, col, text))
	}
}

// freshness says on the first heading what the cells below are and when they were true, unless a cell does.
func (p *planner) freshness() {
	i := slices.IndexFunc(p.slots, func(s slot) bool { return s.from != none })
	if p.task.Sync.AsOfCell != "" || i < 0 {
		return
	}
	text := fmt.Sprintf("%s of clip %s", plural(p.count, "row"), p.task.Sync.Clip.Slug)
	if p.task.Sync.Mode == clips.SyncValue {
		text = "the first value of clip " + p.task.Sync.Clip.Slug
	}
	if asOf := p.task.Info.Header.AsOf; !asOf.IsZero() {
		text += ", as of " + asOf.In(p.layout.zone).Format("2006-01-02 15:04:05 MST")
	}
	p.annotate(p.top, p.slots[i].at, text+". Written by sync "+p.task.Sync.Name+".")
}

// growTables lets the tables people made of our rows reach to the last one.
func (p *planner) growTables() {
	for _, t := range p.tab.tables {
		bottom := p.first + p.count
		if !t.area.meets(p.blockOf()) || !p.owns(t.area) || t.area.bottom >= bottom {
			continue
		}
		larger := t.area
		larger.bottom = bottom
		p.behind = append(p.behind, &gsheets.Request{UpdateTable: &gsheets.UpdateTableRequest{
			Table: &gsheets.Table{TableId: t.id, Range: larger.grid(p.sheet)}, Fields: "range",
		}})
	}
}
