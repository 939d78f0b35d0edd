package sources

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// connectError puts a failed connection into words. Neither the words nor a Detail name the host, the role or the
// database, all of which pgx and Postgres like to quote; the cause does, for the log.
func (f *Follower) connectError(ctx context.Context, err error, zone string) error {
	cause := err
	if c, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		cause = c.Unwrap() // without the config, which holds the password
	}
	if ctx.Err() != nil {
		return f.ctxTrouble(ctx).err(cause)
	}
	t, state := f.whyNot(err, zone)
	e := t.of(f.cfg.Name).err(cause)
	e.SQLState = state
	return e
}

func (f *Follower) whyNot(err error, zone string) (trouble, string) {
	if errors.Is(err, errPrimary) {
		return f.notFollower(), ""
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused(pg, f.cfg.Name, zone), pg.Code
	}
	if _, ok := errors.AsType[*pgconn.NotPreferredError](err); ok {
		return f.notFollower(), ""
	}
	if isTLS(err) {
		return trouble{clips.KindAuth, "No encrypted connection to SOURCE could be made",
			"check the server's certificate and the ssl settings in sources.SOURCE.dsn"}, ""
	}
	return f.unreachable(err), ""
}

// refused is a server that answered, and said no.
func refused(pg *pgconn.PgError, source, zone string) trouble {
	switch {
	case pg.Code == "22023" && zone != "" && strings.Contains(pg.Message, `"TimeZone"`):
		return badZone(source, zone)
	case pg.Code == "42501":
		return trouble{clips.KindAuth, "The role of SOURCE may not connect to its database", "grant connect on the database to it"}
	case strings.Contains(pg.Message, "unsupported startup parameter"):
		return trouble{clips.KindUnavailable, "SOURCE is behind PgBouncer, which refuses the limits that runs need",
			"point sources.SOURCE.dsn at Postgres itself"}
	case strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "42"):
		return trouble{clips.KindAuth, "SOURCE refused a setting of the connection", "correct the settings in sources.SOURCE.dsn"}
	}
	return wordsOf(pg)
}

// unreachable is a server that did not answer at all.
func (f *Follower) unreachable(err error) trouble {
	if name, ok := errors.AsType[*net.DNSError](err); ok && !name.IsTimeout {
		return trouble{clips.KindUnavailable, "The host of SOURCE cannot be found", "correct the host in sources.SOURCE.dsn, or look at DNS"}
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return trouble{clips.KindUnavailable, "Nothing answers where the follower SOURCE should be", "start the follower, or correct host and port in sources.SOURCE.dsn"}
	case errors.Is(err, fs.ErrNotExist):
		return trouble{clips.KindUnavailable, "The socket of SOURCE is not there", "start the follower, or correct host and port in sources.SOURCE.dsn"}
	case errors.Is(err, fs.ErrPermission):
		return trouble{clips.KindUnavailable, "The socket of SOURCE may not be opened", "let this user enter its folder"}
	case pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded):
		return trouble{clips.KindUnavailable, fmt.Sprintf("SOURCE did not answer within %s", f.cfg.ConnectTimeout),
			"look at the follower and at the network between, or raise sources.SOURCE.connect_timeout"}
	}
	return trouble{clips.KindUnavailable, "No connection to SOURCE could be made", "run clipsheet check, and look at the log"}
}

// isTLS tells whether an encrypted connection was wanted and failed. pgx has no type for a server without TLS.
func isTLS(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, alert := errors.AsType[tls.AlertError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return certificate || record || alert || authority || host ||
		strings.Contains(err.Error(), "server refused TLS connection")
}
