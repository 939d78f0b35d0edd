package formula

import (
	"fmt"
	"maps"
	"sync"

	"clipsheet/sheets/simulator/internal/grid"
)

// function is one of the sheet's functions.
type function struct {
	least, most int // arguments; most < 0 is any number
	run         func(args) operand
	cellwise    bool // takes and gives single values, so that an array formula applies it cell by cell
	spills      bool // gives more than one value
}

func ranged(least, most int, run func(args) operand) function {
	return function{least: least, most: most, run: run}
}

func cellwise(least, most int, run func(args) operand) function {
	return function{least: least, most: most, run: run, cellwise: true}
}

func spilling(least, most int, run func(args) operand) function {
	return function{least: least, most: most, run: run, spills: true}
}

// args are the arguments of a call, not computed yet: IF looks at one branch only.
type args struct {
	*evaluator
	name  string
	nodes []node
}

var catalogue struct {
	once sync.Once
	all  map[string]function
}

// functionNamed finds a function by its name in capitals.
func functionNamed(name string) (function, bool) {
	catalogue.once.Do(func() {
		catalogue.all = map[string]function{}
		for _, family := range []map[string]function{
			mathFunctions(), statFunctions(), logicFunctions(), lookupFunctions(), textFunctions(), dateFunctions(), arrayFunctions(),
		} {
			maps.Copy(catalogue.all, family)
		}
	})
	f, ok := catalogue.all[name]
	return f, ok
}

func (ev *evaluator) call(n call) operand {
	f, ok := functionNamed(n.name)
	if !ok {
		return operand{v: Fail(BadName, fmt.Sprintf("Unknown function: '%s'.", n.name))}
	}
	if len(n.args) < f.least || f.most >= 0 && len(n.args) > f.most {
		return operand{v: Fail(NotAvailable, fmt.Sprintf("Wrong number of arguments to %s. Expected %d arguments, but got %d arguments.",
			n.name, f.least, len(n.args)))}
	}
	if f.cellwise && ev.array {
		ops := make([]operand, len(n.args))
		for i, a := range n.args {
			ops[i] = ev.eval(a)
		}
		return ev.lift(func(values []Value) Value {
			nodes := make([]node, len(values))
			for i, v := range values {
				nodes[i] = literal{v}
			}
			return ev.single(f.run(args{ev, n.name, nodes}))
		}, ops...)
	}
	return f.run(args{ev, n.name, n.args})
}

// one makes a function of a Value from its arguments.
func one(f func(args) Value) func(args) operand {
	return func(a args) operand { return operand{v: f(a)} }
}

func (a args) has(i int) bool {
	if i >= len(a.nodes) {
		return false
	}
	l, isLiteral := a.nodes[i].(literal)
	return !isLiteral || l.value.Kind != Empty
}

// value is an argument as one value.
func (a args) value(i int) Value {
	if i >= len(a.nodes) {
		return Value{}
	}
	return a.scalar(a.nodes[i])
}

// num is an argument as a number.
func (a args) num(i int) (float64, Value) { return a.number(a.value(i)) }

// numOr is an argument as a number, or another number when it is left out.
func (a args) numOr(i int, other float64) (float64, Value) {
	if !a.has(i) {
		return other, Value{}
	}
	return a.num(i)
}

// str is an argument as a text.
func (a args) str(i int) (string, Value) {
	v := a.value(i)
	if v.Kind == Failed {
		return "", v
	}
	return a.text(v), Value{}
}

// ref is an argument that must be a reference.
func (a args) ref(i int) (grid.Ref, Value) {
	op := a.eval(a.nodes[i])
	if op.ref == nil {
		if op.v.Kind == Failed {
			return grid.Ref{}, op.v
		}
		return grid.Ref{}, Fail(NotAvailable, "Argument must be a range.")
	}
	return *op.ref, Value{}
}

// each yields the values of all arguments from the i-th on that are not empty. direct tells that one is written in
// the call itself, where a text counts as the number it spells. It stops at the first error value, and gives it.
func (a args) each(i int, yield func(v Value, direct bool)) Value {
	for ; i < len(a.nodes); i++ {
		op := a.eval(a.nodes[i])
		if op.ref != nil {
			fault := Value{}
			a.Each(op.ref.Sheet, op.ref.Area, func(_ grid.Cell, v Value) bool {
				if v.Kind == Failed {
					fault = v
					return false
				}
				yield(v, false)
				return true
			})
			if fault.Kind == Failed {
				return fault
			}
			continue
		}
		for _, row := range a.rows(op) {
			for _, v := range row {
				if v.Kind == Failed {
					return v
				}
				if v.Kind != Empty {
					yield(v, op.v.Kind != array)
				}
			}
		}
	}
	return Value{}
}

// numbers yields what counts as a number among the arguments.
func (a args) numbers(yield func(float64)) Value {
	wrong := Value{}
	fault := a.each(0, func(v Value, direct bool) {
		switch {
		case v.Kind == Number, v.Kind == Bool && direct:
			yield(v.Num)
		case v.Kind == Text && direct:
			n, fault := a.number(v)
			if fault.Kind == Failed {
				wrong = fault
				return
			}
			yield(n)
		}
	})
	if fault.Kind == Failed {
		return fault
	}
	return wrong
}
