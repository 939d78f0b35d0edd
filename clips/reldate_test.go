package clips

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clockAt is the wall clock of a place; the zone decides, whatever the offset the moment is written with.
func clockAt(t testing.TB, zone, moment string) wallClock {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil {
		t.Fatal(err)
	}
	return newWallClock(at, location(t, zone))
}

func location(t interface{ Fatal(...any) }, zone string) *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDatesFromWords(t *testing.T) {
	// A Tuesday, in Berlin; it is still Monday in New York, and both in other months than Berlin is at times.
	const tuesday = "2026-11-24T00:30:00+01:00"
	for _, c := range []struct{ zone, now, words, want string }{
		{"Europe/Berlin", tuesday, "today", "2026-11-24"},
		{"Europe/Berlin", tuesday, "now", "2026-11-24"},
		{"Europe/Berlin", tuesday, "yesterday", "2026-11-23"},
		{"Europe/Berlin", tuesday, "tomorrow", "2026-11-25"},
		{"Europe/Berlin", tuesday, "today - 7 days", "2026-11-17"},
		{"Europe/Berlin", tuesday, "today + 1 week", "2026-12-01"},
		{"Europe/Berlin", tuesday, "today - 0 days", "2026-11-24"},
		{"Europe/Berlin", tuesday, "start of day", "2026-11-24"},
		{"Europe/Berlin", tuesday, "start of week", "2026-11-23"},
		{"Europe/Berlin", tuesday, "start of last week", "2026-11-16"},
		{"Europe/Berlin", tuesday, "end of week", "2026-11-29"},
		{"Europe/Berlin", tuesday, "start of month", "2026-11-01"},
		{"Europe/Berlin", tuesday, "start of this month", "2026-11-01"},
		{"Europe/Berlin", tuesday, "start of last month", "2026-10-01"},
		{"Europe/Berlin", tuesday, "end of last month", "2026-10-31"},
		{"Europe/Berlin", tuesday, "start of next month", "2026-12-01"},
		{"Europe/Berlin", tuesday, "end of month", "2026-11-30"},
		{"Europe/Berlin", tuesday, "start of quarter", "2026-10-01"},
		{"Europe/Berlin", tuesday, "end of last quarter", "2026-09-30"},
		{"Europe/Berlin", tuesday, "end of next quarter", "2027-03-31"},
		{"Europe/Berlin", tuesday, "start of year", "2026-01-01"},
		{"Europe/Berlin", tuesday, "end of last year", "2025-12-31"},
		{"Europe/Berlin", tuesday, "start of last month - 1 day", "2026-09-30"},
		{"Europe/Berlin", tuesday, "start of year - 1 year + 2 quarters - 3 days", "2025-06-28"},
		{"Europe/Berlin", tuesday, "  START  of\tLast  MONTH-1 day", "2026-09-30"},
		{"America/New_York", tuesday, "today", "2026-11-23"},
		{"America/New_York", tuesday, "end of week", "2026-11-29"},
		{"Asia/Kathmandu", "2026-11-23T18:14:59Z", "today", "2026-11-23"},
		{"Asia/Kathmandu", "2026-11-23T18:15:00Z", "today", "2026-11-24"},
		{"Pacific/Apia", "2026-10-31T10:59:59Z", "start of month", "2026-10-01"},
		{"Pacific/Apia", "2026-10-31T11:00:00Z", "start of month", "2026-11-01"},
		{"", tuesday, "today", "2026-11-23"},

		// Weeks begin on Monday, also when today is one, or a Sunday.
		{"UTC", "2026-11-23T00:00:00Z", "start of week", "2026-11-23"},
		{"UTC", "2026-11-29T23:59:59Z", "start of week", "2026-11-23"},
		{"UTC", "2026-11-29T23:59:59Z", "start of next week", "2026-11-30"},
		{"UTC", "2027-01-01T12:00:00Z", "start of week", "2026-12-28"},

		// The ends of months and the leap day.
		{"UTC", "2026-01-31T12:00:00Z", "today + 1 month", "2026-02-28"},
		{"UTC", "2028-01-31T12:00:00Z", "today + 1 month", "2028-02-29"},
		{"UTC", "2026-03-31T12:00:00Z", "today - 1 month", "2026-02-28"},
		{"UTC", "2026-08-31T12:00:00Z", "today + 1 quarter", "2026-11-30"},
		{"UTC", "2026-01-31T12:00:00Z", "today + 1 month + 1 month", "2026-03-28"},
		{"UTC", "2026-01-31T12:00:00Z", "today + 13 months", "2027-02-28"},
		{"UTC", "2028-02-29T12:00:00Z", "today + 1 year", "2029-02-28"},
		{"UTC", "2028-02-29T12:00:00Z", "today - 4 years", "2024-02-29"},
		{"UTC", "2028-03-01T12:00:00Z", "yesterday", "2028-02-29"},
		{"UTC", "2100-03-01T12:00:00Z", "yesterday", "2100-02-28"},
		{"UTC", "2026-12-31T12:00:00Z", "tomorrow", "2027-01-01"},
		{"UTC", "2026-02-14T12:00:00Z", "end of month", "2026-02-28"},
		{"UTC", "2026-05-31T12:00:00Z", "start of last month", "2026-04-01"},
		{"UTC", "2026-05-31T12:00:00Z", "end of next month", "2026-06-30"},
		{"UTC", "2026-11-24T12:00:00Z", "today - 2025 years", "0001-11-24"},
		{"UTC", "2026-11-24T12:00:00Z", "today + 7973 years", "9999-11-24"},
		{"UTC", "2026-11-24T12:00:00Z", "today + 1000000 days - 1000000 days", "2026-11-24"},

		// Days that a clock change begins: there is no midnight in Santiago, Havana and Cairo, and in Apia no such day.
		{"America/Santiago", "2026-09-05T12:00:00Z", "tomorrow", "2026-09-06"},
		{"America/Santiago", "2026-09-06T12:00:00Z", "today", "2026-09-06"},
		{"America/Havana", "2026-03-08T12:00:00Z", "start of day", "2026-03-08"},
		{"America/Havana", "2026-03-07T12:00:00Z", "end of day", "2026-03-07"},
		{"Africa/Cairo", "2026-04-24T12:00:00Z", "end of day", "2026-04-24"},
		{"Pacific/Apia", "2011-12-31T00:00:00Z", "yesterday", "2011-12-30"},
	} {
		got, ok := clockAt(t, c.zone, c.now).readDate(c.words)
		if day := got.Format(time.DateOnly); !ok || day != c.want {
			t.Errorf("%s at %s in %s: %s %v, want %s", c.words, c.now, c.zone, day, ok, c.want)
		}
	}
}

