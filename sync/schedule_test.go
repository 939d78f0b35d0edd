package sync_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

func parse(t testing.TB, text, zone string) clipsync.Schedule {
	t.Helper()
	s, err := clipsync.ParseSchedule(text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// slots lists the slots from one moment to another, as the clock on the wall shows them.
func slots(s clipsync.Schedule, from, until time.Time) string {
	var all []string
	for at := s.Next(from.Add(-1)); !at.IsZero() && at.Before(until); at = s.Next(at) {
		all = append(all, at.Format("Mon 02 15:04 MST"))
	}
	return strings.Join(all, ", ")
}

func moment(t testing.TB, zone, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, location(t, zone))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func location(t testing.TB, zone string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const (
	berlin    = "Europe/Berlin"
	newYork   = "America/New_York"
	kathmandu = "Asia/Kathmandu"
)

func TestSchedules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schedule, zone, from, until, want string }{
		{"every 15m", kathmandu, "2026-11-24 10:07", "2026-11-24 11:00",
			"Tue 24 10:15 +0545, Tue 24 10:30 +0545, Tue 24 10:45 +0545"},
		{"every 6h", kathmandu, "2026-11-24 10:07", "2026-11-25 06:00",
			"Tue 24 12:00 +0545, Tue 24 18:00 +0545, Wed 25 00:00 +0545"},
		{"every 1d", newYork, "2026-11-24 10:07", "2026-11-26 01:00", "Wed 25 00:00 EST, Thu 26 00:00 EST"},
		{"every 7d", berlin, "2026-11-01 00:00", "2026-11-20 00:00", "Mon 02 00:00 CET, Mon 09 00:00 CET, Mon 16 00:00 CET"},
		{"Every 90m  mon,Sat-sun", berlin, "2026-11-24 10:00", "2026-11-28 03:00", "Sat 28 00:00 CET, Sat 28 01:30 CET"},
		{"every 45m 08:00-09:30 mon-fri", berlin, "2026-11-20 08:30", "2026-11-24 00:00",
			"Fri 20 08:45 CET, Fri 20 09:30 CET, Mon 23 08:00 CET, Mon 23 08:45 CET, Mon 23 09:30 CET"},
		{"every 1m sat", berlin, "2026-11-22 00:00", "2026-11-28 00:02", "Sat 28 00:00 CET, Sat 28 00:01 CET"},
		{"30 7 * * mon-fri", berlin, "2026-11-20 07:30", "2026-11-24 00:00", "Fri 20 07:30 CET, Mon 23 07:30 CET"},
		{"@daily", newYork, "2026-11-24 00:01", "2026-11-25 00:01", "Wed 25 00:00 EST"},
		{"0 9 1 * *", "", "2026-11-24 00:00", "2027-01-02 00:00", "Tue 01 09:00 UTC, Fri 01 09:00 UTC"},
		{"0 0 29 2 *", "", "2026-11-24 00:00", "2029-01-01 00:00", "Tue 29 00:00 UTC"},
	} {
		s := parse(t, c.schedule, c.zone)
		if got := slots(s, moment(t, c.zone, c.from), moment(t, c.zone, c.until)); got != c.want {
			t.Errorf("%s in %s:\n got %s\nwant %s", c.schedule, c.zone, got, c.want)
		}
	}
}

// The nights on which clocks change: 2026-03-29 and 2026-10-25 in Berlin at 01:00 UTC, 2026-03-08 and 2026-11-01 in
// New York at 02:00 on the wall.
func TestWhatHappensWhenClocksChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schedule, zone, from, until, want string }{
		{"30 2 * * *", berlin, "2026-03-28 00:00", "2026-03-31 00:00",
			"Sat 28 02:30 CET, Sun 29 03:00 CEST, Mon 30 02:30 CEST"},
		{"30 2 * * *", berlin, "2026-10-24 00:00", "2026-10-27 00:00",
			"Sat 24 02:30 CEST, Sun 25 02:30 CEST, Mon 26 02:30 CET"},
		{"30 1 * * *", newYork, "2026-10-31 00:00", "2026-11-03 00:00",
			"Sat 31 01:30 EDT, Sun 01 01:30 EDT, Mon 02 01:30 EST"},
		{"30 2 * * *", newYork, "2026-03-07 00:00", "2026-03-10 00:00",
			"Sat 07 02:30 EST, Sun 08 03:00 EDT, Mon 09 02:30 EDT"},
		// What the clock leaps over is one run, and is none apart when that moment has a slot anyway.
		{"*/10 1,2,3 * * *", berlin, "2026-03-29 01:30", "2026-03-29 03:20",
			"Sun 29 01:30 CET, Sun 29 01:40 CET, Sun 29 01:50 CET, Sun 29 03:00 CEST, Sun 29 03:10 CEST"},
		{"every 2h", berlin, "2026-03-29 00:00", "2026-03-29 05:00", "Sun 29 00:00 CET, Sun 29 03:00 CEST, Sun 29 04:00 CEST"},
		{"every 2h", berlin, "2026-10-25 00:00", "2026-10-25 05:00", "Sun 25 00:00 CEST, Sun 25 02:00 CEST, Sun 25 04:00 CET"},
		// What goes on through every hour goes on.
		{"*/30 * * * *", berlin, "2026-03-29 01:00", "2026-03-29 04:00",
			"Sun 29 01:00 CET, Sun 29 01:30 CET, Sun 29 03:00 CEST, Sun 29 03:30 CEST"},
		{"every 30m", newYork, "2026-11-01 00:30", "2026-11-01 02:30", "Sun 01 00:30 EDT, Sun 01 01:00 EDT, " +
			"Sun 01 01:30 EDT, Sun 01 01:00 EST, Sun 01 01:30 EST, Sun 01 02:00 EST"},
		// Half an hour, a leap from one date into the next, a date that never was.
		{"15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00", "2026-10-06 00:00",
			"Sat 03 02:15 +1030, Sun 04 02:30 +11, Mon 05 02:15 +11"},
		{"30 23 * * *", "America/Nuuk", "2026-03-27 12:00", "2026-03-30 00:00",
			"Fri 27 23:30 -02, Sat 28 22:59 -02, Sun 29 23:30 -01"},
		{"30 12 * * *", "Pacific/Apia", "2011-12-29 00:00", "2012-01-01 00:00", "Thu 29 12:30 -10, Sat 31 12:30 +14"},
	} {
		s := parse(t, c.schedule, c.zone)
		if got := slots(s, moment(t, c.zone, c.from), moment(t, c.zone, c.until)); got != c.want {
			t.Errorf("%s in %s:\n got %s\nwant %s", c.schedule, c.zone, got, c.want)
		}
	}
}

