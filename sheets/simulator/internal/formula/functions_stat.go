package formula

import (
	"slices"

	"clipsheet/sheets/simulator/internal/grid"
)

func statFunctions() map[string]function {
	return map[string]function{
		"AVERAGE":    ranged(1, -1, one(average)),
		"COUNT":      ranged(1, -1, one(count)),
		"COUNTA":     ranged(1, -1, one(countAll)),
		"COUNTBLANK": ranged(1, 1, one(countBlank)),
		"MIN":        ranged(1, -1, one(extreme(func(a, b float64) bool { return a < b }))),
		"MAX":        ranged(1, -1, one(extreme(func(a, b float64) bool { return a > b }))),
		"MEDIAN":     ranged(1, -1, one(median)),
		"SUMIF":      ranged(2, 3, one(sumIf)),
		"COUNTIF":    ranged(2, 2, one(countIf)),
		"AVERAGEIF":  ranged(2, 3, one(averageIf)),
		"SUMIFS":     ranged(3, -1, one(sumIfs)),
		"COUNTIFS":   ranged(2, -1, one(countIfs)),
	}
}

func average(a args) Value {
	total, n := 0.0, 0
	if fault := a.numbers(func(v float64) { total += v; n++ }); fault.Kind == Failed {
		return fault
	}
	if n == 0 {
		return Fail(DivideByZero, "Evaluation of function AVERAGE caused a divide by zero error.")
	}
	return Of(total / float64(n))
}

// count counts numbers, and passes over errors.
func count(a args) Value {
	n := 0
	for i := range a.nodes {
		for _, row := range a.rows(a.eval(a.nodes[i])) {
			for _, v := range row {
				if v.Kind == Number {
					n++
				}
			}
		}
	}
	return Of(float64(n))
}

func countAll(a args) Value {
	n := 0
	for i := range a.nodes {
		op := a.eval(a.nodes[i])
		if op.ref != nil {
			a.Each(op.ref.Sheet, op.ref.Area, func(grid.Cell, Value) bool { n++; return true })
			continue
		}
		for _, row := range a.rows(op) {
			n += len(row)
		}
	}
	return Of(float64(n))
}

func countBlank(a args) Value {
	n := 0
	for _, row := range a.rows(a.eval(a.nodes[0])) {
		for _, v := range row {
			if v.Kind == Empty || v.Kind == Text && v.Str == "" {
				n++
			}
		}
	}
	return Of(float64(n))
}

func extreme(better func(a, b float64) bool) func(args) Value {
	return func(a args) Value {
		best, any := 0.0, false
		fault := a.numbers(func(v float64) {
			if !any || better(v, best) {
				best, any = v, true
			}
		})
		if fault.Kind == Failed {
			return fault
		}
		return Of(best)
	}
}

func median(a args) Value {
	var all []float64
	if fault := a.numbers(func(v float64) { all = append(all, v) }); fault.Kind == Failed {
		return fault
	}
	if len(all) == 0 {
		return Fail(BadNumber, "MEDIAN has no valid input data.")
	}
	slices.Sort(all)
	mid := len(all) / 2
	if len(all)%2 == 1 {
		return Of(all[mid])
	}
	return Of((all[mid-1] + all[mid]) / 2)
}

func sumIf(a args) Value {
	total, _, fault := a.conditional()
	if fault.Kind == Failed {
		return fault
	}
	return Of(total)
}

func averageIf(a args) Value {
	total, n, fault := a.conditional()
	switch {
	case fault.Kind == Failed:
		return fault
	case n == 0:
		return Fail(DivideByZero, "Evaluation of function AVERAGEIF caused a divide by zero error.")
	}
	return Of(total / float64(n))
}

// conditional sums and counts for SUMIF and AVERAGEIF: the range with the condition, the condition, and the range to
// sum when that is another one, from the same corner.
func (a args) conditional() (total float64, n int, fault Value) {
	where, fault := a.ref(0)
	if fault.Kind == Failed {
		return 0, 0, fault
	}
	what := where
	if len(a.nodes) > 2 {
		if what, fault = a.ref(2); fault.Kind == Failed {
			return 0, 0, fault
		}
	}
	meets := a.criterion(a.value(1))
	down := what.Area.Rows.From() - where.Area.Rows.From()
	right := what.Area.Cols.From() - where.Area.Cols.From()
	a.Each(where.Sheet, where.Area, func(c grid.Cell, v Value) bool {
		if !meets(v) {
			return true
		}
		add := a.Cell(what.Sheet, grid.Cell{Row: c.Row + down, Col: c.Col + right})
		if add.Kind == Failed {
			fault = add
			return false
		}
		if add.Kind == Number {
			total, n = total+add.Num, n+1
		}
		return true
	})
	return total, n, fault
}

func countIf(a args) Value {
	n, meets := 0, a.criterion(a.value(1))
	for _, row := range a.rows(a.eval(a.nodes[0])) {
		for _, v := range row {
			if meets(v) {
				n++
			}
		}
	}
	return Of(float64(n))
}

func sumIfs(a args) Value {
	total, fault := 0.0, Value{}
	values := a.rows(a.eval(a.nodes[0]))
	wrong := a.matching(1, values, func(v Value) {
		switch v.Kind {
		case Failed:
			fault = v
		case Number:
			total += v.Num
		}
	})
	if wrong.Kind == Failed {
		return wrong
	}
	if fault.Kind == Failed {
		return fault
	}
	return Of(total)
}

func countIfs(a args) Value {
	n := 0
	if wrong := a.matching(0, a.rows(a.eval(a.nodes[0])), func(Value) { n++ }); wrong.Kind == Failed {
		return wrong
	}
	return Of(float64(n))
}

// matching yields the values at whose place all ranges meet their condition; ranges and conditions take turns from
// the i-th argument on.
func (a args) matching(i int, values [][]Value, yield func(Value)) Value {
	type condition struct {
		rows  [][]Value
		meets func(Value) bool
	}
	var all []condition
	for ; i+1 < len(a.nodes); i += 2 {
		c := condition{a.rows(a.eval(a.nodes[i])), a.criterion(a.value(i + 1))}
		if len(c.rows) != len(values) || len(c.rows[0]) != len(values[0]) {
			return Fail(BadValue, "Array arguments to "+a.name+" are of different size.")
		}
		all = append(all, c)
	}
	for r, row := range values {
	next:
		for c, v := range row {
			for _, cond := range all {
				if !cond.meets(cond.rows[r][c]) {
					continue next
				}
			}
			yield(v)
		}
	}
	return Value{}
}