func TestTimestampsFromWords(t *testing.T) {
	for _, c := range []struct{ zone, now, words, want string }{
		{"Europe/Berlin", "2026-11-24T14:30:15.1234567+01:00", "now", "2026-11-24T14:30:15.123456+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "now - 2 hours", "2026-11-24T12:30:15+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "now + 90 minutes - 1 day", "2026-11-23T16:00:15+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15.000005+01:00", "now - 1 day", "2026-11-23T14:30:15.000005+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "now + 1000000 minutes", "2028-10-19T02:10:15+02:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "today", "2026-11-24T00:00:00+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "today + 9 hours", "2026-11-24T09:00:00+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "end of day", "2026-11-24T23:59:59.999999+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "end of last month", "2026-10-31T23:59:59.999999+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "start of year", "2026-01-01T00:00:00+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15+01:00", "start of quarter", "2026-10-01T00:00:00+02:00"},
		{"Asia/Kathmandu", "2026-11-24T14:30:15Z", "today", "2026-11-24T00:00:00+05:45"},
		{"Pacific/Apia", "2026-11-24T14:30:15Z", "tomorrow", "2026-11-26T00:00:00+13:00"},
		{"America/New_York", "2026-11-24T14:30:15Z", "start of month", "2026-11-01T00:00:00-04:00"},

		// The day of a change has 23 or 25 hours. Days keep the time on the clock, hours are elapsed time.
		{"Europe/Berlin", "2026-03-29T12:00:00+02:00", "today", "2026-03-29T00:00:00+01:00"},
		{"Europe/Berlin", "2026-03-29T12:00:00+02:00", "today + 12 hours", "2026-03-29T13:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29T12:00:00+02:00", "now - 1 day", "2026-03-28T12:00:00+01:00"},
		{"Europe/Berlin", "2026-03-29T12:00:00+02:00", "now - 24 hours", "2026-03-28T11:00:00+01:00"},
		{"Europe/Berlin", "2026-10-25T12:00:00+01:00", "today + 24 hours", "2026-10-25T23:00:00+01:00"},
		{"America/New_York", "2026-03-08T12:00:00-04:00", "now - 1 day + 12 hours", "2026-03-08T00:00:00-05:00"},
		{"America/New_York", "2026-11-01T12:00:00-05:00", "start of day", "2026-11-01T00:00:00-04:00"},

		// A time that is skipped is as far behind the change; one that comes twice is the first.
		{"Europe/Berlin", "2026-03-28T02:30:00+01:00", "now + 1 day", "2026-03-29T03:30:00+02:00"},
		{"America/New_York", "2026-03-07T02:30:00-05:00", "now + 1 day", "2026-03-08T03:30:00-04:00"},
		{"Europe/Berlin", "2026-10-24T02:30:00+02:00", "now + 1 day", "2026-10-25T02:30:00+02:00"},
		{"America/New_York", "2026-10-31T01:30:00-04:00", "now + 1 day", "2026-11-01T01:30:00-04:00"},
		// But a moment stays what it is.
		{"Europe/Berlin", "2026-10-25T02:30:00+01:00", "now", "2026-10-25T02:30:00+01:00"},
		{"Europe/Berlin", "2026-10-25T03:30:00+01:00", "now - 1 hour", "2026-10-25T02:30:00+01:00"},
		{"Europe/Berlin", "2026-10-25T03:30:00+01:00", "now - 2 hours", "2026-10-25T02:30:00+02:00"},

		// Midnight itself is skipped in these, and comes twice in those.
		{"America/Santiago", "2026-09-06T12:00:00Z", "today", "2026-09-06T01:00:00-03:00"},
		{"America/Santiago", "2026-09-06T12:00:00Z", "tomorrow", "2026-09-07T00:00:00-03:00"},
		{"America/Santiago", "2026-09-05T12:00:00Z", "end of day", "2026-09-05T23:59:59.999999-04:00"},
		{"Africa/Cairo", "2026-04-24T12:00:00Z", "start of day", "2026-04-24T01:00:00+03:00"},
		{"Africa/Cairo", "2026-04-24T12:00:00Z", "end of day", "2026-04-24T23:59:59.999999+03:00"},
		{"Africa/Cairo", "2026-10-29T12:00:00Z", "end of day", "2026-10-29T23:59:59.999999+02:00"},
		{"America/Havana", "2026-11-01T12:00:00Z", "today", "2026-11-01T00:00:00-04:00"},
		{"Atlantic/Azores", "2026-10-25T12:00:00Z", "today", "2026-10-25T00:00:00Z"},
		{"Asia/Amman", "2020-10-30T12:00:00Z", "start of day", "2020-10-30T00:00:00+03:00"},
		{"Pacific/Apia", "2011-12-31T00:00:00Z", "yesterday", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", "2011-12-31T00:00:00Z", "start of last day - 1 day", "2011-12-29T00:00:00-10:00"},
	} {
		got, ok := clockAt(t, c.zone, c.now).readTimestamp(c.words)
		if at := got.Format(time.RFC3339Nano); !ok || at != c.want {
			t.Errorf("%s at %s in %s: %s %v, want %s", c.words, c.now, c.zone, at, ok, c.want)
		}
	}
}

func TestTimestampsAsWritten(t *testing.T) {
	for _, c := range []struct{ zone, text, want string }{
		{"Europe/Berlin", "2026-11-24", "2026-11-24T00:00:00+01:00"},
		{"Europe/Berlin", "2026-11-24 14:30", "2026-11-24T14:30:00+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30", "2026-11-24T14:30:00+01:00"},
		{"Europe/Berlin", "2026-07-24 14:30:15", "2026-07-24T14:30:15+02:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15.25", "2026-11-24T14:30:15.25+01:00"},
		{"Europe/Berlin", "2026-11-24 14:30:15.1234567", "2026-11-24T14:30:15.123457+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30Z", "2026-11-24T15:30:00+01:00"},
		{"Europe/Berlin", "2026-11-24 14:30:15Z", "2026-11-24T15:30:15+01:00"},
		{"Europe/Berlin", "2026-11-24T14:30:15-05:00", "2026-11-24T20:30:15+01:00"},
		{"Europe/Berlin", "2026-11-24 14:30:15.5+0530", "2026-11-24T10:00:15.5+01:00"},
		{"Europe/Berlin", "2026-11-24 14:30:15+01", "2026-11-24T14:30:15+01:00"}, // as Postgres prints it
		{"Europe/Berlin", "2026-11-24 14:30+01", "2026-11-24T14:30:00+01:00"},
		{"Asia/Kathmandu", "2026-11-24 14:30:15+05:45", "2026-11-24T14:30:15+05:45"},
		{"Asia/Kathmandu", "2026-11-24", "2026-11-24T00:00:00+05:45"},
		{"", "0001-01-01", "0001-01-01T00:00:00Z"},
		{"", "9999-12-31 23:59:59.999999", "9999-12-31T23:59:59.999999Z"},

		// Skipped and repeated times, on either side of Greenwich.
		{"Europe/Berlin", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00"},
		{"America/New_York", "2026-03-08 02:30", "2026-03-08T03:30:00-04:00"},
		{"Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00"},
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00"},
		{"Europe/Berlin", "2026-10-25 02:30+01:00", "2026-10-25T02:30:00+01:00"},
		{"America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"},
		{"Pacific/Chatham", "2026-09-27 03:00", "2026-09-27T04:00:00+13:45"},
		{"Pacific/Chatham", "2026-04-05 03:00", "2026-04-05T03:00:00+13:45"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T02:45:00+11:00"},
		{"Pacific/Apia", "2020-09-27 03:30", "2020-09-27T04:30:00+14:00"},
		{"Pacific/Apia", "2020-04-05 03:30", "2020-04-05T03:30:00+14:00"},
		{"Pacific/Apia", "2011-12-30 12:00", "2011-12-31T12:00:00+14:00"},
	} {
		got, ok := clockAt(t, c.zone, "2026-11-24T12:00:00Z").readTimestamp(c.text)
		if at := got.Format(time.RFC3339Nano); !ok || at != c.want {
			t.Errorf("%s in %s: %s %v, want %s", c.text, c.zone, at, ok, c.want)
		}
	}
}

func TestWordsThatAreNoDate(t *testing.T) {
	clock := clockAt(t, "Europe/Berlin", "2026-11-24T12:00:00Z")
	both := []string{"", " ", "soon", "2026", "2026-02-29", "2026-13-01", "2026-1-1", "24.11.2026", "11/24/2026", "0000-01-01",
		"10000-01-01", "-0001-01-01", "today -", "today - 7", "today - days", "today 7 days", "today * 7 days", "today - -7 days",
		"today + seven days", "today - 7days", "today - 1.5 days", "today - 1000001 days", "today - 99999999999999999999 days",
		"today - 7 dayss", "today - 7 s", "today - 7 fortnights", "start", "start of", "start of last", "start of month of", "start month",
		"start of the month", "start in month", "end month month", "now + 1000001 minutes", "start of hour", "start of last minute", "end of last", "middle of month", "last month", "7 days",
		"today today", "today - 2026 years", "today + 7974 years", "today - 1000000 years + 1000000 years + 1000000 years",
		"infinity", "-infinity", "epoch", "allballs", "nan"}
	for _, words := range both {
		if got, ok := clock.readDate(words); ok {
			t.Errorf("%q is the date %s", words, got)
		}
		if got, ok := clock.readTimestamp(words); ok {
			t.Errorf("%q is the timestamp %s", words, got)
		}
	}
	for _, words := range []string{"now - 2 hours", "today + 30 minutes", "today - 1 hour", "2026-11-24 14:30", "2026-11-24T00:00:00Z"} {
		if got, ok := clock.readDate(words); ok {
			t.Errorf("%q is the date %s", words, got)
		}
	}
	for _, text := range []string{"2026-11-24 24:00", "2026-11-24 14:60", "2026-11-24 14:30:60", "2026-11-24  14:30", "2026-11-24 14", "14:30",
		"2026-11-24 2:30 pm", "2026-11-24 14:30 01:00", "0000-12-31 23:00", "9999-12-31 23:59:59.9999999", "9999-12-31T23:59:59-01:00",
		"2026-11-24 14:30 Europe/Berlin"} {
		if got, ok := clock.readTimestamp(text); ok {
			t.Errorf("%q is the timestamp %s", text, got)
		}
	}
}

// Zones with changes at night and at midnight, forwards and backwards, whole days and odd minutes, and none at all.
var manyZones = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "America/Santiago", "America/Havana",
	"America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Asia/Amman", "Asia/Gaza", "Atlantic/Azores", "Australia/Lord_Howe",
	"Antarctica/Troll", "Africa/Casablanca", "Europe/Dublin", "Asia/Tehran", "Pacific/Chatham", "Pacific/Kiritimati"}

// drawMoment is any moment between 1900 and 2100, or, as often, one within two days of a change of the clock.
func drawMoment(t *rapid.T, zone *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(-2208988800, 4102444800).Draw(t, "seconds"), rapid.Int64Range(0, 999_999).Draw(t, "µs")*1000).In(zone)
	if _, change := at.ZoneBounds(); rapid.Bool().Draw(t, "near a change") && !change.IsZero() {
		return change.Add(time.Duration(rapid.Int64Range(-48*60, 48*60).Draw(t, "minutes from it")) * time.Minute)
	}
	return at
}

func TestNowIsInsideEachStretchOfTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := location(t, rapid.SampledFrom(manyZones).Draw(t, "zone"))
		clock := newWallClock(drawMoment(t, zone), zone)
		unit := rapid.SampledFrom([]string{"day", "week", "month", "quarter", "year"}).Draw(t, "unit")
		read := func(words string) time.Time {
			at, ok := clock.readTimestamp(words)
			if !ok {
				t.Fatalf("%s is no timestamp at %s", words, clock.now)
			}
			return at
		}
		start, end, next := read("start of "+unit), read("end of "+unit), read("start of next "+unit)
		last, lastEnd := read("start of last "+unit), read("end of last "+unit)
		if clock.now.Before(start) || !clock.now.Before(next) {
			t.Fatalf("%s is not from %s to %s", clock.now, start, next)
		}
		if !end.Equal(next.Add(-time.Microsecond)) || !lastEnd.Equal(start.Add(-time.Microsecond)) || !last.Before(start) {
			t.Fatalf("from %s to %s, then from %s to %s, then %s", last, lastEnd, start, end, next)
		}
	})
}

