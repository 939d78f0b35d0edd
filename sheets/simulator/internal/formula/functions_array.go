package formula

import (
	"fmt"
	"slices"
)

func arrayFunctions() map[string]function {
	return map[string]function{
		"ARRAYFORMULA": spilling(1, 1, arrayFormula),
		"TRANSPOSE":    spilling(1, 1, whole(transposed)),
		"UNIQUE":       spilling(1, 1, whole(unique)),
		"SORT":         spilling(1, 1, whole(sorted)),
		"SEQUENCE":     spilling(1, 2, sequence),
		"SUMPRODUCT":   ranged(1, -1, one(sumProduct)),
	}
}

// arrayFormula computes its argument with operators that work on whole ranges.
func arrayFormula(a args) operand {
	inner := *a.evaluator
	inner.array = true
	op := inner.eval(a.nodes[0])
	if op.ref != nil {
		return operand{v: arrayOf(inner.rows(op))}
	}
	return op
}

func whole(f func([][]Value) [][]Value) func(args) operand {
	return func(a args) operand {
		op := a.eval(a.nodes[0])
		if op.ref == nil && op.v.Kind == Failed {
			return op
		}
		return operand{v: arrayOf(f(a.rows(op)))}
	}
}

func unique(rows [][]Value) [][]Value {
	var out [][]Value
	seen := map[string]bool{}
	for _, row := range rows {
		key := ""
		for _, v := range row {
			key += fmt.Sprintf("%d %v %q,", v.Kind, v.Num, v.Str)
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, row)
		}
	}
	return out
}

func sorted(rows [][]Value) [][]Value {
	return slices.SortedStableFunc(slices.Values(rows), func(a, b []Value) int {
		for i := range a {
			if c := Compare(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
}

// mostSequence bounds what SEQUENCE makes, so that no formula can fill the memory.
const mostSequence = 1_000_000

func sequence(a args) operand {
	height, fault := a.num(0)
	if fault.Kind == Failed {
		return operand{v: fault}
	}
	width, fault := a.numOr(1, 1)
	if fault.Kind == Failed {
		return operand{v: fault}
	}
	if height < 1 || width < 1 || height*width > mostSequence {
		return operand{v: Fail(BadNumber, "Function SEQUENCE parameter 1 value is out of range.")}
	}
	rows := make([][]Value, int(height))
	for r := range rows {
		rows[r] = make([]Value, int(width))
		for c := range rows[r] {
			rows[r][c] = Of(float64(r*int(width) + c + 1))
		}
	}
	return operand{v: arrayOf(rows)}
}

func sumProduct(a args) Value {
	inner := *a.evaluator
	inner.array = true
	first := inner.rows(inner.eval(a.nodes[0]))
	total := 0.0
	tables := [][][]Value{first}
	for _, n := range a.nodes[1:] {
		t := inner.rows(inner.eval(n))
		if len(t) != len(first) || len(t[0]) != len(first[0]) {
			return Fail(BadValue, "SUMPRODUCT has mismatched range sizes.")
		}
		tables = append(tables, t)
	}
	for r := range first {
		for c := range first[r] {
			product := 1.0
			for _, t := range tables {
				v := t[r][c]
				if v.Kind == Failed {
					return v
				}
				if v.Kind != Number && v.Kind != Bool {
					product = 0
					break
				}
				product *= v.Num
			}
			total += product
		}
	}
	return Of(total)
}
