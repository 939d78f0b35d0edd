package sources

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"clipsheet/clips"
)

const (
	// rankingGood is how long it is believed which server is the freshest.
	rankingGood = 5 * time.Second
	// catchUpFor is how long a run waits for a server that is further behind than max_lag.
	catchUpFor = 2 * time.Second
)

// ranking is the order in which servers are tried.
type ranking struct {
	mu sync.Mutex
	at time.Time
}

// begin opens a session on the freshest server that answers, and takes the snapshot. Servers further behind than the
// limit are the last resort: the freshest of them gets a moment to catch up. A limit of 0 is none.
func (f *Follower) begin(ctx context.Context, zone string, longest int, limit time.Duration) (*session, error) {
	var late *session
	var failed error
	for _, sv := range f.ranked(ctx) {
		s, err := f.settle(ctx, sv, zone, longest)
		switch {
		case err != nil && !another(err):
			late.hangUp()
			return nil, err
		case err != nil:
			failed = telling(failed, err)
		case s.isLate(limit) && late != nil && s.lag() >= late.lag():
			s.hangUp()
		case s.isLate(limit):
			late.hangUp()
			late = s
		default:
			late.hangUp()
			return s.snapped()
		}
	}
	if late == nil {
		return nil, failed
	}
	return late.catchUp(limit)
}

// settle opens a session on a server that may be used at all, and reads its age.
func (f *Follower) settle(ctx context.Context, sv *server, zone string, longest int) (*session, error) {
	if err := sv.resting(); err != nil {
		return nil, err
	}
	s, err := f.connect(ctx, sv, zone, longest)
	if err != nil {
		return nil, sv.again(err)
	}
	if s.data, err = s.age(); err == nil && !s.data.follower && !f.cfg.AllowPrimary {
		err = f.notFollower().err(nil)
	}
	if err == nil {
		err = s.hardened()
	}
	if err != nil {
		s.hangUp()
		return nil, err
	}
	return s, nil
}

// another tells whether a second server could help.
func another(err error) bool {
	switch clips.KindOf(err) {
	case clips.KindUnavailable, clips.KindBusy, clips.KindAuth, clips.KindNotFollower:
		return true
	}
	return false
}

// telling picks the error to report: of several servers, that of one that should have been used.
func telling(first, second error) error {
	if first == nil || clips.KindOf(first) == clips.KindNotFollower {
		return second
	}
	return first
}

func (s *session) lag() time.Duration {
	_, lag := s.data.asOf()
	return lag
}

func (s *session) isLate(limit time.Duration) bool { return limit > 0 && s.lag() > limit }

// maxLag is the limit for queries that are run together: the least of theirs and the source's own, which no query can lift.
func (f *Follower) maxLag(queries ...clips.Query) time.Duration {
	limit := f.cfg.MaxLag
	for _, q := range queries {
		if q.MaxLag > 0 && (limit == 0 || q.MaxLag < limit) {
			limit = q.MaxLag
		}
	}
	return limit
}

func (s *session) snapped() (*session, error) {
	if err := s.snap(); err != nil {
		s.hangUp()
		return nil, err
	}
	return s, nil
}

// catchUp gives the server a moment. The session is the caller's, or over.
func (s *session) catchUp(limit time.Duration) (_ *session, err error) {
	for end := time.Now().Add(catchUpFor); s.isLate(limit) && time.Now().Before(end); {
		if s.data, err = s.age(); err != nil {
			s.hangUp()
			return nil, err
		}
		if !s.data.follower && !s.f.cfg.AllowPrimary {
			s.hangUp()
			return nil, s.f.promoted().err(nil)
		}
	}
	if s.isLate(limit) {
		s.hangUp()
		return nil, s.f.tooLate(s.lag(), limit).err(nil)
	}
	return s.snapped()
}

func (f *Follower) tooLate(lag, limit time.Duration) trouble {
	whose := "sources.SOURCE.max_lag"
	if limit != f.cfg.MaxLag {
		whose = "the max_lag of the clip"
	}
	return trouble{clips.KindLag,
		fmt.Sprintf("The follower SOURCE is %s behind its primary, and more than %s is not allowed", lag.Round(time.Second), limit),
		"see whether replay is held up, or raise " + whose}.of(f.cfg.Name)
}

// ranked are the servers in the order in which to try them. Lag is compared by the second: below, the order of the DSN
// counts.
func (f *Follower) ranked(ctx context.Context) []*server {
	if len(f.servers) == 1 {
		return f.servers
	}
	f.ranking.mu.Lock()
	defer f.ranking.mu.Unlock()
	if time.Since(f.ranking.at) > rankingGood {
		f.askAll(context.WithoutCancel(ctx)) // others wait for it too
		f.ranking.at = time.Now()
	}
	now, order := time.Now(), slices.Clone(f.servers)
	slices.SortStableFunc(order, func(a, b *server) int { return cmp.Compare(a.rank(now), b.rank(now)) })
	return order
}

// askAll asks all servers for their age at once.
func (f *Follower) askAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.ConnectTimeout+farewell)
	defer cancel()
	var all sync.WaitGroup
	for _, sv := range f.servers {
		all.Go(func() {
			if s, err := f.settle(ctx, sv, "", 0); err == nil {
				s.hangUp()
			}
		})
	}
	all.Wait()
}

// rank is less for a better server.
func (sv *server) rank(now time.Time) time.Duration {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	rank := sv.lag.Truncate(time.Second)
	if now.Before(sv.avoid) || now.Before(sv.failure.until) {
		rank += 1000 * time.Hour
	}
	return rank
}
