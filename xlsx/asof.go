package xlsx

import (
	"time"

	"clipsheet/clips"
)

// AsOfName is the name of the cell of a template, if it has one, that is given the moment of the data: a filled
// template has no cover to say it.
const AsOfName = "clipsheet_as_of"

// dated adds to a book what goes into the cell for the moment, where the template has one and no sheet takes it.
func (t *Template) dated(book Book) Book {
	p, err := t.place(AsOfName)
	if err != nil || len(book.Sheets) == 0 || p.isTable() {
		return book
	}
	for _, s := range book.Sheets {
		if taken, err := t.place(s.Name); err == nil && taken == p {
			return book
		}
	}
	sheets := append([]Sheet{}, book.Sheets...)
	book.Sheets = append(sheets, Sheet{Name: AsOfName, Rows: newDateline(book.Sheets[0].Rows.Header()), Count: 1})
	return book
}

// dateline is Rows of one value, the moment of another result on the clocks of its time zone. A result of which no
// moment is known has NULL there.
type dateline struct {
	header clips.Header
	row    [][]byte
	read   bool
}

func newDateline(of clips.Header) *dateline {
	m := &dateline{header: of, row: [][]byte{nil}}
	m.header.Columns = []clips.Column{{Name: "as_of", Type: clips.TimestampTZ}}
	zone, err := time.LoadLocation(of.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	if !of.AsOf.IsZero() {
		m.row[0] = []byte(of.AsOf.In(zone).Format("2006-01-02 15:04:05-07"))
	}
	return m
}

func (m *dateline) Header() clips.Header { return m.header }

func (m *dateline) Next() bool {
	first := !m.read
	m.read = true
	return first
}

func (m *dateline) Row() [][]byte { return m.row }
func (m *dateline) Err() error    { return nil }
func (m *dateline) Close() error  { return nil }

var _ clips.Rows = (*dateline)(nil)
