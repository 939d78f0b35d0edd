package sources

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// server is one of those that the DSN of a source names.
type server struct {
	pg       *pgconn.Config // of this server alone
	watchdog *watchdog
	horizon  horizon

	inspection inspection
	presence   presence // as the role of the clips sees it

	mu      sync.Mutex
	failure failure // of connecting
	avoid   time.Time
	lag     time.Duration // as last seen
}

// The rest that a server gets after it could not be reached. One that refuses the password gets a longer one, since
// each try is a line in its log, and some lock a role out.
const (
	leastRest     = 250 * time.Millisecond
	leastAuthRest = 5 * time.Second
	mostRest      = 15 * time.Second
)

// resting gives the last failure again while there is no use in another try.
func (sv *server) resting() error {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if time.Now().Before(sv.failure.until) {
		return triedAgain(sv.failure.err, sv.failure.until)
	}
	return nil
}

// again is the failure of a try just now, which says when the next is where somebody has to mend something meanwhile.
func (sv *server) again(err error) error {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return triedAgain(err, sv.failure.until)
}

func triedAgain(err error, at time.Time) error {
	e, ok := errors.AsType[*clips.Error](err)
	if !ok || e.Kind != clips.KindAuth {
		return err
	}
	said := *e
	said.Notice += " It is tried again at " + nextTry(at) + "."
	return &said
}

// nextTry is the first second at which there is use in a try.
func nextTry(at time.Time) string { return at.Add(time.Second).UTC().Format("15:04:05 UTC") }

// note takes in how a try to connect went. The rests double, with jitter so that processes do not come back together.
func (sv *server) note(err error) {
	sv.presence.missed(clips.KindOf(err))
	sv.mu.Lock()
	defer sv.mu.Unlock()
	rest := leastRest
	switch clips.KindOf(err) {
	case clips.KindAuth:
		rest = leastAuthRest
	case clips.KindUnavailable:
	case "":
		sv.failure = failure{}
		return
	default:
		return
	}
	rest = min(rest<<min(sv.failure.count, 10), mostRest)
	sv.failure = failure{err: err, until: time.Now().Add(rest/2 + rand.N(rest/2)), count: sv.failure.count + 1}
}

// aside has other servers preferred for a moment.
func (sv *server) aside() {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.avoid = time.Now().Add(rankingGood)
}

func (sv *server) saw(a age) {
	_, lag := a.asOf()
	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.lag = lag
}

// split makes a config for each server that a DSN names. What pgx would try one after the other on one server (with TLS,
// without) stays together.
func split(pg *pgconn.Config) (each []*pgconn.Config) {
	all := append([]*pgconn.FallbackConfig{{Host: pg.Host, Port: pg.Port, TLSConfig: pg.TLSConfig}}, pg.Fallbacks...)
	for _, try := range all {
		if n := len(each); n > 0 && each[n-1].Host == try.Host && each[n-1].Port == try.Port {
			each[n-1].Fallbacks = append(each[n-1].Fallbacks, try)
			continue
		}
		one := pg.Copy()
		one.Host, one.Port, one.TLSConfig, one.Fallbacks = try.Host, try.Port, try.TLSConfig, nil
		each = append(each, one)
	}
	return each
}

// servers pairs each server of a source with its watchdog. That of a single server may have an address of its own.
func servers(cfg Config, source *pgconn.Config) (all []*server, err error) {
	guard := source.Copy()
	if cfg.WatchdogDSN != "" {
		if guard, err = pgconn.ParseConfig(cfg.WatchdogDSN); err != nil {
			return nil, dsnError(cfg.Name, "watchdog_dsn", err)
		}
	}
	each, guards := split(source), split(guard)
	for i, pg := range each {
		if len(each) != len(guards) || len(each) > 1 && (pg.Host != guards[i].Host || pg.Port != guards[i].Port) {
			return nil, trouble{clips.KindAuth, fmt.Sprintf("the dsn and the watchdog_dsn of source %q name different servers", cfg.Name),
				"let them name the same, in the same order"}.err(nil)
		}
		all = append(all, &server{pg: pg, watchdog: newWatchdog(cfg, guards[i], source)})
	}
	return all, nil
}
