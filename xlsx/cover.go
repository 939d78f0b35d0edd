package xlsx

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
)

const coverName = "About"

// Columns of the cover. The lists on it share them; what is long comes last and runs over the border.
const (
	coverTab = iota
	coverWhat
	coverRows
	coverCount
	coverLeft
	coverRight
	coverGap
	coverWords
)

var coverWidths = []float64{26, 34, 12, 11, 36, 26, 16, 16}

func (b *bookWriter) addCover() (err error) {
	if b.path, err = b.skeleton.addTab(b.cover); err != nil {
		return err
	}
	for i, w := range coverWidths {
		if err := b.skeleton.file.SetColWidth(b.cover, letters(i), letters(i), w); err != nil {
			return err
		}
	}
	lines := false
	if err := b.skeleton.file.SetSheetView(b.cover, 0, &excelize.ViewOptions{ShowGridLines: &lines}); err != nil {
		return err
	}
	return b.skeleton.print(b.cover, "&L&A&R&P / &N", "landscape")
}

// writeCover writes the sheet that says what the others are.
func (b *bookWriter) writeCover() error {
	p := newPage(b.skeleton, b.cover)
	b.coverHead(p)
	b.coverTabs(p)
	b.coverParams(p)
	b.coverTotals(p)
	b.coverNotes(p)
	if p.err != nil {
		return p.err
	}
	head, tail, err := b.skeleton.halves(b.path)
	if err != nil {
		return err
	}
	return b.zip.write(b.path, p.around(head, tail))
}

func (b *bookWriter) coverHead(p *page) {
	title := b.book.Title
	if title == "" {
		title = b.book.Sheets[0].About.Title
	}
	if title == "" {
		title = b.fixed[0]
	}
	p.row(30, p.text(coverTab, p.look.title, title))
	description := b.book.Description
	if description == "" && len(b.book.Sheets) == 1 {
		description = b.book.Sheets[0].About.Description
	}
	for line := range strings.SplitSeq(description, "\n") {
		if strings.TrimSpace(line) != "" {
			p.row(0, p.text(coverTab, p.look.quiet, strings.TrimRight(line, "\r")))
		}
	}
	p.row(0)
	if h, same := b.oneMoment(); same {
		p.fact("As of", momentIn(h.AsOf, h.TimeZone))
		p.fact("Follower lag", lagWords(h.Lag))
	}
	if zones := b.zones(); len(zones) > 0 {
		p.fact("Times are in", strings.Join(zones, ", "))
	}
	p.fact("Rows", grouped(b.report.Rows))
	if b.book.Author != "" {
		p.fact("Author", b.book.Author)
	}
	p.row(0)
}

// oneMoment tells whether all sheets show the same moment, and gives it.
func (b *bookWriter) oneMoment() (clips.Header, bool) {
	for _, h := range b.headers[1:] {
		if !h.AsOf.Equal(b.headers[0].AsOf) {
			return clips.Header{}, false
		}
	}
	return b.headers[0], true
}

func (b *bookWriter) zones() (zones []string) {
	seen := map[string]bool{}
	for _, h := range b.headers {
		if h.TimeZone != "" && !seen[h.TimeZone] {
			zones = append(zones, h.TimeZone)
			seen[h.TimeZone] = true
		}
	}
	return zones
}

// coverTabs lists the tabs, what is on them and where it comes from.
func (b *bookWriter) coverTabs(p *page) {
	p.list("Tab", "Clip", ">Rows", ">Revision", "  As of", "Follower lag", "Author", "")
	for _, t := range b.report.Tabs {
		about, h := b.book.Sheets[t.Sheet].About, b.headers[t.Sheet]
		p.row(0,
			p.jump(coverTab, t.Name),
			p.text(coverWhat, 0, firstOf(about.Title, about.Clip)),
			p.number(coverRows, p.look.count, strconv.FormatInt(t.Rows, 10)),
			p.revision(coverCount, about.Revision),
			p.text(coverLeft, p.look.indented, momentIn(h.AsOf, h.TimeZone)),
			p.text(coverRight, 0, lagWords(h.Lag)),
			p.text(coverGap, 0, about.Author),
		)
	}
	p.row(0)
	b.coverList(p, "Digest (SHA-256 of columns and rows)", func(a About) string { return a.Digest }, p.aside)
	b.coverList(p, "Refresh from", func(a About) string { return a.Link }, p.link)
	if len(b.book.Sheets) > 1 || b.book.Description != "" { // else it stands at the top
		b.coverList(p, "About", func(a About) string { return strings.Join(strings.Fields(a.Description), " ") }, p.words)
	}
}

