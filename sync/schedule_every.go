package sync

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// everyWall is a schedule of even steps, counted from a midnight, so that "every 15m" strikes with the quarter hours
// and "every 6h" at 0, 6, 12 and 18 o'clock. With office hours the steps are counted from when they begin.
type everyWall struct {
	step     time.Duration
	days     [7]bool // by time.Weekday; none allows all
	from, to time.Duration
	hours    bool // from and to bound the day, both included
}

// Steps longer than a day need a first one. This is a Monday, so that "every 7d" is on Mondays.
var firstMidnight = time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func parseEvery(words []string) (w wall, often bool, err error) {
	if len(words) == 0 {
		return nil, false, errors.New("it does not say how often")
	}
	var e everyWall
	if e.step, err = parseStep(words[0]); err != nil {
		return nil, false, err
	}
	for _, word := range words[1:] {
		if strings.Contains(word, ":") {
			err = e.parseHours(word)
		} else {
			err = e.parseDays(word)
		}
		if err != nil {
			return nil, false, err
		}
	}
	if e.hours && e.step >= day {
		return nil, false, errors.New("hours of the day need steps shorter than a day")
	}
	return e, time.Hour%e.step == 0, nil
}

func parseStep(word string) (time.Duration, error) {
	var step time.Duration
	var err error
	if number, ok := strings.CutSuffix(word, "d"); ok {
		var days int
		days, err = strconv.Atoi(number)
		step = time.Duration(min(days, 367)) * day
	} else {
		step, err = time.ParseDuration(word)
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no length of time such as 15m, 2h or 1d", word)
	case step < time.Minute || step > 366*day:
		return 0, errors.New("the shortest step is a minute and the longest a year")
	case step%time.Minute != 0:
		return 0, errors.New("steps are whole minutes")
	}
	return step, nil
}

// parseHours reads 08:00-18:00.
func (e *everyWall) parseHours(word string) error {
	from, to, _ := strings.Cut(word, "-")
	begin, err := time.Parse("15:04", from)
	end, err2 := time.Parse("15:04", to)
	if err != nil || err2 != nil || e.hours {
		return fmt.Errorf("%q is not from when to when, such as 08:00-18:00", word)
	}
	midnight := begin.Truncate(day)
	e.from, e.to, e.hours = begin.Sub(midnight), end.Sub(midnight), true
	if e.to < e.from {
		return fmt.Errorf("%q ends before it begins", word)
	}
	return nil
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseDays reads mon-fri, or mon,wed,fri.
func (e *everyWall) parseDays(word string) error {
	for part := range strings.SplitSeq(word, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		at, end := slices.Index(weekdays, first), slices.Index(weekdays, last)
		if at < 0 || end < 0 {
			return fmt.Errorf("%q is not days such as mon-fri or sat,sun", word)
		}
		for e.days[at] = true; at != end; e.days[at] = true {
			at = (at + 1) % 7
		}
	}
	return nil
}

func (e everyWall) allows(t time.Time) bool { return e.days == [7]bool{} || e.days[t.Weekday()] }

func (e everyWall) next(after time.Time) time.Time {
	if e.hours {
		return e.nextWithin(after)
	}
	const week = 7 * day / time.Minute // steps: whoever allows a day has found it by then
	t := stepAfter(firstMidnight, after, e.step)
	for range week + 1 {
		if e.allows(t) {
			return t
		}
		t = t.Add(e.step)
	}
	return time.Time{}
}

func (e everyWall) nextWithin(after time.Time) time.Time {
	midnight := after.Truncate(day)
	for range 8 {
		first, last := midnight.Add(e.from), midnight.Add(e.to)
		t := first
		if !after.Before(first) {
			t = stepAfter(first, after, e.step)
		}
		if e.allows(midnight) && !t.After(last) {
			return t
		}
		midnight = midnight.Add(day)
	}
	return time.Time{}
}

// stepAfter is the first of the steps from a beginning that is later than after, which is not before the beginning.
func stepAfter(beginning, after time.Time, step time.Duration) time.Time {
	return beginning.Add((after.Sub(beginning)/step + 1) * step)
}
