package sources

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// overrun is how much longer than its timeout a query may take: it is to be gone 10 s after it, whatever it does.
	overrun = 2 * time.Second
	// politely is how long the watchdog cancels before it terminates, and untilGone how long it tries altogether.
	politely  = time.Second
	untilGone = 6 * time.Second
	// leash is how long the watchdog keeps its connection after the last run.
	leash = time.Minute
)

// watchdog ends backends that outlive their run. SQL can call a function that catches every cancel, the server's own
// timeout too; against that only terminating helps, from another session, and on a hardened server as another role.
//
// With a role of its own the watchdog connects before it is needed, and stays as long as there are runs: what it has to
// end may have taken the server's last locks, without which nobody can log in.
type watchdog struct {
	pg    *pgconn.Config
	early bool

	told func(ended string, err error)

	presence presence // of the server, as the watchdog sees it

	mu     sync.Mutex // held while it connects or speaks
	conn   *pgconn.PgConn
	failed time.Time // when it could not connect, of one that connects early
	runs   int
	eyes   bool // somebody looks at the server through it, between runs too
	leave  *time.Timer
}

// newWatchdog makes one for a server of a source; without a DSN it is the source's own role, which may end its own kind unless a
// careful DBA took that away.
func newWatchdog(cfg Config, pg, source *pgconn.Config) *watchdog {
	w := &watchdog{pg: pg, early: cfg.WatchdogDSN != "", told: cfg.OnWatchdog}
	if w.told == nil {
		w.told = func(string, error) {}
	}
	w.pg.ConnectTimeout, w.pg.DialFunc, w.pg.ValidateConnect = cfg.ConnectTimeout, source.DialFunc, nil
	w.pg.RuntimeParams = map[string]string{"application_name": "clipsheet watchdog", "statement_timeout": millis(untilGone)}
	return w
}

// attend is called before a run, and what it returns after it.
func (w *watchdog) attend() (done func()) {
	if !w.early {
		return func() {}
	}
	w.mu.Lock()
	w.runs++
	isAway := w.conn == nil && time.Since(w.failed) > leash
	w.mu.Unlock()
	if isAway {
		go w.connectEarly() // bounded by the connect timeout; whoever needs the watchdog waits for it
	}
	return w.dismiss
}

func (w *watchdog) connectEarly() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil || w.runs == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), untilGone)
	defer cancel()
	if err := w.connect(ctx); err != nil {
		w.failed = time.Now()
		w.told("unable", err)
	}
}

func (w *watchdog) dismiss() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs--
	if w.leave != nil {
		w.leave.Stop()
	}
	w.leave = time.AfterFunc(leash, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.rest()
	})
}

// connect makes sure of a connection. The caller holds mu.
func (w *watchdog) connect(ctx context.Context) (err error) {
	if w.conn != nil && !w.conn.IsClosed() {
		return nil
	}
	w.conn, err = pgconn.ConnectConfig(ctx, w.pg)
	if c, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return c.Unwrap() // without the config, which holds the password
	}
	return err
}

// rest hangs up when nobody needs the connection. The caller holds mu.
func (w *watchdog) rest() {
	if w.runs == 0 && !w.eyes {
		w.hangUp()
	}
}

// hangUp is for a connection that is idle, or broken. The caller holds mu.
func (w *watchdog) hangUp() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	w.conn.Close(ctx)
	w.conn = nil
}

// backend is one session of ours on a server. Numbers of processes come again, so it is also known by the time: it began
// before the moment seen, by the server's clock, and its server at the moment started.
type backend struct {
	pid     uint32
	seen    time.Time
	started time.Time
}

// The times are microseconds since 1970, as in sqlAge. A server that was started anew has none of our backends.
const endBackend = `
select case when $4::boolean then pg_catalog.pg_terminate_backend(pid) else pg_catalog.pg_cancel_backend(pid) end
from pg_catalog.pg_stat_activity
where pid = $1::int and (extract(epoch from backend_start) * 1000000)::bigint <= $2::bigint
  and (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint = $3::bigint`

// end cancels a backend, then terminates it, and returns when it is gone, or cannot be ended.
func (w *watchdog) end(b backend) (isGone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), untilGone)
	defer cancel()
	ended, err := w.insist(ctx, b)
	w.told(ended, err)
	w.rest()
	return err == nil
}

// insist asks until the backend is gone, and says what that took: "gone" already, "canceled" or "terminated". What it
// could not end is "unable".
func (w *watchdog) insist(ctx context.Context, b backend) (string, error) {
	ended, pause := "gone", 25*time.Millisecond
	for began := time.Now(); ; pause = min(2*pause, 500*time.Millisecond) {
		terminate := time.Since(began) > politely
		there, err := w.signal(ctx, b, terminate)
		switch {
		case err != nil && !isShort(err):
			return "unable", err
		case err != nil: // another try
		case !there:
			return ended, nil
		case terminate:
			ended = "terminated"
		default:
			ended = "canceled"
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return "unable", cmp.Or(err, ctx.Err())
		}
	}
}

// isShort is a server that has no room for the watchdog just now.
func isShort(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(pg.Code, "53") || pg.Code == "57P03")
}

// signal sends one signal, and says whether there was a backend to send it to.
func (w *watchdog) signal(ctx context.Context, b backend, terminate bool) (bool, error) {
	return w.find(ctx, endBackend, append(b.args(), strconv.AppendBool(nil, terminate)))
}

func (b backend) args() [][]byte {
	return [][]byte{number(int64(b.pid)), number(b.seen.UnixMicro()), number(b.started.UnixMicro())}
}

// find asks for a backend. A connection that broke while the watchdog slept is made again.
func (w *watchdog) find(ctx context.Context, sql string, args [][]byte) (isThere bool, err error) {
	for wasOpen := w.conn != nil; ; wasOpen = false {
		if err := w.connect(ctx); err != nil {
			return false, err
		}
		result := w.conn.ExecParams(ctx, sql, args, nil, nil, nil).Read()
		if !w.conn.IsClosed() {
			return len(result.Rows) > 0, result.Err
		}
		if w.hangUp(); !wasOpen {
			return false, result.Err
		}
	}
}

func number(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
