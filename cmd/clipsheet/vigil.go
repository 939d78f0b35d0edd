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
	lookEvery  = time.Minute // for sources that are new, or in trouble
	checkEvery = time.Hour
)

// vigil is what is known of the sources while they are served.
type vigil struct {
	findings *prometheus.GaugeVec
	checked  map[string]look // of the goroutine that watches

	mu    sync.Mutex
	wrong map[string][]clips.Finding // by source, for /readyz
}

// look is one look at a source.
type look struct {
	of    *sources.Follower
	at    time.Time
	fatal int
}

func newVigil(r prometheus.Registerer) *vigil {
	findings := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "clipsheet_source_findings",
		Help: "What clipsheet check has to say against a source, by level."}, []string{"source", "level"})
	r.MustRegister(findings)
	return &vigil{findings: findings, checked: map[string]look{}, wrong: map[string][]clips.Finding{}}
}

// watchSources checks the sources until ctx ends: at once, and every hour; what is in trouble every minute.
func (s *service) watchSources(ctx context.Context, v *vigil) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		known := *s.sources.Load()
		for name, f := range known {
			if last := v.checked[name]; last.of != f || last.fatal > 0 || time.Since(last.at) >= checkEvery {
				s.look(ctx, v, name, f)
			}
		}
		for name := range v.checked {
			if known[name] == nil {
				delete(v.checked, name)
				v.note(name, nil)
				v.findings.DeletePartialMatch(prometheus.Labels{"source": name})
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
			s.log.Warn("what a killed process left running was ended", "source", name, "sessions", ended)
		}
	}
	levels := map[clips.Level]int{}
	var wrong []clips.Finding
	for _, finding := range f.Check(ctx) {
		levels[finding.Level]++
		if finding.Level != clips.LevelOK {
			wrong = append(wrong, finding)
		}
		if finding.Level != clips.LevelOK && ctx.Err() == nil {
			s.log.Warn("check", "level", finding.Level, "about", finding.Subject, "found", finding.Text, "cure", finding.Cure)
		}
	}
	for _, level := range []clips.Level{clips.LevelWarning, clips.LevelFatal} {
		v.findings.WithLabelValues(name, string(level)).Set(float64(levels[level]))
	}
	v.checked[name] = look{f, time.Now(), levels[clips.LevelFatal]}
	v.note(name, wrong)
}

// note keeps what was found wrong with a source; nothing is all right.
func (v *vigil) note(source string, wrong []clips.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.wrong[source] = wrong; wrong == nil {
		delete(v.wrong, source)
	}
}

// found is what was wrong with the sources at the last look, by their names.
func (v *vigil) found() (all []clips.Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(v.wrong)) {
		all = append(all, v.wrong[name]...)
	}
	return all
}
