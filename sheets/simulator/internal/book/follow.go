package book

import (
	"strings"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// placed is an area of a sheet.
type placed struct {
	sheet int
	area  grid.Area
}

// shift says where the cells of an area are after a change, and whether they still are.
type shift func(placed) (placed, bool)

// follow makes everything that means cells of a sheet mean the same ones after its shape has changed.
func (e *edit) follow(s *Sheet, change grid.Edit) {
	e.followAll(func(p placed) (placed, bool) {
		if p.sheet != s.id {
			return p, true
		}
		var ok bool
		p.area, ok = change(p.area)
		return p, ok
	})
}

// followAll applies a shift to formulas, named ranges, and to filters, protections, charts and rules of all sheets.
func (e *edit) followAll(to shift) {
	e.followFormulas(to)
	for i, s := range e.sheets {
		if s.objects.Len() == 0 {
			continue
		}
		if objects, _ := wire.Rewrite(wire.TypeOf("Sheet"), s.objects, e.rewriter(s, to)); objects != s.objects {
			e.own(s)
			e.sheets[i].objects = objects
		}
	}
	var kept []*wire.Message
	for _, n := range e.named {
		if after, alive := wire.Rewrite(wire.TypeOf("NamedRange"), n, e.rewriter(nil, to)); alive {
			kept = append(kept, after)
		}
	}
	e.named = kept
	e.forget()
}

// rewriter changes the parts of messages that mean cells. s is the sheet whose formulas they are.
func (e *edit) rewriter(s *Sheet, to shift) func(*wire.Type, *wire.Message) (*wire.Message, bool) {
	return func(t *wire.Type, m *wire.Message) (*wire.Message, bool) {
		switch t.Name {
		case "GridRange":
			a, err := areaOf(m)
			if err != nil {
				return m, true
			}
			after, ok := to(placed{m.Int("sheetId"), a})
			return rangeOf(after.sheet, after.area), ok
		case "GridCoordinate":
			at := grid.At(m.Int("rowIndex"), m.Int("columnIndex"))
			after, ok := to(placed{m.Int("sheetId"), at})
			if !ok {
				return m, true // an anchor stays near where it was
			}
			return wire.New("sheetId", after.sheet, "rowIndex", after.area.Rows.Start, "columnIndex", after.area.Cols.Start), true
		case "ConditionValue":
			text := m.Text("userEnteredValue")
			if s == nil || !strings.HasPrefix(text, "=") {
				return m, true
			}
			f := formula.Read(text, e.locale.CommaDecimal())
			return m.With("userEnteredValue", f.Map(e.mapper(s, to)).Text), true
		}
		return m, true
	}
}

// mapper makes a shift one of the references in the formulas of a sheet.
func (e *edit) mapper(s *Sheet, to shift) func(grid.Ref) (grid.Ref, bool) {
	return func(r grid.Ref) (grid.Ref, bool) {
		meant := s
		if r.Sheet != "" {
			meant = e.titled(r.Sheet)
		}
		if meant == nil {
			return r, true
		}
		after, ok := to(placed{meant.id, r.Area})
		r.Area = after.area
		if after.sheet != meant.id {
			r.Sheet = e.sheet(after.sheet).title
			if after.sheet == s.id {
				r.Sheet = ""
			}
		}
		return r, ok
	}
}

func (e *edit) followFormulas(to shift) {
	for _, s := range e.sheets {
		e.eachFormula(s, func(s *Sheet, f *formula.Formula) *formula.Formula { return f.Map(e.mapper(s, to)) })
		e.followRules(s, to)
	}
}

// eachFormula replaces the formulas of a sheet by what change makes of them.
func (e *edit) eachFormula(s *Sheet, change func(*Sheet, *formula.Formula) *formula.Formula) {
	if !s.formulas {
		return
	}
	for r := range s.rows {
		if s.rows[r] == nil {
			continue
		}
		for c := range s.rows[r].cells {
			f := s.rows[r].cells[c].formula
			if f == nil {
				continue
			}
			if after := change(s, f); after != f {
				s = e.own(s)
				e.cell(s, r, c).formula = after
			}
		}
	}
}

// followRules rewrites the formulas in the data validation of cells.
func (e *edit) followRules(s *Sheet, to shift) {
	s.each(grid.Everything, func(r, c int, x *cell) {
		rule := x.more.Message("dataValidation")
		if rule == nil {
			return
		}
		after, _ := wire.Rewrite(wire.TypeOf("DataValidationRule"), rule, e.rewriter(s, to))
		if !after.Equal(rule) {
			own := e.own(e.sheet(s.id))
			y := e.cell(own, r, c)
			y.more = y.more.With("dataValidation", after)
		}
	})
}

// rename makes the formulas of all sheets mean a sheet, or a table or named range, by its new name.
func (e *edit) renameSheet(old, title string) {
	for _, s := range e.sheets {
		e.eachFormula(s, func(_ *Sheet, f *formula.Formula) *formula.Formula {
			return f.Map(func(r grid.Ref) (grid.Ref, bool) {
				if strings.EqualFold(r.Sheet, old) {
					r.Sheet = title
				}
				return r, true
			})
		})
	}
	e.forget()
}

// orphan makes references to a sheet that is gone #REF!.
func (e *edit) orphan(title string) {
	for _, s := range e.sheets {
		e.eachFormula(s, func(_ *Sheet, f *formula.Formula) *formula.Formula {
			return f.Map(func(r grid.Ref) (grid.Ref, bool) { return r, !strings.EqualFold(r.Sheet, title) })
		})
	}
	e.forget()
}
