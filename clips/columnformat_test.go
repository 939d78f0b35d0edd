package clips

import (
	"strings"
	"testing"
)

func TestFormatsBecomePatterns(t *testing.T) {
	for format, want := range map[string]string{
		"":                              "",
		"text":                          "@",
		"percent":                       "0.00%",
		"percent:0":                     "0%",
		"percent:1":                     "0.0%",
		"currency:EUR":                  "[$€]#,##0.00;-[$€]#,##0.00",
		"currency:JPY":                  "[$¥]#,##0;-[$¥]#,##0",
		"currency:KWD":                  "[$KWD] #,##0.000;-[$KWD] #,##0.000",
		"currency:CHF":                  "[$CHF] #,##0.00;-[$CHF] #,##0.00",
		"accounting":                    `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`,
		"accounting:USD":                `_([$$]* #,##0.00_);_([$$]* \(#,##0.00\);_([$$]* "-"??_);_(@_)`,
		"#,##0.00":                      "#,##0.00",
		`#,##0.0,, "m"`:                 `#,##0.0,, "m"`,
		"yyyy-mm-dd hh:mm":              "yyyy-mm-dd hh:mm",
		"[h]:mm:ss.000":                 "[h]:mm:ss.000",
		"General":                       "General",
		"# ?/16":                        "# ?/16",
		"0.00E+00":                      "0.00E+00",
		"[Red][<0]0;[>=100]0.0;General": "[Red][<0]0;[>=100]0.0;General",
		"[$-409]d mmm yyyy":             "[$-409]d mmm yyyy",
		"h:mm AM/PM":                    "h:mm AM/PM",
		"€ #,##0":                       "€ #,##0",
		`0 \k\g`:                        `0 \k\g`,
		"000-00-0000":                   "000-00-0000",
	} {
		got, err := ColumnFormat{Format: format}.Pattern()
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", format, got, err, want)
		}
	}
}

// Each of these makes Excel repair the file: it opens with a warning and without formats.
func TestFormatsExcelWouldRepairAreRefused(t *testing.T) {
	for format, says := range map[string]string{
		"EUR #,##0.00":           `from "E" on`,
		"currency":               "three letters",
		"currency:euro":          "three letters",
		"currency:":              "three letters",
		"percent:x":              "percent:1",
		"percent:99":             "0 to 15",
		`0 "open`:                `"\""`,
		"[h":                     `"["`,
		"[Pink]0":                `"["`,
		"[Color 57]0":            `"["`,
		"[>x]0":                  `"["`,
		"0;0;0;0;0":              "four sections",
		"yyyy 0":                 `"0"`,
		"0 yyyy":                 `"y"`,
		"@ 0":                    `"0"`,
		"0\\":                    `"\\"`,
		"0 \"\x00\"":             `"\""`,
		"\xff":                   "too long",
		"yyyyy":                  `"y"`,
		"E+00":                   `"E"`,
		strings.Repeat("0", 256): "255 characters",
	} {
		if _, err := (ColumnFormat{Format: format}).Pattern(); KindOf(err) != KindParameter || !strings.Contains(NoticeOf(err), says) {
			t.Errorf("%q: %v; want words with %s", format, err, says)
		}
	}
}

func TestCheckLooksAtAllOfAColumnFormat(t *testing.T) {
	good := ColumnFormat{Label: "Amount", Format: "currency:EUR", Width: 20, Hidden: true, Total: TotalAverage}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []ColumnFormat{{Format: "EUR"}, {Total: "median"}, {Width: -1}, {Width: 256}} {
		if err := bad.Check(); KindOf(err) != KindParameter {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	for _, s := range []string{"#,##0.00", "[h]:mm:ss.000", `"a";[Red]0`, "percent:1", "currency:EUR", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, format string) {
		pattern, err := ColumnFormat{Format: format}.Pattern()
		if err != nil && KindOf(err) != KindParameter {
			t.Errorf("%q: %v", format, err)
		}
		if err == nil && len([]rune(pattern)) > 255 {
			t.Errorf("%q gives a pattern of %d characters", format, len(pattern))
		}
	})
}
