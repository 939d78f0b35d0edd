package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/sources"
)

// metrics count what happens, beside those of HTTP in web. A label is a name of the config or a word of a short closed
// list: what people write, and every token, would be without bound, or a secret. What is so at a moment is read when it
// is asked for: see gauges.
type metrics struct {
	runs       *prometheus.CounterVec
	runSeconds *prometheus.HistogramVec
	waits      *prometheus.HistogramVec
	busy       *prometheus.CounterVec
	answers    *prometheus.CounterVec
	ended      *prometheus.CounterVec
	reaped     *prometheus.CounterVec
	findings   *prometheus.GaugeVec
	syncs      *prometheus.CounterVec
	syncTimes  *prometheus.HistogramVec
	cells      prometheus.Counter
	quota      *prometheus.CounterVec
	calls      *prometheus.CounterVec
	throttles  prometheus.Counter
	throttle   prometheus.Counter
}

// runKinds are those a run can fail with, and watchdogEnds what becomes of a backend that outlives its run.
var (
	runKinds = []clips.Kind{clips.KindSQL, clips.KindPermission, clips.KindTimeout, clips.KindTooLarge, clips.KindConflict, clips.KindUnavailable,
		clips.KindBusy, clips.KindAuth, clips.KindNotFollower, clips.KindWrite, clips.KindParameter, clips.KindCanceled, clips.KindDiskFull,
		clips.KindCorrupt, clips.KindInternal}
	watchdogEnds = []string{"gone", "canceled", "terminated", "unable"}
)

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return register(r, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	seconds := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels))
	}
	m := &metrics{
		runs: counter("clipsheet_runs_total",
			"Runs of clips on a follower, by how they ended: done, left when nobody waited any more, or the kind of failure. Kinds such as sql_error are the author's to mend, auth, unavailable and disk_full are yours.",
			"source", "outcome"),
		runSeconds: seconds("clipsheet_run_seconds", "How long runs took, from the start to the stored result.",
			prometheus.ExponentialBuckets(0.01, 3, 11), "source"),
		waits: seconds("clipsheet_queue_wait_seconds",
			"How long runs waited for their turn. Much of it means that limits.runs or max_connections are too low, or queries too slow.",
			prometheus.ExponentialBuckets(0.001, 5, 8), "source"),
		busy: counter("clipsheet_queue_refused_total",
			"Runs that were not let in, since the queue was full or they waited too long: readers got an older result, or 503.", "source"),
		answers: counter("clipsheet_cache_answers_total",
			"How requests for results were answered: hit (no run), miss (a run of its own), join (the run of others), stale (an older result stood in), failure (none did), left (the reader went).",
			"answer"),
		ended: counter("clipsheet_watchdog_total",
			"Backends that were not seen to end with their run, by how they did: gone, canceled, terminated, unable. Unable is a query that may still run on the follower; its connection counts as in use until it is gone.",
			"source", "ended"),
		reaped: counter("clipsheet_reaped_total", "Sessions that killed processes of this machine had left on a follower, and that were ended.", "source"),
		findings: register(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "clipsheet_source_findings",
			Help: "What clipsheet check has to say against a source, by level. With a fatal one its clips may not run."}, []string{"source", "level"})),
		syncs: counter("clipsheet_sync_runs_total",
			"Tries of syncs, by how they ended: done, or the kind of failure. Of those that were put off the next try is counted too.", "outcome"),
		syncTimes: seconds("clipsheet_sync_run_seconds", "How long tries of syncs took, from the query to the last cell read back.",
			prometheus.ExponentialBuckets(0.25, 2.5, 10), "outcome"),
		cells: register(r, prometheus.NewCounter(prometheus.CounterOpts{Name: "clipsheet_sync_cells_total", Help: "Cells changed in spreadsheets."})),
		quota: counter("clipsheet_google_calls_total", "Calls of the Sheets API by syncs that ended, by what counts for Google's quota: read or write.", "quota"),
		calls: counter("clipsheet_sheets_requests_total",
			"Requests sent to the Sheets API, by method and HTTP status; none is no answer at all. 429 is Google's quota, 401 and 403 are an account or a spreadsheet.",
			"method", "status"),
		throttles: register(r, prometheus.NewCounter(prometheus.CounterOpts{Name: "clipsheet_sheets_throttled_total",
			Help: "Waits after Google refused a request for its quota."})),
		throttle: register(r, prometheus.NewCounter(prometheus.CounterOpts{Name: "clipsheet_sheets_throttled_seconds_total",
			Help: "Time spent in them. Spread the schedules of syncs, or ask Google for more, when it is much."})),
	}
	for _, way := range sources.Ways() {
		m.answers.WithLabelValues(string(way))
	}
	return m
}

// expect begins to count for a source, at 0: to Prometheus, what appears with its first failure has not increased.
func (m *metrics) expect(source string) {
	m.runs.WithLabelValues(source, string(clips.RunDone))
	for _, kind := range runKinds {
		m.runs.WithLabelValues(source, string(kind))
	}
	for _, ended := range watchdogEnds {
		m.ended.WithLabelValues(source, ended)
	}
	m.busy.WithLabelValues(source)
	m.reaped.WithLabelValues(source)
}

func register[C prometheus.Collector](r prometheus.Registerer, c C) C {
	r.MustRegister(c)
	return c
}

func (m *metrics) ran(source string, run clips.Run, took time.Duration) {
	m.runs.WithLabelValues(source, or(string(run.Kind), string(run.State))).Inc()
	m.runSeconds.WithLabelValues(source).Observe(took.Seconds())
}

func (m *metrics) waited(source string, took time.Duration, cameToRun bool) {
	m.waits.WithLabelValues(source).Observe(took.Seconds())
	if !cameToRun {
		m.busy.WithLabelValues(source).Inc()
	}
}

func (m *metrics) answered(way sources.Way) { m.answers.WithLabelValues(string(way)).Inc() }

func (m *metrics) synced(_ clips.Sync, run clips.SyncRun, took time.Duration) {
	outcome := or(string(run.Kind), string(run.State))
	m.syncs.WithLabelValues(outcome).Inc()
	m.syncTimes.WithLabelValues(outcome).Observe(took.Seconds())
	m.cells.Add(float64(run.Pushed.Cells))
	m.quota.WithLabelValues("read").Add(float64(run.Pushed.Reads))
	m.quota.WithLabelValues("write").Add(float64(run.Pushed.Writes))
}

func (m *metrics) called(method, status string) { m.calls.WithLabelValues(method, status).Inc() }

func (m *metrics) throttled(wait time.Duration) {
	m.throttles.Inc()
	m.throttle.Add(wait.Seconds())
}
