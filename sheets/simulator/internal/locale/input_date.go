package locale

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	isoDate   = regexp.MustCompile(`^([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})$`)
	localDate = regexp.MustCompile(`^([0-9]{1,4})([-/.])([0-9]{1,2})([-/.])([0-9]{1,4})$`)
	namedDate = regexp.MustCompile(`^(?:([0-9]{1,2})[ -]([A-Za-z]{3,9})[ -]([0-9]{4})|([A-Za-z]{3,9}) ([0-9]{1,2}), ?([0-9]{4}))$`)
	clock     = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,3})?))?(?: ?([AaPp][Mm]))?$`)
)

// moment reads a day, a time of day, or both.
func (l Locale) moment(text string) (Entry, bool) {
	if day, ok := l.day(text); ok {
		return Entry{Kind: Number, Number: Serial(day), Type: "DATE", Pattern: l.writtenAs(text)}, true
	}
	if v, ok := timeOfDay(text); ok {
		return Entry{Kind: Number, Number: v, Type: "TIME", Pattern: "h:mm:ss"}, true
	}
	i := strings.IndexAny(text, " T")
	if i < 0 {
		return Entry{}, false
	}
	// The day may have spaces of its own, the time may end in one before AM.
	for ; i >= 0 && i < len(text); i = nextSpace(text, i) {
		day, okDay := l.day(strings.TrimRight(text[:i], ", "))
		v, okTime := timeOfDay(text[i+1:])
		if okDay && okTime {
			return Entry{Kind: Number, Number: Serial(day) + v, Type: "DATE_TIME", Pattern: l.writtenAs(text[:i]) + " h:mm:ss"}, true
		}
	}
	return Entry{}, false
}

func nextSpace(text string, i int) int {
	next := strings.IndexByte(text[i+1:], ' ')
	if next < 0 {
		return -1
	}
	return i + 1 + next
}

// writtenAs is the pattern of a date that was typed: the ISO form stays, others become the locale's own.
func (l Locale) writtenAs(text string) string {
	if strings.Count(text, "-") == 2 && isoDate.MatchString(text) {
		return "yyyy-mm-dd"
	}
	return l.DatePattern()
}

func (l Locale) day(text string) (time.Time, bool) {
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return dayOf(m[1], m[2], m[3])
	}
	if m := namedDate.FindStringSubmatch(text); m != nil {
		if m[2] != "" {
			return dayOf(m[3], month(m[2]), m[1])
		}
		return dayOf(m[6], month(m[4]), m[5])
	}
	m := localDate.FindStringSubmatch(text)
	if m == nil || m[2] != m[4] || m[2] == "." && l.DateSep != "." {
		return time.Time{}, false
	}
	parts := map[byte]string{}
	for i, at := range []int{1, 3, 5} {
		parts[l.Order[i]] = m[at]
	}
	if len(m[1]) > 2 && l.Order[0] != 'y' || len(m[5]) > 2 && l.Order[2] != 'y' {
		return time.Time{}, false
	}
	return dayOf(parts['y'], parts['m'], parts['d'])
}

func month(name string) string {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String(), name) || strings.EqualFold(m.String()[:3], name) {
			return strconv.Itoa(int(m))
		}
	}
	return "0"
}

func dayOf(year, month, day string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if len(year) <= 2 {
		if y += 2000; y >= 2030 {
			y -= 100
		}
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(m) && t.Day() == d && y >= 1
}

func timeOfDay(text string) (float64, bool) {
	m := clock.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	s, _ := strconv.ParseFloat("0"+m[3], 64)
	if m[4] != "" {
		if h < 1 || h > 12 {
			return 0, false
		}
		h %= 12
		if strings.EqualFold(m[4], "PM") {
			h += 12
		}
	}
	return (float64(h)*3600 + float64(min)*60 + s) / 86400, h < 24 && min < 60 && s < 60
}