// coverList lists one fact of each sheet that has it.
func (b *bookWriter) coverList(p *page, heading string, fact func(About) string, show func(column int, s string) pageCell) {
	begun := false
	for i, s := range b.book.Sheets {
		words := fact(s.About)
		if words == "" {
			continue
		}
		if !begun {
			p.list("Tab", heading, "", "", "", "", "", "")
			begun = true
		}
		p.row(0, p.text(coverTab, 0, b.fixed[i]), show(coverWhat, words))
	}
	if begun {
		p.row(0)
	}
}

func (b *bookWriter) coverParams(p *page) {
	begun := false
	for i, s := range b.book.Sheets {
		for _, bound := range s.About.Params {
			if !begun {
				p.list("Tab", "Parameter", "Value", "", "", "", "", "")
				begun = true
			}
			p.row(0, p.text(coverTab, 0, b.fixed[i]), p.text(coverWhat, 0, firstOf(bound.Param.Label, bound.Param.Name)),
				p.text(coverRows, 0, bound.Value))
		}
	}
	if begun {
		p.row(0)
	}
}

// coverTotals lists what each column of numbers adds up to at the source, and beside it what Excel makes of the cells.
func (b *bookWriter) coverTotals(p *page) {
	begun := false
	for _, t := range b.report.Tabs {
		for _, c := range t.Columns {
			if !begun {
				p.list("Tab", "Control total of", ">Values", ">Empty", ">Sum at the source", ">Sum on the tab", ">Difference", "")
				begun = true
			}
			b.coverTotal(p, t, c)
		}
	}
	if begun {
		p.row(0)
	}
}

func (b *bookWriter) coverTotal(p *page, t Tab, c ControlTotal) {
	amount := p.amount(c.scale)
	cells := []pageCell{
		p.text(coverTab, 0, t.Name), p.text(coverWhat, 0, c.Column),
		p.number(coverRows, p.look.count, strconv.FormatInt(c.Values, 10)),
		p.number(coverCount, p.look.count, strconv.FormatInt(c.Nulls, 10)),
		p.exact(coverLeft, amount, c.Sum),
		p.formula(coverRight, amount, "SUM("+reference(t.Table, c.Column)+")", c.inCells),
		p.text(coverWords, p.look.quiet, c.words()),
	}
	if isExact(c.Sum) {
		left, right := p.at(coverLeft), p.at(coverRight)
		formula := fmt.Sprintf("ROUND(%s-%s,%d)", left, right, c.scale)
		if c.float || c.scale > 6 {
			formula = fmt.Sprintf("IF(ABS(%s-%s)<=ABS(%s)*1E-9,0,%s-%s)", left, right, left, left, right)
		}
		cells = append(cells, p.formula(coverGap, amount, formula, c.notInCells))
	}
	p.row(0, cells...)
}

// words say why Excel's sum may differ.
func (c ControlTotal) words() string {
	switch {
	case c.AsText == 1:
		return "One value has no exact number in Excel and is text, which Excel's sum leaves out."
	case c.AsText > 0:
		return grouped(c.AsText) + " values have no exact number in Excel and are text, which Excel's sum leaves out."
	case !isExact(c.Sum):
		return "The sum has more digits than Excel keeps of a number."
	}
	return ""
}

func (b *bookWriter) coverNotes(p *page) {
	note := func(n int64, one, more string) {
		switch {
		case n == 1:
			p.row(0, p.text(coverTab, p.look.warning, one))
		case n > 1:
			p.row(0, p.text(coverTab, p.look.warning, grouped(n)+more))
		}
	}
	note(b.report.Cut, "One text is longer than a cell of Excel and was cut; the cell says so at its end.",
		" texts are longer than a cell of Excel and were cut; the cells say so at their end.")
	note(b.report.Replaced, "One byte was not UTF-8 and shows as \uFFFD.", " bytes were not UTF-8 and show as \uFFFD.")
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// momentIn writes a moment in a time zone, and says which.
func momentIn(t time.Time, zone string) string {
	if t.IsZero() {
		return "unknown"
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		place, zone = time.UTC, "UTC"
	}
	return t.In(place).Format("2006-01-02 15:04:05") + " " + zone
}

func lagWords(lag time.Duration) string {
	if lag <= 0 {
		return "none"
	}
	return lag.Round(time.Millisecond).String()
}
