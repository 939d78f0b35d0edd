package formula

import (
	"math"
	"time"

	"clipsheet/sheets/simulator/internal/locale"
)

func dateFunctions() map[string]function {
	part := func(f func(time.Time) int) func(args) operand {
		return one(func(a args) Value {
			n, fault := a.num(0)
			if fault.Kind == Failed {
				return fault
			}
			return Of(float64(f(locale.Moment(n))))
		})
	}
	return map[string]function{
		"NOW":     ranged(0, 0, one(func(a args) Value { return Of(locale.Serial(a.Now())) })),
		"TODAY":   ranged(0, 0, one(func(a args) Value { return Of(math.Floor(locale.Serial(a.Now()))) })),
		"DATE":    cellwise(3, 3, one(date)),
		"YEAR":    cellwise(1, 1, part(time.Time.Year)),
		"MONTH":   cellwise(1, 1, part(func(t time.Time) int { return int(t.Month()) })),
		"DAY":     cellwise(1, 1, part(time.Time.Day)),
		"HOUR":    cellwise(1, 1, part(time.Time.Hour)),
		"MINUTE":  cellwise(1, 1, part(time.Time.Minute)),
		"WEEKDAY": cellwise(1, 1, part(func(t time.Time) int { return int(t.Weekday()) + 1 })),
		"EDATE":   cellwise(2, 2, one(func(a args) Value { return months(a, false) })),
		"EOMONTH": cellwise(2, 2, one(func(a args) Value { return months(a, true) })),
	}
}

func date(a args) Value {
	var n [3]int
	for i := range n {
		v, fault := a.num(i)
		if fault.Kind == Failed {
			return fault
		}
		n[i] = int(v)
	}
	if n[0] < 0 || n[0] > 9999 {
		return Fail(BadNumber, "Function DATE parameter 1 value is out of range.")
	}
	return Of(locale.Serial(time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)))
}

// months is EDATE, or EOMONTH when end is asked for.
func months(a args, end bool) Value {
	from, fault := a.num(0)
	if fault.Kind == Failed {
		return fault
	}
	n, fault := a.num(1)
	if fault.Kind == Failed {
		return fault
	}
	t := locale.Moment(from)
	month := t.Month() + time.Month(int(n))
	last := time.Date(t.Year(), month+1, 0, 0, 0, 0, 0, time.UTC)
	day := last.Day()
	if !end {
		day = min(day, t.Day())
	}
	return Of(locale.Serial(time.Date(last.Year(), last.Month(), day, 0, 0, 0, 0, time.UTC)))
}
