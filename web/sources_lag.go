package web

import (
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// lagPicture is how far behind a source, or a follower, was over time, in units of its own.
type lagPicture struct {
	Samples int
	Path    string // of its line, which has gaps where nothing is known
	Most    string // at the worst of it, in words
	Last    string // at the newest
	From    string // when it begins
}

const (
	drawnWidth  = 360
	drawnHeight = 48
)

func lagsOf(all []clips.LagSample, source string) (own []clips.LagSample) {
	for _, l := range all {
		if l.Source == source {
			own = append(own, l)
		}
	}
	return own
}

// drawLag draws what was so since a moment, for a span of time. Samples that are further apart than a step have a gap
// between them.
func drawLag(samples []clips.LagSample, since time.Time, span, step time.Duration) lagPicture {
	p := lagPicture{Samples: len(samples), From: since.UTC().Format("15:04 MST")}
	var most, last time.Duration
	for _, l := range samples {
		most, last = max(most, l.Lag), l.Lag
	}
	p.Most, p.Last = behindInWords(most, " at the most"), behindInWords(last, "")
	var path strings.Builder
	for i, l := range samples {
		x := float64(l.At.Sub(since)) / float64(span) * drawnWidth
		y := drawnHeight - 2 - float64(l.Lag)/float64(max(most, time.Second))*(drawnHeight-4)
		if i == 0 || l.At.Sub(samples[i-1].At) > step {
			fmt.Fprintf(&path, "M%.1f %.1fh.1", x, y) // a dot, should it be alone
		} else {
			fmt.Fprintf(&path, "L%.1f %.1f", x, y)
		}
	}
	p.Path = path.String()
	return p
}

func behindInWords(lag time.Duration, most string) string {
	if lag < time.Millisecond {
		return "not behind at all"
	}
	return took(lag) + " behind" + most
}
