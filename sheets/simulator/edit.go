package simulator

import (
	"fmt"
	"strings"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

// Person edits spreadsheets the way people do in a browser: no quota holds, no fault strikes, nothing is logged.
// Protections do hold.
type Person struct {
	sim   *Simulator
	email string
}

// As gives the browser of a person.
func (s *Simulator) As(email string) Person { return Person{s, email} }

// edit makes a change as the person.
func (p Person) edit(id string, change func(*book.Book, book.Editor) (*book.Book, error)) error {
	p.sim.mu.Lock()
	f := p.sim.mustFile(id)
	role := f.role(p.email)
	p.sim.mu.Unlock()
	if rank[role] < rank[Writer] {
		return fmt.Errorf("%s may not edit %s", p.email, id)
	}
	who := caller{email: p.email, client: p.sim.nobody}
	_, err := p.sim.change(f, who, func(b *book.Book, by book.Editor) (*book.Book, *wire.Message, error) {
		next, err := change(b, by)
		return next, nil, err
	})
	return err
}

// Type types values into cells, from the first cell of a range on, row by row: "Sheet1!B2".
func (p Person) Type(id, ref string, rows ...[]any) error {
	return p.edit(id, func(b *book.Book, by book.Editor) (*book.Book, error) {
		lines := make([]any, len(rows))
		for i, row := range rows {
			line := make([]any, len(row))
			for j, v := range row {
				line[j] = v
				if n, ok := v.(int); ok {
					line[j] = float64(n)
				}
			}
			lines[i] = line
		}
		next, _, err := b.UpdateValues(ref, wire.New("values", lines), "USER_ENTERED", by, p.sim.now())
		return next, err
	})
}

// Clear empties cells, which keep their formats and notes.
func (p Person) Clear(id, ref string) error {
	return p.edit(id, func(b *book.Book, by book.Editor) (*book.Book, error) {
		next, _, err := b.Clear([]string{ref}, by, p.sim.now())
		return next, err
	})
}

// Do makes changes that are written as requests of a batchUpdate, in JSON: {"addSheet":{}}.
func (p Person) Do(id string, requests ...string) error {
	return p.edit(id, func(b *book.Book, by book.Editor) (*book.Book, error) {
		m, err := wire.Parse([]byte(`{"requests":[`+strings.Join(requests, ",")+`]}`), wire.TypeOf("BatchUpdateSpreadsheetRequest"), "")
		if err != nil {
			return nil, err
		}
		next, _, err := b.Batch(m.Messages("requests"), by, p.sim.now())
		return next, err
	})
}

// RenameTab gives a tab another title.
func (p Person) RenameTab(id, title, newTitle string) error {
	return p.onTab(id, title, func(tab Tab) string {
		return fmt.Sprintf(`{"updateSheetProperties":{"properties":{"sheetId":%d,"title":%s},"fields":"title"}}`,
			tab.ID, quoted(newTitle))
	})
}

// DeleteTab deletes a tab.
func (p Person) DeleteTab(id, title string) error {
	return p.onTab(id, title, func(tab Tab) string { return fmt.Sprintf(`{"deleteSheet":{"sheetId":%d}}`, tab.ID) })
}

// InsertRows inserts n rows before the row with a number, counted from 1 as in the browser.
func (p Person) InsertRows(id, title string, row, n int) error {
	return p.onDimension(id, title, "insertDimension", "ROWS", row-1, n)
}

// DeleteRows deletes n rows from the row with a number on.
func (p Person) DeleteRows(id, title string, row, n int) error {
	return p.onDimension(id, title, "deleteDimension", "ROWS", row-1, n)
}

// InsertColumns inserts n columns before the column with a number, counted from 1.
func (p Person) InsertColumns(id, title string, column, n int) error {
	return p.onDimension(id, title, "insertDimension", "COLUMNS", column-1, n)
}

// DeleteColumns deletes n columns from the column with a number on.
func (p Person) DeleteColumns(id, title string, column, n int) error {
	return p.onDimension(id, title, "deleteDimension", "COLUMNS", column-1, n)
}

// MoveColumn drags a column before another one, both counted from 1.
func (p Person) MoveColumn(id, title string, column, before int) error {
	return p.onTab(id, title, func(tab Tab) string {
		return fmt.Sprintf(`{"moveDimension":{"source":{"sheetId":%d,"dimension":"COLUMNS","startIndex":%d,"endIndex":%d},`+
			`"destinationIndex":%d}}`, tab.ID, column-1, column, before-1)
	})
}

// Sort sorts the rows of a tab by a column, counted from 1, below some header rows.
func (p Person) Sort(id, title string, column, headers int, descending bool) error {
	order := "ASCENDING"
	if descending {
		order = "DESCENDING"
	}
	return p.onTab(id, title, func(tab Tab) string {
		return fmt.Sprintf(`{"sortRange":{"range":{"sheetId":%d,"startRowIndex":%d},"sortSpecs":[{"dimensionIndex":%d,"sortOrder":%q}]}}`,
			tab.ID, headers, column-1, order)
	})
}

func (p Person) onDimension(id, title, kind, dimension string, start, n int) error {
	return p.onTab(id, title, func(tab Tab) string {
		return fmt.Sprintf(`{%q:{"range":{"sheetId":%d,"dimension":%q,"startIndex":%d,"endIndex":%d}}}`,
			kind, tab.ID, dimension, start, start+n)
	})
}

func (p Person) onTab(id, title string, request func(Tab) string) error {
	snapshot, _ := p.sim.Spreadsheet(id)
	for _, tab := range snapshot.Tabs() {
		if tab.Title == title {
			return p.Do(id, request(tab))
		}
	}
	return fmt.Errorf("there is no tab %q in %s", title, id)
}

func quoted(text string) string { return string(wire.Quote(text)) }
