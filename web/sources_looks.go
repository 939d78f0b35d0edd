package web

import (
	"time"

	"clipsheet/clips"
)

// A line of looks begins with the first of them, and is ten minutes long at least, a day at most.
const (
	looksLeast = 10 * time.Minute
	looksMost  = 24 * time.Hour
	looksDrawn = 240 // points, at the most
)

// followerView is one follower of a source, as it was found by looking at it now and then.
type followerView struct {
	Name   string
	Words  string
	Looked *moment
	Lag    lagPicture
	Hours  []hourRow
}

// hourRow is one hour of a follower.
type hourRow struct {
	From    string
	Most    string
	Minutes int // in which its lag was known
}

// followers are those of a source that were looked at.
func (s *site) followers(source string) (all []followerView) {
	for _, l := range s.Sources.Followers(source) {
		if l.LookedAt.IsZero() {
			continue
		}
		all = append(all, followerView{Name: l.Follower, Words: followerInWords(l), Looked: s.moment(l.LookedAt, time.UTC),
			Lag: drawLooks(l.Worst, s.Now()), Hours: hoursOf(l.Worst)})
	}
	return all
}

// drawLooks draws the worst of each minute up to now.
func drawLooks(worst []clips.LagSample, now time.Time) lagPicture {
	span := looksLeast
	if len(worst) > 0 {
		span = min(max(span, now.Sub(worst[0].At)), looksMost)
	}
	step := max(time.Minute, (span / looksDrawn).Truncate(time.Minute))
	p := drawLag(worstOf(worst, step), now.Add(-span).Truncate(step), span, max(step, 2*time.Minute))
	p.From = now.Add(-span).UTC().Format("2 Jan, 15:04 MST")
	return p
}

func followerInWords(l clips.FollowerLag) string {
	switch {
	case l.State == clips.FollowerPrimary:
		return "it is a primary, not a follower"
	case l.State == clips.FollowerDown:
		return "it could not be asked"
	case !l.LagKnown:
		return "it cannot say how far it is behind before it has reached its primary"
	}
	return behindInWords(l.Lag, "")
}

// worstOf keeps the worst of each step of time.
func worstOf(samples []clips.LagSample, step time.Duration) (worst []clips.LagSample) {
	for _, l := range samples {
		l.At = l.At.Truncate(step)
		if n := len(worst); n > 0 && worst[n-1].At.Equal(l.At) {
			worst[n-1].Lag = max(worst[n-1].Lag, l.Lag)
			continue
		}
		worst = append(worst, l)
	}
	return worst
}

// hoursOf is the table behind the line, the newest hour first.
func hoursOf(samples []clips.LagSample) []hourRow {
	minutes := map[time.Time]int{}
	for _, l := range samples {
		minutes[l.At.Truncate(time.Hour)]++
	}
	worst := worstOf(samples, time.Hour)
	rows := make([]hourRow, len(worst))
	for i, l := range worst {
		rows[len(worst)-1-i] = hourRow{l.At.UTC().Format("2 Jan, 15:04 MST"), behindInWords(l.Lag, ""), minutes[l.At]}
	}
	return rows
}
