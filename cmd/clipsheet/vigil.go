package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/sources"
)

const (
	vigilEvery   = time.Second // for what is known without a look
	troubleEvery = time.Minute
	checkEvery   = time.Hour
)

// vigil is what is known of the sources while they are served.
type vigil struct {
	metrics *metrics
	checked map[string]look // of the goroutine that watches

	mu    sync.Mutex
	found map[string]finding // by source, for /readyz and the page of sources
}

// finding is what the last look at a source had to say.
type finding struct {
	all []clips.Finding
	at  time.Time
}

// look is one look at a source.
type look struct {
	of      *sources.Follower
	at      time.Time
	changes int // that were known of before
	fatal   int
}

// isOver tells whether a source has to be looked at again: it is new, was seen to go, come back or change, is in trouble, or
// the last time was long ago.
func (l look) isOver(f *sources.Follower) bool {
	since := time.Since(l.at)
	return l.of != f || l.changes != f.Changes() || l.fatal > 0 && since >= troubleEvery || since >= checkEvery
}

func newVigil(m *metrics) *vigil {
	return &vigil{metrics: m, checked: map[string]look{}, found: map[string]finding{}}
}

// watchSources checks the sources until ctx ends: at once, when one went away or came back, and every hour; what is in
// trouble every minute.
func (s *service) watchSources(ctx context.Context, v *vigil) {
	tick := time.NewTicker(vigilEvery)
	defer tick.Stop()
	for {
		known := *s.sources.Load()
		for name, f := range known {
			if v.checked[name].isOver(f) {
				s.look(ctx, v, name, f)
			}
		}
		for name := range v.checked {
			if known[name] == nil {
				delete(v.checked, name)
				v.forget(name)
				v.metrics.findings.DeletePartialMatch(prometheus.Labels{"source": name})
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// look checks a source, after what killed processes left there was ended.
func (s *service) look(ctx context.Context, v *vigil, name string, f *sources.Follower) {
	ctx, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	if v.checked[name].of != f {
		if ended, err := f.Reap(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("what killed processes left could not be looked for", "source", name, "err", err)
		} else if ended > 0 {
			v.metrics.reaped.WithLabelValues(name).Add(float64(ended))
			s.log.Warn("what a killed process left running was ended", "source", name, "sessions", ended)
		}
	}
	changes := f.Changes() // before, or one that comes meanwhile would be missed
	levels := map[clips.Level]int{}
	all := f.Check(ctx)
	for _, finding := range all {
		levels[finding.Level]++
		if finding.Level != clips.LevelOK && ctx.Err() == nil {
			s.log.Warn("check", "level", finding.Level, "about", finding.Subject, "found", finding.Text, "cure", finding.Cure)
		}
	}
	for _, level := range []clips.Level{clips.LevelWarning, clips.LevelFatal} {
		v.metrics.findings.WithLabelValues(name, string(level)).Set(float64(levels[level]))
	}
	v.checked[name] = look{f, time.Now(), changes, levels[clips.LevelFatal]}
	v.note(name, all)
}

// note keeps what was found at a source just now.
func (v *vigil) note(source string, all []clips.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.found[source] = finding{all, time.Now()}
}

func (v *vigil) forget(source string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.found, source)
}

// known is what was found at a source at the last look, and when that was; the zero time is never.
func (v *vigil) known(source string) ([]clips.Finding, time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.found[source].all, v.found[source].at
}

// wrong is what was wrong with the sources at the last look, by their names, and when those that rest are tried again.
func (v *vigil) wrong(known map[string]*sources.Follower) (all []clips.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(v.found)) {
		for _, f := range v.found[name].all {
			if f.Level != clips.LevelOK {
				all = append(all, f)
			}
		}
		if f := known[name]; f != nil {
			all = append(all, f.Resting()...)
		}
	}
	return all
}
