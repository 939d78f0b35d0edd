package web

import (
	"strconv"
	"time"
)

// moment is a time as pages show it: in words, with the exact one behind them.
type moment struct{ at, now time.Time }

// moment makes one, as clocks in that zone show it; of the zero time it is nil, for {{with}} in templates.
func (s *site) moment(at time.Time, zone *time.Location) *moment {
	if at.IsZero() {
		return nil
	}
	return &moment{at.In(zone), s.Now()}
}

// Words say how far away it is.
func (m moment) Words() string {
	switch d := m.now.Sub(m.at); {
	case d > -time.Second && d < 2*time.Second:
		return "now"
	case d > 0:
		return inWords(d) + " ago"
	default:
		return "in " + inWords(-d)
	}
}

// Exact is what a clock and a calendar show.
func (m moment) Exact() string { return m.at.Format("Monday, 2 January 2006, 15:04:05 MST") }

// Short is Exact without what is plain.
func (m moment) Short() string { return m.at.Format("Mon 2 Jan, 15:04") }

// ISO is for machines.
func (m moment) ISO() string { return m.at.Format(time.RFC3339) }

// zoneNamed is UTC for a zone that this machine does not know.
func zoneNamed(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// counted is a number of things: "1 row", "1,204 rows".
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// took is how long something took, as short as it can be said.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < time.Second:
		return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 0, 64) + " s"
	}
	return strconv.FormatFloat(d.Minutes(), 'f', 0, 64) + " min"
}
