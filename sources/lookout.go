package sources

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"clipsheet/clips"
)

const (
	lookoutEvery = 20 * time.Second
	// lookoutKeeps is how many minutes are remembered: a day.
	lookoutKeeps = 24 * 60
)

// Lookout looks at the followers of all sources now and then, and remembers for a day how far behind they were. Results
// tell of it too, but only of the moments at which somebody asked for one. It outlives a reload of the config. Safe for
// concurrent use.
type Lookout struct {
	look func(*Follower, context.Context, *server) (age, error)

	mu   sync.Mutex
	seen map[string][]*clips.FollowerLag // by source, in the order of its DSN
}

// NewLookout makes one that has seen nothing.
func NewLookout() *Lookout {
	return &Lookout{look: (*Follower).look, seen: map[string][]*clips.FollowerLag{}}
}

// Of tells what was seen of a source's followers, in the order of its DSN.
func (l *Lookout) Of(source string) (all []clips.FollowerLag) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seen := range l.seen[source] {
		one := *seen
		one.Worst = slices.Clone(seen.Worst)
		all = append(all, one)
	}
	return all
}

// Run looks at the sources there are until ctx ends.
func (l *Lookout) Run(ctx context.Context, sources func() map[string]*Follower) {
	tick := time.NewTicker(lookoutEvery)
	defer tick.Stop()
	watched := map[*Follower]bool{}
	defer func() { leave(watched, nil) }()
	for {
		known := sources()
		leave(watched, known)
		l.round(ctx, known)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// leave looks away from followers that are no more, and takes in those that are new.
func leave(watched map[*Follower]bool, known map[string]*Follower) {
	stay := map[*Follower]bool{}
	for _, f := range known {
		stay[f], watched[f] = true, true
	}
	for f := range watched {
		if !stay[f] {
			f.lookAway()
			delete(watched, f)
		}
	}
}

// round looks at all servers at once, so that one which is silent holds nobody up.
func (l *Lookout) round(ctx context.Context, known map[string]*Follower) {
	l.expect(known)
	var all sync.WaitGroup
	for source, f := range known {
		for i, sv := range f.servers {
			if !l.isDue(source, i, sv) {
				continue
			}
			all.Go(func() {
				if a, err := l.look(f, ctx, sv); ctx.Err() == nil && !errors.Is(err, errNotNow) {
					l.note(source, i, time.Now(), a, err)
				}
			})
		}
	}
	all.Wait()
}

// expect makes room for what is known, and forgets the rest. A server keeps its past as long as its source names it.
func (l *Lookout) expect(known map[string]*Follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.seen
	l.seen = map[string][]*clips.FollowerLag{}
	for source, f := range known {
		for _, sv := range f.servers {
			address := sv.address()
			at := slices.IndexFunc(before[source], func(seen *clips.FollowerLag) bool { return seen.Follower == address })
			if at >= 0 {
				l.seen[source] = append(l.seen[source], before[source][at])
			} else {
				l.seen[source] = append(l.seen[source], &clips.FollowerLag{Follower: address})
			}
		}
	}
}

func (l *Lookout) isDue(source string, i int, sv *server) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return sv.watchdog.early || time.Since(l.seen[source][i].LookedAt) >= lookSeldom-lookoutEvery/2
}

// note takes in a look, and keeps the worst of each minute.
func (l *Lookout) note(source string, i int, at time.Time, a age, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := l.seen[source][i]
	seen.LookedAt = at
	seen.State, seen.Lag, seen.LagKnown = found(a, err)
	if !seen.LagKnown {
		return
	}
	minute := at.Truncate(time.Minute)
	if n := len(seen.Worst); n > 0 && seen.Worst[n-1].At.Equal(minute) {
		seen.Worst[n-1].Lag = max(seen.Worst[n-1].Lag, seen.Lag)
		return
	}
	seen.Worst = append(seen.Worst, clips.LagSample{Source: source, At: minute, Lag: seen.Lag})
	if old := len(seen.Worst) - lookoutKeeps; old > 0 {
		seen.Worst = slices.Delete(seen.Worst, 0, old)
	}
}
