package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Steady is many clips that are each asked for once a second, and run anew for it.
type Steady struct {
	Clips  int     `json:"clips"`
	Median float64 `json:"median_seconds"` // from a request to the end of its answer
	Late   float64 `json:"p99_seconds"`
	CPU    float64 `json:"cores"` // that the service used
}

const (
	steadyClips  = 200
	steadyLength = 8 // seconds, and requests for each clip
)

// steady asks for every clip once a second. Clips are spread over the second, as readers are.
func (b *bench) steady(ctx context.Context) (Steady, error) {
	b.say("%d clips, each once a second …", steadyClips)
	all, slugs := make([]clip, steadyClips), make([]string, steadyClips)
	for i := range all {
		slugs[i] = fmt.Sprintf("steady-%d", i)
		all[i] = clip{slugs[i], fmt.Sprintf("select * from (%s) q limit 100 offset %d", b.SQL, i)}
	}
	s, err := b.serveWith(ctx, "steady", settings{clips: all, maxAge: "1s"})
	if err != nil {
		return Steady{}, err
	}
	defer s.stop()
	urls, err := s.links(ctx, steadyClips, slugs...)
	if err != nil {
		return Steady{}, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: steadyClips, DisableCompression: true}}
	defer client.CloseIdleConnections()
	took := make([][]float64, steadyClips)
	before, began := s.cpu(), time.Now()
	err = together(steadyClips, func(i int) error {
		for n := range steadyLength {
			time.Sleep(time.Until(began.Add(time.Duration(n)*time.Second + time.Duration(i)*time.Second/steadyClips)))
			asked := time.Now()
			answer, err := ask(ctx, client, urls[i])
			if err != nil {
				return err
			}
			if _, err := drain(answer); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(asked).Seconds())
		}
		return nil
	})
	if err != nil {
		return Steady{}, err
	}
	each := slices.Sorted(slices.Values(slices.Concat(took...)))
	return Steady{Clips: steadyClips, Median: median(each), Late: each[len(each)*99/100],
		CPU: (s.cpu() - before).Seconds() / time.Since(began).Seconds()}, nil
}