func TestWhatIsNoScheduleShowsWhatIs(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                                "empty",
		"hourly":                          "1 word",
		"* * * * * *":                     "five fields, and here are 6 words",
		"61 * * * *":                      "61",
		"0 0 30 2 *":                      "no such day",
		"every 7d tue":                    "no such day",
		"@reboot":                         "@reboot",
		"TZ=UTC 0 0 * * *":                "timezone",
		"CRON_TZ=Europe/Berlin":           "timezone",
		"every":                           "how often",
		"every 10s":                       "shortest step is a minute",
		"every 90s":                       "whole minutes",
		"every day":                       `"day" is no length`,
		"every 367d":                      "longest a year",
		"every 9999999999999999999d":      "is no length",
		"every 1d 08:00-18:00":            "shorter than a day",
		"every 15m 18:00-08:00":           "ends before it begins",
		"every 15m 08:00":                 "from when to when",
		"every 15m 8:00-9:00 10:00-11:00": "from when to when",
		"every 15m weekdays":              "is not days",
	} {
		_, err := clipsync.ParseSchedule(text, berlin)
		for _, w := range []string{says, `"every 15m"`, "mon-fri"} {
			if notice := clips.NoticeOf(err); !strings.Contains(notice, w) || clips.KindOf(err) != clips.KindParameter {
				t.Errorf("%q: notice is %q, want it to say %q", text, notice, w)
			}
		}
	}
	for _, zone := range []string{"Mars", "Local", "../etc/passwd"} {
		if _, err := clipsync.ParseSchedule("@daily", zone); !strings.Contains(clips.NoticeOf(err), `"Europe/Berlin"`) {
			t.Errorf("zone %q: %v", zone, err)
		}
	}
}

// aZone has its rules for the years of anyMoment.
var aZone = rapid.SampledFrom([]string{berlin, newYork, kathmandu, "UTC", "Australia/Lord_Howe", "America/Nuuk",
	"America/Havana", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "Africa/Casablanca", "America/St_Johns"})

