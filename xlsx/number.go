package xlsx

import (
	"math"
	"strconv"
)

// exactDigits is how many significant digits Excel keeps of any number.
const exactDigits = 15

// number is what a scan of its text tells of a number.
type number struct {
	negative bool
	mantissa uint64 // the digits, without the point; not known when there are more than fastDigits
	digits   int    // from the first that is not 0
	whole    int    // of those, the ones before the point
	fraction int    // digits after the point, as printed
	zeros    int    // of those, the zeros at the end
	exponent int
	hasExp   bool
}

// fastDigits fit a mantissa of 64 bits.
const fastDigits = 18

// scanNumber reads what Postgres prints for a finite number: -1234.50, or 1.5e-07. NaN and the infinities are not ok.
func scanNumber(v []byte) (n number, ok bool) {
	i := 0
	if len(v) > 0 && v[0] == '-' {
		n.negative = true
		i++
	}
	start, point := i, -1
	for ; i < len(v); i++ {
		c := v[i]
		if c-'0' <= 9 {
			n.digit(c, point >= 0)
			continue
		}
		if c != '.' || point >= 0 {
			break
		}
		point = i
	}
	if i == start || point == start || point >= 0 && i == point+1 {
		return n, false
	}
	if i < len(v) {
		return n, n.readExponent(v[i:])
	}
	return n, true
}

func (n *number) digit(c byte, afterPoint bool) {
	if n.digits < fastDigits {
		n.mantissa = n.mantissa*10 + uint64(c-'0')
	}
	if n.digits > 0 || c != '0' {
		n.digits++
		if !afterPoint {
			n.whole++
		}
	}
	if afterPoint {
		n.fraction++
		n.zeros++
		if c != '0' {
			n.zeros = 0
		}
	}
}

func (n *number) readExponent(v []byte) bool {
	var err error
	n.exponent, err = strconv.Atoi(string(v[1:]))
	n.hasExp = true
	return v[0] == 'e' && err == nil && n.exponent > -1000 && n.exponent < 1000
}

// scale is how many places the mantissa is to be moved to the right.
func (n *number) scale() int { return n.fraction - n.exponent }

// significant counts the digits that a decimal number needs. Zeros at its end count before the point and not after
// it: an id of 16 digits is one whether or not its last happens to be 0, while 12.50 is 12.5.
func (n *number) significant() int {
	if n.zeros == n.fraction {
		return n.whole
	}
	return n.digits - n.zeros
}

// Excel's numbers are doubles without the very large and the denormal ones.
const (
	largest  = 9.99999999999999e307
	smallest = 2.2250738585072014e-308
)

// fits tells whether Excel has room for the magnitude of a number.
func (n *number) fits(v []byte) bool {
	if n.digits == 0 || !n.hasExp && n.whole <= 300 && n.fraction <= 300 {
		return true
	}
	f, err := strconv.ParseFloat(string(v), 64)
	f = math.Abs(f)
	return err == nil && f >= smallest && f <= largest
}
