package xlsx

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func serial(m moment) string { return string(m.append(nil)) }

func TestDatesAreExcelsDays(t *testing.T) {
	for text, want := range map[string]string{
		"1900-03-01": "61", "1970-01-01": "25569", "2000-02-29": "36585", "2026-11-24": "46350", "9999-12-31": "2958465",
		"1900-02-28": "", "1899-12-31": "", "0001-01-01": "", "10000-01-01": "", "infinity": "", "-infinity": "",
		"0044-03-15 BC": "", "2026-02-29": "", "2026-13-01": "", "2026-1-1": "", "24.11.2026": "", "11/24/2026": "", "": "",
	} {
		got := ""
		if m, ok := parseDate([]byte(text)); ok {
			got = serial(m)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestTimestampsAreTheTimeOnTheClock(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-24 00:00:00": "46350", "2026-11-24 12:00:00": "46350.5", "2026-11-24 06:00:00": "46350.25",
		"2026-11-24 10:11:12.345678": "46350.424448445347", "9999-12-31 23:59:59": "2958465.999988425926",
		"9999-12-31 23:59:59.999999": "", "1900-02-28 23:59:59": "", "infinity": "", "0044-03-15 00:00:00 BC": "",
		"2026-11-24": "", "2026-11-24T10:00:00": "", "2026-11-24 24:00:00": "", "2026-11-24 10:00": "", "2026-11-24 10:00:60": "",
		"2026-11-24 10:00:00+01": "", "2026-11-24 10:00:00.1234567": "", "2026-11-24 10:00:00.": "",
	} {
		got := ""
		if m, ok := parseTimestamp([]byte(text), false); ok {
			got = serial(m)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"2026-11-24 12:00:00+01": "46350.5", "2026-11-24 12:00:00+05:30": "46350.5", "1900-11-24 12:00:00-04:56:02": "329.5",
		"2026-11-24 12:00:00": "", "2026-11-24 12:00:00+": "", "2026-11-24 12:00:00+1": "", "2026-11-24 12:00:00+01 BC": "",
	} {
		got := ""
		if m, ok := parseTimestamp([]byte(text), true); ok {
			got = serial(m)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestTimesAndIntervalsAreLengthsOfTime(t *testing.T) {
	for text, want := range map[string]string{
		"00:00:00": "0", "12:00:00": "0.5", "24:00:00": "1", "23:59:59.999999": "0.999999999988426", "24:00:01": "", "1:00:00": "", "12:00:00+01": "",
	} {
		got := ""
		if m, ok := parseTime([]byte(text)); ok {
			got = serial(m)
		}
		if got != want {
			t.Errorf("time %s is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"00:00:00": "0", "1 day": "1", "2 days": "2", "3 days 12:00:00": "3.5", "36:00:00": "1.5", "1 day -06:00:00": "0.75",
		"-1 days +36:00:00": "0.5", "100:00:00.5": "4.166672453703704",
		"-00:00:01": "", "-1 days": "", "1 mon": "", "1 year 2 mons 3 days": "", "1 mon 00:00:01": "", "P1D": "", "@ 1 day": "",
		"1 12:00:00": "", "3000000 days": "", "99999999 days": "", "": "", "1 day 1 day": "", "2562047788:00:54.775807": "",
	} {
		got := ""
		if m, ok := parseInterval([]byte(text)); ok {
			got = serial(m)
		}
		if got != want {
			t.Errorf("interval %q is %q, want %q", text, got, want)
		}
	}
}

// A spreadsheet keeps a moment as a double; rounded to microseconds, it is the one Postgres printed.
func TestMicrosecondsSurviveADouble(t *testing.T) {
	first := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		const until2079 = 65536 - 61 // from then on a double has no room for each of them
		micros := rapid.Int64Range(0, until2079*aDay-1).Draw(t, "micros")
		at := first.Add(time.Duration(micros%aDay)*time.Microsecond).AddDate(0, 0, int(micros/aDay))
		m, ok := parseTimestamp([]byte(at.Format("2006-01-02 15:04:05.999999")), false)
		if !ok {
			t.Fatalf("%s is not read", at)
		}
		days, err := strconv.ParseFloat(serial(m), 64)
		if err != nil {
			t.Fatal(err)
		}
		whole, part := math.Modf(days)
		back := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*aDay)) * time.Microsecond)
		if !back.Equal(at) {
			t.Errorf("%s comes back as %s", at, back)
		}
	})
}

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"2026-11-24", "2026-11-24 10:11:12.345678", "2026-11-24 10:11:12+05:30", "24:00:00", "3 days -04:05:06.7", "0044-03-15 BC"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := []byte(text)
		if m, ok := parseDate(v); ok {
			want, err := time.Parse(time.DateOnly, text)
			if err != nil || m.days != int(want.Unix()/86400)+25569 {
				t.Errorf("date %q is %+v, %v", text, m, err)
			}
		}
		if m, ok := parseTimestamp(v, false); ok {
			want, err := time.Parse("2006-01-02 15:04:05.999999", text)
			if err != nil || m.micros != want.Sub(want.Truncate(24*time.Hour)).Microseconds() {
				t.Errorf("timestamp %q is %+v, %v", text, m, err)
			}
		}
		for name, parse := range map[string]func([]byte) (moment, bool){"time": parseTime, "interval": parseInterval} {
			if m, ok := parse(v); ok && (m.days < 0 || m.days > lastDay || m.micros < 0 || m.micros >= aDay) {
				t.Errorf("%s %q is %+v", name, text, m)
			}
		}
		if m, ok := parseTimestamp(v, true); ok && !strings.ContainsAny(text[11:], "+-") {
			t.Errorf("%q has no offset, and is %+v", text, m)
		}
	})
}
