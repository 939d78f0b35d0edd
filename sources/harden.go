package sources

import (
	_ "embed" // the script is SQL, so it lives in files of SQL
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// The script for the DBA, in pieces: what makes a role safe, and what it takes from every other role of the database.
var (
	//go:embed harden_begin.sql
	hardenBegin string
	//go:embed harden_minimum.sql
	hardenMinimum string
	//go:embed harden_full.sql
	hardenFull string
	//go:embed harden_end.sql
	hardenEnd string
)

// fewConnections is the least that the role's connection limit is set to: two nodes, and an operator's look.
const fewConnections = 20

// HardenSQL is the script that makes the source's role safe, for a DBA to read and to run on the primary: the minimum,
// or with full also what takes more from others. It is run as a whole or not at all, and may be run again. It names the
// role and the database of the DSN, and never its password.
func (f *Follower) HardenSQL(full bool) string {
	script := hardenBegin + hardenMinimum
	if full {
		script += hardenFull
	}
	watchdog := "clipsheet_watchdog"
	if w := f.servers[0].watchdog; w.pg.User != f.pg.User {
		watchdog = w.pg.User
	}
	return strings.NewReplacer(
		"{source}", plain(f.cfg.Name),
		"{role}", identifier(f.pg.User), "{role text}", literal(f.pg.User),
		"{database}", identifier(f.pg.Database), "{database text}", literal(f.pg.Database),
		"{watchdog}", identifier(watchdog), "{watchdog text}", literal(watchdog),
		"{statement_timeout}", literal(millis(f.cfg.StatementTimeout)),
		"{lock_timeout}", literal(millis(f.cfg.LockTimeout)),
		"{connections}", strconv.Itoa(max(fewConnections, 2*f.cfg.MaxConnections+4)),
	).Replace(script + hardenEnd)
}

// odd is what could end a comment, a string or a $$ around a name. Names with it are written with escapes.
func odd(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`$'"\`, r) }

// identifier quotes a name where SQL wants one.
func identifier(name string) string { return escaped(name, `"`, `U&"`, `\%04x`) }

// literal quotes a name where SQL wants a text.
func literal(text string) string { return escaped(text, `'`, `E'`, `\u%04x`) }

func escaped(name, quote, oddQuote, escape string) string {
	if strings.IndexFunc(name, odd) < 0 {
		return quote + name + quote
	}
	var b strings.Builder
	for _, r := range name {
		if odd(r) {
			fmt.Fprintf(&b, escape, r)
		} else {
			b.WriteRune(r)
		}
	}
	return oddQuote + b.String() + quote
}

// plain is a name for comments and messages.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if odd(r) {
			return '?'
		}
		return r
	}, name)
}
