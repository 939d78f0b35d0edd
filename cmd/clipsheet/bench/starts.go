package bench

import (
	"context"
	"fmt"
	"net/url"
)

// Starts is what a service is before anyone asks it.
type Starts struct {
	Thousand int64   `json:"memory_of_1000_clips_bytes"` // idle, of a service that has started before
	Alone    float64 `json:"start_seconds"`              // to the first good answer, its state in a Postgres that runs; 0: not measured
}

// starts starts services that know their clips and databases already, as one does after an update.
func (b *bench) starts(ctx context.Context) (s Starts, err error) {
	b.say("Starts …")
	all := make([]clip, 1000)
	for i := range all {
		all[i] = clip{fmt.Sprintf("clip-%d", i), fmt.Sprintf("select %d as n", i)}
	}
	service, err := b.again(ctx, "thousand", settings{clips: all})
	if err != nil {
		return s, err
	}
	s.Thousand = service.memory("VmRSS")
	service.stop()
	if !b.own {
		return s, nil
	}
	if err := execute(ctx, b.DSN, "create database clipsheet_state"); err != nil {
		return s, err
	}
	state, err := url.Parse(b.DSN)
	if err != nil {
		return s, err
	}
	state.Path = "/clipsheet_state"
	if service, err = b.again(ctx, "alone", settings{state: state.String()}); err != nil {
		return s, err
	}
	s.Alone = service.ready.Seconds()
	service.stop()
	return s, nil
}

// again starts a service for the second time.
func (b *bench) again(ctx context.Context, folder string, with settings) (*service, error) {
	first, err := b.serveWith(ctx, folder, with)
	if err != nil {
		return nil, err
	}
	first.stop()
	return b.serveWith(ctx, folder, with)
}
