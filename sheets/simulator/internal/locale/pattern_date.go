package locale

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// formatDate writes a moment, or a duration where a code is in brackets.
func formatDate(parts []part, v float64) string {
	t := Moment(v)
	half := false
	for _, p := range parts {
		half = half || strings.Contains(strings.ToLower(p.code), "/p")
	}
	var b strings.Builder
	for i, p := range parts {
		switch {
		case p.code == "":
			b.WriteString(p.text)
		case p.code[0] == '[':
			b.WriteString(duration(p.code, v))
		case p.code == "0" && fractionOf(parts, i):
			b.WriteString(fmt.Sprintf("%03d", t.Nanosecond()/1e6)[digitsBefore(parts, i) : digitsBefore(parts, i)+1])
		case strings.ContainsAny(p.code, "0#?,%@"):
		case p.code == ".":
			b.WriteString(".")
		default:
			b.WriteString(dateField(p.code, t, half, minutes(parts, i)))
		}
	}
	return b.String()
}

// fractionOf tells whether a zero stands for a part of the second.
func fractionOf(parts []part, i int) bool {
	j := i - digitsBefore(parts, i) - 1
	return j >= 0 && parts[j].code == "." && digitsBefore(parts, i) < 3
}

func digitsBefore(parts []part, i int) int {
	n := 0
	for j := i - 1; j >= 0 && parts[j].code == "0"; j-- {
		n++
	}
	return n
}

// minutes tells whether an m means minutes: it does beside hours or seconds, unless it is a capital.
func minutes(parts []part, i int) bool {
	near := func(step int) byte {
		for j := i + step; j >= 0 && j < len(parts); j += step {
			if code := strings.ToLower(strings.Trim(parts[j].code, "[]")); code != "" && strings.ContainsRune("ymdhs", rune(code[0])) {
				return code[0]
			}
		}
		return 0
	}
	return parts[i].code[0] == 'm' && (near(-1) == 'h' || near(1) == 's')
}

func dateField(code string, t time.Time, half, minutes bool) string {
	n := len(code)
	switch c := strings.ToLower(code); {
	case c == "am/pm":
		return t.Format("PM")
	case c == "a/p":
		return t.Format("PM")[:1]
	case c[0] == 'y' && n <= 2:
		return fmt.Sprintf("%02d", t.Year()%100)
	case c[0] == 'y':
		return fmt.Sprintf("%04d", t.Year())
	case c[0] == 'm' && minutes:
		return padded(t.Minute(), n)
	case c[0] == 'm':
		return named(int(t.Month()), n, t.Month().String())
	case c[0] == 'd':
		return named(t.Day(), n, t.Weekday().String())
	case c[0] == 'h' && half:
		return padded((t.Hour()+11)%12+1, n)
	case c[0] == 'h':
		return padded(t.Hour(), n)
	}
	return padded(t.Second(), n)
}

func padded(v, digits int) string { return fmt.Sprintf("%0*d", min(digits, 2), v) }

// named writes a number for one or two letters, a short name for three, the name for four, its initial for five.
func named(v, letters int, name string) string {
	switch {
	case letters <= 2:
		return padded(v, letters)
	case letters == 3:
		return name[:3]
	case letters == 5:
		return name[:1]
	}
	return name
}

func duration(code string, v float64) string {
	unit := map[byte]float64{'h': 24, 'm': 24 * 60, 's': 86400}[code[1]]
	n := math.Trunc(math.Abs(v)*unit + 1e-9)
	text := fmt.Sprintf("%0*.0f", len(code)-2, n)
	if v < 0 {
		return "-" + text
	}
	return text
}
