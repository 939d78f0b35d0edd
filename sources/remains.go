package sources

import (
	"context"
	"time"
)

const (
	// askAfterRemains is how often it is asked whether a backend is gone that could not be ended.
	askAfterRemains = time.Second
	// unseenFor is how long its seat is kept while nobody can be asked.
	unseenFor = time.Minute
)

// leave ends a session that has a seat, and gives the seat back. A backend that could not be ended keeps it until it is
// gone: some functions of Postgres look at no signal while they work, and runs that followed on each other's seats would
// pile up on the follower, a core and a connection each.
func (s *session) leave() {
	s.hangUp()
	if s.remains == nil {
		s.f.stand()
		return
	}
	go func() {
		s.server.watchdog.outwait(*s.remains)
		s.f.stand()
	}()
}

// As endBackend, without a signal.
const seeBackend = `
select from pg_catalog.pg_stat_activity
where pid = $1::int and (extract(epoch from backend_start) * 1000000)::bigint <= $2::bigint
  and (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint = $3::bigint`

// outwait returns when a backend is gone, or its server was started anew, or nothing could be learnt of it for a while.
func (w *watchdog) outwait(b backend) {
	tick := time.NewTicker(askAfterRemains)
	defer tick.Stop()
	for asked := time.Now(); time.Since(asked) < unseenFor; {
		<-tick.C
		isThere, err := w.sees(b)
		switch {
		case err == nil && !isThere:
			return
		case err == nil, isShort(err): // a server without room may have none because of it
			asked = time.Now()
		}
	}
}

func (w *watchdog) sees(b backend) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), untilGone)
	defer cancel()
	defer w.rest()
	return w.find(ctx, seeBackend, b.args())
}
