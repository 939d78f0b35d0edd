package sheets

import (
	"bytes"
	"math"
	"strconv"
	"time"

	"clipsheet/clips"
)

// Spreadsheets count days from 1899-12-30, and we use that from 1900 to 9999: beyond, programs do not agree what a
// number means, and Postgres' text says it.
var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

const microsOfDay = 86_400e6

// serial is a moment of the clock as a number of days.
func serial(t time.Time) float64 {
	_, offset := t.Zone()
	return float64(t.UnixMicro()+int64(offset)*1e6-dayZero.UnixMicro()) / microsOfDay
}

// shownAs is a cell as its column shows it: moments as such, and not as the numbers that they are.
func (c cell) shownAs(kind clips.Type) string {
	layout := ""
	switch kind {
	case clips.Date:
		layout = time.DateOnly
	case clips.Timestamp, clips.TimestampTZ:
		layout = time.DateTime
	}
	if c.kind != isNumber || layout == "" {
		return c.String()
	}
	days, part := math.Modf(c.number)
	seconds := math.Round(part * microsOfDay / 1e6)
	return dayZero.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second).Format(layout)
}

// serialIn is a moment as the clocks of a zone show it.
func serialIn(t time.Time, zone *time.Location) float64 { return serial(t.In(zone)) }

// parseDate reads 2026-11-24. Years before Christ or of five digits and the infinities are not ok.
func parseDate(v []byte) (time.Time, bool) {
	if len(v) != len(time.DateOnly) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, string(v))
	return t, err == nil && t.Year() >= 1900
}

// parseTimestamp reads 2026-11-24 10:11:12.345678.
func parseTimestamp(v []byte) (time.Time, bool) {
	if len(v) < len(time.DateTime) || len(v) > len(time.DateTime)+7 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateTime, string(v))
	return t, err == nil && t.Year() >= 1900
}

// parseTimestampTZ reads 2026-11-24 10:11:12.345678+05:30 as the time that the clocks of a zone show at that moment.
func parseTimestampTZ(v []byte, zone *time.Location) (time.Time, bool) {
	at := bytes.LastIndexAny(v, "+-")
	if at < len(time.DateTime) {
		return time.Time{}, false
	}
	t, ok := parseTimestamp(v[:at])
	offset, okOffset := parseOffset(v[at:])
	t = t.Add(-offset).In(zone)
	return t, ok && okOffset && t.Year() >= 1900 && t.Year() <= 9999
}

// parseOffset reads +05, +05:30 and -04:56:02.
func parseOffset(v []byte) (time.Duration, bool) {
	total, unit := time.Duration(0), time.Hour
	for part := range bytes.SplitSeq(v[1:], []byte(":")) {
		n, err := strconv.ParseUint(string(part), 10, 8)
		if err != nil || len(part) != 2 || unit < time.Second {
			return 0, false
		}
		total += time.Duration(n) * unit
		unit /= 60
	}
	if v[0] == '-' {
		total = -total
	}
	return total, true
}

// parseTime reads 10:11:12.345678, up to 24:00:00, which is a whole day.
func parseTime(v []byte) (time.Duration, bool) {
	d, ok := parseClock(v)
	return d, ok && d <= 24*time.Hour
}

// parseClock reads hours of two digits or more, minutes and seconds.
func parseClock(v []byte) (time.Duration, bool) {
	parts := bytes.Split(v, []byte(":"))
	if len(parts) != 3 || len(parts[0]) < 2 || len(parts[0]) > 6 || len(parts[1]) != 2 || len(parts[2]) < 2 {
		return 0, false
	}
	h, errH := strconv.ParseUint(string(parts[0]), 10, 32)
	m, errM := strconv.ParseUint(string(parts[1]), 10, 8)
	second, fraction, _ := bytes.Cut(parts[2], []byte("."))
	s, errS := strconv.ParseUint(string(second), 10, 8)
	micros, errF := strconv.ParseUint((string(fraction) + "000000")[:6], 10, 32)
	ok := errH == nil && errM == nil && errS == nil && errF == nil && m < 60 && s < 60 && len(second) == 2 && len(fraction) <= 6
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second +
		time.Duration(micros)*time.Microsecond, ok
}

// parseInterval reads an interval of days and time: 3 days 04:05:06.789, where a day is 24 hours as in Postgres' own
// comparisons. Months and years have no length in hours, and a negative time shows badly: not ok.
func parseInterval(v []byte) (time.Duration, bool) {
	words := bytes.Fields(v)
	total := time.Duration(0)
	if len(words) >= 2 && (string(words[1]) == "day" || string(words[1]) == "days") {
		days, err := strconv.ParseInt(string(words[0]), 10, 32)
		if err != nil || days > 100_000 || days < -100_000 {
			return 0, false
		}
		total, words = time.Duration(days)*24*time.Hour, words[2:]
		if len(words) == 0 {
			return total, total >= 0
		}
	}
	if len(words) != 1 {
		return 0, false
	}
	clock, ok := parseClock(bytes.TrimPrefix(words[0], []byte("-")))
	if words[0][0] == '-' {
		clock = -clock
	}
	return total + clock, ok && total+clock >= 0
}

// inDays is a length of time as a number of days.
func inDays(d time.Duration) float64 { return float64(d/time.Microsecond) / microsOfDay }
