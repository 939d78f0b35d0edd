package main

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	clipsync "clipsheet/sync"
	"clipsheet/web"
)

// syncPages are the syncs, as the web sees them.
type syncPages struct {
	*store.Store
	engine *clipsync.Engine
	google *google
	at     GoogleEndpoints // empty ones are Google's own
	config *atomic.Pointer[Config]
}

var _ web.Syncs = syncPages{}

func (p syncPages) DryRun(ctx context.Context, s clips.Sync) (clips.Pushed, error) {
	return p.engine.Preview(ctx, s, nil)
}

func (p syncPages) CreateSpreadsheet(ctx context.Context, account, title string) (string, error) {
	return p.google.create(ctx, account, title, p.at)
}

func (p syncPages) Tabs(ctx context.Context, account, spreadsheet string) ([]string, error) {
	return p.google.tabs(ctx, account, spreadsheet, p.at)
}

func (syncPages) Slots(schedule, zone string, after time.Time, n int) ([]time.Time, error) {
	s, err := clipsync.ParseSchedule(schedule, zone)
	if err != nil {
		return nil, err
	}
	var all []time.Time
	for at := s.Next(after); !at.IsZero() && len(all) < n; at = s.Next(at) {
		all = append(all, at)
	}
	return all, nil
}

func (p syncPages) WorkbookOf(s clips.Sync) string { return p.config.Load().workbookOfSync(s) }

func (p syncPages) Brings(s clips.Sync) []clips.Clip {
	cfg := p.config.Load()
	if name := cfg.workbookOfSync(s); name != "" {
		return cfg.workbook(name).Clips
	}
	return nil
}

// Address is Google's, or that of the server which stands in for it.
func (p syncPages) Address(spreadsheet string) string {
	base := "https://docs.google.com"
	if p.at.Sheets != "" {
		base = strings.TrimSuffix(p.at.Sheets, "/")
	}
	return base + "/spreadsheets/d/" + spreadsheet + "/edit"
}