var anyMoment = rapid.Map(rapid.Int64Range(0, 6*365*24*60*60), func(s int64) time.Time {
	return time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(s) * time.Second)
})

func TestADailyScheduleHasOneSlotOnEveryDate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := aZone.Draw(t, "zone")
		at := time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute of the day")) * time.Minute
		s, err := clipsync.ParseSchedule(time.Time{}.Add(at).Format("4 15")+" * * *", zone)
		if err != nil {
			t.Fatal(err)
		}
		last := s.Next(anyMoment.Draw(t, "from"))
		for range 400 {
			next := s.Next(last)
			y, m, d := last.Date()
			if want := time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC); next.Format(time.DateOnly) != want.Format(time.DateOnly) {
				t.Fatalf("%s in %s: after %s comes %s", s, zone, last, next)
			}
			last = next
		}
	})
}

// What goes on through every hour is on each minute whose time on the wall fits, and on no other.
func TestAScheduleOfEveryHourIsWhereTheWallShowsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := aZone.Draw(t, "zone")
		step := rapid.SampledFrom([]int{1, 5, 15, 20, 30}).Draw(t, "step")
		form := rapid.SampledFrom([]string{"every %dm", "*/%d * * * *"}).Draw(t, "form")
		s, err := clipsync.ParseSchedule(fmt.Sprintf(form, step), zone)
		if err != nil {
			t.Fatal(err)
		}
		l, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		// Most of what can go wrong is near a change of the clocks.
		from := anyMoment.Draw(t, "from")
		if _, end := from.In(l).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near a change") {
			from = end.Add(-2 * time.Hour)
		}
		next := s.Next(from)
		for at := from.Truncate(time.Minute).Add(time.Minute); at.Before(from.Add(5 * time.Hour)); at = at.Add(time.Minute) {
			fits := at.In(l).Minute()%step == 0
			if fits != at.Equal(next) {
				t.Fatalf("%s in %s: %s fits: %v, next slot is %s", s, zone, at.In(l), fits, next)
			}
			if fits {
				next = s.Next(next)
			}
		}
	})
}

// aSchedule can be read, whatever it says.
var aSchedule = rapid.OneOf(rapid.Custom(someCron), rapid.Custom(someEvery))

func someCron(t *rapid.T) string {
	var fields []string
	for _, f := range []struct {
		name     string
		low, top int
	}{{"minute", 0, 59}, {"hour", 0, 23}, {"day", 1, 28}, {"month", 1, 12}, {"weekday", 0, 6}} {
		number := fmt.Sprint(rapid.IntRange(f.low, f.top).Draw(t, f.name))
		fields = append(fields, rapid.SampledFrom([]string{"*", "*/7", number}).Draw(t, f.name+" as"))
	}
	return strings.Join(fields, " ")
}

func someEvery(t *rapid.T) string {
	step := time.Duration(rapid.IntRange(1, 20_000).Draw(t, "minutes")) * time.Minute
	if step < 24*time.Hour && rapid.Bool().Draw(t, "office hours") {
		return fmt.Sprintf("every %s 08:00-18:00 mon-fri", step)
	}
	return fmt.Sprintf("every %s", step)
}

func TestNextIsLaterAndLeavesNothingOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, err := clipsync.ParseSchedule(aSchedule.Draw(t, "schedule"), aZone.Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := anyMoment.Draw(t, "from")
		next := s.Next(from)
		if !next.After(from) || next.Second() != 0 || next.Nanosecond() != 0 {
			t.Fatalf("after %s comes %s", from, next)
		}
		between := from.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(from))-1).Draw(t, "between")))
		if got := s.Next(between); !got.Equal(next) {
			t.Fatalf("after %s comes %s, but after %s in between %s", from, next, between, got)
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	for _, text := range []string{"every 15m 08:00-18:00 mon-fri", "@every 1h30m", "*/5 1-3,7 ? jan-mar/2 SUN", "TZ= ", "@", "every 1d sat-tue"} {
		f.Add(text, berlin)
	}
	f.Fuzz(func(t *testing.T, text, zone string) {
		s, err := clipsync.ParseSchedule(text, zone)
		if err != nil {
			if clips.KindOf(err) != clips.KindParameter {
				t.Errorf("%q is refused with %v", text, err)
			}
			return
		}
		if from := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC); !s.Next(from).After(from) {
			t.Errorf("%q comes at %s", text, s.Next(from))
		}
	})
}
