package locale

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustFind(t testing.TB, name string) Locale {
	t.Helper()
	l, ok := Find(name)
	if !ok {
		t.Fatalf("no locale %s", name)
	}
	return l
}

func TestTypedTextBecomesWhatALocaleMakesOfIt(t *testing.T) {
	day := func(y, m, d int) float64 { return Serial(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)) }
	for _, test := range []struct {
		locale, text string
		want         Entry
	}{
		{"en_US", "abc", Entry{Kind: Text, Text: "abc"}},
		{"en_US", "'007", Entry{Kind: Text, Text: "007"}},
		{"en_US", "007", Entry{Kind: Number, Number: 7}}, // the zeros that long ids and codes lose
		{"en_US", "=A1+1", Entry{Kind: Formula, Text: "=A1+1"}},
		{"en_US", "+1+1", Entry{Kind: Formula, Text: "=+1+1"}},
		{"en_US", "=", Entry{Kind: Text, Text: "="}},
		{"en_US", "true", Entry{Kind: Bool, True: true}},
		{"en_US", "1,234.50", Entry{Kind: Number, Number: 1234.5, Type: "NUMBER", Pattern: "#,##0.00"}},
		{"en_US", "1,23", Entry{Kind: Text, Text: "1,23"}},
		{"de_DE", "1,23", Entry{Kind: Number, Number: 1.23}},
		{"de_DE", "1.234,5", Entry{Kind: Number, Number: 1234.5, Type: "NUMBER", Pattern: "#,##0.00"}},
		{"de_DE", "1.123456789", Entry{Kind: Text, Text: "1.123456789"}},
		{"it_IT", "0.00085", Entry{Kind: Text, Text: "0.00085"}},
		{"fr_FR", "1 234,5", Entry{Kind: Number, Number: 1234.5, Type: "NUMBER", Pattern: "#,##0.00"}},
		{"en_US", "-5", Entry{Kind: Number, Number: -5}},
		{"en_US", "(5)", Entry{Kind: Number, Number: -5}},
		{"en_US", "12%", Entry{Kind: Number, Number: 0.12, Type: "PERCENT", Pattern: "0%"}},
		{"en_US", "$-3", Entry{Kind: Number, Number: -3, Type: "CURRENCY", Pattern: "[$$]#,##0.00"}},
		{"de_DE", "3 €", Entry{Kind: Number, Number: 3, Type: "CURRENCY", Pattern: "#,##0.00 [$€]"}},
		{"en_US", "1e3", Entry{Kind: Number, Number: 1000, Type: "SCIENTIFIC", Pattern: "0.00E+00"}},
		{"en_US", "2026-11-24", Entry{Kind: Number, Number: day(2026, 11, 24), Type: "DATE", Pattern: "yyyy-mm-dd"}},
		{"en_US", "1/2/2026", Entry{Kind: Number, Number: day(2026, 1, 2), Type: "DATE", Pattern: "M/d/yyyy"}},
		{"en_GB", "1/2/2026", Entry{Kind: Number, Number: day(2026, 2, 1), Type: "DATE", Pattern: "dd/MM/yyyy"}},
		{"de_DE", "1.2.2026", Entry{Kind: Number, Number: day(2026, 2, 1), Type: "DATE", Pattern: "dd.MM.yyyy"}},
		{"en_US", "13/1/2026", Entry{Kind: Text, Text: "13/1/2026"}},
		{"en_US", "2026-02-30", Entry{Kind: Text, Text: "2026-02-30"}},
		{"en_US", "Nov 24, 2026", Entry{Kind: Number, Number: day(2026, 11, 24), Type: "DATE", Pattern: "M/d/yyyy"}},
		{"en_US", "12:30", Entry{Kind: Number, Number: 12.5 / 24, Type: "TIME", Pattern: "h:mm:ss"}},
		{"en_US", "2026-11-24 12:00:00", Entry{Kind: Number, Number: day(2026, 11, 24) + 0.5, Type: "DATE_TIME", Pattern: "yyyy-mm-dd h:mm:ss"}},
		{"en_US", "2026-11-24 6:00 PM", Entry{Kind: Number, Number: day(2026, 11, 24) + 0.75, Type: "DATE_TIME", Pattern: "yyyy-mm-dd h:mm:ss"}},
	} {
		if got := mustFind(t, test.locale).Parse(test.text); got != test.want {
			t.Errorf("%s %q: %+v, want %+v", test.locale, test.text, got, test.want)
		}
	}
}

// TestSerialNumbersAreTheDocumented are the two examples of the API's documentation.
func TestSerialNumbersAreTheDocumented(t *testing.T) {
	for want, moment := range map[float64]time.Time{
		2.5:    time.Date(1900, 1, 1, 12, 0, 0, 0, time.UTC),
		33.625: time.Date(1900, 2, 1, 15, 0, 0, 0, time.UTC),
	} {
		if got := Serial(moment); got != want {
			t.Errorf("%v is %v, want %v", moment, got, want)
		}
		if got := Moment(want); !got.Equal(moment) {
			t.Errorf("%v is %v, want %v", want, got, moment)
		}
	}
}

func TestSerialNumbersKeepMilliseconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(-2_000_000_000_000, 4_000_000_000_000).Draw(t, "ms")
		moment := time.UnixMilli(ms).UTC()
		if got := Moment(Serial(moment)); !got.Equal(moment) {
			t.Fatalf("%v came back as %v", moment, got)
		}
	})
}

// TestWhatIsShownCanBeTyped holds showing and reading plain numbers to each other, in every locale.
func TestWhatIsShownCanBeTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(locales).Draw(t, "locale")
		v := math.Round(rapid.Float64Range(-1e9, 1e9).Draw(t, "v")*1e4) / 1e4
		if got := l.Parse(l.Plain(v)); got.Kind != Number || got.Number != v {
			t.Fatalf("%v is shown as %q, which is %+v", v, l.Plain(v), got)
		}
		grouped := l.Format(v, "NUMBER", "#,##0.0000")
		if got := l.Parse(grouped); got.Kind != Number || math.Abs(got.Number-v) > 1e-9*math.Abs(v) {
			t.Fatalf("%v is shown as %q, which is %+v", v, grouped, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1,234.5", "2026-11-24 12:00", "$5", "12%", "(3)", "'x", "+A1", "Nov 24, 2026 3 PM"} {
		f.Add("en_US", seed)
		f.Add("de_DE", seed)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		l, ok := Find(name)
		if !ok {
			l = mustFind(t, "fr_FR")
		}
		e := l.Parse(text)
		if e.Kind == Number && (math.IsNaN(e.Number) || math.IsInf(e.Number, 0)) {
			t.Fatalf("%q is %v", text, e.Number)
		}
	})
}
