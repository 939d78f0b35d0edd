package locale

import "testing"

func TestNumbersAreShownByTheirPattern(t *testing.T) {
	const day = 46350.75 // 2026-11-24 18:00
	for _, test := range []struct {
		locale        string
		v             float64
		kind, pattern string
		want          string
	}{
		{"en_US", 0, "", "", "0"},
		{"en_US", 1.0 / 3, "", "", "0.3333333333"},
		{"en_US", 0.1 + 0.2, "", "", "0.3"},
		{"en_US", 123456789012345, "", "", "123456789012345"},
		{"en_US", 1705970000000000, "", "", "1.70597E+15"}, // where long ids are lost
		{"de_DE", 1.5, "", "", "1,5"},
		{"en_US", 1234.5, "NUMBER", "", "1,234.50"},
		{"de_DE", 1234.5, "NUMBER", "", "1.234,50"},
		{"en_US", -1234.567, "NUMBER", "#,##0.0#", "-1,234.57"},
		{"en_US", 2.675, "NUMBER", "0.00", "2.68"},
		{"en_US", 0.5, "NUMBER", "#.##", ".5"},
		{"en_US", -0.001, "NUMBER", "0.00", "0.00"},
		{"en_US", 7, "NUMBER", "000", "007"},
		{"en_US", 0.1234, "PERCENT", "", "12.34%"},
		{"en_US", 0.5, "PERCENT", "0%", "50%"},
		{"en_US", 1234.5, "CURRENCY", "", "$1,234.50"},
		{"de_DE", 1234.5, "CURRENCY", "", "1.234,50 €"},
		{"en_US", -5, "CURRENCY", `"$"#,##0.00;("$"#,##0.00)`, "($5.00)"},
		{"en_US", 0, "NUMBER", `0;-0;"none"`, "none"},
		{"en_US", 1234567, "NUMBER", `0.0,,"M"`, "1.2M"},
		{"en_US", 12345, "SCIENTIFIC", "", "1.23E+04"},
		{"en_US", 0.00012, "SCIENTIFIC", "0.0E+0", "1.2E-4"},
		{"en_US", 9.999, "SCIENTIFIC", "0.00E+00", "1.00E+01"},
		{"en_US", day, "DATE", "", "11/24/2026"},
		{"de_DE", day, "DATE", "", "24.11.2026"},
		{"en_US", day, "DATE", "yyyy-mm-dd", "2026-11-24"},
		{"en_US", day, "DATE_TIME", "yyyy-mm-dd hh:mm:ss", "2026-11-24 18:00:00"},
		{"en_US", day, "DATE_TIME", "dddd d mmmm yy h:mm am/pm", "Tuesday 24 November 26 6:00 PM"},
		{"en_US", day + 0.0625/86400, "TIME", "hh:mm:ss.000", "18:00:00.063"},
		{"en_US", 1.5, "TIME", "[h]:mm:ss", "36:00:00"},
		{"en_US", 3, "TEXT", "@", "3"},
		{"en_US", 3, "NUMBER", `0 "h"`, "3 h"},
	} {
		if got := mustFind(t, test.locale).Format(test.v, test.kind, test.pattern); got != test.want {
			t.Errorf("%s %v as %s %q: %q, want %q", test.locale, test.v, test.kind, test.pattern, got, test.want)
		}
	}
}

func FuzzFormat(f *testing.F) {
	f.Add(1.5, `[$€-407]#,##0.00;[Red]-0"x"\y;;@`)
	f.Add(46350.75, "yyyy-mm-dd hh:mm:ss.000 am/pm [h]")
	f.Add(-1e300, "0.0,,E+00%")
	l := mustFind(f, "en_US")
	f.Fuzz(func(t *testing.T, v float64, pattern string) { l.Format(v, "", pattern) })
}
