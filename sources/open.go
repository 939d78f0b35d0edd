package sources

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// The snapshot is taken here, before the author's SQL: every row of the result is of one moment, also where functions
// run queries of their own, and the transaction cannot be made writable any more (25001). If the server is no follower
// by now, it was promoted since the age was read.
const sqlBegin = `begin isolation level repeatable read read only; select pg_is_in_recovery()`

// Open runs a query. The caller closes the Rows, which hold one of the source's connections; the end of ctx ends the
// query on the server, whether or not Rows are being read.
func (f *Follower) Open(ctx context.Context, q clips.Query) (clips.Rows, error) {
	if err := acceptable(q); err != nil {
		return nil, err
	}
	if err := f.sit(ctx); err != nil {
		return nil, err
	}
	if q.Began != nil {
		q.Began()
	}
	s, err := f.begin(ctx, q.TimeZone, messageLimit(f.limits(q.Limits)), f.maxLag(q))
	if err != nil {
		f.stand()
		return nil, err
	}
	r, err := s.query(q)
	if err != nil {
		s.leave()
		return nil, err
	}
	r.whole = s.end
	r.leave = s.leave
	return r, nil
}

// acceptable refuses what the protocol cannot carry: a NUL would end the statement early.
func acceptable(q clips.Query) error {
	if at := strings.IndexByte(q.SQL, 0); at >= 0 {
		return trouble{clips.KindSQL, "The SQL holds a NUL character", "remove it"}.err(nil)
	}
	return nil
}

// query takes the author's query from the gate to its first row, in the transaction that has begun.
func (s *session) query(q clips.Query) (*rows, error) {
	if err := s.gate(q); err != nil {
		return nil, err
	}
	statement, err := s.describe(q)
	if err != nil {
		return nil, err
	}
	if err := s.budget(q); err != nil {
		return nil, err
	}
	header := clips.Header{TimeZone: s.conn.ParameterStatus("TimeZone")}
	header.AsOf, header.Lag = s.data.asOf()
	if header.Columns, err = s.columns(statement.Fields); err != nil {
		return nil, err
	}
	printed, formats := newPrinted(header.Columns, s.binaryForms(q))
	s.execute(statement, q, formats)
	return &rows{session: s, query: q, header: header, limits: s.f.limits(q.Limits), printed: printed}, nil
}

// snap takes the snapshot, of data whose age was read.
func (s *session) snap() error {
	ctx, cancel := s.within(0)
	defer cancel()
	rows, err := s.firsts(s.conn.Exec(ctx, sqlBegin))
	if err != nil {
		return s.explain(err)
	}
	if isTrue(rows[0][0]) != s.data.follower {
		return s.f.promoted().err(nil)
	}
	return nil
}

// The role of the server is asked once more at the end: data read while it was promoted is of no certain age.
const sqlEnd = `select pg_is_in_recovery(); rollback`

// end ends the transaction, whose rows are good if it returns nil.
func (s *session) end() error {
	ctx, cancel := s.within(0)
	defer cancel()
	last, err := s.firsts(s.conn.Exec(ctx, sqlEnd))
	if err != nil {
		return s.explain(err)
	}
	if isTrue(last[0][0]) != s.data.follower {
		return s.f.promoted().err(nil)
	}
	return nil
}

// statementName is not empty, since our own look-ups use the unnamed statement. Each query of a session has its own.
const statementName = "clip"

// describe prepares the plain SQL, not the cursor of the gate: queries through a cursor get no parallel plans.
func (s *session) describe(q clips.Query) (*pgconn.StatementDescription, error) {
	ctx, cancel := s.within(s.f.cfg.LockTimeout)
	defer cancel()
	s.queries++
	statement, err := s.conn.Prepare(ctx, statementName+strconv.Itoa(s.queries), q.SQL, oids(q.Args))
	if err != nil {
		return nil, s.explainSQL(err, q, 0)
	}
	if len(statement.ParamOIDs) != len(q.Args) {
		return nil, strayParameter().err(nil)
	}
	return statement, nil
}

// execute sends the query off; what becomes of it is for the reader to say.
func (s *session) execute(statement *pgconn.StatementDescription, q clips.Query, formats []int16) {
	s.started = time.Now()
	var ctx context.Context
	ctx, s.cancel = context.WithTimeoutCause(s.sentry.guard(s), s.f.cfg.StatementTimeout+overrun, errSilent)
	s.reader = s.conn.ExecStatement(ctx, statement, values(q.Args), nil, formats)
}

func oids(args []clips.Arg) []uint32 {
	list := make([]uint32, len(args))
	for i, a := range args {
		list[i] = a.OID
	}
	return list
}

func values(args []clips.Arg) [][]byte {
	list := make([][]byte, len(args))
	for i, a := range args {
		if a.Value != nil {
			list[i] = append([]byte{}, *a.Value...) // never nil, which would be NULL
		}
	}
	return list
}
