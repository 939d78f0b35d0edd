package sheets

import (
	"bytes"
	"math"
	"strconv"
)

// exactDigits is how many significant digits people see of a number in a spreadsheet. A double holds any of so many.
const exactDigits = 15

// exact reads what Postgres prints for a number that fifteen digits say in full: -1234.50, and not an id of sixteen
// digits, NaN or infinity.
func exact(v []byte) (float64, bool) {
	return number(v, significant(v) <= exactDigits)
}

// number reads a finite number that a double can hold and a spreadsheet shows.
func number(v []byte, ok bool) (float64, bool) {
	digits := bytes.TrimPrefix(v, []byte("-"))
	if !ok || len(digits) == 0 || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	tiny := f != 0 && math.Abs(f) < 0x1p-1022
	return f, err == nil && !tiny
}

// significant counts the digits that a number needs. Zeros at its end count before the point and not after it: an id
// of 16 digits is one whether or not its last happens to be 0, while 12.50 is 12.5.
func significant(v []byte) int {
	v = bytes.TrimPrefix(v, []byte("-"))
	whole, fraction, _ := bytes.Cut(v, []byte("."))
	fraction = bytes.TrimRight(fraction, "0")
	if whole = bytes.TrimLeft(whole, "0"); len(whole) == 0 {
		return len(bytes.TrimLeft(fraction, "0"))
	}
	return len(whole) + len(fraction)
}
