package sheets_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clipsheet/clips"
)

// TestValuesBecomeCells is the table of types: what Postgres prints, and the CellData it becomes.
func TestValuesBecomeCells(t *testing.T) {
	const empty = `{}`
	number := func(s string) string { return `{"numberValue":` + s + `}` }
	text := func(s string) string { return `{"stringValue":"` + s + `"}` }
	cases := []struct{ kind, value, want string }{
		{"bool", "t", `{"boolValue":true}`}, {"bool", "f", `{"boolValue":false}`}, {"bool", "∅", empty},
		{"int", "0", number("0")}, {"int", "-42", number("-42")}, {"int", "999999999999999", number("999999999999999")},
		{"int", "1000000000000000", text("1000000000000000")}, {"int", "-9007199254740993", text("-9007199254740993")},
		{"numeric", "12.50", number("12.5")}, {"numeric", "0.1", number("0.1")}, {"numeric", "0.000000000000001", number("1e-15")},
		{"numeric", "1234567890123.45", number("1234567890123.45")}, {"numeric", "1234567890123.456", text("1234567890123.456")},
		{"numeric", "100000000000000.0", number("100000000000000")}, {"numeric", "NaN", text("NaN")}, {"numeric", "Infinity", text("Infinity")},
		{"float", "0.1", number("0.1")}, {"float", "1e+300", number("1e+300")}, {"float", "3.141592653589793", number("3.141592653589793")},
		{"float", "-Infinity", text("-Infinity")}, {"float", "NaN", text("NaN")}, {"float", "5e-324", text("5e-324")},
		{"text", "", empty}, {"text", " ", text(" ")}, {"text", "=1+1", text("=1+1")}, {"text", "00123", text("00123")}, {"text", "+1", text("+1")},
		{"text", "'x", text("'x")}, {"text", "TRUE", text("TRUE")}, {"text", "1.5", text("1.5")}, {"text", "ümläut € 🎉", text("ümläut € 🎉")},
		{"uuid", "0b8d1bd5-d5b4-4c5d-9a35-f5a9c1b8f7f1", text("0b8d1bd5-d5b4-4c5d-9a35-f5a9c1b8f7f1")}, {"json", `[1]`, text("[1]")},
		{"date", "2026-11-24", number("46350")}, {"date", "1900-01-01", number("2")}, {"date", "9999-12-31", number("2958465")},
		{"date", "1899-12-31", text("1899-12-31")}, {"date", "infinity", text("infinity")}, {"date", "0044-03-15 BC", text("0044-03-15 BC")}, {"date", "10000-01-01", text("10000-01-01")},
		{"timestamp", "2026-11-24 12:00:00", number("46350.5")}, {"timestamp", "2026-11-24 10:11:12.345678", number("46350.424448445345")},
		{"timestamp", "0044-03-15 00:00:00 BC", text("0044-03-15 00:00:00 BC")}, {"timestamp", "-infinity", text("-infinity")},
		{"timestamptz", "2026-11-24 12:00:00+00", number("46350.541666666664")}, {"timestamptz", "2026-07-24 12:00:00+05:30", number("46227.354166666664")},
		{"timestamptz", "2026-11-24 12:00:00+01 BC", text("2026-11-24 12:00:00+01 BC")}, {"timestamptz", "infinity", text("infinity")},
		{"timestamptz", "9999-12-31 23:59:00+00", text("9999-12-31 23:59:00+00")},
		{"time", "12:00:00", number("0.5")}, {"time", "24:00:00", number("1")}, {"time", "06:00:00.000001", number("0.2500000000115741")}, {"time", "24:00:01", text("24:00:01")},
		{"interval", "1 day 12:00:00", number("1.5")}, {"interval", "100:00:00", number("4.166666666666667")}, {"interval", "1 mon", text("1 mon")}, {"interval", "-01:00:00", text("-01:00:00")},
	}
	inWorld(t, func(w *world) {
		w.must(w.ann.Do(w.id, `{"updateSpreadsheetProperties":{"properties":{"timeZone":"Europe/Berlin"},"fields":"timeZone"}}`))
		var columns, row []string
		for i, c := range cases {
			columns, row = append(columns, fmt.Sprintf("c%d %s", i, c.kind)), append(row, c.value)
		}
		result := table{strings.Join(columns, ","), [][]string{row}}
		s := w.sync(clips.SyncReplace)
		w.run(s, result)
		for i, c := range cases {
			got := w.entered(1, i)
			if got != c.want {
				w.t.Errorf("%s %s is %s, want %s", c.kind, c.value, got, c.want)
			}
		}
		later := table{"day date, at timestamp, due timestamptz, n int", [][]string{{"2026-11-24", "2026-11-24 10:11:12.345678", "2026-07-24 12:00:00+05:30", "46350"}}}
		dry, moments := w.push(w.sync(clips.SyncReplace), later), []string{}
		dry.DryRun, dry.Sync.Tab, dry.Sync.Target = true, "Moments", "moments"
		p, err := w.Push(w.t.Context(), dry)
		w.must(err)
		for _, change := range p.Sample[4:] {
			moments = append(moments, change.After)
		}
		if got, want := strings.Join(moments, "|"), "2026-11-24|2026-11-24 10:11:12|2026-07-24 08:30:00|46350"; got != want {
			w.t.Errorf("people are shown %s, want %s", got, want)
		}
		if p := w.run(s, result); p.Writes != 0 {
			w.t.Errorf("%d cells were written again: %+v", p.Cells, p.Sample)
		}
		large := w.push(s, table{result.columns, append(result.rows, result.rows[0])})
		large.Held = 1_000_000 // reads the cells the other way
		p, err = w.Push(w.t.Context(), large)
		w.must(err)
		if full := int64(len(cases)); p.Cells > full {
			w.t.Errorf("%d cells changed, of %d in the new row: %+v", p.Cells, full, p.Sample)
		}
	})
}

