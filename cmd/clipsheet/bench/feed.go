package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Feeds is how the service did, over HTTP on this machine.
type Feeds struct {
	Start      float64  `json:"start_seconds"`     // to the first good answer, with a private Postgres that exists
	Idle       int64    `json:"idle_memory_bytes"` // just started
	Cold       []Cold   `json:"cold"`              // a clip nobody asked for yet, as CSV
	Cached     []Cached `json:"cached"`            // of a result that is there
	Crowd      float64  `json:"crowd_seconds"`     // a cold clip of 1 MB and a thousand readers at once, to the last one
	CrowdRuns  int      `json:"crowd_results"`     // how many different results they got
	Kept       Kept     `json:"kept"`              // of the largest result
	PeakMemory int64    `json:"peak_memory_bytes"` // of the service, after all this
}

// Cold is a first reader, and psql's \copy after it.
type Cold struct {
	First float64 `json:"first_byte_seconds"`
	Last  float64 `json:"last_byte_seconds"`
	Peer  float64 `json:"psql_copy_seconds"`
}

const (
	crowd   = 1000
	readers = 8
)

// plain asks for bodies as they are: unpacking them would be work of the reader's.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true}}

func (b *bench) feeds(ctx context.Context) (f Feeds, err error) {
	b.say("Feeds …")
	some := func(bytes int64) string {
		return fmt.Sprintf("select * from (%s) q limit %d", b.SQL, max(1, bytes/b.width))
	}
	small, large := some(1_000_000), some(50_000_000)
	clips := []clip{{"small", small}, {"crowd", small + " offset 1"}, {"large", large}}
	for i := range b.Rounds {
		clips = append(clips, clip{fmt.Sprintf("cold-%d", i), b.SQL})
	}
	s, err := b.serve(ctx, "feeds", clips) // makes the state database
	if err != nil {
		return f, err
	}
	s.stop()
	if s, err = b.serve(ctx, "feeds", clips); err != nil {
		return f, err
	}
	defer s.stop()
	f.Start, f.Idle = s.ready.Seconds(), s.memory("VmRSS")
	for i := range b.Rounds {
		cold, err := b.cold(ctx, s, fmt.Sprintf("cold-%d", i))
		if err != nil {
			return f, err
		}
		f.Cold = append(f.Cold, cold)
	}
	if f.Cached, err = b.cached(ctx, s); err != nil {
		return f, err
	}
	if f.Crowd, f.CrowdRuns, err = b.crowd(ctx, s); err != nil {
		return f, err
	}
	if f.Kept, err = b.kept(s); err != nil {
		return f, err
	}
	f.PeakMemory = s.memory("VmHWM")
	return f, nil
}

func (b *bench) cold(ctx context.Context, s *service, slug string) (c Cold, err error) {
	url, err := s.link(ctx, slug)
	if err != nil {
		return c, err
	}
	began := time.Now()
	answer, err := ask(ctx, plain, url)
	if err != nil {
		return c, err
	}
	c.First = time.Since(began).Seconds()
	if _, err := drain(answer); err != nil {
		return c, err
	}
	c.Last = time.Since(began).Seconds()
	peer, err := measure(ctx, []string{b.psql, "-XAtq", "-d", b.DSN, "-c", `\copy (` + b.SQL + `) to stdout csv header`})
	c.Peer = peer.Seconds
	return c, err
}

// crowd has a thousand readers ask for a cold clip at once.
func (b *bench) crowd(ctx context.Context, s *service) (seconds float64, results int, err error) {
	url, err := s.link(ctx, "crowd")
	if err != nil {
		return 0, 0, err
	}
	tags := make([]string, crowd)
	began := time.Now()
	err = together(crowd, func(i int) error {
		answer, err := ask(ctx, plain, url)
		if err != nil {
			return err
		}
		tags[i] = answer.Header.Get("ETag")
		_, err = drain(answer)
		return err
	})
	seconds = time.Since(began).Seconds()
	different := map[string]bool{}
	for _, tag := range tags {
		different[tag] = true
	}
	return seconds, len(different), err
}

func together(n int, work func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = work(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}
