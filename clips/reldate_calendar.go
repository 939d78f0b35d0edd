package clips

import (
	"strings"
	"time"
)

// wallOf is what the calendar and the clock show at a moment, in UTC, where no change skips or repeats anything.
func wallOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// showing is the moment at which the clocks of a zone show that. Of a time that a clock change repeats it is the first;
// one that a change skips is read as if the clocks had not been changed, so a skipped 02:30 is what they call 03:30.
//
// It is not time.Date, which takes the one or the other depending on the side of Greenwich, and yesterday for a
// midnight that is skipped in Santiago.
func showing(wall time.Time, zone *time.Location) time.Time {
	before := offset(wall.Add(-24*time.Hour), zone) // no zone is a day from UTC
	unchanged := wall.Add(-before).In(zone)
	after := offset(unchanged, zone)
	changed := wall.Add(-after).In(zone)
	if after != before && offset(changed, zone) == after {
		return changed
	}
	return unchanged
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
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

// add goes n units on; days and more keep the time of day.
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
