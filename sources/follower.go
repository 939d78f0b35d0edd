package sources

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// Config says how a source is reached and what a run on it may cost. Zero fields take the defaults.
type Config struct {
	Name             string        // for people: "erp" of [sources.erp]
	DSN              string        // of Postgres itself: a pooler in front refuses the limits we ask for. Of several hosts, the freshest
	WatchdogDSN      string        // of the same servers, for a role that may end sessions; empty: the role of the DSN tries
	MaxConnections   int           // runs at once; 4
	StatementTimeout time.Duration // 5m
	LockTimeout      time.Duration // 5s
	ConnectTimeout   time.Duration // of each host of the DSN; what the DSN says, else 5s
	TimeZone         string        // IANA name; empty leaves the server's
	MaxLag           time.Duration // further behind its primary a server is not used; 0 is no limit
	MaxPlanCost      float64       // of the planner, above which a query is refused; 0 is no limit
	RequireHardened  bool          // run nothing while Check has anything to say against the role or the watchdog
	AllowPrimary     bool          // run on a server that is no follower, too
	Limits           clips.Limits  // of a query that sets none; zero fields are unlimited

	// OnWatchdog is told how a backend ended that was not seen to end: gone, canceled, terminated; or unable, and why.
	OnWatchdog func(ended string, err error)
}

// Follower runs queries on one Postgres follower. The policy, which no caller can weaken:
//
//   - One fresh connection for each run, closed after it. Nothing of one author's session (locks, prepared
//     statements, settings) can reach the next, and no statement cache exists that could be poisoned. What is run
//     together, in one snapshot, shares a connection, and the settings of each query are undone before the next.
//   - The author's SQL goes through the extended protocol only, which takes one statement, and only after the server
//     has agreed that it is a query (see gate). It never reaches Exec, whose simple protocol takes several.
//   - BEGIN REPEATABLE READ, READ ONLY, with its snapshot taken before the author's SQL is seen; never COMMIT.
//   - The server is a follower when the run starts, while it lasts and when it ends, or the operator allowed a primary.
//   - Every wait has an end: connecting, locks, the statement, a server that went silent.
//   - A run is over when its backend is gone, which a watchdog sees to.
//
// Safe for concurrent use.
type Follower struct {
	cfg     Config
	pg      *pgconn.Config // of the DSN
	servers []*server
	ranking ranking
	seats   chan struct{} // one for each run; waiting is first come, first served

	zone     *time.Location // of the config
	learnt   atomic.Pointer[time.Location]
	asking   chan struct{} // held while asking the server for its zone; guards askAgain
	askAgain time.Time
}

var _ clips.TogetherSource = (*Follower)(nil)

// New parses the DSN and connects to nothing. Its errors do not quote the DSN.
func New(cfg Config) (*Follower, error) {
	pg, err := pgconn.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, dsnError(cfg.Name, "dsn", err)
	}
	cfg.MaxConnections = cmp.Or(cfg.MaxConnections, 4)
	cfg.StatementTimeout = cmp.Or(cfg.StatementTimeout, 5*time.Minute)
	cfg.LockTimeout = cmp.Or(cfg.LockTimeout, 5*time.Second)
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, pg.ConnectTimeout, 5*time.Second)
	f := &Follower{cfg: cfg, pg: pg, seats: make(chan struct{}, cfg.MaxConnections), asking: make(chan struct{}, 1)}
	if cfg.TimeZone != "" {
		if f.zone, err = time.LoadLocation(cfg.TimeZone); err != nil {
			return nil, badZone(cfg.Name, cfg.TimeZone).err(nil)
		}
	}
	f.prepare(pg)
	if f.servers, err = servers(cfg, pg); err != nil {
		return nil, err
	}
	return f, nil
}

// dsnError keeps the text of the DSN out, since what cannot be parsed cannot be trusted to have its password found.
// A file it names that cannot be read is worth saying.
func dsnError(name, key string, err error) error {
	what, cure := fmt.Sprintf("the %s of source %q cannot be read", key, name),
		"write it like postgres://reader:password@follower.example.com:5432/app?sslmode=verify-full"
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		what, cure = fmt.Sprintf("the %s of source %q names a file that cannot be read", key, name), path.Error()
	} else if strings.Contains(err.Error(), "failed to configure TLS") {
		cure = "look at its ssl settings: " + errors.Unwrap(err).Error()
	}
	return trouble{clips.KindAuth, what, cure}.err(nil)
}

// sit waits for a seat, until ctx ends.
func (f *Follower) sit(ctx context.Context) error {
	select {
	case f.seats <- struct{}{}:
		return nil
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return f.ctxTrouble(ctx).err(context.Cause(ctx))
	}
	return trouble{clips.KindBusy,
		fmt.Sprintf("All %d connections of source %q were in use", f.cfg.MaxConnections, f.cfg.Name),
		fmt.Sprintf("ask again in a minute, or raise sources.%s.max_connections", f.cfg.Name)}.err(context.Cause(ctx))
}

func (f *Follower) stand() { <-f.seats }

// askAgainAfter is how long TimeZone leaves a follower alone that did not answer: readers should not each wait for it.
const askAgainAfter = 10 * time.Second

// TimeZone is where "today" is: the config's zone, else the server's, which is asked once. It is UTC while a server
// that has never answered cannot be asked, and when the server's zone is none Go knows. Asking takes no seat, since a
// reader should not wait behind a long run to learn what day it is.
func (f *Follower) TimeZone(ctx context.Context) *time.Location {
	if f.zone != nil {
		return f.zone
	}
	if zone := f.learnt.Load(); zone != nil {
		return zone
	}
	select {
	case f.asking <- struct{}{}:
		defer func() { <-f.asking }()
	case <-ctx.Done():
		return time.UTC
	}
	if f.learnt.Load() == nil && time.Now().After(f.askAgain) {
		f.askZone(ctx)
	}
	return cmp.Or(f.learnt.Load(), time.UTC)
}

func (f *Follower) askZone(ctx context.Context) {
	for _, sv := range f.ranked(ctx) {
		if s, err := f.settle(ctx, sv, "", 0); err == nil {
			s.hangUp()
			return
		}
	}
	f.askAgain = time.Now().Add(askAgainAfter)
}

// learn notes the server's own zone, from a session that did not ask for another.
func (f *Follower) learn(name string) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		zone = time.UTC
	}
	f.learnt.Store(zone)
}
