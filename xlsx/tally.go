package xlsx

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// tally counts what went into a column, so that a reader can check that all of it is there.
type tally struct {
	values  int64 // that are not NULL
	nulls   int64
	asText  int64 // numbers that a cell cannot hold as one
	rounded int64 // numbers whose digits beyond the 15th a cell cannot hold
	cells   decimalSum
	texts   decimalSum // of the numbers kept as text
	special string     // NaN or an infinity, what a sum with one among its values is
}

// sum is the exact sum of all values as Postgres would print it, or NaN, or an infinity.
func (t *tally) sum() string {
	if t.special != "" {
		return t.special
	}
	total := t.cells
	total.join(&t.texts)
	return total.String()
}

// addSpecial adds NaN or an infinity. Infinities of both signs make NaN.
func (t *tally) addSpecial(v string) {
	if t.special != "" && t.special != v {
		v = "NaN"
	}
	t.special = v
}

// decimalSum adds decimal numbers exactly. The numbers of a column mostly have the same scale, so it keeps a sum of
// mantissas for each.
type decimalSum struct {
	parts []*partSum
}

type partSum struct {
	scale  int
	hi, lo uint64   // two's complement
	long   *big.Int // of mantissas that do not fit 64 bits
}

func (s *decimalSum) part(scale int) *partSum {
	for _, p := range s.parts {
		if p.scale == scale {
			return p
		}
	}
	p := &partSum{scale: scale}
	s.parts = append(s.parts, p)
	return p
}

// add adds the number n whose text is v.
func (s *decimalSum) add(n *number, v []byte) {
	p := s.part(n.scale())
	if n.digits > fastDigits {
		p.addLong(v)
		return
	}
	m, sign := n.mantissa, uint64(0)
	if n.negative && m != 0 {
		m, sign = -m, ^uint64(0)
	}
	var carry uint64
	p.lo, carry = bits.Add64(p.lo, m, 0)
	p.hi, _ = bits.Add64(p.hi, sign, carry)
}

func (p *partSum) addLong(v []byte) {
	digits, _, _ := strings.Cut(string(v), "e")
	m, _ := new(big.Int).SetString(strings.Replace(digits, ".", "", 1), 10) // scanNumber has seen it
	if p.long == nil {
		p.long = new(big.Int)
	}
	p.long.Add(p.long, m)
}

func (p *partSum) total() *big.Int {
	sum := new(big.Int).Lsh(big.NewInt(int64(p.hi)), 64)
	sum.Add(sum, new(big.Int).SetUint64(p.lo))
	if p.long != nil {
		sum.Add(sum, p.long)
	}
	return sum
}

// join adds another sum. The parts are shared from then on, so neither is to be added to any more.
func (s *decimalSum) join(other *decimalSum) {
	s.parts = append(append([]*partSum(nil), s.parts...), other.parts...)
}

// scale is that of the sum.
func (s *decimalSum) scale() int {
	scale := 0
	for _, p := range s.parts {
		scale = max(scale, p.scale)
	}
	return scale
}

// String is the sum in digits, without an exponent.
func (s *decimalSum) String() string {
	scale, sum := s.scale(), new(big.Int)
	for _, p := range s.parts {
		sum.Add(sum, new(big.Int).Mul(p.total(), pow10(scale-p.scale)))
	}
	sign, digits := "", sum.String()
	if sum.Sign() < 0 {
		sign, digits = "-", digits[1:]
	}
	if scale == 0 {
		return sign + digits
	}
	digits = strings.Repeat("0", max(0, scale+1-len(digits))) + digits
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

// over is the sum divided by n, to the digits of a double.
func (s *decimalSum) over(n int64) string {
	sum, _ := new(big.Rat).SetString(s.String())
	f, _ := sum.Quo(sum, new(big.Rat).SetInt64(n)).Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
