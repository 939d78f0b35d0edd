package book

import (
	"slices"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/wire"
)

// sortRange puts the rows of a range in another order. Empty cells come last, formulas move as if they were copied.
func (e *edit) sortRange(r *wire.Message) (*wire.Message, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	if s.merged(a) {
		return nil, invalid("You can't sort a range with vertical merges.")
	}
	specs := r.Messages("sortSpecs")
	keys := map[int][]formula.Value{}
	order := make([]int, 0, a.Rows.End-a.Rows.Start)
	e.compute(func(c *calc) {
		for row := a.Rows.Start; row < a.Rows.End; row++ {
			order = append(order, row)
			for _, spec := range specs {
				keys[row] = append(keys[row], c.value(s, row, spec.Int("dimensionIndex")))
			}
		}
	})
	slices.SortStableFunc(order, func(x, y int) int {
		for i, spec := range specs {
			if d := compareKeys(keys[x][i], keys[y][i], spec.Text("sortOrder") == "DESCENDING"); d != 0 {
				return d
			}
		}
		return 0
	})
	block := e.lift(s, a, paste{kind: "PASTE_NORMAL"})
	s = e.own(s)
	for i, from := range order {
		row := a.Rows.Start + i
		for j, x := range block[from-a.Rows.Start] {
			if x.formula != nil {
				x.formula = x.formula.Shifted(row-from, 0)
			}
			if !x.empty() || s.at(row, a.Cols.Start+j) != nil {
				*e.cell(s, row, a.Cols.Start+j) = x
			}
		}
	}
	return nil, nil
}

func compareKeys(a, b formula.Value, descending bool) int {
	switch {
	case a.Kind == formula.Empty && b.Kind == formula.Empty:
		return 0
	case a.Kind == formula.Empty:
		return 1
	case b.Kind == formula.Empty:
		return -1
	case descending:
		return formula.Compare(b, a)
	}
	return formula.Compare(a, b)
}
