package formula

import (
	"fmt"
	"math"
	"time"

	"clipsheet/sheets/simulator/internal/grid"
)

// Env is the spreadsheet around a formula.
type Env interface {
	// Cell is the value of a cell, computed if need be.
	Cell(sheet string, at grid.Cell) Value
	// Each yields the cells of an area that are not empty, row by row.
	Each(sheet string, a grid.Area, yield func(grid.Cell, Value) bool)
	// Size is how many rows and columns a sheet has; not ok when there is no such sheet.
	Size(sheet string) (rows, cols int, ok bool)
	// Named is what a named range stands for.
	Named(name string) (grid.Ref, bool)
	// Now is the time, in the spreadsheet's zone.
	Now() time.Time
	// Number reads a text as a number, in the spreadsheet's locale.
	Number(text string) (float64, bool)
	// Show writes a number as text.
	Show(n float64) string
	// Pattern writes a number by a number format.
	Pattern(n float64, pattern string) string
}

// Eval computes the formula for a cell of a sheet.
func (f *Formula) Eval(env Env, sheet string, at grid.Cell) Value {
	if f.wrong != nil {
		return Fail(Parse, "Formula parse error.")
	}
	ev := &evaluator{Env: env, sheet: sheet, at: at}
	op := ev.eval(f.root)
	if op.ref == nil && op.v.Kind == array {
		return op.v
	}
	v := ev.single(op)
	if v.Kind == Empty {
		return Of(0) // a formula's cell is never empty: a reference to nothing shows 0
	}
	return v
}

// Spills tells whether the formula may fill more cells than its own.
func (f *Formula) Spills() bool { return f.wrong == nil && spills(f.root) }

func spills(n node) bool {
	switch n := n.(type) {
	case table:
		return true
	case unary:
		return spills(n.x)
	case binary:
		return spills(n.x) || spills(n.y)
	case call:
		if f, ok := functionNamed(n.name); ok && f.spills {
			return true
		}
		for _, a := range n.args {
			if spills(a) {
				return true
			}
		}
	}
	return false
}

// operand is a value, or a reference that nobody has looked up yet.
type operand struct {
	v   Value
	ref *grid.Ref
}

type evaluator struct {
	Env
	sheet string
	at    grid.Cell
	array bool // inside ARRAYFORMULA: operators work on whole ranges
}

func (ev *evaluator) eval(n node) operand {
	switch n := n.(type) {
	case nil:
		return operand{}
	case literal:
		return operand{v: n.value}
	case refNode:
		return ev.refer(n.ref)
	case nameRef:
		ref, ok := ev.Named(n.name)
		if !ok {
			return operand{v: Fail(BadName, fmt.Sprintf("Unknown range name: '%s'.", n.name))}
		}
		return ev.refer(ref)
	case unary:
		return ev.unary(n)
	case binary:
		return ev.binary(n)
	case table:
		return ev.table(n)
	case call:
		return ev.call(n)
	}
	panic(fmt.Sprintf("formula: no node %T", n))
}

func (ev *evaluator) refer(ref grid.Ref) operand {
	if ref.Sheet == "" {
		ref.Sheet = ev.sheet
	}
	if _, _, ok := ev.Size(ref.Sheet); !ok {
		return operand{v: Fail(BadRef, fmt.Sprintf("Unresolved sheet name '%s'.", ref.Sheet))}
	}
	return operand{ref: &ref}
}

// scalar computes a node to one value.
func (ev *evaluator) scalar(n node) Value { return ev.single(ev.eval(n)) }

// single is the one value of an operand. Of a range outside of an array formula it is the cell beside the formula.
func (ev *evaluator) single(op operand) Value {
	switch {
	case op.ref == nil && op.v.Kind == array:
		return (*op.v.rows)[0][0]
	case op.ref == nil:
		return op.v
	case op.ref.Area.Single():
		return ev.Cell(op.ref.Sheet, grid.Cell{Row: op.ref.Area.Rows.Start, Col: op.ref.Area.Cols.Start})
	}
	rows, cols, _ := ev.Size(op.ref.Sheet)
	a := op.ref.Area.Within(rows, cols)
	switch {
	case ev.array && !a.Empty():
		return ev.Cell(op.ref.Sheet, grid.Cell{Row: a.Rows.Start, Col: a.Cols.Start})
	case a.Cols.End-a.Cols.Start == 1 && a.Rows.Has(ev.at.Row):
		return ev.Cell(op.ref.Sheet, grid.Cell{Row: ev.at.Row, Col: a.Cols.Start})
	case a.Rows.End-a.Rows.Start == 1 && a.Cols.Has(ev.at.Col):
		return ev.Cell(op.ref.Sheet, grid.Cell{Row: a.Rows.Start, Col: ev.at.Col})
	}
	return Fail(BadValue, "An array value could not be found.")
}

// rows are all values of an operand.
func (ev *evaluator) rows(op operand) [][]Value {
	switch {
	case op.ref == nil && op.v.Kind == array:
		return *op.v.rows
	case op.ref == nil:
		return [][]Value{{op.v}}
	}
	height, width, _ := ev.Size(op.ref.Sheet)
	a := op.ref.Area.Within(height, width)
	if a.Empty() {
		return [][]Value{{{}}}
	}
	all := make([][]Value, a.Rows.End-a.Rows.Start)
	for i := range all {
		all[i] = make([]Value, a.Cols.End-a.Cols.Start)
	}
	ev.Each(op.ref.Sheet, a, func(c grid.Cell, v Value) bool {
		all[c.Row-a.Rows.Start][c.Col-a.Cols.Start] = v
		return true
	})
	return all
}

