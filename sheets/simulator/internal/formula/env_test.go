package formula

import (
	"strings"
	"testing"
	"time"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/locale"
)

// desk is a spreadsheet for the tests: sheets of values, ten by ten, without formulas of their own.
type desk struct {
	locale.Locale
	sheets map[string][][]Value
	names  map[string]grid.Ref
}

var _ Env = (*desk)(nil)

// newDesk reads sheets of the form "title: a b c / d e f". A dot is an empty cell, a number a number.
func newDesk(t testing.TB, sheets ...string) *desk {
	t.Helper()
	l, _ := locale.Find("en_US")
	d := &desk{Locale: l, sheets: map[string][][]Value{}, names: map[string]grid.Ref{}}
	for _, text := range sheets {
		title, body, _ := strings.Cut(text, ": ")
		var rows [][]Value
		for _, line := range strings.Split(body, " / ") {
			var row []Value
			for _, word := range strings.Fields(line) {
				row = append(row, d.read(word))
			}
			rows = append(rows, row)
		}
		d.sheets[strings.ToLower(title)] = rows
	}
	return d
}

func (d *desk) read(word string) Value {
	switch e := d.Parse(word); {
	case word == ".":
		return Value{}
	case strings.HasPrefix(word, "#"):
		return faultNamed(word)
	case e.Kind == locale.Number:
		return Of(e.Number)
	case e.Kind == locale.Bool:
		return BoolOf(e.True)
	}
	return TextOf(word)
}

func (d *desk) Cell(sheet string, at grid.Cell) Value {
	rows := d.sheets[strings.ToLower(sheet)]
	if at.Row < len(rows) && at.Col < len(rows[at.Row]) {
		return rows[at.Row][at.Col]
	}
	return Value{}
}

func (d *desk) Each(sheet string, a grid.Area, yield func(grid.Cell, Value) bool) {
	a = a.Within(10, 10)
	for r := a.Rows.Start; r < a.Rows.End; r++ {
		for c := a.Cols.Start; c < a.Cols.End; c++ {
			if v := d.Cell(sheet, grid.Cell{Row: r, Col: c}); v.Kind != Empty && !yield(grid.Cell{Row: r, Col: c}, v) {
				return
			}
		}
	}
}

func (d *desk) Size(sheet string) (int, int, bool) {
	return 10, 10, d.sheets[strings.ToLower(sheet)] != nil
}

func (d *desk) Named(name string) (grid.Ref, bool) {
	r, ok := d.names[strings.ToLower(name)]
	return r, ok
}

func (d *desk) Now() time.Time                           { return time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC) }
func (d *desk) Number(text string) (float64, bool)       { return d.Locale.Value(text) }
func (d *desk) Show(n float64) string                    { return d.Plain(n) }
func (d *desk) Pattern(n float64, pattern string) string { return d.Format(n, "", pattern) }

// compute evaluates a formula in cell D1 of the sheet "s" and writes the result as text.
func (d *desk) compute(text string) string {
	v := Read(text, d.CommaDecimal()).Eval(d, "s", grid.Cell{Row: 0, Col: 3})
	if v.Rows() == nil {
		return d.spell(v)
	}
	var rows []string
	for _, row := range v.Rows() {
		var cells []string
		for _, x := range row {
			cells = append(cells, d.spell(x))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, " / ")
}

func (d *desk) spell(v Value) string {
	switch v.Kind {
	case Text:
		return "'" + v.Str + "'"
	case Empty:
		return "."
	}
	ev := &evaluator{Env: d}
	return ev.text(v)
}
