package formula

import (
	"fmt"

	"clipsheet/sheets/simulator/internal/grid"
)

func lookupFunctions() map[string]function {
	return map[string]function{
		"VLOOKUP":  ranged(3, 4, one(func(a args) Value { return lookup(a, grid.Rows) })),
		"HLOOKUP":  ranged(3, 4, one(func(a args) Value { return lookup(a, grid.Cols) })),
		"MATCH":    ranged(2, 3, one(match)),
		"INDEX":    ranged(1, 3, index),
		"ROW":      ranged(0, 1, one(func(a args) Value { return a.place(grid.Rows) })),
		"COLUMN":   ranged(0, 1, one(func(a args) Value { return a.place(grid.Cols) })),
		"ROWS":     ranged(1, 1, one(func(a args) Value { return Of(float64(len(a.rows(a.eval(a.nodes[0]))))) })),
		"COLUMNS":  ranged(1, 1, one(func(a args) Value { return Of(float64(len(a.rows(a.eval(a.nodes[0]))[0]))) })),
		"INDIRECT": ranged(1, 1, indirect),
	}
}

// lookup is VLOOKUP, or HLOOKUP with rows and columns exchanged.
func lookup(a args, d grid.Dim) Value {
	key := a.value(0)
	if key.Kind == Failed {
		return key
	}
	table := a.rows(a.eval(a.nodes[1]))
	if d == grid.Cols {
		table = transposed(table)
	}
	n, fault := a.num(2)
	if fault.Kind == Failed {
		return fault
	}
	if n < 1 || int(n) > len(table[0]) {
		return Fail(BadRef, fmt.Sprintf("%s evaluates to an out of bounds range.", a.name))
	}
	sorted, fault := a.numOr(3, 1)
	if fault.Kind == Failed {
		return fault
	}
	keys := make([]Value, len(table))
	for i, row := range table {
		keys[i] = row[0]
	}
	i := find(keys, key, int(sorted))
	if i < 0 {
		return Fail(NotAvailable, fmt.Sprintf("Did not find value '%s' in %s evaluation.", a.text(key), a.name))
	}
	return table[i][int(n)-1]
}

// find looks for a key: equal when order is 0, else the last one not past it in a list sorted up (1) or down (-1).
func find(keys []Value, key Value, order int) int {
	found := -1
	for i, k := range keys {
		if k.Kind == Empty || k.rank() != key.rank() {
			continue
		}
		c := Compare(k, key)
		switch {
		case order == 0 && (c == 0 || key.Kind == Text && wildcard(key.Str).MatchString(k.Str)):
			return i
		case order > 0 && c <= 0, order < 0 && c >= 0:
			found = i
		case order != 0:
			return found
		}
	}
	return found
}

func match(a args) Value {
	key := a.value(0)
	if key.Kind == Failed {
		return key
	}
	order, fault := a.numOr(2, 1)
	if fault.Kind == Failed {
		return fault
	}
	table := a.rows(a.eval(a.nodes[1]))
	if len(table) == 1 {
		table = transposed(table)
	}
	keys := make([]Value, len(table))
	for i, row := range table {
		keys[i] = row[0]
	}
	i := find(keys, key, int(order))
	if i < 0 {
		return Fail(NotAvailable, fmt.Sprintf("Did not find value '%s' in MATCH evaluation.", a.text(key)))
	}
	return Of(float64(i + 1))
}

func index(a args) operand {
	op := a.eval(a.nodes[0])
	row, fault := a.numOr(1, 0)
	if fault.Kind == Failed {
		return operand{v: fault}
	}
	col, fault := a.numOr(2, 0)
	if fault.Kind == Failed {
		return operand{v: fault}
	}
	table := a.rows(op)
	if len(table) == 1 && len(a.nodes) == 2 {
		row, col = 1, row // of a single row the one index counts columns
	}
	if row < 0 || col < 0 || int(row) > len(table) || int(col) > len(table[0]) {
		return operand{v: Fail(BadRef, fmt.Sprintf("Function INDEX parameter 2 value is %v. It is out of range.", row))}
	}
	if row == 0 && len(table) == 1 {
		row = 1
	}
	if col == 0 && len(table[0]) == 1 {
		col = 1
	}
	rows, cols := grid.Span{Start: 0, End: len(table)}, grid.Span{Start: 0, End: len(table[0])}
	if row > 0 {
		rows = grid.One(int(row) - 1)
	}
	if col > 0 {
		cols = grid.One(int(col) - 1)
	}
	if op.ref != nil {
		down, right := op.ref.Area.Rows.From(), op.ref.Area.Cols.From()
		part := grid.Rect(rows.Start+down, cols.Start+right, rows.End+down, cols.End+right)
		return operand{ref: &grid.Ref{Sheet: op.ref.Sheet, Area: part}}
	}
	var out [][]Value
	for _, r := range table[rows.Start:rows.End] {
		out = append(out, r[cols.Start:cols.End])
	}
	return operand{v: arrayOf(out)}
}

// place is the row or column number of a reference, or of the formula's own cell.
func (a args) place(d grid.Dim) Value {
	if len(a.nodes) == 0 {
		if d == grid.Rows {
			return Of(float64(a.at.Row + 1))
		}
		return Of(float64(a.at.Col + 1))
	}
	ref, fault := a.ref(0)
	if fault.Kind == Failed {
		return fault
	}
	return Of(float64(ref.Area.Span(d).From() + 1))
}

// indirect reads a text as a reference, so it does not follow the cells it means.
func indirect(a args) operand {
	text, fault := a.str(0)
	if fault.Kind == Failed {
		return operand{v: fault}
	}
	if t, n, ok := reference(text); ok && n == len(text) {
		return a.refer(t.ref)
	}
	if ref, ok := a.Named(text); ok {
		return a.refer(ref)
	}
	return operand{v: Fail(BadRef, fmt.Sprintf(
		"Function INDIRECT parameter 1 value is '%s'. It is not a valid cell/range reference.", text))}
}

func transposed(rows [][]Value) [][]Value {
	out := make([][]Value, len(rows[0]))
	for c := range out {
		out[c] = make([]Value, len(rows))
		for r := range rows {
			out[c][r] = rows[r][c]
		}
	}
	return out
}