// many tells whether an operand is to be worked on cell by cell.
func (ev *evaluator) many(op operand) bool {
	return op.ref == nil && op.v.Kind == array || ev.array && op.ref != nil && !op.ref.Area.Single()
}

// number reads a value as a number, as an operator does.
func (ev *evaluator) number(v Value) (float64, Value) {
	switch v.Kind {
	case Failed:
		return 0, v
	case Text:
		if n, ok := ev.Number(v.Str); ok {
			return n, Value{}
		}
		return 0, Fail(BadValue, fmt.Sprintf("A number was expected. But '%s' is a text and cannot be coerced to a number.", v.Str))
	}
	return v.Num, Value{}
}

// text reads a value as a text.
func (ev *evaluator) text(v Value) string {
	switch v.Kind {
	case Number:
		return ev.Show(v.Num)
	case Bool:
		if v.True() {
			return "TRUE"
		}
		return "FALSE"
	case Failed:
		return v.Fault().String()
	}
	return v.Str
}

func (ev *evaluator) unary(n unary) operand {
	x := ev.eval(n.x)
	return ev.lift(func(v []Value) Value {
		a, fault := ev.number(v[0])
		switch {
		case fault.Kind == Failed:
			return fault
		case n.op == "-":
			return Of(-a)
		case n.op == "%":
			return Of(a / 100)
		}
		return v[0]
	}, x)
}

func (ev *evaluator) binary(n binary) operand {
	x, y := ev.eval(n.x), ev.eval(n.y)
	return ev.lift(func(v []Value) Value { return ev.operate(n.op, v[0], v[1]) }, x, y)
}

// lift applies a function of single values to operands, cell by cell where one of them has many.
func (ev *evaluator) lift(f func([]Value) Value, ops ...operand) operand {
	height, width := 0, 0
	tables := make([][][]Value, len(ops))
	for i, op := range ops {
		if ev.many(op) {
			tables[i] = ev.rows(op)
			height, width = max(height, len(tables[i])), max(width, len(tables[i][0]))
		}
	}
	in := make([]Value, len(ops))
	if height == 0 {
		for i, op := range ops {
			in[i] = ev.single(op)
		}
		return operand{v: f(in)}
	}
	out := make([][]Value, height)
	for r := range out {
		out[r] = make([]Value, width)
		for c := range out[r] {
			for i, op := range ops {
				if tables[i] == nil {
					in[i] = ev.single(op)
				} else {
					in[i] = pick(tables[i], r, c)
				}
			}
			out[r][c] = f(in)
		}
	}
	return operand{v: arrayOf(out)}
}

// pick is the value at a place of a table, which repeats when it has one row or one column.
func pick(rows [][]Value, r, c int) Value {
	if len(rows) == 1 {
		r = 0
	}
	if r >= len(rows) {
		return Fail(NotAvailable, "Argument must be a range of the same size.")
	}
	if len(rows[r]) == 1 {
		c = 0
	}
	if c >= len(rows[r]) {
		return Fail(NotAvailable, "Argument must be a range of the same size.")
	}
	return rows[r][c]
}

func (ev *evaluator) operate(op string, x, y Value) Value {
	if x.Kind == Failed {
		return x
	}
	if y.Kind == Failed {
		return y
	}
	switch op {
	case "&":
		return TextOf(ev.text(x) + ev.text(y))
	case "=":
		return BoolOf(Compare(x, y) == 0)
	case "<>":
		return BoolOf(Compare(x, y) != 0)
	case "<":
		return BoolOf(Compare(x, y) < 0)
	case "<=":
		return BoolOf(Compare(x, y) <= 0)
	case ">":
		return BoolOf(Compare(x, y) > 0)
	case ">=":
		return BoolOf(Compare(x, y) >= 0)
	}
	a, fault := ev.number(x)
	if fault.Kind == Failed {
		return fault
	}
	b, fault := ev.number(y)
	if fault.Kind == Failed {
		return fault
	}
	switch op {
	case "+":
		return Of(a + b)
	case "-":
		return Of(a - b)
	case "*":
		return Of(a * b)
	case "/":
		if b == 0 {
			return Fail(DivideByZero, "Function DIVIDE parameter 2 cannot be zero.")
		}
		return Of(a / b)
	}
	return Of(math.Pow(a, b))
}

func (ev *evaluator) table(n table) operand {
	var all [][]Value
	for _, row := range n.rows {
		var block [][]Value
		for _, x := range row {
			part := ev.rows(ev.eval(x))
			if block == nil {
				block = make([][]Value, len(part))
			}
			if len(part) != len(block) {
				return operand{v: Fail(BadValue, "An array literal was missing values for one or more rows.")}
			}
			for i := range part {
				block[i] = append(block[i], part[i]...)
			}
		}
		if len(all) > 0 && len(block[0]) != len(all[0]) {
			return operand{v: Fail(BadValue, "In ARRAY_LITERAL, an Array Literal was missing values for one or more rows.")}
		}
		all = append(all, block...)
	}
	return operand{v: arrayOf(all)}
}
