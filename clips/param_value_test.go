package clips

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// valueCases are what people give and what is bound for it, at noon of 2026-11-24 in Berlin.
var valueCases = []struct {
	typ         ParamType
	given, want string
}{
	{ParamText, "", ""},
	{ParamText, "  as it is\n", "  as it is\n"},
	{ParamText, "Ωμέγα 日本 🙂 'quoted' $1 :name --", "Ωμέγα 日本 🙂 'quoted' $1 :name --"},
	{"", "whatever\t", "whatever\t"},

	{ParamInteger, "42", "42"},
	{ParamInteger, " 42 ", "42"},
	{ParamInteger, "+42", "42"},
	{ParamInteger, "-42", "-42"},
	{ParamInteger, "007", "7"},
	{ParamInteger, "-0", "0"},
	{ParamInteger, "9223372036854775807", "9223372036854775807"},
	{ParamInteger, "-9223372036854775808", "-9223372036854775808"},

	{ParamNumber, "2.5", "2.5"},
	{ParamNumber, " +2.50 ", "2.50"},
	{ParamNumber, "-2", "-2"},
	{ParamNumber, ".5", "0.5"},
	{ParamNumber, "5.", "5"},
	{ParamNumber, "-00012.300", "-12.300"},
	{ParamNumber, "-0.00", "0.00"},
	{ParamNumber, "0", "0"},
	{ParamNumber, "1e3", "1000"},
	{ParamNumber, "1.5E+3", "1500"},
	{ParamNumber, "1.50e1", "15.0"},
	{ParamNumber, "15e-4", "0.0015"},
	{ParamNumber, "-.5e-1", "-0.05"},
	{ParamNumber, "0e5", "0"},
	{ParamNumber, "1e999", "1" + strings.Repeat("0", 999)},
	{ParamNumber, "1e-1000", "0." + strings.Repeat("0", 999) + "1"},
	{ParamNumber, "12345678901234567890.123456789012345678901234567890", "12345678901234567890.123456789012345678901234567890"},

	{ParamDate, "2026-02-28", "2026-02-28"},
	{ParamDate, " 2028-02-29 ", "2028-02-29"},
	{ParamDate, "0001-01-01", "0001-01-01"},
	{ParamDate, "9999-12-31", "9999-12-31"},
	{ParamDate, "start of last month", "2026-10-01"},
	{ParamDate, "today - 1990 years", "0036-11-24"},

	{ParamTimestamp, "2026-11-24", "2026-11-24 00:00:00+01:00"},
	{ParamTimestamp, "2026-11-24 14:30", "2026-11-24 14:30:00+01:00"},
	{ParamTimestamp, "2026-07-24T14:30:15.5", "2026-07-24 14:30:15.5+02:00"},
	{ParamTimestamp, "2026-07-24T14:30:15.123456Z", "2026-07-24 16:30:15.123456+02:00"},
	{ParamTimestamp, "now - 2 hours", "2026-11-24 10:00:00+01:00"},
	{ParamTimestamp, "end of month", "2026-11-30 23:59:59.999999+01:00"},
	{ParamTimestamp, "1893-03-31", "1893-03-31 00:00:00+00:53:28"}, // Berlin's own time, before there were zones
	{ParamTimestamp, "1893-04-02", "1893-04-02 00:00:00+01:00"},

	{ParamBoolean, "true", "true"}, {ParamBoolean, " T ", "true"}, {ParamBoolean, "Yes", "true"}, {ParamBoolean, "y", "true"},
	{ParamBoolean, "ON", "true"}, {ParamBoolean, "1", "true"},
	{ParamBoolean, "false", "false"}, {ParamBoolean, "F", "false"}, {ParamBoolean, "no", "false"}, {ParamBoolean, "n", "false"},
	{ParamBoolean, "off", "false"}, {ParamBoolean, "0", "false"},

	{ParamChoice, "north", "north"}, {ParamChoice, "", ""}, {ParamChoice, " south ", " south "},
}

func sample(typ ParamType) Param {
	p := Param{Name: "size", Type: typ}
	if typ == ParamChoice {
		p.Choices = []string{"north", "", " south "}
	}
	return p
}

func noon(t testing.TB) wallClock { return clockAt(t, "Europe/Berlin", "2026-11-24T12:00:00+01:00") }

func TestValuesHaveOneSpelling(t *testing.T) {
	for _, c := range valueCases {
		got, err := readValue(sample(c.typ), c.given, noon(t))
		if err != nil || got != c.want {
			t.Errorf("%s %q is %q (%v), want %q", c.typ, c.given, got, err, c.want)
		}
		if again, err := readValue(sample(c.typ), got, noon(t)); err != nil || again != got {
			t.Errorf("%s %q is read again as %q (%v)", c.typ, got, again, err)
		}
	}
}

