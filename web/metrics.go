package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are counted by format and status alone: a clip or a link as a label would be without bound, and a token
// must never be one.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	rows     *prometheus.CounterVec
	stale    prometheus.Counter
	open     prometheus.Gauge
}

func newMetrics(r *prometheus.Registry) metrics {
	m := metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_http_requests_total",
			Help: "Requests answered, by format (empty: no feed) and status; 499 is a reader that left."}, []string{"format", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "clipsheet_http_request_seconds",
			Help: "From a request to the end of its answer.", Buckets: prometheus.ExponentialBuckets(0.0005, 4, 10)}, []string{"format"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_http_response_bytes_total",
			Help: "Bytes of bodies sent, compressed as they were."}, []string{"format"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clipsheet_http_response_rows_total",
			Help: "Rows of results in bodies that were sent whole."}, []string{"format"}),
		stale: prometheus.NewCounter(prometheus.CounterOpts{Name: "clipsheet_stale_answers_total",
			Help: "Answers for which the last good result stood in."}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "clipsheet_http_requests_open",
			Help: "Requests being answered now."}),
	}
	r.MustRegister(m.requests, m.seconds, m.bytes, m.rows, m.stale, m.open,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// mostScrapes bounds how many read the metrics at once, since each asks the state database.
const mostScrapes = 4

const statusLeft = 499 // what nginx calls a reader that hung up

func (m metrics) count(v *visit, out *written, took time.Duration) {
	status := out.Status()
	if v.left {
		status = statusLeft
	}
	m.requests.WithLabelValues(v.form, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(v.form).Observe(took.Seconds())
	m.bytes.WithLabelValues(v.form).Add(float64(out.bytes))
	if status == http.StatusOK && v.rows > 0 {
		m.rows.WithLabelValues(v.form).Add(float64(v.rows))
	}
	if v.stale != "" {
		m.stale.Inc()
	}
}

// showMetrics answers this machine, or everybody where the operator says so. To others there is nothing here.
func (s *site) showMetrics() http.HandlerFunc {
	h := promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{MaxRequestsInFlight: mostScrapes})
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.OpenToAll && !fromHere(r) {
			notFound(w)
			return
		}
		h.ServeHTTP(w, r)
	}
}
