package clips

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// about is an estimated number of things.
func about(n float64, noun string) string {
	if isOne(n) {
		return "one " + noun
	}
	return "about " + amount(n, noun)
}

// amount is a number of things, as exact as a person would say it.
func amount(n float64, noun string) string {
	if isOne(n) {
		return "1 " + noun
	}
	return roundly(n) + " " + noun + "s"
}

func processes(n float64) string { return roundly(n) + " processes" }

func isOne(n float64) bool { return math.Round(n) == 1 }

// singularS ends the verb of one.
func singularS(n float64) string {
	if isOne(n) {
		return "s"
	}
	return ""
}

// roundly writes a number with three digits that count: 26,600 or 1.2 million.
func roundly(n float64) string {
	switch {
	case math.IsNaN(n) || n < 0:
		return "0"
	case n >= 1e15:
		return "a great many"
	case n >= 999_500_000:
		return millions(n/1e9) + " billion"
	case n >= 999_500:
		return millions(n/1e6) + " million"
	case n >= 1000:
		step := math.Pow10(int(math.Log10(n)) - 2)
		return thousands(int64(math.Round(n/step) * step))
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

func millions(n float64) string {
	if n >= 100 {
		return thousands(int64(math.Round(n)))
	}
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
}

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// listOf writes names as one says them: a, b and c. Those of plans lose what Postgres adds to them.
func listOf(names []string) string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = condition(name)
		if up, isDown := strings.CutSuffix(short[i], " DESC"); isDown {
			short[i] = condition(up) + " (descending)"
		}
	}
	if len(short) < 2 {
		return strings.Join(short, "")
	}
	last := len(short) - 1
	return strings.Join(short[:last], ", ") + " and " + short[last]
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
