package formula

import (
	"math"
)

func mathFunctions() map[string]function {
	return map[string]function{
		"SUM":       ranged(1, -1, one(sum)),
		"PRODUCT":   ranged(1, -1, one(product)),
		"ROUND":     cellwise(1, 2, one(rounded(roundHalfAway))),
		"ROUNDUP":   cellwise(1, 2, one(rounded(func(x float64) float64 { return math.Copysign(math.Ceil(math.Abs(x)), x) }))),
		"ROUNDDOWN": cellwise(1, 2, one(rounded(math.Trunc))),
		"TRUNC":     cellwise(1, 2, one(rounded(math.Trunc))),
		"INT":       cellwise(1, 1, one(ofNumber(math.Floor))),
		"ABS":       cellwise(1, 1, one(ofNumber(math.Abs))),
		"SIGN":      cellwise(1, 1, one(ofNumber(sign))),
		"EXP":       cellwise(1, 1, one(ofNumber(math.Exp))),
		"LN":        cellwise(1, 1, one(ofNumber(math.Log))),
		"LOG10":     cellwise(1, 1, one(ofNumber(math.Log10))),
		"SQRT":      cellwise(1, 1, one(ofNumber(math.Sqrt))),
		"MOD":       cellwise(2, 2, one(mod)),
		"POWER":     cellwise(2, 2, one(func(a args) Value { return a.operate("^", a.value(0), a.value(1)) })),
		"PI":        cellwise(0, 0, one(func(args) Value { return Of(math.Pi) })),
	}
}

func sum(a args) Value {
	total := 0.0
	if fault := a.numbers(func(n float64) { total += n }); fault.Kind == Failed {
		return fault
	}
	return Of(total)
}

func product(a args) Value {
	total := 1.0
	if fault := a.numbers(func(n float64) { total *= n }); fault.Kind == Failed {
		return fault
	}
	return Of(total)
}

func ofNumber(f func(float64) float64) func(args) Value {
	return func(a args) Value {
		n, fault := a.num(0)
		if fault.Kind == Failed {
			return fault
		}
		return Of(f(n))
	}
}

func rounded(f func(float64) float64) func(args) Value {
	return func(a args) Value {
		n, fault := a.num(0)
		if fault.Kind == Failed {
			return fault
		}
		places, fault := a.numOr(1, 0)
		if fault.Kind == Failed {
			return fault
		}
		scale := math.Pow(10, math.Trunc(places))
		return Of(f(n*scale) / scale)
	}
}

// roundHalfAway rounds what is a half up to the error of a double: 1.005 to two places is 1.01.
func roundHalfAway(x float64) float64 {
	return math.Round(x + math.Copysign(math.Abs(x)*1e-15, x))
}

func sign(n float64) float64 {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

func mod(a args) Value {
	n, fault := a.num(0)
	if fault.Kind == Failed {
		return fault
	}
	d, fault := a.num(1)
	if fault.Kind == Failed {
		return fault
	}
	if d == 0 {
		return Fail(DivideByZero, "Function MOD parameter 2 cannot be zero.")
	}
	return Of(n - d*math.Floor(n/d))
}
