package xlsx

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSignificantDigits(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "0.00": 0, "7": 1, "-7": 1, "10": 2, "12.50": 3, "12.5": 3, "0.0012": 2, "-0.00120": 2,
		"123456789012345": 15, "1234567890123456": 16, "1000000000000000": 16, "12345678901234.50": 15,
		"1234567890123.45": 15, "0.333333333333333": 15, "0.3333333333333333": 16, "100.0000000000000000": 3,
		"1e+20": 1, "1.25e-07": 3, "9007199254740993": 16,
	} {
		if n, ok := scanNumber([]byte(text)); !ok || n.significant() != want {
			t.Errorf("%s: %d digits, %v; want %d", text, n.significant(), ok, want)
		}
	}
}

func TestWhatIsNoNumberIsNotTakenForOne(t *testing.T) {
	for _, text := range []string{"", "-", ".", "-.", "5.", ".5", "NaN", "Infinity", "-Infinity", "1e", "1e+", "1e+-5", "--1", "1-", "1 ", "1e9999", "1.2.3", "1x"} {
		if n, ok := scanNumber([]byte(text)); ok {
			t.Errorf("%q is %+v", text, n)
		}
	}
}

func TestNumbersBeyondExcelDoNotFit(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "1e+307": true, "9.99999999999999e+307": true, "1e+308": false, "1.7976931348623157e+308": false,
		"2.2250738585072014e-308": true, "5e-324": false, "-1e+308": false, "-0": true, "0e0": true,
		"0." + strings.Repeat("0", 320) + "1": false, strings.Repeat("9", 310): false, strings.Repeat("9", 300): true,
	} {
		if n, ok := scanNumber([]byte(text)); !ok || n.fits([]byte(text)) != want {
			t.Errorf("%s fits: %v", text, !want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-12.50", "1.5e-07", "123456789012345678901.25", "-0.000", "1e+300"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := scanNumber([]byte(text))
		if !ok {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is no number, and was taken for %+v", text, n)
		}
		var sum decimalSum
		sum.add(&n, []byte(text))
		sum.add(&n, []byte(text))
		want.Add(want, want)
		if got, ok := new(big.Rat).SetString(sum.String()); !ok || got.Cmp(want) != 0 {
			t.Errorf("twice %s is %s", text, sum.String())
		}
		if n.hasExp || n.significant() > exactDigits || !n.fits([]byte(text)) {
			return
		}
		double, _ := strconv.ParseFloat(text, 64)
		back, _ := new(big.Rat).SetString(strconv.FormatFloat(double, 'e', exactDigits-1, 64))
		if want.Quo(want, big.NewRat(2, 1)); back.Cmp(want) != 0 {
			t.Errorf("%s is %v to Excel", text, double)
		}
	})
}

// Whatever the mix of scales and lengths, the sum is the one that exact arithmetic gives, at the largest scale.
func TestSumsAreExact(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) string {
		whole := strings.TrimLeft(rapid.StringMatching(`[0-9]{1,40}`).Draw(t, "whole"), "0")
		if whole == "" {
			whole = "0"
		}
		if fraction := rapid.StringMatching(`[0-9]{0,25}`).Draw(t, "fraction"); fraction != "" {
			whole += "." + fraction
		}
		return rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign") + whole
	})
	rapid.Check(t, func(t *rapid.T) {
		var sum decimalSum
		want, scale := new(big.Rat), 0
		for _, text := range rapid.SliceOf(number).Draw(t, "numbers") {
			n, ok := scanNumber([]byte(text))
			if !ok {
				t.Fatalf("%q is not read", text)
			}
			sum.add(&n, []byte(text))
			r, _ := new(big.Rat).SetString(text)
			want.Add(want, r)
			scale = max(scale, n.fraction)
		}
		if got := sum.String(); got != want.FloatString(scale) {
			t.Errorf("got %s, want %s", got, want.FloatString(scale))
		}
	})
}

func TestSumsWithoutEndAreNamed(t *testing.T) {
	var c tally
	c.addSpecial("Infinity")
	if c.sum() != "Infinity" {
		t.Error(c.sum())
	}
	if c.addSpecial("-Infinity"); c.sum() != "NaN" {
		t.Error(c.sum())
	}
}
