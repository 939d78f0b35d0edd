package sync

import (
	"context"
	"time"
)

const (
	newsEvery   = 5 * time.Second
	tellTimeout = 30 * time.Second
)

// tellNews tells owners what they should know of their syncs, until ctx ends: that a run failed, when the one before
// had not, or for another reason, or a day after they were told last; that a sync works again; that a run is still not
// done after an hour. Every node does so, and each piece of news is told by one.
func (e *Engine) tellNews(ctx context.Context) {
	tick := time.NewTicker(newsEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		for more := true; more; {
			more = e.tellOne(ctx)
		}
	}
}

func (e *Engine) tellOne(ctx context.Context) (more bool) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	more, err := e.o.Store.TellSyncRun(ctx, e.o.Tell)
	if err != nil && ctx.Err() == nil {
		e.o.Log.Warn("the owner of a sync was not told, and will be in a while", "err", err)
	}
	return more && ctx.Err() == nil
}
