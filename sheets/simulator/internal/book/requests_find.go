package book

import (
	"regexp"
	"strings"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// findReplace replaces text in cells. What comes out is read as if it was typed.
func (e *edit) findReplace(r *wire.Message) (*wire.Message, error) {
	find, err := finder(r)
	if err != nil {
		return nil, err
	}
	var scope []placed
	switch {
	case r.Bool("allSheets"):
		for _, s := range e.sheets {
			scope = append(scope, placed{s.id, grid.Everything})
		}
	case r.Has("range"):
		s, a, err := e.area(r.Message("range"))
		if err != nil {
			return nil, err
		}
		scope = []placed{{s.id, a}}
	case r.Has("sheetId"):
		if e.sheet(r.Int("sheetId")) == nil {
			return nil, invalid("No sheet with id: %d", r.Int("sheetId"))
		}
		scope = []placed{{r.Int("sheetId"), grid.Everything}}
	default:
		return nil, invalid("A range, a sheet or all sheets must be specified.")
	}
	var n found
	for _, p := range scope {
		if err := e.replaceIn(p, r, find, &n); err != nil {
			return nil, err
		}
	}
	return wire.New("valuesChanged", n.values, "formulasChanged", n.formulas, "rowsChanged", n.rows,
		"sheetsChanged", n.sheets, "occurrencesChanged", n.occurrences), nil
}

// found counts what was replaced.
type found struct{ values, formulas, rows, sheets, occurrences int }

func finder(r *wire.Message) (*regexp.Regexp, error) {
	if r.Text("find") == "" {
		return nil, invalid("The text to find must not be empty.")
	}
	pattern := r.Text("find")
	if !r.Bool("searchByRegex") {
		pattern = regexp.QuoteMeta(pattern)
	}
	if r.Bool("matchEntireCell") {
		pattern = "^(?:" + pattern + ")$"
	}
	if !r.Bool("matchCase") {
		pattern = "(?i)" + pattern
	}
	find, err := regexp.Compile(pattern)
	if err != nil {
		return nil, invalid("Invalid regular expression: %s", r.Text("find"))
	}
	return find, nil
}

func (e *edit) replaceIn(p placed, r *wire.Message, find *regexp.Regexp, n *found) error {
	s := e.sheet(p.sheet)
	with := r.Text("replacement")
	if !r.Bool("searchByRegex") {
		with = strings.ReplaceAll(with, "$", "$$")
	}
	before := *n
	lastRow := -1
	var wrong error
	s.each(p.area, func(row, col int, x *cell) {
		text := ""
		if x.formula != nil {
			if !r.Bool("includeFormulas") {
				return
			}
			text = x.formula.Text
		} else {
			e.compute(func(c *calc) { text = c.shown(s, row, col) })
		}
		times := len(find.FindAllStringIndex(text, -1))
		if times == 0 || wrong != nil {
			return
		}
		if wrong = e.guard(s, grid.At(row, col)); wrong != nil {
			return
		}
		own := e.own(e.sheet(s.id))
		wrong = e.typed(own, row, col, find.ReplaceAllString(text, with))
		n.occurrences += times
		if x.formula != nil {
			n.formulas++
		} else {
			n.values++
		}
		if row != lastRow {
			n.rows, lastRow = n.rows+1, row
		}
	})
	if n.rows > before.rows {
		n.sheets++
	}
	return wrong
}

// typed puts text into a cell as if a user typed it, number format and all.
func (e *edit) typed(s *Sheet, row, col int, text string) error {
	value, f, format, err := e.parse(text)
	if err != nil {
		return err
	}
	x := e.cell(s, row, col)
	e.set(s, x, value, f)
	if value.Kind == formula.Number {
		x.setFormat(format)
	}
	return nil
}

// setFormat sets or, with nil, clears the number format of a cell.
func (x *cell) setFormat(format *wire.Message) {
	look := x.more.Message("userEnteredFormat")
	if format == nil && !look.Has("numberFormat") {
		return
	}
	x.setMore(x.more.With("userEnteredFormat", orNil(look.With("numberFormat", format))))
}
