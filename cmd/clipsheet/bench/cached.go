package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// Cached is one kind of answer from a result that is there, and nginx with the same bytes in a file.
type Cached struct {
	What   string        `json:"what"`
	Goal   float64       `json:"goal"` // of ours to nginx's
	Rounds []CachedRound `json:"rounds"`

	urls, plain []string // ours, and nginx's
	headers     []string
	tag         bool // it asks with the tag of what it has
}

// CachedRound is a while of each, one after the other. Without nginx, Nginx is empty.
type CachedRound struct {
	Ours  Stream `json:"ours"`
	Nginx Stream `json:"nginx"`
}

const (
	linksEach    = 50 // one link is held to 200 requests a second
	cachedLength = time.Second
)

// Ratio is the median of our answers a second to nginx's; least and most are its spread.
func (c Cached) Ratio() (median_, least, most float64) {
	var ratios []float64
	for _, r := range c.Rounds {
		ratios = append(ratios, r.Ours.PerSecond/r.Nginx.PerSecond)
	}
	return median(ratios), slices.Min(ratios), slices.Max(ratios)
}

// typical is the median round, figure by figure.
func typical(rounds []CachedRound, of func(CachedRound) Stream) (s Stream) {
	var perSecond, cpu []float64
	for _, r := range rounds {
		perSecond, cpu, s.Bytes = append(perSecond, of(r).PerSecond), append(cpu, of(r).CPU), of(r).Bytes
	}
	s.PerSecond, s.CPU = median(perSecond), median(cpu)
	return s
}

// cached measures what is there against nginx, in turns.
func (b *bench) cached(ctx context.Context, s *service) ([]Cached, error) {
	small, err := s.links(ctx, linksEach, "small")
	if err != nil {
		return nil, err
	}
	large, err := s.links(ctx, linksEach, "large")
	if err != nil {
		return nil, err
	}
	all := []Cached{
		{What: "1 MB", Goal: 0.85, urls: small},
		{What: "1 MB, gzip", Goal: 0.75, urls: small, headers: []string{"Accept-Encoding", "gzip"}},
		{What: "50 MB", Goal: 1.0, urls: large},
		{What: "not modified", Goal: 0.55, urls: small, tag: true},
	}
	peer, err := b.startNginx(ctx)
	if err != nil {
		return nil, err
	}
	defer peer.stop()
	for i := range all {
		if all[i].plain, err = peer.serve(ctx, i, all[i]); err != nil {
			return nil, err
		}
	}
	for range b.Rounds {
		for i := range all {
			if err := b.compare(ctx, s, peer, &all[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", all[i].What, err)
			}
		}
	}
	return all, nil
}

func (b *bench) compare(ctx context.Context, s *service, peer *nginx, c *Cached) (err error) {
	length := cachedLength
	if b.Quick {
		length /= 4
	}
	var round CachedRound
	if round.Ours, err = c.stream(ctx, s.process, c.urls, length); err != nil {
		return err
	}
	if peer != nil {
		if round.Nginx, err = c.stream(ctx, peer.process, c.plain, length); err != nil {
			return fmt.Errorf("nginx: %w", err)
		}
	}
	c.Rounds = append(c.Rounds, round)
	return nil
}

func (c *Cached) stream(ctx context.Context, server process, urls []string, length time.Duration) (Stream, error) {
	headers := c.headers
	if c.tag {
		answer, err := ask(ctx, plain, urls[0])
		if err != nil {
			return Stream{}, err
		}
		headers = []string{"If-None-Match", answer.Header.Get("ETag")}
		if _, err := drain(answer); err != nil {
			return Stream{}, err
		}
	}
	return stream(ctx, server, urls, length, headers...)
}

// ask asks for a feed; the caller drains the answer.
func ask(ctx context.Context, client *http.Client, url string, headers ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNotModified {
		drain(answer)
		return nil, fmt.Errorf("the service answered %s", answer.Status)
	}
	return answer, nil
}

func drain(answer *http.Response) (int64, error) {
	defer answer.Body.Close()
	return io.Copy(io.Discard, answer.Body)
}
