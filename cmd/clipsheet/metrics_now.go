package main

import (
	"context"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/clips/store"
)

// gauges are what is so at the moment somebody asks. Nothing is kept, so nothing grows old: while the state database does
// not answer, what it would tell is missing rather than wrong.
type gauges struct{ core *core }

const (
	// askedFor bounds what a scrape asks of the state database.
	askedFor = 3 * time.Second
	// mostTold bounds the clips and the syncs that have numbers of their own. Those most in need of help come first.
	mostTold = 500
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("clipsheet_"+name, help, labels, nil)
}

var (
	descBuild = describe("build_info", "Always 1. The labels say what runs here.", "version", "goversion")
	descState = describe("state_up", "1 while the state database answers. Without it results that are there are served, and nothing runs.")
	descQueue = describe("queue_runs", "Runs that wait for their turn.", "source")
	descOpen  = describe("runs_open", "Runs under way.", "source")
	descConns = describe("source_connections", "Connections for runs in use, those included whose query could not be ended and still runs on the follower.", "source")
	descSeats = describe("source_connections_max", "Connections for runs there may be: max_connections of the source.", "source")
	descUp    = describe("follower_up", "1 while a follower answers; 0 while it could not be asked.", "source", "follower")
	descIs    = describe("follower_is_follower", "1 while it follows a primary; 0 when it was promoted, or is one: nothing runs there unless allow_primary says so.",
		"source", "follower")
	descLag = describe("follower_lag_seconds",
		"How far a follower is behind its primary, looked at every 20 seconds to a minute. A primary that commits nothing is not lag. Missing while it is not known.",
		"source", "follower")
	descCache = describe("cache_bytes", "Disk that results and files made of them take.")
	descLimit = describe("cache_limit_bytes", "Disk that they may take: limits.cache. Full is normal, since the least recently used go first.")
	descAsOf  = describe("clip_as_of_timestamp_seconds",
		"The moment that the newest kept result of a clip shows: time() minus this is its age. Of clips in use that a link or a sync delivers, the 500 oldest, since those are the ones to look at.",
		"clip")
	descSuccess = describe("sync_last_success_timestamp_seconds",
		"When a sync last brought its spreadsheet up to date: time() minus this is its age. Of syncs that are not paused; missing before the first time.", "sync")
	descFailing  = describe("sync_failing", "1 while the newest run of a sync that ended is one that failed: its spreadsheet holds older numbers.", "sync")
	descLate     = describe("sync_late_seconds", "For how long a slot of the schedule has been due and not done, whatever holds it up; 0 when none is.", "sync")
	descAccounts = describe("accounts_broken", "Google accounts that somebody has to connect again, at the page /accounts.")
)

// Describe implements prometheus.Collector.
func (gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descBuild, descState, descQueue, descOpen, descConns, descSeats, descUp, descIs, descLag, descCache, descLimit,
		descAsOf, descSuccess, descFailing, descLate, descAccounts} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	tell(descBuild, 1, version(), runtime.Version())
	for name, f := range *g.core.sources.Load() {
		waiting, running := g.core.cache.QueueOf(name)
		inUse, most := f.Connections()
		tell(descQueue, float64(waiting), name)
		tell(descOpen, float64(running), name)
		tell(descConns, float64(inUse), name)
		tell(descSeats, float64(most), name)
		for _, l := range g.core.lookout.Of(name) {
			tellFollower(tell, name, l)
		}
	}
	bytes, most := g.core.cache.Disk()
	tell(descCache, float64(bytes))
	tell(descLimit, float64(most))

	ctx, cancel := context.WithTimeout(context.Background(), askedFor)
	defer cancel()
	up := g.core.state.Ping(ctx) == nil
	tell(descState, truth(up))
	if up {
		g.collectState(ctx, tell)
	}
}

// lookGood is for how long a look is worth telling of.
const lookGood = 5 * time.Minute

// tellFollower tells what the last look at a follower found.
func tellFollower(tell func(d *prometheus.Desc, value float64, labels ...string), source string, l clips.FollowerLag) {
	if time.Since(l.LookedAt) > lookGood {
		return
	}
	tell(descUp, truth(l.State != clips.FollowerDown), source, l.Follower)
	if l.State != clips.FollowerDown {
		tell(descIs, truth(l.State == clips.FollowerUp), source, l.Follower)
	}
	if l.LagKnown {
		tell(descLag, l.Lag.Seconds(), source, l.Follower)
	}
}

// collectState tells what the state database knows. What it does not answer is missing.
func (g gauges) collectState(ctx context.Context, tell func(d *prometheus.Desc, value float64, labels ...string)) {
	results, err := g.core.state.AsOfs(ctx, mostTold)
	for _, r := range results {
		tell(descAsOf, seconds(r.AsOf), r.Clip)
	}
	var syncs []store.SyncHealth
	if err == nil {
		syncs, err = g.core.state.SyncHealths(ctx, mostTold)
	}
	for _, s := range syncs {
		if !s.SucceededAt.IsZero() {
			tell(descSuccess, seconds(s.SucceededAt), s.Sync)
		}
		tell(descFailing, truth(s.Failing), s.Sync)
		tell(descLate, s.Late.Seconds(), s.Sync)
	}
	if err == nil {
		var broken int
		if broken, err = g.broken(ctx); err == nil {
			tell(descAccounts, float64(broken))
		}
	}
	if err != nil {
		g.core.log.Warn("some metrics are missing", "err", err)
	}
}

// broken counts the accounts that do not work.
func (g gauges) broken(ctx context.Context) (n int, err error) {
	all, err := g.core.google.List(ctx)
	for _, a := range all {
		if a.Broken != "" {
			n++
		}
	}
	return n, err
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// seconds are those since 1970, with what is below.
func seconds(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }
