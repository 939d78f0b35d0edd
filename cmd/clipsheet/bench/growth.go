package bench

import (
	"context"
	"fmt"
)

// Growth is how costs grow: with the rows of a result, and with the number of clips and links.
type Growth struct {
	Rows  []Point `json:"rows"`  // microseconds of a run, less what one of no rows takes, for each row of the result
	Clips []Point `json:"clips"` // microseconds of a request for what is there, by the number of clips, each with a link
}

// Point is one measurement.
type Point struct {
	N            int64   `json:"n"`
	Microseconds float64 `json:"microseconds"`
	Memory       int64   `json:"peak_memory_bytes,omitempty"` // of a run
}

const mostClips = 10_000

func (b *bench) growth(ctx context.Context) (g Growth, err error) {
	b.say("Growth …")
	none, err := b.long(ctx, 0)
	if err != nil {
		return g, err
	}
	for n := int64(10_000); n <= max(b.Rows, b.Most); n *= 10 {
		p, err := b.long(ctx, n)
		if err != nil {
			return g, err
		}
		p.Microseconds = max(0, p.Microseconds-none.Microseconds) / float64(n)
		g.Rows = append(g.Rows, p)
	}
	for n := 10; n <= mostClips; n *= 10 {
		p, err := b.many(ctx, n)
		if err != nil {
			return g, err
		}
		g.Clips = append(g.Clips, p)
	}
	return g, nil
}

// long reads n rows, and gives the time of all. When the table has fewer, it is read again and again.
func (b *bench) long(ctx context.Context, n int64) (Point, error) {
	b.say("  %d rows", n)
	sql, rounds := fmt.Sprintf("select * from (%s) q limit %d", b.SQL, n), b.Rounds
	if n > b.Rows {
		sql = fmt.Sprintf("select q.* from (%s) q cross join generate_series(1, %d) limit %d", b.SQL, (n+b.Rows-1)/b.Rows, n)
		rounds = 1 // long enough to be even
	} else if n <= 100_000 {
		rounds *= 3 // so short that they vary
	}
	p := Point{N: n}
	var seconds []float64
	for range rounds {
		u, err := measure(ctx, []string{b.Self, "run", "--config", b.config, "--sql", sql, "--format", "csv"})
		if err != nil {
			return p, err
		}
		seconds, p.Memory = append(seconds, u.Seconds), max(p.Memory, u.Memory)
	}
	p.Microseconds = median(seconds) * 1e6
	return p, nil
}

// many asks for some of n clips, of which each has a link.
func (b *bench) many(ctx context.Context, n int) (Point, error) {
	b.say("  %d clips and links", n)
	all, slugs := make([]clip, n), make([]string, n)
	for i := range all {
		slugs[i] = fmt.Sprintf("clip-%d", i)
		all[i] = clip{slugs[i], fmt.Sprintf("select %d as n", i)}
	}
	s, err := b.serve(ctx, fmt.Sprintf("clips-%d", n), all)
	if err != nil {
		return Point{}, err
	}
	defer s.stop()
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
	var each []float64
	for range b.Rounds {
		answers, err := stream(ctx, s.process, some, cachedLength)
		if err != nil {
			return Point{}, err
		}
		each = append(each, 1e6/answers.PerSecond)
	}
	return Point{N: int64(n), Microseconds: median(each)}, nil
}
