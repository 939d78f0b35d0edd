package main

import (
	"context"
	"maps"
	"slices"

	"clipsheet/clips"
	"clipsheet/web"
)

// sourcePages are the sources, as the web sees them.
type sourcePages struct{ *core }

var _ web.Sources = sourcePages{}

func (p sourcePages) Names() []string { return slices.Sorted(maps.Keys(*p.sources.Load())) }

func (p sourcePages) Check(ctx context.Context, name string) []clips.Finding {
	f, ok := (*p.sources.Load())[name]
	if !ok {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "source " + name, Text: "it is no longer in the config"}}
	}
	return f.Check(ctx)
}

func (p sourcePages) Queue() (waiting, running int) { return p.cache.Queue() }
