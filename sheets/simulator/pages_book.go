package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

// What a page shows of a tab at once.
const (
	pageRows    = 60
	pageColumns = 26
)

// bookView is the page of a spreadsheet.
type bookView struct {
	Title, ID, Base string
	Notice          string
	Tabs            []tabView
	Tab             tabView
	Columns         []string
	Rows            []rowView
	From, Last      int // the first and the last row that is shown, from 1
	Earlier, Later  string
	Cell            string
	Kept            []string // named ranges, protections and metadata, in words
}

type tabView struct {
	Tab
	URL     string
	Current bool
}

type rowView struct {
	Number int
	Cells  []cellView
}

type cellView struct {
	At, Text, Typed string
	Number, Error   bool
	Bold            bool
	Note            string
}

func (s *Simulator) showBook(w http.ResponseWriter, r *http.Request, id, notice string) {
	snapshot, ok := s.Spreadsheet(id)
	if !ok {
		s.showError(w, http.StatusNotFound, "There is no such spreadsheet", "It was deleted, or never was. Go back to the list.")
		return
	}
	from, _ := strconv.Atoi(r.FormValue("from"))
	v := newBookView(snapshot, id, r.FormValue("tab"), max(from, 1))
	v.Notice, v.Cell = notice, strings.ToUpper(r.FormValue("cell"))
	status := http.StatusOK
	if notice != "" {
		status = http.StatusBadRequest
	}
	s.show(w, status, "book.html", v)
}

func newBookView(s Snapshot, id, tab string, from int) *bookView {
	v := &bookView{Title: s.Title(), ID: id, Base: "/spreadsheets/d/" + id, From: from}
	address := func(tab Tab, from int) string { return fmt.Sprintf("%s/edit?tab=%d&from=%d", v.Base, tab.ID, from) }
	for _, t := range s.Tabs() {
		v.Tabs = append(v.Tabs, tabView{Tab: t, URL: address(t, 1), Current: strconv.Itoa(t.ID) == tab})
	}
	i := slices.IndexFunc(v.Tabs, func(t tabView) bool { return t.Current })
	if i < 0 {
		i = max(0, slices.IndexFunc(v.Tabs, func(t tabView) bool { return !t.Hidden }))
		v.Tabs[i].Current = true
	}
	v.Tab = v.Tabs[i]
	v.From = min(v.From, v.Tab.Rows)
	v.Last = min(v.From+pageRows-1, v.Tab.Rows)
	if v.From > 1 {
		v.Earlier = address(v.Tab.Tab, max(1, v.From-pageRows))
	}
	if v.Last < v.Tab.Rows {
		v.Later = address(v.Tab.Tab, v.Last+1)
	}
	for c := range min(v.Tab.Columns, pageColumns) {
		v.Columns = append(v.Columns, book.ColumnName(c))
	}
	v.fill(s)
	v.Kept = s.kept(v.Tab.ID)
	return v
}

// fill reads the cells of the page.
func (v *bookView) fill(s Snapshot) {
	cells := map[string]*wire.Message{}
	m := s.b.Page(v.Tab.ID, v.From-1, v.Last, len(v.Columns))
	for i, row := range m.Messages("rowData") {
		for j, cell := range row.Messages("values") {
			cells[v.Columns[j]+strconv.Itoa(v.From+i)] = cell
		}
	}
	for n := v.From; n <= v.Last; n++ {
		row := rowView{Number: n}
		for _, column := range v.Columns {
			at := column + strconv.Itoa(n)
			row.Cells = append(row.Cells, newCellView(at, cells[at]))
		}
		v.Rows = append(v.Rows, row)
	}
}

func newCellView(at string, m *wire.Message) cellView {
	c := cellView{At: at, Text: m.Text("formattedValue"), Note: m.Text("note")}
	effective, typed := m.Message("effectiveValue"), m.Message("userEnteredValue")
	c.Number, c.Error = effective.Has("numberValue"), effective.Has("errorValue")
	c.Bold = m.Message("userEnteredFormat").Message("textFormat").Bool("bold")
	c.Typed = cmp.Or(typed.Text("formulaValue"), c.Text)
	if c.Error {
		c.Note = effective.Message("errorValue").Text("message")
	}
	return c
}

// kept tells in words what hangs on a tab besides its cells.
func (s Snapshot) kept(tab int) []string {
	var all []string
	m := s.view("namedRanges,sheets(properties,protectedRanges,basicFilter,tables,charts,conditionalFormats)")
	for _, n := range m.Messages("namedRanges") {
		if n.Message("range").Int("sheetId") == tab {
			all = append(all, "named range "+n.Text("name"))
		}
	}
	for _, sheet := range m.Messages("sheets") {
		if sheet.Message("properties").Int("sheetId") != tab {
			continue
		}
		for _, what := range []struct{ field, word string }{
			{"protectedRanges", "protected range"}, {"tables", "table"}, {"charts", "chart"}, {"conditionalFormats", "conditional format"},
		} {
			if n := len(sheet.List(what.field)); n > 0 {
				all = append(all, plural(n, what.word))
			}
		}
		if sheet.Has("basicFilter") {
			all = append(all, "a filter")
		}
	}
	for _, d := range s.Metadata() {
		where := map[string]string{
			"SPREADSHEET": "the spreadsheet", "SHEET": "the tab",
			"ROW": "row " + itoa(d.Index+1), "COLUMN": "column " + book.ColumnName(d.Index),
		}[d.Location]
		if d.Location == "SPREADSHEET" || d.Sheet == tab {
			all = append(all, fmt.Sprintf("metadata %s on %s: %s", d.Key, where, d.Value))
		}
	}
	return all
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return itoa(n) + " " + noun + "s"
}

func sortBy[T any](list []T, key func(T) string) {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