// entered is the userEnteredValue of a cell.
func (w *world) entered(row, col int) string {
	name := ""
	for n := col + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	cell := w.cell(fmt.Sprintf("Sheet1!%s%d", name, row+1))
	_, after, ok := strings.Cut(cell, `"userEnteredValue":`)
	if !ok {
		return "{}"
	}
	end := strings.Index(after, "}")
	return after[:end+1]
}

// TestMomentsAreWhatTheClocksOfTheSpreadsheetShow compares with Go's calendar, through all clock changes.
func TestMomentsAreWhatTheClocksOfTheSpreadsheetShow(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	inWorld(t, func(w *world) {
		w.must(w.ann.Do(w.id, `{"updateSpreadsheetProperties":{"properties":{"timeZone":"America/New_York"},"fields":"timeZone"}}`))
		s := w.sync(clips.SyncValue)
		rapid.Check(struct{ *testing.T }{w.t.(*testing.T)}, func(rt *rapid.T) {
			at := time.Unix(rapid.Int64Range(-2_000_000_000, 4_000_000_000).Draw(rt, "seconds"), 0)
			from := rapid.SampledFrom([]string{"UTC", "Asia/Kolkata", "Europe/Berlin"}).Draw(rt, "session")
			session, _ := time.LoadLocation(from)
			w.run(s, table{"at timestamptz", [][]string{{at.In(session).Format("2006-01-02 15:04:05-07:00")}}})
			if got, want := w.shows("Sheet1!A1"), at.In(zone).Format("2006-01-02 15:04:05"); got != want {
				rt.Fatalf("%s, want %s", got, want)
			}
		})
	})
}

func TestNumbersAreExactOrText(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.sync(clips.SyncValue)
		rapid.Check(struct{ *testing.T }{w.t.(*testing.T)}, func(rt *rapid.T) {
			digits := rapid.StringMatching(`-?[1-9][0-9]{0,17}(\.[0-9]{0,9}[1-9])?`).Draw(rt, "number")
			w.run(s, table{"n numeric", [][]string{{digits}}})
			got := w.entered(0, 0)
			significant := len(strings.Trim(digits, "-")) - strings.Count(digits, ".")
			isNumber := strings.Contains(got, "numberValue")
			if isNumber != (significant <= 15) {
				rt.Fatalf("%s has %d digits and is %s", digits, significant, got)
			}
			if isNumber {
				var f, want float64
				fmt.Sscanf(got, `{"numberValue":%g}`, &f)
				fmt.Sscanf(digits, "%g", &want)
				if math.Float64bits(f) != math.Float64bits(want) {
					rt.Fatalf("%s is %v", digits, f)
				}
			}
		})
	})
}
