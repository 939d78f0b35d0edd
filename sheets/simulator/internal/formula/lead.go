package formula

import "clipsheet/sheets/simulator/internal/grid"

// Lead is the reference whose number format the result takes over: =A1, =A1+1, =SUM(B2:B9) look as their cells do.
func (f *Formula) Lead() (grid.Ref, bool) {
	if f.wrong != nil {
		return grid.Ref{}, false
	}
	return lead(f.root)
}

func lead(n node) (grid.Ref, bool) {
	switch n := n.(type) {
	case refNode:
		return n.ref, true
	case unary:
		return lead(n.x)
	case binary:
		switch n.op {
		case "+", "-", "*", "/":
			if _, literal := n.y.(literal); literal {
				return lead(n.x)
			}
		}
		if n.op == "+" {
			return lead(n.x)
		}
	case call:
		switch n.name {
		case "SUM", "MIN", "MAX", "AVERAGE", "MEDIAN", "ROUND", "IFERROR", "ARRAYFORMULA", "INDEX", "ABS":
			if len(n.args) > 0 {
				return lead(n.args[0])
			}
		case "SUMIF":
			if len(n.args) == 3 {
				return lead(n.args[2])
			}
		}
	}
	return grid.Ref{}, false
}

// Looks is the type of number format a formula brings along by itself: DATE for =TODAY().
func (f *Formula) Looks() string {
	if c, ok := f.root.(call); ok && f.wrong == nil {
		switch c.name {
		case "TODAY", "DATE", "EDATE", "EOMONTH":
			return "DATE"
		case "NOW":
			return "DATE_TIME"
		}
	}
	return ""
}
