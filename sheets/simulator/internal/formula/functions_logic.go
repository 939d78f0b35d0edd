package formula

func logicFunctions() map[string]function {
	is := func(test func(Value) bool) func(args) operand {
		return one(func(a args) Value { return BoolOf(test(a.value(0))) })
	}
	return map[string]function{
		"IF":       cellwise(2, 3, ifThen),
		"IFS":      ranged(2, -1, ifs),
		"IFERROR":  cellwise(1, 2, ifError(func(v Value) bool { return true })),
		"IFNA":     cellwise(2, 2, ifError(func(v Value) bool { return v.Fault() == NotAvailable })),
		"AND":      ranged(1, -1, one(all(true))),
		"OR":       ranged(1, -1, one(all(false))),
		"NOT":      cellwise(1, 1, one(not)),
		"NA":       cellwise(0, 0, one(func(args) Value { return Fail(NotAvailable, "Error") })),
		"ISBLANK":  cellwise(1, 1, is(func(v Value) bool { return v.Kind == Empty })),
		"ISNUMBER": cellwise(1, 1, is(func(v Value) bool { return v.Kind == Number })),
		"ISTEXT":   cellwise(1, 1, is(func(v Value) bool { return v.Kind == Text })),
		"ISERROR":  cellwise(1, 1, is(func(v Value) bool { return v.Kind == Failed })),
		"ISNA":     cellwise(1, 1, is(func(v Value) bool { return v.Kind == Failed && v.Fault() == NotAvailable })),
	}
}

func ifThen(a args) operand {
	cond, fault := a.num(0)
	switch {
	case fault.Kind == Failed:
		return operand{v: fault}
	case cond != 0:
		return a.eval(a.nodes[1])
	case len(a.nodes) > 2:
		return a.eval(a.nodes[2])
	}
	return operand{v: BoolOf(false)}
}

func ifs(a args) operand {
	for i := 0; i+1 < len(a.nodes); i += 2 {
		cond, fault := a.num(i)
		if fault.Kind == Failed {
			return operand{v: fault}
		}
		if cond != 0 {
			return a.eval(a.nodes[i+1])
		}
	}
	return operand{v: Fail(NotAvailable, "No match.")}
}

func ifError(caught func(Value) bool) func(args) operand {
	return func(a args) operand {
		op := a.eval(a.nodes[0])
		if a.many(op) {
			return op
		}
		if v := a.single(op); v.Kind != Failed || !caught(v) {
			return operand{v: v}
		}
		if len(a.nodes) > 1 {
			return a.eval(a.nodes[1])
		}
		return operand{v: TextOf("")}
	}
}

// all is AND for true and OR for false: it looks for the first argument that decides.
func all(want bool) func(args) Value {
	return func(a args) Value {
		result := want
		fault := a.each(0, func(v Value, _ bool) {
			if v.Kind != Text && (v.Num != 0) != want {
				result = !want
			}
		})
		if fault.Kind == Failed {
			return fault
		}
		return BoolOf(result)
	}
}

func not(a args) Value {
	n, fault := a.num(0)
	if fault.Kind == Failed {
		return fault
	}
	return BoolOf(n == 0)
}
