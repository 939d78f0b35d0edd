package sources

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// trouble is a failure in words: what happened, and what to do next.
type trouble struct {
	kind clips.Kind
	what string
	cure string
}

// err makes the words an error. The cause may name hosts and users: it is for logs, and Error does not print it.
func (t trouble) err(cause error) *clips.Error {
	return &clips.Error{Kind: t.kind, Notice: t.notice(), Cause: cause}
}

func (t trouble) notice() string { return t.what + ": " + t.cure + "." }

// of fills in the source's name.
func (t trouble) of(source string) trouble {
	t.what = strings.ReplaceAll(t.what, "SOURCE", source)
	t.cure = strings.ReplaceAll(t.cure, "SOURCE", source)
	return t
}

// states are Postgres' SQLSTATEs and their classes in our words; the longest that fits counts. What Postgres itself
// says, which can quote data, becomes the Detail.
var states = map[string]trouble{
	"":      {clips.KindInternal, "The follower SOURCE reported an error of its own", "look at its log"},
	"08":    {clips.KindUnavailable, "The connection to the follower SOURCE broke", "ask again in a minute"},
	"0A":    {clips.KindSQL, "The SQL uses something Postgres does not support", "correct the SQL"},
	"0A000": {clips.KindSQL, "The SQL uses something Postgres does not support there", "correct the SQL"},
	"21":    {clips.KindSQL, "A subquery of the SQL gave more than one row", "make it give one"},
	"22":    {clips.KindSQL, "The SQL met a value it cannot work with", "correct the SQL, or leave such values out"},
	"22003": {clips.KindSQL, "A number in the SQL grew too large for its type", "cast it to a larger one"},
	"22007": {clips.KindSQL, "The SQL met a text that is no date or time", "correct the SQL, or leave such values out"},
	"22008": {clips.KindSQL, "A date or time in the SQL is out of range", "correct the SQL, or leave such values out"},
	"22012": {clips.KindSQL, "The SQL divides by zero", "write nullif(divisor, 0)"},
	"22021": {clips.KindSQL, "The SQL or a parameter holds bytes that are not valid text", "write it in UTF-8"},
	"22P02": {clips.KindSQL, "The SQL casts a text that does not have that form", "correct the SQL, or leave such values out"},
	"22P05": {clips.KindSQL, "The SQL met a character that has no place in UTF-8", "leave such values out"},
	"25":    {clips.KindWrite, "The SQL tried to change its transaction, and clips only read", "leave that part out"},
	"25006": {clips.KindWrite, "The SQL tried to write, and clips only read", "leave that part out"},
	"25P03": {clips.KindUnavailable, "The session on SOURCE stood still for too long and was ended", "ask again"},
	"26":    {clips.KindSQL, "The SQL ended its own prepared statement", "leave that part out"},
	"28":    {clips.KindAuth, "SOURCE refused the role", "check the role in sources.SOURCE.dsn and the server's pg_hba.conf"},
	"28P01": {clips.KindAuth, "SOURCE refused the password", "correct the password in sources.SOURCE.dsn"},
	"2D":    {clips.KindWrite, "The SQL tried to end its transaction", "leave that part out"},
	"38":    {clips.KindSQL, "A function that the SQL calls failed", "correct the function or the call"},
	"39":    {clips.KindSQL, "A function that the SQL calls failed", "correct the function or the call"},
	"3D":    {clips.KindAuth, "SOURCE has no such database", "correct the database in sources.SOURCE.dsn"},
	"3F":    {clips.KindSQL, "The SQL names a schema that does not exist", "correct the name"},
	"40":    {clips.KindConflict, "The follower SOURCE had to cancel the query to keep up with the primary", "ask again"},
	"42":    {clips.KindSQL, "The SQL is wrong", "correct it"},
	"42501": {clips.KindPermission, "The role of SOURCE may not read something the SQL uses", "grant it, or leave that out"},
	"42601": {clips.KindSQL, "The SQL has a syntax error", "correct it"},
	"42702": {clips.KindSQL, "The SQL names a column that several tables have", "write the table before it"},
	"42703": {clips.KindSQL, "The SQL names a column that does not exist", "correct the name"},
	"42803": {clips.KindSQL, "The SQL mixes grouped and ungrouped columns", "add the column to group by, or aggregate it"},
	"42804": {clips.KindSQL, "The SQL puts values of different types together", "add a cast"},
	"42883": {clips.KindSQL, "The SQL calls a function or operator that does not exist for such values", "correct it, or add a cast"},
	"42P01": {clips.KindSQL, "The SQL names a table that does not exist, or not yet on the follower", "correct the name"},
	"42P02": {clips.KindSQL, "The SQL uses a numbered parameter that is not there", "write parameters as :name and declare them"},
	"42P18": {clips.KindSQL, "The SQL has a value whose type cannot be told", "add a cast, like :name::text"},
	"53":    {clips.KindUnavailable, "The follower SOURCE is short of something it needs", "ask again, or look at its log"},
	"53100": {clips.KindUnavailable, "The disk of the follower SOURCE is full", "free some space there, or make the query sort less"},
	"53200": {clips.KindUnavailable, "The follower SOURCE ran out of memory", "make the query smaller, or ask again"},
	"53300": {clips.KindBusy, "The follower SOURCE has no connection left", "ask again in a minute, or lower sources.SOURCE.max_connections"},
	"53400": {clips.KindTooLarge, "The query needs more temporary disk space than the follower SOURCE allows", "narrow it, or raise temp_file_limit there"},
	"54":    {clips.KindSQL, "The SQL is more than Postgres can take", "make it simpler"},
	"54000": {clips.KindTooLarge, "A value grew larger than Postgres can hold", "narrow the query"},
	"55":    {clips.KindSQL, "The SQL needs something that is not ready on the follower", "correct it, or ask again"},
	"55P03": {clips.KindTimeout, "Another session on SOURCE holds a lock that the query needs", "ask again in a minute, or raise sources.SOURCE.lock_timeout"},
	"57":    {clips.KindUnavailable, "The follower SOURCE ended the session", "ask again in a minute"},
	"57014": {clips.KindCanceled, "Someone cancelled the query on the follower SOURCE", "ask again, or ask the database's operator"},
	"57P01": {clips.KindUnavailable, "The follower SOURCE is stopping, or its operator ended the session", "ask again in a minute"},
	"57P02": {clips.KindUnavailable, "The follower SOURCE crashed and is restarting", "ask again in a minute"},
	"57P03": {clips.KindUnavailable, "The follower SOURCE is starting or stopping, or takes no queries (hot_standby)", "ask again in a minute"},
	"58":    {clips.KindUnavailable, "The follower SOURCE has trouble with its system", "look at its log"},
	"F0":    {clips.KindUnavailable, "The follower SOURCE is misconfigured", "look at its log"},
	"P0":    {clips.KindSQL, "A function that the SQL calls failed", "correct the function or the call"},
	"XX001": {clips.KindUnavailable, "The data of the follower SOURCE is damaged", "look at its log, and rebuild the follower"},
	"XX002": {clips.KindUnavailable, "An index of the follower SOURCE is damaged", "look at its log, and rebuild the follower"},
}

