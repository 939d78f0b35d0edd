package sources

import (
	"context"
	"errors"
	"sync"
	"time"

	"clipsheet/clips"
)

// lookEvery is how often a run looks whether its server is still a follower. Shorter ones learn it at their end.
const lookEvery = time.Second

var errPromoted = errors.New("the server was promoted")

// sentry ends the run of a session whose server is promoted. A server tells its clients of that by itself, but only
// between two statements (in_hot_standby, since version 14), and a query may run for long on what is the primary now: so
// another session has to ask.
type sentry struct {
	run   context.Context // under which the query is read
	stop  context.CancelCauseFunc
	looks sync.WaitGroup
}

// guard begins to watch the run that ctx belongs to, and gives the context to read its rows under.
func (n *sentry) guard(s *session) context.Context {
	n.run, n.stop = context.WithCancelCause(s.ctx)
	if s.data.follower && !s.f.cfg.AllowPrimary {
		n.looks.Go(func() { n.watch(s) })
	}
	return n.run
}

// rest ends the watch. It may be repeated, and be called of one that never began.
func (n *sentry) rest() {
	if n.stop != nil {
		n.stop(nil)
		n.looks.Wait()
	}
}

func (n *sentry) watch(s *session) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-n.run.Done():
			return
		}
		if s.f.sawPromotion(s.server, s.data.started) {
			n.stop(errPromoted)
			return
		}
	}
}

// wasPromoted tells it of a run under way or just over: from what the sentry saw, or the server has said itself.
func (s *session) wasPromoted() bool {
	return s.data.follower && (s.conn.ParameterStatus("in_hot_standby") == "off" ||
		s.sentry.run != nil && errors.Is(context.Cause(s.sentry.run), errPromoted))
}

// sawPromotion looks at a server that was started at a certain time, by the watchdog's connection if that has a role of
// its own, else by one more of the source, if there is a seat for it. Whoever cannot look has seen nothing: all runs ask
// at their end.
func (f *Follower) sawPromotion(sv *server, started time.Time) bool {
	if sv.watchdog.early {
		return sv.watchdog.seesPrimary(started)
	}
	select {
	case f.seats <- struct{}{}:
		defer f.stand()
	default:
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookEvery)
	defer cancel()
	s, err := f.settle(ctx, sv, "", 0)
	s.hangUp()
	return clips.KindOf(err) == clips.KindNotFollower
}

// The server's role, and its start in microseconds since 1970, as in sqlAge.
const serverRole = `
select pg_catalog.pg_is_in_recovery(), (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint`

// seesPrimary asks over the watchdog's connection, unless that is busy with its duty.
func (w *watchdog) seesPrimary(started time.Time) bool {
	if !w.mu.TryLock() {
		return false
	}
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lookEvery)
	defer cancel()
	if w.connect(ctx) != nil {
		return false
	}
	result := w.conn.ExecParams(ctx, serverRole, nil, nil, nil, nil).Read()
	return len(result.Rows) == 1 && !isTrue(result.Rows[0][0]) && micros(result.Rows[0][1]).Equal(started)
}
