package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

var errBadDSN = &clips.Error{Kind: clips.KindAuth, Notice: "state.dsn is not a Postgres connection string: write it as " +
	"postgres://user:password@host:5432/database, with special characters in the password percent-encoded."}

// explain says what we were doing, and turns what Postgres or the network said into a kind and words. pgx's own
// messages name host, role and database, so they stay in the cause, which nothing prints.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	var ours *clips.Error
	switch {
	case errors.As(err, &ours):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, clips.ErrNotFound)
	case errors.Is(err, context.Canceled), errors.Is(err, clips.ErrNotFound), errors.Is(err, clips.ErrFenced),
		errors.Is(err, clips.ErrEdited):
		return fmt.Errorf("%s: %w", doing, err)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromPostgres(doing, pg)
	}
	if disconnected(err) {
		return &clips.Error{Kind: clips.KindUnavailable, Detail: reason(err), Cause: err,
			Notice: "The state database does not answer: see that its Postgres runs and that state.dsn names it."}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &clips.Error{Kind: clips.KindUnavailable, Cause: fmt.Errorf("%s: %w", doing, err),
			Notice: "The state database did not answer in time: ask again in a minute, and see what it is busy with."}
	}
	return fmt.Errorf("state database: %s: %w", doing, err)
}

func disconnected(err error) bool {
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	if errors.Is(err, context.DeadlineExceeded) && !connect {
		return false // the caller's patience, which says nothing about the server
	}
	return connect || network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, net.ErrClosed)
}

// reason is the part of a network error that names nobody: "connection refused", "no such host".
func reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.Err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not trusted"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return ""
}

// sayings are what a person may read, by SQLSTATE or its first two characters.
var sayings = map[string]struct {
	kind   clips.Kind
	notice string
}{
	"08":    {clips.KindUnavailable, "The connection to the state database broke: try again."},
	"57P01": {clips.KindUnavailable, "The state database is being stopped: try again when it is back."},
	"57P02": {clips.KindUnavailable, "The state database has crashed and is restarting: try again in a moment."},
	"57P03": {clips.KindUnavailable, "The state database is starting or stopping: try again in a moment."},
	"57014": {clips.KindTimeout, "The state database took too long: see what it is busy with in pg_stat_activity."},
	"25P03": {clips.KindTimeout, "The state database ended a transaction that stood still: try again."},
	"55P03": {clips.KindTimeout, "The state database kept us waiting for a lock: see pg_stat_activity for who holds it."},
	"40":    {clips.KindUnavailable, "The state database asks for the same again: try again."},
	"53100": {clips.KindDiskFull, "The disk of the state database is full: free some space; what is stored already is safe."},
	"53200": {clips.KindUnavailable, "The state database is out of memory: give its machine more."},
	"53300": {clips.KindBusy, "The state database has no connection left: raise its max_connections, or end idle sessions."},
	"28":    {clips.KindAuth, "The state database does not let us in: check role and password in state.dsn, and pg_hba.conf."},
	"3D000": {clips.KindAuth, "The database that state.dsn names does not exist: create it, with encoding 'UTF8'."},
	"42501": {clips.KindAuth, "The role of state.dsn may not do that: grant it CREATE on the database, or make it " +
		"owner of schema clipsheet and what is in it."},
	"25006": {clips.KindNotFollower, "The state database is read-only: state.dsn must name the primary."},
	"XX001": {clips.KindCorrupt, "The state database reports damaged data: restore it from a backup."},
	"XX002": {clips.KindCorrupt, "The state database reports a damaged index: REINDEX it, and check its disk."},
}

func fromPostgres(doing string, pg *pgconn.PgError) error {
	say, ok := sayings[pg.Code]
	if !ok && len(pg.Code) == 5 {
		say, ok = sayings[pg.Code[:2]]
	}
	if !ok {
		return fmt.Errorf("state database: %s: %w", doing, pg)
	}
	return &clips.Error{Kind: say.kind, Notice: say.notice, SQLState: pg.Code, Cause: pg}
}

// storable refuses what Postgres' text cannot hold, before it does so in its own words.
func storable(what string, texts ...string) error {
	for _, s := range texts {
		if strings.ContainsRune(s, 0) {
			return refuse("%s holds a NUL character, which Postgres cannot store: remove it.", what)
		}
		if !utf8.ValidString(s) {
			return refuse("%s is not valid UTF-8: save it as UTF-8.", what)
		}
	}
	return nil
}

// cleaned makes any text storable: for what must be noted, whatever it says.
func cleaned(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "�")
}

func refuse(format string, a ...any) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(format, a...)}
}
