package sources

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// What a server knows of its own age, in microseconds since 1970 so that DateStyle cannot matter. The comparison is
// what tells an idle primary from a lagging follower: a connected follower that has replayed all it received is up to
// date, however long ago the last transaction was.
//
// Roles without pg_read_all_stats see that a receiver is connected, but not its columns, which would tell of WAL still
// on its way.
const sqlAge = `
select pg_is_in_recovery(),
       (extract(epoch from now()) * 1000000)::bigint,
       (extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint,
       pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()
       and exists (
           select from pg_stat_wal_receiver
           where coalesce(status = 'streaming', true) and coalesce(latest_end_lsn <= pg_last_wal_replay_lsn(), true)
       ),
       coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint,
       (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint`

// A dead client is noticed within a second instead of at the end of the query, since version 14 and where the
// platform can.
const sqlWatchedAge = `set client_connection_check_interval = '1s';` + sqlAge

// A follower that has replayed no transaction since its start still knows its last checkpoint.
const sqlCheckpointAge = `select (extract(epoch from checkpoint_time) * 1000000)::bigint from pg_control_checkpoint()`

// age is what a server says of its data. It is read before the snapshot is taken, so that the data can only be newer
// than the moment written on it.
//
// What remains inexact: the clocks of the two machines; a primary that vanished without closing its connection, which
// the follower takes up to wal_receiver_timeout (60s) to notice; WAL that is on its way over a slow line, when the role
// may not see the receiver's columns; the lag of the follower that this one follows, when they are chained.
type age struct {
	follower bool
	now      time.Time // of the server
	replayed time.Time // when the last transaction that it replayed was committed on the primary; zero is unknown
	caughtUp bool      // connected to the primary, and everything received is replayed
	position int64     // in the WAL, up to which it has replayed
	started  time.Time // the server itself
}

// asOf is the moment of the primary that the data shows, and how long ago that was.
func (a age) asOf() (time.Time, time.Duration) {
	if !a.follower || a.caughtUp {
		return a.now, 0
	}
	return a.replayed, max(0, a.now.Sub(a.replayed))
}

// horizon is the last moment at which a server was known to be caught up, and where in the WAL that was. What it shows
// later is no older, though by its own account it may look so: the primary commits nothing for an hour, then a record
// is on its way, and the last commit it has replayed is an hour ago.
type horizon struct {
	mu sync.Mutex
	age
}

// correct learns from a server that is caught up, and corrects one that is not. A server started anew is another one:
// it may have been rebuilt from an older copy.
func (h *horizon) correct(a age) age {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !a.follower:
	case a.caughtUp:
		h.age = a
	case a.started.Equal(h.started) && a.position >= h.position && a.replayed.Before(h.now):
		a.replayed = h.now
	}
	return a
}

const (
	settleFor   = 50 * time.Millisecond
	settleAfter = time.Second
)

// readSettled reads an age. After a quiet hour the first record from the primary would look like an hour of lag for the
// millisecond until it is replayed; what looks old is read again, for a moment.
func readSettled(ctx context.Context, read, again func() (age, error)) (age, error) {
	a, err := read()
	for end := time.Now().Add(settleFor); err == nil && time.Now().Before(end); {
		if _, lag := a.asOf(); lag < settleAfter {
			break
		}
		select {
		case <-time.After(settleFor / 10):
			a, err = again()
		case <-ctx.Done():
			return a, ctx.Err()
		}
	}
	return a, err
}

// age asks the server.
func (s *session) age() (age, error) {
	a, err := readSettled(s.ctx, func() (age, error) { return s.readAge(s.readWatchedAge) }, func() (age, error) { return s.readAge(s.readPlainAge) })
	if err == nil {
		s.server.presence.met(a)
		a = s.server.horizon.correct(a)
	}
	if err == nil && a.follower && !a.caughtUp && a.replayed.IsZero() {
		a.replayed, err = s.readCheckpointAge()
	}
	if err == nil {
		s.server.saw(a)
	}
	return a, s.explain(err)
}

func (s *session) readWatchedAge(ctx context.Context) ([][][]byte, error) {
	rows, err := s.firsts(s.conn.Exec(ctx, sqlWatchedAge))
	if _, refused := errors.AsType[*pgconn.PgError](err); refused && !s.conn.IsClosed() {
		return s.readPlainAge(ctx) // an old server, or a platform that cannot watch
	}
	return rows, err
}

func (s *session) readPlainAge(ctx context.Context) ([][][]byte, error) {
	return s.firsts(s.conn.Exec(ctx, sqlAge))
}

func (s *session) readAge(read func(context.Context) ([][][]byte, error)) (age, error) {
	ctx, cancel := s.within(0)
	defer cancel()
	rows, err := read(ctx)
	if err != nil {
		return age{}, err
	}
	return ageOf(rows[0])
}

// ageOf reads a row of sqlAge.
func ageOf(r [][]byte) (age, error) {
	position, err := strconv.ParseInt(string(r[4]), 10, 64)
	return age{isTrue(r[0]), micros(r[1]), micros(r[2]), isTrue(r[3]), position, micros(r[5])}, err
}

func (s *session) readCheckpointAge() (time.Time, error) {
	ctx, cancel := s.within(0)
	defer cancel()
	rows, err := s.firsts(s.conn.Exec(ctx, sqlCheckpointAge))
	if err != nil {
		return time.Time{}, trouble{clips.KindUnavailable,
			fmt.Sprintf("Source %q cannot say how old its data is", s.f.cfg.Name),
			"let the follower reach its primary, or grant execute on pg_control_checkpoint() to its role"}.err(err)
	}
	return micros(rows[0][0]), nil
}

func isTrue(v []byte) bool { return string(v) == "t" }

// micros reads microseconds since 1970; NULL is the zero time.
func micros(v []byte) time.Time {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
