package sources

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// Each query of several runs in a part of the transaction that is undone after it, and with it what its author's
// functions have set and locked: nothing but advisory locks and the seed of random() can reach the next.
const (
	sqlPart     = `savepoint clip`
	sqlUndoPart = `rollback to savepoint clip`
)

// Together runs queries one after the other on one session, all in one snapshot, so that their results are of one
// moment and tie out however busy the primary is. Every header has the same AsOf. It takes one of the source's
// connections, and each query has limits and a statement timeout of its own.
//
// each is given the rows of query i and has to read them to their end. What it was given is good only once Together
// returns nil: the server may turn out to have been promoted meanwhile.
func (f *Follower) Together(ctx context.Context, queries []clips.Query, each func(i int, rows clips.Rows) error) error {
	for _, q := range queries {
		if err := acceptable(q); err != nil {
			return err
		}
	}
	if err := f.sit(ctx); err != nil {
		return err
	}
	s, err := f.begin(ctx, "", f.longest(queries), f.maxLag(queries...))
	if err != nil {
		f.stand()
		return err
	}
	defer s.leave()
	for i, q := range queries {
		if err := s.part(q, func(rows clips.Rows) error { return each(i, rows) }); err != nil {
			return err
		}
	}
	return s.end()
}

// longest is the longest message that any of the queries may need.
func (f *Follower) longest(queries []clips.Query) (longest int) {
	for _, q := range queries {
		limit := messageLimit(f.limits(q.Limits))
		if limit == 0 {
			return 0
		}
		longest = max(longest, limit)
	}
	return longest
}

var errUnread = errors.New("the rows were not read to their end")

// part runs one query of several and leaves no trace of it.
func (s *session) part(q clips.Query, read func(clips.Rows) error) error {
	if err := s.savepoint(); err != nil {
		return err
	}
	if err := s.setZone(q.TimeZone); err != nil {
		return err
	}
	r, err := s.query(q)
	if err != nil {
		return err
	}
	defer s.sentry.rest()
	defer s.cancel()
	isWhole := false
	r.whole = func() error { isWhole = true; return nil } // whether it is good, end says of all of them
	r.leave = func() {}
	if err := read(r); err != nil {
		return err
	}
	if !isWhole {
		return cmp.Or(r.err, errUnread)
	}
	return s.undo()
}

func (s *session) savepoint() error {
	ctx, cancel := s.within(0)
	defer cancel()
	_, err := s.firsts(s.conn.Exec(ctx, sqlPart))
	return s.explain(err)
}

func (s *session) undo() error {
	ctx, cancel := s.within(0)
	defer cancel()
	_, err := s.firsts(s.conn.Exec(ctx, sqlUndoPart))
	return s.explain(err)
}

// setZone sets the time zone for the query to come; "" leaves the session's. set_config would need no SQL made of a
// name, but careful DBAs revoke it; the extended protocol takes one statement, whatever the name holds.
func (s *session) setZone(zone string) error {
	if zone == "" {
		return nil
	}
	ctx, cancel := s.within(0)
	defer cancel()
	name := `"` + strings.ReplaceAll(zone, `"`, `""`) + `"`
	err := s.conn.ExecParams(ctx, "set local timezone to "+name, nil, nil, nil, nil).Read().Err
	if _, refused := errors.AsType[*pgconn.PgError](err); refused {
		return badZone(s.f.cfg.Name, zone).err(err)
	}
	return s.explain(err)
}
