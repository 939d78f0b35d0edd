package clips

import (
	"strconv"
	"strings"
	"time"
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
		return t, inRange(t)
	}
	words := relativeWords(text)
	for _, w := range words {
		if unitOf(w) == minute || unitOf(w) == hour {
			return time.Time{}, false
		}
	}
	r, ok := c.readRelative(words)
	return r.wall, ok
}

// readTimestamp reads an ISO 8601 date and time, with a T or a space and perhaps an offset, or a relative one. A date
// alone is its midnight. Without an offset the time is that of the clip's zone, as showing has it.
func (c wallClock) readTimestamp(text string) (time.Time, bool) {
	zone, iso := c.now.Location(), text
	if len(iso) > 10 && iso[10] == ' ' {
		iso = iso[:10] + "T" + iso[11:]
	}
	for _, layout := range wallLayouts {
		if t, err := time.Parse(layout, iso); err == nil {
			t = t.Round(time.Microsecond)
			return showing(t, zone), inRange(t)
		}
	}
	for _, layout := range offsetLayouts {
		if t, err := time.Parse(layout, iso); err == nil {
			t = t.In(zone).Round(time.Microsecond)
			return t, inRange(t)
		}
	}
	r, ok := c.readRelative(relativeWords(text))
	return r.moment(zone), ok
}

// Seconds may have a fraction in all of them: time.Parse takes one whether the layout has it or not.
var (
	wallLayouts   = []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"}
	offsetLayouts = []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04Z07",
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05Z07:00:00"}
)

// inRange tells whether a year can be written with four digits. Postgres has no year 0.
func inRange(t time.Time) bool { return 0 < t.Year() && t.Year() < 10000 }

// relativeWords splits "start of month-1 day" into its words; + and - are words of their own.
func relativeWords(text string) []string {
	return strings.Fields(spaced.Replace(strings.ToLower(text)))
}

// spaced is made once: making it took longer than all that the words of a date go through.
var spaced = strings.NewReplacer("+", " + ", "-", " - ")

// reading is where the words have led so far. Days are counted on the calendar alone, so that a clock change at
// midnight, or one that skips a day, leads nowhere else.
type reading struct {
	wall  time.Time // what the calendar and the clock on the wall show, kept in UTC
	exact time.Time // the moment, when the words say more than the wall does; zero is when it first shows that
}

// at is the reading of a moment in its zone.
func at(moment time.Time) reading { return reading{wall: wallOf(moment), exact: moment} }

func (r reading) moment(zone *time.Location) time.Time {
	if r.exact.IsZero() {
		return showing(r.wall, zone)
	}
	return r.exact
}

// readRelative reads a day and any number of steps away from it:
//
//	day  = today | yesterday | tomorrow | now | (start | end) of [this | last | next] unit
//	step = (+ | -) number unit
//	unit = minute | hour | day | week | month | quarter | year, or its plural
//
// Weeks begin on Monday. The end is the last day, and for a timestamp its last microsecond. Like Postgres, a month
// from January 31st is the last day of February.
func (c wallClock) readRelative(words []string) (reading, bool) {
	r, words, ok := c.readDay(words)
	for ok && len(words) > 0 {
		r, words, ok = c.readStep(r, words)
	}
	return r, ok && inRange(r.wall)
}

func (c wallClock) readDay(words []string) (r reading, rest []string, ok bool) {
	if len(words) == 0 {
		return reading{}, nil, false
	}
	today := day.start(wallOf(c.now))
	switch words[0] {
	case "now":
		return at(c.now.Truncate(time.Microsecond)), words[1:], true
	case "today":
		return reading{wall: today}, words[1:], true
	case "yesterday":
		return reading{wall: day.add(today, -1)}, words[1:], true
	case "tomorrow":
		return reading{wall: day.add(today, 1)}, words[1:], true
	case "start", "end":
		return c.readEdge(words)
	}
	return reading{}, nil, false
}

// readEdge reads "start of last month".
func (c wallClock) readEdge(words []string) (r reading, rest []string, ok bool) {
	if len(words) < 3 || words[1] != "of" {
		return reading{}, nil, false
	}
	edge, rest, shift := words[0], words[2:], 0
	if n, ok := map[string]int{"this": 0, "last": -1, "next": 1}[rest[0]]; ok {
		rest, shift = rest[1:], n
	}
	if len(rest) == 0 {
		return reading{}, nil, false
	}
	u := unitOf(rest[0])
	if u < day {
		return reading{}, nil, false
	}
	start := u.add(u.start(wallOf(c.now)), shift)
	if edge == "end" {
		next := u.add(start, 1)
		return reading{
			wall:  next.Add(-time.Microsecond),
			exact: showing(next, c.now.Location()).Add(-time.Microsecond),
		}, rest[1:], true
	}
	return reading{wall: start}, rest[1:], true
}

// readStep reads "- 7 days". Minutes and hours are elapsed time; days and more keep the time on the clock, whatever
// the clock does in between.
func (c wallClock) readStep(from reading, words []string) (r reading, rest []string, ok bool) {
	if len(words) < 3 || words[0] != "+" && words[0] != "-" {
		return reading{}, nil, false
	}
	n, err := strconv.Atoi(words[1])
	u := unitOf(words[2])
	if err != nil || n > 1e6 || u == noUnit {
		return reading{}, nil, false
	}
	if words[0] == "-" {
		n = -n
	}
	if u < day {
		return at(u.add(from.moment(c.now.Location()), n)), words[3:], true
	}
	return reading{wall: u.add(from.wall, n)}, words[3:], true
}
