package locale

import (
	"math"
	"strconv"
	"strings"
)

// digits is what a section says about the number itself.
type digits struct {
	whole, places, least int  // digits before the point at least, after it at most, after it at least
	point, grouped       bool // a decimal point, signs between thousands
	scale                float64
	exponent             int // digits of an exponent; 0 is none
	first, last          int // the parts of the number
}

func readDigits(parts []part) (d digits, ok bool) {
	d.scale, d.first = 1, -1
	inExponent := false
	for i, p := range parts {
		switch p.code {
		case "0", "#", "?":
			if d.first < 0 {
				d.first = i
			}
			d.last = i
			switch {
			case inExponent:
				d.exponent++
			case d.point:
				d.places++
				if p.code != "#" {
					d.least = d.places
				}
			case p.code == "0":
				d.whole++
			}
		case ".":
			if d.first < 0 {
				d.first = i
			}
			d.point, d.last = true, i
		case ",":
			// Between digits it groups; after the last it divides by a thousand.
			if d.first >= 0 && moreDigits(parts[i+1:]) {
				d.grouped = true
			} else if d.first >= 0 {
				d.scale /= 1000
			}
		case "%":
			d.scale *= 100
		case "E+", "E-":
			inExponent = true
			d.last = i
		}
	}
	return d, d.first >= 0
}

func moreDigits(parts []part) bool {
	for _, p := range parts {
		switch p.code {
		case "0", "#", "?":
			return true
		case ".":
			return false
		}
	}
	return false
}

// formatNumber writes a number; abs tells that the section was chosen for negative ones.
func (l Locale) formatNumber(parts []part, v float64, abs bool) string {
	d, hasDigits := readDigits(parts)
	minus := v < 0 && !abs
	v = math.Abs(v) * d.scale
	var b strings.Builder
	number := l.spellDigits(d, v)
	if minus && strings.Trim(number, "0., ") != "" {
		b.WriteByte('-')
	}
	for i, p := range parts {
		switch {
		case hasDigits && i == d.first:
			b.WriteString(number)
		case p.code == "":
			if !hasDigits || i < d.first || i > d.last {
				b.WriteString(p.text)
			}
		case p.code == "%":
			b.WriteByte('%')
		case p.code == "@":
			b.WriteString(l.Plain(v))
		}
	}
	return b.String()
}

// spellDigits writes the digits themselves.
func (l Locale) spellDigits(d digits, v float64) string {
	tail := ""
	if d.exponent > 0 {
		e := 0
		if v != 0 {
			e = int(math.Floor(math.Log10(v)))
			v /= math.Pow(10, float64(e))
			if math.Round(v*math.Pow(10, float64(d.places)))/math.Pow(10, float64(d.places)) >= 10 {
				v, e = v/10, e+1
			}
		}
		sign := "+"
		if e < 0 {
			sign, e = "-", -e
		}
		text := strconv.Itoa(e)
		tail = "E" + sign + strings.Repeat("0", max(0, d.exponent-len(text))) + text
	}
	text := strconv.FormatFloat(roundHalfUp(v, d.places), 'f', d.places, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	whole = strings.Repeat("0", max(0, d.whole-len(whole))) + whole
	for len(fraction) > d.least && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if d.grouped {
		whole = group(whole, l.Group)
	}
	if d.point {
		whole += l.Decimal + fraction
	}
	return whole + tail
}

// roundHalfUp rounds by the digits people see: 2.675 to two places is 2.68, whatever the double next to it is.
func roundHalfUp(v float64, places int) float64 {
	if places > 15 || v > 1e15 {
		return v
	}
	scale := math.Pow(10, float64(places))
	return math.Round(v*scale*(1+1e-15)) / scale
}

func group(whole, sign string) string {
	var parts []string
	for len(whole) > 3 {
		parts = append([]string{whole[len(whole)-3:]}, parts...)
		whole = whole[:len(whole)-3]
	}
	return strings.Join(append([]string{whole}, parts...), sign)
}
