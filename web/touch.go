package web

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"clipsheet/clips"
)

const (
	touchEvery   = time.Minute
	touchTimeout = 2 * time.Second
	mostTouched  = 50_000 // links remembered
)

// touches notes the use of links, so that their owners see who reads. Once a minute and link is enough.
type touches struct {
	write func(ctx context.Context, id int64, at time.Time, by string) error
	log   *slog.Logger

	mu   sync.Mutex
	last map[int64]time.Time
}

// note writes the use of a link down. Nobody waits for it, and nothing fails with it.
func (t *touches) note(ctx context.Context, link clips.Link, at time.Time, by string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), touchTimeout)
	defer cancel()
	if err := t.write(ctx, link.ID, at, by); err != nil {
		t.log.Warn("the use of a link was not noted", "link", link.ID, "err", err)
	}
}

// due tells whether a use is to be noted, and counts it as noted.
func (t *touches) due(link clips.Link, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok := t.last[link.ID]
	if !ok {
		last = link.LastUsedAt
	}
	if at.Sub(last) < touchEvery {
		return false
	}
	if t.last == nil || len(t.last) >= mostTouched {
		t.last = map[int64]time.Time{}
	}
	t.last[link.ID] = at
	return true
}
