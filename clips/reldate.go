package clips

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// wallClock is the moment "today" is taken from, in the clip's time zone.
type wallClock struct{ now time.Time }

// newWallClock takes UTC for a nil zone.
func newWallClock(now time.Time, zone *time.Location) wallClock {
	if zone == nil {
		zone = time.UTC
	}
	return wallClock{now: now.In(zone)}
}

// readDate reads 2026-11-24 or a relative date; the time of day of what it returns means nothing.
func (c wallClock) readDate(text string) (time.Time, bool) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, t.Year() > 0 // Postgres has no year 0
	}
	words := relativeWords(text)
	for _, w := range words {
		if unitOf(w) == minute || unitOf(w) == hour {
			return time.Time{}, false
		}
	}
	return c.readRelative(words)
}

// readTimestamp reads an ISO 8601 date and time, with a T or a space and perhaps an offset, or a relative one. A date
// alone is its midnight. Without an offset the time is that of the clip's zone; of a time that a clock change skips
// or repeats, the one that time.Date takes.
func (c wallClock) readTimestamp(text string) (time.Time, bool) {
	iso := text
	if len(iso) > 10 && iso[10] == ' ' {
		iso = iso[:10] + "T" + iso[11:]
	}
	for _, layout := range isoLayouts {
		if t, err := time.ParseInLocation(layout, iso, c.now.Location()); err == nil {
			t = t.In(c.now.Location()).Round(time.Microsecond)
			return t, t.Year() > 0 && t.Year() < 10000
		}
	}
	return c.readRelative(relativeWords(text))
}

// Seconds may have a fraction in all of them: time.Parse takes one whether the layout has it or not.
var isoLayouts = []string{
	"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
}

// relativeWords splits "start of month-1 day" into its words; + and - are words of their own.
func relativeWords(text string) []string {
	return strings.Fields(strings.NewReplacer("+", " + ", "-", " - ").Replace(strings.ToLower(text)))
}

// readRelative reads a day and any number of steps away from it:
//
//	day  = today | yesterday | tomorrow | now | (start | end) of [this | last | next] unit
//	step = (+ | -) number unit
//	unit = minute | hour | day | week | month | quarter | year, or its plural
//
// Weeks begin on Monday. The end is the last day, and for a timestamp its last microsecond. Like Postgres, a month
// from January 31st is the last day of February.
func (c wallClock) readRelative(words []string) (time.Time, bool) {
	t, words, ok := c.readDay(words)
	for ok && len(words) > 0 {
		t, words, ok = readStep(t, words)
	}
	return t, ok && t.Year() > 0 && t.Year() < 10000
}

func (c wallClock) readDay(words []string) (t time.Time, rest []string, ok bool) {
	if len(words) == 0 {
		return c.now, nil, false
	}
	today := day.start(c.now)
	switch words[0] {
	case "now":
		return c.now.Truncate(time.Microsecond), words[1:], true
	case "today":
		return today, words[1:], true
	case "yesterday":
		return day.add(today, -1), words[1:], true
	case "tomorrow":
		return day.add(today, 1), words[1:], true
	case "start", "end":
		return c.readEdge(words)
	}
	return c.now, nil, false
}

// readEdge reads "start of last month".
func (c wallClock) readEdge(words []string) (t time.Time, rest []string, ok bool) {
	if len(words) < 3 || words[1] != "of" {
		return c.now, nil, false
	}
	edge, rest, shift := words[0], words[2:], 0
	if n, ok := map[string]int{"this": 0, "last": -1, "next": 1}[rest[0]]; ok {
		rest, shift = rest[1:], n
	}
	if len(rest) == 0 {
		return c.now, nil, false
	}
	u := unitOf(rest[0])
	if u < day {
		return c.now, nil, false
	}
	t = u.add(u.start(c.now), shift)
	if edge == "end" {
		t = u.add(t, 1).Add(-time.Microsecond)
	}
	return t, rest[1:], true
}

// readStep reads "- 7 days".
func readStep(t time.Time, words []string) (after time.Time, rest []string, ok bool) {
	if len(words) < 3 {
		return t, nil, false
	}
	n, err := strconv.Atoi(words[1])
	u := unitOf(words[2])
	if err != nil || !unicode.IsDigit(rune(words[1][0])) || n > 1e6 || u == noUnit {
		return t, nil, false
	}
	switch words[0] {
	case "+":
		return u.add(t, n), words[3:], true
	case "-":
		return u.add(t, -n), words[3:], true
	}
	return t, nil, false
}

// unit is a stretch of the calendar, from short to long.
type unit int

const (
	noUnit unit = iota
	minute
	hour
	day
	week
	month
	quarter
	year
)

func unitOf(word string) unit {
	switch strings.TrimSuffix(word, "s") {
	case "minute":
		return minute
	case "hour":
		return hour
	case "day":
		return day
	case "week":
		return week
	case "month":
		return month
	case "quarter":
		return quarter
	case "year":
		return year
	}
	return noUnit
}

// add goes n units on. Minutes and hours are elapsed time; days and more keep the time on the clock, whatever the
// clock does in between.
func (u unit) add(t time.Time, n int) time.Time {
	switch u {
	case minute:
		return t.Add(time.Duration(n) * time.Minute)
	case hour:
		return t.Add(time.Duration(n) * time.Hour)
	case day:
		return t.AddDate(0, 0, n)
	case week:
		return t.AddDate(0, 0, 7*n)
	case quarter:
		return addMonths(t, 3*n)
	case year:
		return addMonths(t, 12*n)
	}
	return addMonths(t, n)
}

// addMonths stays within the month it arrives in, where AddDate would run over into the next.
func addMonths(t time.Time, n int) time.Time {
	first := t.AddDate(0, n, 1-t.Day())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// start is the midnight the unit began with.
func (u unit) start(t time.Time) time.Time {
	y, m, d := t.Date()
	switch u {
	case week:
		d -= (int(t.Weekday()) + 6) % 7
	case month:
		d = 1
	case quarter:
		m, d = m-(m-1)%3, 1
	case year:
		m, d = time.January, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
