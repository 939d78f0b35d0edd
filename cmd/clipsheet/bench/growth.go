package bench

import (
	"context"
	"fmt"
)

// Growth is how costs grow: with the rows of a result, and with the number of clips and links.
type Growth struct {
	Rows  []Point `json:"rows"`  // microseconds of a run, for each row of the result
	Clips []Point `json:"clips"` // microseconds of a request for what is there, by the number of clips, each with a link
}

// Point is one measurement.
type Point struct {
	N            int64   `json:"n"`
	Microseconds float64 `json:"microseconds"`
}

func (b *bench) growth(ctx context.Context) (g Growth, err error) {
	b.say("Growth …")
	for n := int64(10_000); n <= b.Rows; n *= 10 {
		if n > 1_000_000 {
			b.say("  %d rows", n)
		}
		var seconds []float64
		for range b.Rounds {
			u, err := measure(ctx, []string{b.Self, "run", "--config", b.config, "--sql",
				fmt.Sprintf("select * from (%s) q limit %d", b.SQL, n), "--format", "csv"})
			if err != nil {
				return g, err
			}
			seconds = append(seconds, u.Seconds)
		}
		g.Rows = append(g.Rows, Point{n, median(seconds) / float64(n) * 1e6})
	}
	for n := 10; n <= 10_000; n *= 10 {
		p, err := b.many(ctx, n)
		if err != nil {
			return g, err
		}
		g.Clips = append(g.Clips, p)
	}
	return g, nil
}

// many asks for one of n clips, of which each has a link.
func (b *bench) many(ctx context.Context, n int) (Point, error) {
	b.say("  %d clips and links", n)
	all := make([]clip, n)
	for i := range all {
		all[i] = clip{fmt.Sprintf("clip-%d", i), fmt.Sprintf("select %d as n", i)}
	}
	folder := fmt.Sprintf("clips-%d", n)
	s, err := b.serve(ctx, folder, all)
	if err != nil {
		return Point{}, err
	}
	defer s.stop()
	var slugs []string
	for _, c := range all {
		slugs = append(slugs, c.slug)
	}
	urls, err := s.links(ctx, max(n, linksEach), slugs...)
	if err != nil {
		return Point{}, err
	}
	var some []string // of all the links, evenly
	for i := range linksEach {
		some = append(some, urls[i*len(urls)/linksEach])
	}
	for _, url := range some { // runs the clip
		answer, err := ask(ctx, plain, url)
		if err != nil {
			return Point{}, err
		}
		drain(answer)
	}
	answers, err := stream(ctx, s.process, some, cachedLength)
	return Point{int64(n), 1e6 / answers.PerSecond}, err
}
