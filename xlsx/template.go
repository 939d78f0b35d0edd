package xlsx

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"

	"clipsheet/clips"
)

// Template is a workbook that someone made, to be filled with results: a table or a named range is a place for one.
// It has been checked, and may be filled any number of times, also at once.
type Template struct {
	zip    *zip.Reader
	tabs   []*templateTab
	places []*place
	names  []definedName
}

// definedName is a name that formulas may use.
type definedName struct{ name, formula string }

// Place is where a result can go.
type Place struct {
	Name    string   // of the table, or of the range
	Tab     string   //
	Ref     string   // A2:D10: the cells of data, without the headings
	Columns []string // the headings of a table; a range has none
}

type templateTab struct {
	name string
	path string // of its part; "" for a sheet that is a chart
	id   int    // by which the chain of calculation knows it
}

// place is a Place with what filling needs.
type place struct {
	name    string
	tab     *templateTab
	data    area
	heading int64 // the row of headings; 0 is none
	totals  int64 // the row of totals; 0 is none
	part    string
	columns []placeColumn // of a table
}

type placeColumn struct {
	name    string
	formula string // of a calculated column
}

func (p *place) isTable() bool { return p.part != "" }

// OpenTemplate checks a workbook and finds the places in it. What cannot be accepted is a KindParameter, or a
// KindTooLarge, that says what to change: macros, links to elsewhere, encryption, sizes out of proportion. The caller
// keeps r open for as long as the template is used.
func OpenTemplate(r io.ReaderAt, size int64) (*Template, error) {
	z, err := openUpload(r, size)
	if err != nil {
		return nil, err
	}
	t := &Template{zip: z}
	return t, t.understand()
}

// Places are the tables and named ranges, in the order of the tabs.
func (t *Template) Places() []Place {
	places := make([]Place, len(t.places))
	for i, p := range t.places {
		places[i] = p.public()
	}
	return places
}

// Find finds the place that Fill takes for a sheet of that name; an error that lists the places when there is none.
func (t *Template) Find(name string) (Place, error) {
	p, err := t.place(name)
	if err != nil {
		return Place{}, err
	}
	return p.public(), nil
}

func (p *place) public() Place {
	public := Place{Name: p.name, Tab: p.tab.name, Ref: p.data.String()}
	for _, c := range p.columns {
		public.Columns = append(public.Columns, c.name)
	}
	return public
}

// place finds one by its name.
func (t *Template) place(name string) (*place, error) {
	var known []string
	for _, p := range t.places {
		if strings.EqualFold(p.name, name) || strings.EqualFold(p.name, tableName(name)) {
			return p, nil
		}
		known = append(known, p.name)
	}
	if len(known) == 0 {
		return nil, refuse(nil, "The template has no table and no named range to fill: select the cells and choose Insert, Table.")
	}
	return nil, refuse(nil, "The template has no table or named range %q. It has %s.", name, strings.Join(known, ", "))
}

// match matches the sheets of a book with the places they go to.
func (t *Template) match(book Book) ([]*filling, error) {
	fillings := make([]*filling, 0, len(book.Sheets))
	for i := range book.Sheets {
		p, err := t.place(book.Sheets[i].Name)
		if err != nil {
			return nil, err
		}
		for _, other := range fillings {
			if other.place == p {
				return nil, refuse(nil, "Two clips are to fill %q: each needs a place of its own.", p.name)
			}
		}
		f, err := newFilling(p, book, i)
		if err != nil {
			return nil, err
		}
		fillings = append(fillings, f)
	}
	return fillings, nil
}

// errTooMany is a result that reaches beyond the last row of a tab.
func errTooMany(p *place, rows int64) error {
	return &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf(
		"%q in the template has room for %s rows, and the result has %s: select fewer, or sum them up in the SQL.",
		p.name, grouped(mostRows-p.data.top+1), grouped(rows))}
}
