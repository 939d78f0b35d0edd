package sources

import (
	"errors"

	"clipsheet/clips"

	"github.com/jackc/pgx/v5/pgproto3"
)

// rows streams a result off the wire, in constant memory.
type rows struct {
	session *session
	query   clips.Query
	header  clips.Header
	limits  clips.Limits
	whole   func() error // asked after the last row: is all that was read good?
	leave   func()       // called once, at the end, however it came

	printed printed

	row   [][]byte
	rows  int64
	bytes int64
	ended bool
	err   error
}

var _ clips.Rows = (*rows)(nil)

func (r *rows) Header() clips.Header { return r.header }
func (r *rows) Row() [][]byte        { return r.row }
func (r *rows) Err() error           { return r.err }

func (r *rows) Next() bool {
	if r.ended {
		return false
	}
	if !r.session.reader.NextRow() {
		r.end(r.finish())
		return false
	}
	r.row = r.session.reader.Values()
	err := r.printed.row(r.row)
	if err == nil {
		err = r.count()
	}
	if err != nil {
		r.end(err)
		return false
	}
	return true
}

// finish tells a whole result from a broken one.
func (r *rows) finish() error {
	s := r.session
	if _, err := s.reader.Close(); err != nil {
		if large, ok := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); ok {
			return s.f.rowTooLarge(r, large)
		}
		return s.explainRun(err, r.query)
	}
	if s.wasPromoted() {
		return s.f.promoted().err(nil)
	}
	return r.whole()
}

// Close may be repeated. Before the last row it cancels the query rather than read on.
func (r *rows) Close() error {
	r.end(nil)
	return nil
}

func (r *rows) end(err error) {
	if r.ended {
		return
	}
	r.ended, r.row, r.err = true, nil, err
	r.leave()
}
