package formula

import (
	"strings"
	"unicode/utf8"
)

func textFunctions() map[string]function {
	of := func(f func(string) Value) func(args) operand {
		return one(func(a args) Value {
			s, fault := a.str(0)
			if fault.Kind == Failed {
				return fault
			}
			return f(s)
		})
	}
	return map[string]function{
		"LEN":         cellwise(1, 1, of(func(s string) Value { return Of(float64(utf8.RuneCountInString(s))) })),
		"UPPER":       cellwise(1, 1, of(func(s string) Value { return TextOf(strings.ToUpper(s)) })),
		"LOWER":       cellwise(1, 1, of(func(s string) Value { return TextOf(strings.ToLower(s)) })),
		"TRIM":        cellwise(1, 1, of(func(s string) Value { return TextOf(strings.Join(strings.Fields(s), " ")) })),
		"LEFT":        cellwise(1, 2, one(left)),
		"RIGHT":       cellwise(1, 2, one(right)),
		"MID":         cellwise(3, 3, one(mid)),
		"CONCATENATE": ranged(1, -1, one(concatenate)),
		"CONCAT":      cellwise(2, 2, one(concatenate)),
		"TEXT":        cellwise(2, 2, one(textByPattern)),
		"VALUE":       cellwise(1, 1, one(ofNumber(func(n float64) float64 { return n }))),
		"HYPERLINK":   cellwise(1, 2, one(hyperlink)),
	}
}

func left(a args) Value { return a.piece(func(s []rune, n int) []rune { return s[:min(n, len(s))] }) }

func right(a args) Value {
	return a.piece(func(s []rune, n int) []rune { return s[len(s)-min(n, len(s)):] })
}

func (a args) piece(cut func([]rune, int) []rune) Value {
	s, fault := a.str(0)
	if fault.Kind == Failed {
		return fault
	}
	n, fault := a.numOr(1, 1)
	if fault.Kind == Failed {
		return fault
	}
	if n < 0 {
		return Fail(BadValue, "Function "+a.name+" parameter 2 value is negative. It should be greater than or equal to 0.")
	}
	return TextOf(string(cut([]rune(s), int(min(n, 1e9)))))
}

func mid(a args) Value {
	s, fault := a.str(0)
	if fault.Kind == Failed {
		return fault
	}
	from, fault := a.num(1)
	if fault.Kind == Failed {
		return fault
	}
	n, fault := a.num(2)
	if fault.Kind == Failed {
		return fault
	}
	if from < 1 || n < 0 {
		return Fail(BadNumber, "Function MID parameter 2 value should be greater than or equal to 1.")
	}
	runes := []rune(s)
	start := min(int(min(from, 1e9))-1, len(runes))
	return TextOf(string(runes[start:min(len(runes), start+int(min(n, 1e9)))]))
}

func concatenate(a args) Value {
	var b strings.Builder
	if fault := a.each(0, func(v Value, _ bool) { b.WriteString(a.text(v)) }); fault.Kind == Failed {
		return fault
	}
	return TextOf(b.String())
}

func textByPattern(a args) Value {
	n, fault := a.num(0)
	if fault.Kind == Failed {
		return fault
	}
	pattern, fault := a.str(1)
	if fault.Kind == Failed {
		return fault
	}
	return TextOf(a.Pattern(n, pattern))
}

func hyperlink(a args) Value {
	if a.has(1) {
		return a.value(1)
	}
	return a.value(0)
}