// A refusal names the parameter, what was given and what is accepted.
func TestValuesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		typ     ParamType
		accepts string
		given   []string
	}{
		{ParamText, "give any text.", []string{"a\x00b", "caf\xe9"}},
		{"", "give any text.", []string{"\x00", "\xff"}},
		{ParamInteger, "give a whole number like 42, of at most 18 digits.", []string{"", "  ", "x", "1.0", "1e3", "1,000", "0x10", "1_000", "٣",
			"--1", "9223372036854775808", "-9223372036854775809", "NaN", "42 apples", "4 2"}},
		{ParamNumber, "give a number like 2.5, with a point and without separators of thousands.", []string{"", ".", "+", "-.", "e5", ".e5", "2,5",
			"1,000.00", "1_000", "NaN", "Infinity", "-inf", "0x10", "1e", "1e10000", "1.2.3", "5 .", "1e1000", "1e-1001",
			strings.Repeat("9", 1001), "0." + strings.Repeat("0", 1001), "1e9999", "1e-9999", "٣.5"}},
		{ParamDate, `give a date like 2026-11-24, or a relative one like "today", "start of last month" or "today - 7 days".`,
			[]string{"", "24.11.2026", "2026-02-29", "0000-01-01", "10000-01-01", "now - 2 hours", "2026-11-24 12:00", "infinity", "soon"}},
		{ParamTimestamp, `give a date and time like "2026-11-24 14:30", or a relative one like "now - 2 hours" or "start of month".`,
			[]string{"", "14:30", "2026-11-24 25:00", "2026-11-24 14:30 CET", "infinity", "soon"}},
		{ParamBoolean, `give "true" or "false".`, []string{"", "2", "maybe", "tru", "ja"}},
		{ParamChoice, `give one of "north", "", " south ".`, []string{"North", "south", "north ", "east", "north\x00"}},
	} {
		for _, given := range c.given {
			_, err := readValue(sample(c.typ), given, noon(t))
			want := `Parameter "size" does not accept ` + shown(given) + ": " + c.accepts
			if KindOf(err) != KindParameter || NoticeOf(err) != want {
				t.Errorf("%s %.40q: %v\nwant %s", c.typ, given, err, want)
			}
		}
	}
}

func TestMessagesStayShort(t *testing.T) {
	if got := shown(strings.Repeat("x", 60)) + shown(strings.Repeat("x", 61)); got != `"`+strings.Repeat("x", 60)+`""`+strings.Repeat("x", 60)+`…"` {
		t.Error(got)
	}
	var many []string
	for i := range 30 {
		many = append(many, strings.Repeat("é", i))
	}
	_, err := readValue(Param{Name: "p", Type: ParamChoice, Choices: many}, strings.Repeat("日", 5000), noon(t))
	notice := NoticeOf(err)
	if utf8.RuneCountInString(notice) > 700 || !strings.Contains(notice, strings.Repeat("日", 60)+`…":`) ||
		!strings.HasSuffix(notice, `"`+many[19]+`" and 10 more.`) {
		t.Errorf("%d characters: %s", utf8.RuneCountInString(notice), notice)
	}
}

// Whatever is accepted is bound as something that is accepted again, as the same.
func FuzzValue(f *testing.F) {
	for _, c := range valueCases {
		f.Add(string(c.typ), c.given)
	}
	for _, number := range []string{"1e1000", "-0e-5", "00.00e+01", "9e-0999", "+.0"} {
		f.Add("number", number)
	}
	f.Fuzz(func(t *testing.T, typ, given string) {
		p := sample(ParamType(typ))
		value, err := readValue(p, given, noon(t))
		if err != nil {
			if KindOf(err) != KindParameter || !utf8.ValidString(NoticeOf(err)) {
				t.Fatalf("%q: %q", given, err)
			}
			return
		}
		if again, err := readValue(p, value, noon(t)); err != nil || again != value || !utf8.ValidString(value) || strings.Contains(value, "\x00") {
			t.Fatalf("%s %q is %q, and that is %q (%v)", typ, given, value, again, err)
		}
	})
}

// A timestamp keeps its moment, to the microsecond, whatever the zone of the clip.
func TestTimestampsKeepTheirMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := location(t, rapid.SampledFrom(manyZones).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(-62135510400, 253402214400).Draw(t, "seconds"), rapid.Int64Range(0, 999_999).Draw(t, "µs")*1000)
		written := at.In(location(t, rapid.SampledFrom(manyZones).Draw(t, "as seen from"))).Format("2006-01-02T15:04:05.999999Z07:00:00")
		value, err := readValue(Param{Name: "at", Type: ParamTimestamp}, written, newWallClock(at, zone))
		if err != nil {
			t.Fatal(err)
		}
		got, err := time.Parse("2006-01-02 15:04:05Z07:00:00", value)
		if err != nil {
			got, err = time.Parse("2006-01-02 15:04:05Z07:00", value)
		}
		if err != nil || !got.Equal(at) {
			t.Fatalf("%s is bound as %s, which is %s off (%v)", written, value, got.Sub(at), err)
		}
	})
}
