package sources

import (
	"context"
	"sync/atomic"
	"time"

	"clipsheet/clips"
)

// progress is how far a flight has come, for those who watch it. The flight writes it, and anybody reads it.
type progress struct {
	began time.Time
	stage atomic.Value // of clips.Stage; nil is queued
	rows  atomic.Int64
}

func (p *progress) at(stage clips.Stage) { p.stage.Store(stage) }

// of counts rows as they are read, from none again after another try.
func (p *progress) of(rows clips.Rows) clips.Rows { return &counted{Rows: rows, p: p} }

type counted struct {
	clips.Rows
	p    *progress
	rows int64
}

const countedAt = 256 // rows at a time, so that it costs nothing

func (c *counted) Next() bool {
	if !c.Rows.Next() {
		return false
	}
	if c.rows++; c.rows%countedAt == 1 {
		c.p.at(clips.StageReading)
		c.p.rows.Store(c.rows)
	}
	return true
}

func (p *progress) now() clips.Progress {
	stage, ok := p.stage.Load().(clips.Stage)
	if !ok {
		stage = clips.StageQueued
	}
	return clips.Progress{Stage: stage, Rows: p.rows.Load(), Began: p.began}
}

func progressOf(ctx context.Context) *progress { return &flightOf(ctx).progress }

// Progress says how far the run has come that makes what a request asks for; ok is false when there is none under way.
func (c *Cache) Progress(req clips.Request) (now clips.Progress, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.known[keyOf(req)]
	if !ok || r.running == nil {
		return clips.Progress{}, false
	}
	return r.running.progress.now(), true
}
