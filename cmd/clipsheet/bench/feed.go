package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Feeds is how the service did, over HTTP on this machine.
type Feeds struct {
	Start      float64  `json:"start_seconds"`     // to the first good answer, with a private Postgres that exists
	Idle       int64    `json:"idle_memory_bytes"` // just started
	Cold       []Cold   `json:"cold"`              // a clip nobody asked for yet, as CSV
	PerSecond  []Stream `json:"cached"`            // of a result that is there
	Crowd      float64  `json:"crowd_seconds"`     // a cold clip of 1 MB and a thousand readers at once, to the last one
	CrowdRuns  int      `json:"crowd_results"`     // how many different results they got
	PeakMemory int64    `json:"peak_memory_bytes"` // of the service, after all this
}

// Cold is a first reader, and psql's \copy after it.
type Cold struct {
	First float64 `json:"first_byte_seconds"`
	Last  float64 `json:"last_byte_seconds"`
	Peer  float64 `json:"psql_copy_seconds"`
}

// Stream is many requests for what is there, over readers connections at once.
type Stream struct {
	What      string  `json:"what"`
	PerSecond float64 `json:"per_second"`
	Bytes     int64   `json:"bytes"` // of one answer
}

const (
	crowd    = 1000
	readers  = 8
	megabyte = 7000 // rows of the table

	linksEach = 50 // one link is held to 200 requests a second
)

// plain asks for bodies as they are: unpacking them would be work of the reader's.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true}}

func (b *bench) feeds(ctx context.Context) (f Feeds, err error) {
	b.say("Feeds …")
	small := fmt.Sprintf("select * from (%s) q limit %d", b.SQL, megabyte)
	clips := []clip{{"small", small}, {"crowd", small + " offset 1"}}
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
	f.Start, f.Idle = s.ready.Seconds(), memory(s.cmd.Process.Pid, "VmRSS")
	for i := range b.Rounds {
		cold, err := b.cold(ctx, s, fmt.Sprintf("cold-%d", i))
		if err != nil {
			return f, err
		}
		f.Cold = append(f.Cold, cold)
	}
	if f.PerSecond, err = b.cached(ctx, s); err != nil {
		return f, err
	}
	if f.Crowd, f.CrowdRuns, err = b.crowd(ctx, s); err != nil {
		return f, err
	}
	f.PeakMemory = memory(s.cmd.Process.Pid, "VmHWM")
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

func (b *bench) cached(ctx context.Context, s *service) ([]Stream, error) {
	large, err := s.links(ctx, "cold-0")
	if err != nil {
		return nil, err
	}
	small, err := s.links(ctx, "small")
	if err != nil {
		return nil, err
	}
	answer, err := ask(ctx, plain, small[0])
	if err != nil {
		return nil, err
	}
	tag := answer.Header.Get("ETag")
	if _, err := drain(answer); err != nil {
		return nil, err
	}
	var all []Stream
	for _, kind := range []struct {
		what    string
		urls    []string
		headers []string
	}{
		{"1 MB", small, nil},
		{"1 MB, gzip", small, []string{"Accept-Encoding", "gzip"}},
		{"not modified", small, []string{"If-None-Match", tag}},
		{"the whole table", large, nil},
	} {
		stream, err := b.stream(ctx, kind.urls, kind.headers...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind.what, err)
		}
		stream.What = kind.what
		all = append(all, stream)
	}
	return all, nil
}

// stream asks again and again over a few connections.
func (b *bench) stream(ctx context.Context, urls []string, headers ...string) (Stream, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: readers, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var stream Stream
	var count atomic.Int64
	answer, err := ask(ctx, client, urls[0], headers...) // makes the file
	if err != nil {
		return stream, err
	}
	if stream.Bytes, err = drain(answer); err != nil {
		return stream, err
	}
	length := 2 * time.Second
	if b.Quick {
		length /= 4
	}
	began := time.Now()
	err = together(readers, func(int) error {
		for time.Since(began) < length {
			answer, err := ask(ctx, client, urls[count.Add(1)%int64(len(urls))], headers...)
			if err != nil {
				return err
			}
			if _, err := drain(answer); err != nil {
				return err
			}
		}
		return nil
	})
	stream.PerSecond = float64(count.Load()) / time.Since(began).Seconds()
	return stream, err
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
