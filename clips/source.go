package clips

import (
	"context"
	"io"
	"time"
)

// Query is one statement to run, read-only.
type Query struct {
	SQL      string // with $1, $2 … where parameters stand
	Args     []Arg  // bound server-side, never pasted into the SQL
	TimeZone string // IANA name; empty leaves the server's
	Limits   Limits // zero fields leave the source's own

	MaxLag time.Duration // of the server behind its primary; 0, or more than the source allows, leaves the source's own

	Map   PosFunc // maps a position in SQL to the author's text; nil is the identity
	Began func()  // called once there is a place for the query, which may be waited for; may be nil
}

// PosFunc maps a 1-based character position, as Postgres reports it, to one in the text the author wrote.
type PosFunc func(int) int

// Arg is a bound value in Postgres text form, with the type it is bound as; OID 0 lets the server decide.
type Arg struct {
	OID   uint32
	Value *string // nil is NULL
}

// Limits bound a result. What goes over is a KindTooLarge that names the limit; nothing is ever cut.
type Limits struct {
	Rows  int64 // rows
	Bytes int64 // bytes of text values in all
	Cell  int64 // bytes of one value
}

// Source runs queries on a follower. The caller closes the Rows. A cancelled ctx ends the query on the server.
type Source interface {
	Open(ctx context.Context, q Query) (Rows, error)
}

// TogetherSource is a Source that also runs several queries in one snapshot, so that their results are of one moment.
// each is given the rows of query i, in order, and reads them to their end; they are good once Together returns nil.
type TogetherSource interface {
	Source
	Together(ctx context.Context, queries []Query, each func(i int, rows Rows) error) error
}

// Request asks for the result of a clip with parameters bound.
type Request struct {
	Clip  Clip
	Bound Bound
	Fresh bool // the reader wants a run even when the last result is young enough; bounded by a minimum age

	// Patient is a reader who waits for the run as long as it takes, where others have the last good result after a while.
	Patient bool

	// Ahead, if not nil, says what the reader wants made of a new result, so that it is made while the rows arrive. It is
	// called by the run that the request began, once for each try, and may outlive the reader.
	Ahead func(Header) Form
}

// Form is one thing to make of a whole result, a body of a feed. It depends on nothing but the result; equal variants of
// one result are equal. The zero Form is nothing to make.
type Form struct {
	Variant string
	Encode  func(w io.Writer, r Rows) error
}

// Answer is the result that serves a Request: which snapshot, and why it may be older than was asked for.
type Answer struct {
	Info  SnapshotInfo
	Stale string // empty, or one sentence for the X-Clip-Stale header: the last good result stands in
}

// Finding is one thing `clipsheet check` has to say: Level, what it is about, what was found, and its cure.
type Finding struct {
	Level   Level  `json:"level"`
	Subject string `json:"subject"` // "config", "state", "source erp", …
	Text    string `json:"text"`
	Cure    string `json:"cure,omitempty"` // what to do; empty when all is well
}

// Level says how bad a Finding is.
type Level string

const (
	LevelOK      Level = "ok"
	LevelWarning Level = "warning"
	LevelFatal   Level = "fatal"
)

// MinFreshAge bounds what readers can force with Request.Fresh: a result younger than this is never run again.
const MinFreshAge = 5 * time.Second
