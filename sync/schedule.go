package sync

import (
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// Schedule is when a sync is due: times that a clock on the wall of its time zone shows. It is a value, made by
// ParseSchedule, and may be shared.
type Schedule struct {
	text string
	zone *time.Location
	wall wall
	// often says that it goes on through every hour, so that the hour which a change of the clocks repeats counts
	// twice and the one it leaves out not at all. Otherwise each time on the wall counts once: see Next.
	often bool
}

// wall yields the times of a schedule as a clock shows them, each written as if it were UTC.
type wall interface {
	next(after time.Time) time.Time // the first that is later; zero when there is none for years
}

// ParseSchedule reads "every 15m", cron with its five fields, or a word such as "@daily". zone is an IANA name; empty
// is UTC. The error is a KindParameter that shows what can be written.
func ParseSchedule(text, zone string) (Schedule, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return Schedule{}, refuse("%q is no time zone: write one such as \"Europe/Berlin\".", zone)
	}
	s := Schedule{text: strings.Join(strings.Fields(text), " "), zone: location}
	words := strings.Fields(strings.ToLower(text))
	switch {
	case len(words) == 0:
		return Schedule{}, refuse("The schedule is empty: %s.", accepted)
	case words[0] == "every" || words[0] == "@every":
		s.wall, s.often, err = parseEvery(words[1:])
	default:
		s.wall, s.often, err = parseCron(words)
	}
	if err != nil {
		return Schedule{}, refuse("Schedule %q cannot be used: %v; %s.", s.text, err, accepted)
	}
	if s.Next(time.Now()).IsZero() {
		return Schedule{}, refuse("Schedule %q never comes: no such day is in the calendar; %s.", s.text, accepted)
	}
	return s, nil
}

const accepted = `write "every 15m", "every 2h", "every 30m 08:00-18:00 mon-fri", "@daily", or cron with minute, hour, ` +
	`day, month and weekday, as "30 7 * * mon-fri" for half past seven on working days`

func refuse(format string, a ...any) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(format, a...)}
}

func (s Schedule) String() string { return s.text }

// Next is the first slot later than after; zero when there is none for years.
//
// When clocks change, a schedule that names hours runs once for each time it names: where the clock strikes it twice,
// at the first; where the clock leaps over it, at the moment of the leap. So a daily schedule has one slot on every
// date of the calendar. One that goes on through every hour simply goes on.
func (s Schedule) Next(after time.Time) time.Time {
	const farthest = 200 // changes of the clock, a century of them: what is not there by then does not come
	p, from := stretchAt(after, s.zone), after
	for range farthest {
		shown := p.wall(from)
		if !s.often && shown.Before(p.repeats) {
			shown = p.repeats.Add(-1)
		}
		slot := s.wall.next(shown)
		if slot.IsZero() {
			return time.Time{}
		}
		if at := p.moment(slot); p.holds(at) {
			return at.In(s.zone)
		}
		if !s.often {
			if at := s.leapt(p, slot, after); !at.IsZero() {
				return at.In(s.zone)
			}
		}
		p, from = stretchAt(p.end, s.zone), p.end.Add(-1)
	}
	return time.Time{}
}

// leapt is when to run what the clock leaps over at the end of p, slot being the first time that comes too late for
// p; zero when nothing is leapt over. That is the moment of the leap, or the minute before it if the leap is into
// another date. A whole date that is leapt over has no run.
func (s Schedule) leapt(p stretch, slot, after time.Time) time.Time {
	last, first := p.wall(p.end.Add(-time.Minute)), stretchAt(p.end, s.zone).wall(p.end)
	for ; !slot.IsZero() && slot.Before(first); slot = s.wall.next(slot) {
		switch {
		case sameDate(slot, first):
			return p.end
		case sameDate(slot, last) && after.Before(p.moment(last)):
			return p.moment(last)
		}
	}
	return time.Time{}
}

func sameDate(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }

// stretch is a time in which a zone's clocks are not changed.
type stretch struct {
	end     time.Time     // zero when there is no end
	offset  time.Duration // of the clock from UTC
	repeats time.Time     // what the clock of the stretch before had reached: until then this one repeats it
}

func stretchAt(t time.Time, zone *time.Location) stretch {
	t = t.In(zone)
	start, end := t.ZoneBounds()
	p := stretch{end: end, offset: offset(t)}
	if !start.IsZero() {
		p.repeats = stretch{offset: offset(start.Add(-1))}.wall(start)
	}
	return p
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

func (p stretch) wall(t time.Time) time.Time      { return t.UTC().Add(p.offset) }
func (p stretch) moment(wall time.Time) time.Time { return wall.Add(-p.offset) }
func (p stretch) holds(t time.Time) bool          { return p.end.IsZero() || t.Before(p.end) }