func wordsOf(pg *pgconn.PgError) trouble {
	if pg.Code == "XX000" && pg.Routine == "GetNewObjectId" {
		return states["25006"] // how a follower says that it cannot make a large object
	}
	for _, prefix := range []string{pg.Code, pg.Code[:min(2, len(pg.Code))]} {
		if t, ok := states[prefix]; ok {
			return t
		}
	}
	return states[""]
}

// explain puts an error of a session into words. nil stays nil.
func (s *session) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*clips.Error](err); done {
		return err
	}
	if s.ctx.Err() != nil {
		return s.f.ctxTrouble(s.ctx).err(err)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		if strings.HasPrefix(pg.Code, "40") {
			s.server.aside() // it has to catch up
		}
		e := wordsOf(pg).of(s.f.cfg.Name).err(err)
		e.SQLState, e.Detail = pg.Code, detail(pg)
		return e
	}
	if pgconn.Timeout(err) {
		return trouble{clips.KindUnavailable, "The follower SOURCE stopped answering",
			"look at it and at the network between"}.of(s.f.cfg.Name).err(err)
	}
	return trouble{clips.KindUnavailable, "The connection to the follower SOURCE broke", "ask again in a minute"}.
		of(s.f.cfg.Name).err(err)
}

// explainSQL is explain for an error about the author's SQL, before which the server saw prefix characters of ours.
func (s *session) explainSQL(err error, q clips.Query, prefix int) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if ok && s.ctx.Err() == nil && pg.Code == "57014" && s.overran(pg) {
		return s.say(s.f.statementTimeout(), pg, q, prefix)
	}
	explained := s.explain(err)
	if e, is := explained.(*clips.Error); ok && is {
		e.Position = position(pg, q, prefix)
		if len(q.Args) == 0 && (pg.Code == "42P02" || pg.Code == "42P18") && strings.Contains(pg.Message, "$") {
			e.Notice = strayParameter().notice()
		}
	}
	return explained
}

