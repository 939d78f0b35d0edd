package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"clipsheet/internal/localpg"
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
	clips := make([]clip, n)
	for i := range clips {
		clips[i] = clip{fmt.Sprintf("clip-%d", i), fmt.Sprintf("select %d as n", i)}
	}
	folder := fmt.Sprintf("clips-%d", n)
	s, err := b.serve(ctx, folder, clips)
	if err != nil {
		return Point{}, err
	}
	defer s.stop()
	if err := s.linkEach(ctx); err != nil {
		return Point{}, err
	}
	var slugs []string
	for i := range min(n, linksEach) {
		slugs = append(slugs, clips[i*n/min(n, linksEach)].slug)
	}
	urls, err := s.links(ctx, slugs...)
	if err != nil {
		return Point{}, err
	}
	stream, err := b.stream(ctx, urls)
	return Point{int64(n), 1e6 / stream.PerSecond}, err
}

// linkEach gives each clip a link, as readers would have them. Nobody knows their tokens.
func (s *service) linkEach(ctx context.Context) error {
	dsn, ok := localpg.Running(filepath.Join(s.folder, "state"))
	if !ok {
		return errors.New("the service's Postgres does not run")
	}
	return execute(ctx, dsn, `
		insert into clipsheet.links (clip_id, token_hash, label, formats, locked)
		select id, sha256(slug::bytea), 'bench', '{}', '{}' from clipsheet.clips`)
}
