package sources

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	// silence is how much longer than its own limits a server may take to answer before it counts as gone.
	silence = 15 * time.Second
	// farewell bounds the end of a session: cancelling, rolling back, seeing the backend go.
	farewell = 2 * time.Second
	// idleTimeout ends the session of a process of ours that was stopped in the middle.
	idleTimeout = 10 * time.Second
	// deadLine is how long a connection is kept over which nothing is heard: by keepalives, ten seconds and four times five.
	deadLine = 30 * time.Second
)

var (
	errSilent  = errors.New("the server did not answer in time")
	errPrimary = errors.New("the server is not in recovery")
)

// prepare settles what all sessions of the follower have in common. DateStyle, IntervalStyle, bytea_output,
// extra_float_digits and search_path are left alone: values are to read as they do in psql.
//
// The limits travel in the start-up message, since SET would need SQL made from numbers, and set_config is a function
// that a careful DBA has revoked. A role's own limits (ALTER ROLE … SET statement_timeout) are overruled by it.
func (f *Follower) prepare(pg *pgconn.Config) {
	pg.ConnectTimeout = f.cfg.ConnectTimeout
	pg.DialFunc = (&net.Dialer{
		Timeout:         f.cfg.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 4},
		Control:         endDeadLines,
	}).DialContext
	setParam(pg.RuntimeParams, "client_encoding", "UTF8")
	setParam(pg.RuntimeParams, "statement_timeout", millis(f.cfg.StatementTimeout))
	setParam(pg.RuntimeParams, "lock_timeout", millis(f.cfg.LockTimeout))
	setParam(pg.RuntimeParams, "idle_in_transaction_session_timeout", millis(idleTimeout))
	setParam(pg.RuntimeParams, "application_name", mark(cmp.Or(pg.RuntimeParams["application_name"], "clipsheet")))
	if pg.ValidateConnect == nil && !f.cfg.AllowPrimary {
		pg.ValidateConnect = nextHostIfPrimary
	}
}

// nextHostIfPrimary makes a DSN with several hosts find its follower. Servers before 14 do not say by themselves; for
// them, and for certainty, the session asks again.
func nextHostIfPrimary(_ context.Context, conn *pgconn.PgConn) error {
	if conn.ParameterStatus("in_hot_standby") == "off" {
		return errPrimary
	}
	return nil
}

// setParam replaces a parameter however its name was spelt: the server takes the last of two, and a map has no last.
func setParam(params map[string]string, name, value string) {
	maps.DeleteFunc(params, func(k, _ string) bool { return strings.EqualFold(k, name) })
	params[name] = value
}

func millis(d time.Duration) string { return strconv.FormatInt(max(1, d.Milliseconds()), 10) }

// session is one connection, for one run.
type session struct {
	f      *Follower
	server *server
	ctx    context.Context // of whoever asked for the run
	conn   *pgconn.PgConn
	data   age // once it was read

	queries int
	reader  *pgconn.ResultReader // of the author's query that runs, or ran last
	cancel  context.CancelFunc   // of the context the reader reads under
	started time.Time            // the author's query: to be looked at, then to run
	sentry  sentry               // over it
	dismiss func()               // the watchdog
	over    bool
	remains *backend // of a session that is over: what could not be ended
}

// connect opens a session on a server. A zone of "" leaves the source's, or the server's. Messages of the server that are longer
// than longest are refused before they take memory; 0 is no limit of ours.
func (f *Follower) connect(ctx context.Context, sv *server, zone string, longest int) (*session, error) {
	pg := sv.pg.Copy()
	pg.MaxProtocolMessageBodyLen = longest
	if zone == "" {
		zone = f.cfg.TimeZone
	}
	if zone != "" {
		setParam(pg.RuntimeParams, "TimeZone", zone)
	}
	dismiss := sv.watchdog.attend()
	conn, err := pgconn.ConnectConfig(ctx, pg)
	if err != nil {
		dismiss()
		err = f.connectError(ctx, err, zone)
		sv.note(err)
		return nil, err
	}
	sv.note(nil)
	if zone == "" {
		f.learn(conn.ParameterStatus("TimeZone"))
	}
	s := &session{f: f, server: sv, ctx: ctx, conn: conn, dismiss: dismiss}
	if err := s.takeBytesAsTheyAre(); err != nil {
		s.hangUp()
		return nil, err
	}
	return s, nil
}

const sqlNoEncoding = `set client_encoding = 'SQL_ASCII'`

// takeBytesAsTheyAre is for databases that do not know the encoding of their texts. Asked for UTF-8, they would fail on
// the first text in another; asked for nothing, they hand out what COPY does.
func (s *session) takeBytesAsTheyAre() error {
	if s.conn.ParameterStatus("server_encoding") != "SQL_ASCII" {
		return nil
	}
	ctx, cancel := s.within(0)
	defer cancel()
	_, err := s.firsts(s.conn.Exec(ctx, sqlNoEncoding))
	return s.explain(err)
}

// within bounds one exchange with the server, so that a silent one is told from a slow query.
func (s *session) within(limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(s.ctx, limit+silence, errSilent)
}

// firsts is the first row of each result of a statement of our own.
func (s *session) firsts(results *pgconn.MultiResultReader) ([][][]byte, error) {
	all, err := results.ReadAll()
	var rows [][][]byte
	for _, r := range all {
		if len(r.Rows) > 0 {
			rows = append(rows, r.Rows[0])
		}
	}
	return rows, err
}

// hangUp ends the session, in whatever state it is, and returns when the backend is gone, or when even the watchdog gave
// it up. A query still running is cancelled rather than read to its end. It may be repeated, and be called of none.
func (s *session) hangUp() {
	if s == nil || s.over {
		return
	}
	s.over = true
	defer s.dismiss()
	if isGone := s.goodbye(); !isGone && !s.data.now.IsZero() { // before its age was read, no SQL of others reached it
		b := backend{s.conn.PID(), s.data.now, s.data.started}
		if !s.server.watchdog.end(b) {
			s.remains = &b
		}
	}
}

// goodbye takes farewell at most, and tells whether the backend was seen to go.
func (s *session) goodbye() (isGone bool) {
	if s.cancel != nil {
		s.cancel() // for pgconn, the end of its context is the order to cancel the query and close the connection
		s.reader.Close()
	}
	s.sentry.rest()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), farewell)
	defer cancel()
	defer func() { s.conn.Conn().Close() }()
	if !s.conn.IsClosed() {
		isGone = s.conn.SyncConn(ctx) == nil && s.awaitExit(ctx)
		s.conn.Close(ctx)
		return isGone
	}
	select {
	case <-s.conn.CleanupDone(): // the server hung up, or nothing was to be heard of it for long
		return true
	case <-ctx.Done():
		return false
	}
}

// awaitExit says goodbye and waits for the server to hang up, which it does when the backend is gone: the next run
// then finds a connection free even when the role's limit equals ours.
func (s *session) awaitExit(ctx context.Context) bool {
	deadline, _ := ctx.Deadline()
	s.conn.Conn().SetDeadline(deadline)
	s.conn.Frontend().Send(&pgproto3.Terminate{})
	if s.conn.Frontend().Flush() != nil {
		return false
	}
	_, err := io.Copy(io.Discard, s.conn.Conn())
	return err == nil
}
