package main

import (
	"context"
	"maps"
	"slices"

	"clipsheet/clips"
	"clipsheet/sources"
	"clipsheet/web"
)

// desk is where authors of the web try out SQL: on the same followers, under the same policy as every run.
type desk struct{ *core }

var _ web.Desk = desk{}

func (d desk) Sources() []string { return slices.Sorted(maps.Keys(*d.sources.Load())) }

func (d desk) Try(ctx context.Context, source string, q clips.Query) (clips.Rows, error) {
	f, err := d.follower(source)
	if err != nil {
		return nil, err
	}
	return f.Open(ctx, q)
}

func (d desk) Explain(ctx context.Context, source string, q clips.Query) (clips.Plan, error) {
	f, err := d.follower(source)
	if err != nil {
		return clips.Plan{}, err
	}
	return f.Explain(ctx, q)
}

func (d desk) Tables(ctx context.Context, source string) ([]clips.Table, error) {
	f, err := d.follower(source)
	if err != nil {
		return nil, err
	}
	return f.Tables(ctx)
}

func (d desk) follower(source string) (*sources.Follower, error) {
	f, ok := (*d.sources.Load())[source]
	if !ok {
		return nil, &clips.Error{Kind: clips.KindParameter, Notice: "There is no source of this name any more: choose another."}
	}
	return f, nil
}
