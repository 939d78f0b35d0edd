package web

import (
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// lagPicture is how far behind a source was over time, by the results there are, in units of its own.
type lagPicture struct {
	Samples int
	Line    string // the points of a line
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

func drawLag(samples []clips.LagSample, since time.Time) lagPicture {
	p := lagPicture{Samples: len(samples), From: since.UTC().Format("15:04 MST")}
	var most, last time.Duration
	for _, l := range samples {
		most, last = max(most, l.Lag), l.Lag
	}
	p.Most, p.Last = behindInWords(most, " at the most"), behindInWords(last, "")
	var points []string
	for _, l := range samples {
		x := float64(l.At.Sub(since)) / float64(lagSpan) * drawnWidth
		y := drawnHeight - 2 - float64(l.Lag)/float64(max(most, time.Second))*(drawnHeight-4)
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	if len(points) == 1 { // a line needs two
		points = append(points, points[0])
	}
	p.Line = strings.Join(points, " ")
	return p
}

func behindInWords(lag time.Duration, most string) string {
	if lag < time.Millisecond {
		return "not behind at all"
	}
	return took(lag) + " behind" + most
}
