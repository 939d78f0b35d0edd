package xlsx

import (
	"bytes"
	"math/bits"
	"strconv"
)

// Excel counts days from the last but one of 1899. It takes 1900 for a leap year, so only from 1900-03-01 on do all
// programs agree what a number means; its calendar ends with the year 9999.
const (
	firstDay = 61
	lastDay  = 2958465
	aDay     = 86400 * 1e6 // in microseconds
)

// moment is a day and a time of day, or a length of time in days.
type moment struct {
	days   int
	micros int64 // of the day
}

// hasFraction tells whether the seconds are not whole.
func (m moment) hasFraction() bool { return m.micros%1e6 != 0 }

// append appends it as a number of days. Twelve digits of the day bring back each microsecond; lengths of time get the
// fifteen a double has room for, since LibreOffice shows the second that is not quite over.
func (m moment) append(b []byte) []byte {
	b = strconv.AppendInt(b, int64(m.days), 10)
	if m.micros == 0 {
		return b
	}
	scale, unit := uint64(1e6), uint64(1e11)
	if m.days < 1000 {
		scale, unit = 1e9, 1e14
	}
	high, low := bits.Mul64(uint64(m.micros), scale)
	low, carry := bits.Add64(low, 43200, 0)
	part, _ := bits.Div64(high+carry, low, 86400)
	b = append(b, '.')
	for ; part > 0; unit /= 10 {
		b = append(b, byte('0'+part/unit))
		part %= unit
	}
	return b
}

// parseDate reads 2026-11-24. Years before Christ or of five digits, the infinities, and days that Excel does not have
// are not ok.
func parseDate(v []byte) (m moment, ok bool) {
	if len(v) != 10 || v[4] != '-' || v[7] != '-' {
		return m, false
	}
	y, okY := digits(v[:4])
	mo, okM := digits(v[5:7])
	d, okD := digits(v[8:])
	if !okY || !okM || !okD || mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) {
		return m, false
	}
	m.days = dayNumber(y, mo, d)
	return m, m.days >= firstDay
}

// digits reads a number of a few digits and nothing else.
func digits(v []byte) (n int, ok bool) {
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(v) > 0
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// dayNumber counts from the epoch of Excel. Years begin with March, so that the leap day is the last.
func dayNumber(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	const epoch = 693899 // 1899-12-30
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - epoch
}

// parseTimestamp reads 2026-11-24 10:11:12.345678, followed by an offset like +05:30 if zoned. The offset is left out:
// the time before it is that of the session's time zone, which is the one to show.
func parseTimestamp(v []byte, zoned bool) (m moment, ok bool) {
	if len(v) < 19 || v[10] != ' ' {
		return m, false
	}
	if m, ok = parseDate(v[:10]); !ok {
		return m, false
	}
	clock := v[11:]
	if zoned {
		at := bytes.IndexAny(clock, "+-")
		if at < 0 || !isOffset(clock[at+1:]) {
			return m, false
		}
		clock = clock[:at]
	}
	m.micros, ok = parseClock(clock)
	// A double has no room for the last moments of the calendar, and would show the year 10000.
	lastMoment := m.days == lastDay && m.micros > aDay-1000
	return m, ok && m.micros < aDay && !lastMoment
}

// isOffset knows 05, 05:30 and 05:30:15.
func isOffset(v []byte) bool {
	if len(v)%3 != 2 || len(v) > 8 {
		return false
	}
	for i, c := range v {
		if i%3 == 2 && c != ':' || i%3 != 2 && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// parseTime reads 10:11:12.345678, up to 24:00:00, which is a whole day.
func parseTime(v []byte) (m moment, ok bool) {
	micros, ok := parseClock(v)
	m.days, m.micros = int(micros/aDay), micros%aDay
	return m, ok && micros <= aDay
}

// parseClock reads hours of two or more digits, minutes and seconds.
func parseClock(v []byte) (micros int64, ok bool) {
	at := bytes.IndexByte(v, ':')
	if at < 2 || at > 8 || len(v) < at+6 || v[at+3] != ':' {
		return 0, false
	}
	h, okH := digits(v[:at])
	m, okM := digits(v[at+1 : at+3])
	s, okS := digits(v[at+4 : at+6])
	part, okP := parseFraction(v[at+6:])
	return ((int64(h)*60+int64(m))*60+int64(s))*1e6 + part, okH && okM && okS && okP && m < 60 && s < 60
}

// parseFraction reads .5 as 500000 microseconds.
func parseFraction(v []byte) (micros int64, ok bool) {
	if len(v) == 0 {
		return 0, true
	}
	if v[0] != '.' || len(v) > 7 {
		return 0, false
	}
	n, ok := digits(v[1:])
	micros = int64(n)
	for range 7 - len(v) {
		micros *= 10
	}
	return micros, ok
}

// parseInterval reads an interval of days and time: 3 days 04:05:06.789, where a day is 24 hours as in Postgres' own
// comparisons. Months and years have no length in hours, and Excel shows nothing for a negative time: not ok.
func parseInterval(v []byte) (m moment, ok bool) {
	words := bytes.Fields(v)
	total := int64(0)
	if len(words) >= 2 && (string(words[1]) == "day" || string(words[1]) == "days") {
		days, ok := signed(words[0], digits64)
		if !ok {
			return m, false
		}
		total, words = days*aDay, words[2:]
		if len(words) == 0 {
			return inDays(total)
		}
	}
	if len(words) != 1 {
		return m, false
	}
	clock, ok := signed(words[0], parseClock)
	if !ok {
		return m, false
	}
	return inDays(total + clock)
}

func inDays(micros int64) (m moment, ok bool) {
	return moment{int(micros / aDay), micros % aDay}, micros >= 0 && micros <= lastDay*aDay
}

// signed reads a number with a sign before it, or none.
func signed(v []byte, read func([]byte) (int64, bool)) (int64, bool) {
	if len(v) > 0 && (v[0] == '-' || v[0] == '+') {
		n, ok := read(v[1:])
		if v[0] == '-' {
			n = -n
		}
		return n, ok
	}
	return read(v)
}

// digits64 reads days, of which there are at most seven digits in Excel.
func digits64(v []byte) (int64, bool) {
	if len(v) > 7 {
		return 0, false
	}
	n, ok := digits(v)
	return int64(n), ok
}