// Dates know nothing of clocks: the same words give the same day everywhere that has the same date.
func TestDatesAreThoseOfTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := location(t, rapid.SampledFrom(manyZones).Draw(t, "zone"))
		clock := newWallClock(drawMoment(t, zone), zone)
		words := drawWords(t)
		y, m, d := clock.now.Date()
		noon := newWallClock(time.Date(y, m, d, 12, 0, 0, 0, time.UTC), nil)
		got, ok := clock.readDate(words)
		want, wantOK := noon.readDate(words)
		if ok != wantOK || got.Format(time.DateOnly) != want.Format(time.DateOnly) {
			t.Fatalf("%s at %s: %s %v, want %s %v", words, clock.now, got, ok, want, wantOK)
		}
	})
}

func drawWords(t *rapid.T) string {
	words := rapid.SampledFrom([]string{"today", "tomorrow", "yesterday", "now", "start of week", "start of last month", "end of quarter",
		"end of next year", "start of last day", "end of day"}).Draw(t, "day")
	for range rapid.IntRange(0, 3).Draw(t, "steps") {
		words += fmt.Sprintf(" %s %d %s", rapid.SampledFrom([]string{"+", "-"}).Draw(t, "sign"), rapid.IntRange(0, 40).Draw(t, "n"),
			rapid.SampledFrom([]string{"day", "days", "weeks", "month", "quarters", "years"}).Draw(t, "unit"))
	}
	return words
}