// explainRun is explain for an error while the author's SQL ran.
func (s *session) explainRun(err error, q clips.Query) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case s.ctx.Err() == nil && s.wasPromoted():
		return s.f.promoted().err(err)
	case s.ctx.Err() == nil && pgconn.Timeout(err):
		return s.f.statementTimeout().err(err) // the server did not end it, so it was ended from here
	case !ok || s.ctx.Err() != nil:
		return s.explain(err)
	case strings.HasPrefix(pg.Code, "22") && boundParameter.MatchString(pg.Where):
		return s.say(trouble{clips.KindParameter, "A parameter has a value the SQL cannot use", "give another"}, pg, q, 0)
	}
	return s.explainSQL(err, q, 0)
}

// boundParameter is what Postgres writes, in most languages, where an error is about a bound value.
var boundParameter = regexp.MustCompile(`^[^\n]*portal[^\n]* \$\d+`)

// overran tells the statement timeout from a person's pg_cancel_backend, which has the same code: by the words, and
// where they are in another language, by the clock.
func (s *session) overran(pg *pgconn.PgError) bool {
	return strings.Contains(pg.Message, "statement timeout") || time.Since(s.started) >= s.f.cfg.StatementTimeout
}

func (f *Follower) statementTimeout() trouble {
	return trouble{clips.KindTimeout,
		fmt.Sprintf("The query ran longer than %s and was stopped", f.cfg.StatementTimeout),
		"narrow it, or raise sources.SOURCE.statement_timeout"}.of(f.cfg.Name)
}

// say gives an error of Postgres words of its own.
func (s *session) say(t trouble, pg *pgconn.PgError, q clips.Query, prefix int) error {
	e := t.err(pg)
	e.SQLState, e.Detail, e.Position = pg.Code, detail(pg), position(pg, q, prefix)
	return e
}

// position is where in the author's text the error is; 0 when it is nowhere there, as inside a function.
func position(pg *pgconn.PgError, q clips.Query, prefix int) int {
	at := int(pg.Position) - prefix
	if at <= 0 {
		return 0
	}
	if q.Map != nil {
		return q.Map(at)
	}
	return at
}

// detailMost bounds what is kept of Postgres' words, which can quote whole values.
const detailMost = 2000

// detail is what Postgres said, in one paragraph.
func detail(pg *pgconn.PgError) string {
	parts := []string{pg.Message}
	for _, p := range []string{pg.Detail, pg.Hint} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	text := strings.Join(parts, "; ")
	if len(text) > detailMost {
		text = strings.ToValidUTF8(text[:detailMost], "") + "…"
	}
	return text
}

// ctxTrouble is for work that ended because whoever asked for it stopped waiting.
func (f *Follower) ctxTrouble(ctx context.Context) trouble {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return trouble{clips.KindTimeout, "The query was not done in time and was stopped", "narrow it, or ask again later"}
	}
	return trouble{clips.KindCanceled, "The query was stopped, since nobody waits for it any more", "ask again"}
}

func (f *Follower) notFollower() trouble {
	return trouble{clips.KindNotFollower, "The server of source SOURCE is a primary, and clips run on followers",
		"point sources.SOURCE.dsn at a standby, or set allow_primary = true there"}.of(f.cfg.Name)
}

func (f *Follower) promoted() trouble {
	return trouble{clips.KindNotFollower, "The follower SOURCE was promoted to a primary during the run",
		"point sources.SOURCE.dsn at a standby"}.of(f.cfg.Name)
}

func strayParameter() trouble {
	return trouble{clips.KindSQL, "The SQL uses numbered parameters like $1, which have no values",
		"write parameters as :name and declare them"}
}

func badZone(source, zone string) trouble {
	return trouble{clips.KindSQL, fmt.Sprintf("Source SOURCE knows no time zone %.60q", zone),
		`write one such as "Europe/Berlin"`}.of(source)
}
