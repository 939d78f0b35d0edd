package simulator

import (
	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

// Snapshot is one version of a spreadsheet. It never changes.
type Snapshot struct {
	b *book.Book
}

// Spreadsheet is the version of this moment. What [Late] holds back and is due has taken effect in it.
func (s *Simulator) Spreadsheet(id string) (Snapshot, bool) {
	s.Land(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil || f.book == nil {
		return Snapshot{}, false
	}
	return Snapshot{f.book}, true
}

// Spreadsheets are the ids of all spreadsheets there are, in the order in which they were made.
func (s *Simulator) Spreadsheets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, id := range s.order {
		if f := s.files[id]; f != nil && f.book != nil {
			all = append(all, id)
		}
	}
	return all
}

// Tab is what there is to say of a tab.
type Tab struct {
	ID            int
	Title         string
	Hidden        bool
	Rows, Columns int
}

// Metadata is one entry of developer metadata, of whatever project.
type Metadata struct {
	ID         int
	Key, Value string
	Location   string // SPREADSHEET, SHEET, ROW or COLUMN
	Sheet      int    // its id
	Index      int    // of the row or column, from zero
	Visibility string
}

// Title is the name of the spreadsheet.
func (s Snapshot) Title() string { return s.b.Title() }

// Tabs are the tabs in their order.
func (s Snapshot) Tabs() []Tab {
	var all []Tab
	for _, m := range s.view("sheets.properties").Messages("sheets") {
		p := m.Message("properties")
		g := p.Message("gridProperties")
		all = append(all, Tab{p.Int("sheetId"), p.Text("title"), p.Bool("hidden"), g.Int("rowCount"), g.Int("columnCount")})
	}
	return all
}

func (s Snapshot) view(fields string) *wire.Message {
	mask, err := wire.ParseMask(fields)
	if err != nil {
		panic(err) // it is written in this file
	}
	m, err := s.b.Get(book.View{Mask: mask})
	if err != nil {
		panic(err) // no ranges, no error
	}
	return m
}

// Shown is what people see in a range, without empty rows and columns at the end.
func (s Snapshot) Shown(ref string) ([][]string, error) {
	rows, err := s.read(ref, "FORMATTED_VALUE")
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(row))
		for j, v := range row {
			out[i][j] = v.(string)
		}
	}
	return out, err
}

// Values are the values of a range: float64, string, bool; "" is an empty cell.
func (s Snapshot) Values(ref string) ([][]any, error) { return s.read(ref, "UNFORMATTED_VALUE") }

// Formulas are the formulas of a range, and the values of the cells that have none.
func (s Snapshot) Formulas(ref string) ([][]any, error) { return s.read(ref, "FORMULA") }

func (s Snapshot) read(ref, render string) ([][]any, error) {
	m, err := s.b.Values(ref, book.Reading{Render: render})
	if err != nil {
		return nil, err
	}
	list := m.List("values")
	rows := make([][]any, len(list))
	for i, row := range list {
		rows[i] = row.([]any)
	}
	return rows, nil
}

// Metadata is all developer metadata, by id.
func (s Snapshot) Metadata() []Metadata {
	var all []Metadata
	for _, m := range s.b.AllMetadata() {
		at := m.Message("location")
		d := at.Message("dimensionRange")
		all = append(all, Metadata{
			ID: m.Int("metadataId"), Key: m.Text("metadataKey"), Value: m.Text("metadataValue"), Visibility: m.Text("visibility"),
			Location: at.Text("locationType"), Sheet: at.IntOr("sheetId", d.Int("sheetId")), Index: d.Int("startIndex"),
		})
	}
	return all
}

// JSON is the spreadsheet with all its cells, as spreadsheets.get answers its owner. Two versions that say the same
// have the same JSON.
func (s Snapshot) JSON() []byte {
	m, err := s.b.Get(book.View{GridData: true, By: book.Editor{Owner: true}})
	if err != nil {
		panic(err) // no ranges, no error
	}
	return m.JSON()
}

// Cell is one cell as CellData in JSON: value, formula, format, note.
func (s Snapshot) Cell(ref string) ([]byte, error) {
	m, err := s.b.Get(book.View{GridData: true, Ranges: []string{ref}, By: book.Editor{Owner: true}})
	if err != nil {
		return nil, err
	}
	for _, row := range m.Messages("sheets")[0].Messages("data")[0].Messages("rowData") {
		for _, cell := range row.Messages("values") {
			return cell.JSON(), nil
		}
	}
	return []byte("{}"), nil
}