// FuzzRelative reads anything as a date and as a timestamp: what is read prints as one that is read as the same.
func FuzzRelative(f *testing.F) {
	for _, words := range []string{"today", "start of last month - 1 day", "end of next quarter+3weeks", "now - 2 hours", "2026-11-24 14:30:15.5+01",
		"9999-12-31", "today - 1000000 years + 1000000 years", "today + 1000000 hours", "end of year + 1 month", "0001-01-01T00:00Z"} {
		for zone := range manyZones {
			f.Add(words, int64(1795526400), byte(zone))
		}
	}
	f.Add("yesterday", int64(1325289600), byte(4)) // Apia, the day after the one it skipped
	f.Fuzz(func(t *testing.T, words string, unix int64, zone byte) {
		if unix < -2208988800 || unix > 4102444800 || len(words) > 10_000 {
			return
		}
		clock := newWallClock(time.Unix(unix, 0), location(t, manyZones[int(zone)%len(manyZones)]))
		for _, p := range []Param{{Name: "d", Type: ParamDate}, {Name: "t", Type: ParamTimestamp}} {
			value, err := readValue(p, words, clock)
			if err != nil {
				continue
			}
			again, err := readValue(p, value, clock)
			if err != nil || again != value || strings.TrimSpace(value) != value {
				t.Fatalf("%q at %s is %s, and that is %s (%v)", words, clock.now, value, again, err)
			}
		}
	})
}
