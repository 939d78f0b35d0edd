package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"clipsheet/clips"
	"clipsheet/web"
)

// sourcePages are the sources, as the web sees them.
type sourcePages struct {
	*core
	vigil *vigil
}

var _ web.Sources = sourcePages{}

func (p sourcePages) Names() []string { return slices.Sorted(maps.Keys(*p.sources.Load())) }

func (p sourcePages) Known(name string) ([]clips.Finding, time.Time) { return p.vigil.known(name) }

// Check looks now, and keeps what it finds for whoever asks Known.
func (p sourcePages) Check(ctx context.Context, name string) error {
	f, ok := (*p.sources.Load())[name]
	if !ok {
		return clips.ErrNotFound
	}
	p.vigil.note(name, f.Check(ctx))
	return nil
}

func (p sourcePages) Followers(name string) []clips.FollowerLag { return p.lookout.Of(name) }

func (p sourcePages) Seats(name string) int { return p.config.Load().Sources[name].MaxConnections }

func (p sourcePages) Queue() (waiting, running int) { return p.cache.Queue() }
