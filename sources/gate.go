package sources

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// gateCursor makes the server itself the judge of what is a query: after these words its grammar takes one SELECT,
// VALUES, TABLE or WITH and nothing else, and its analysis refuses WITH parts that write. Preparing it runs nothing.
const gateCursor = "declare c cursor for "

// gate lets only queries pass. What it refuses is refused in the author's terms, at the author's position.
func (s *session) gate(q clips.Query) error {
	s.started = time.Now()
	ctx, cancel := s.within(s.f.cfg.LockTimeout)
	defer cancel()
	_, err := s.conn.Prepare(ctx, "", gateCursor+q.SQL, oids(q.Args))
	if err == nil {
		return nil
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		if refused, ok := notAQuery(pg, q.SQL); ok {
			return s.say(refused, pg, q, len(gateCursor))
		}
	}
	return s.explainSQL(err, q, len(gateCursor))
}

const oneQuery = "a clip is one SELECT, VALUES, TABLE or WITH query"

// notAQuery has words for statements that are no query. The server's message may be in any language, so they are told
// by its code, its position and the name of the routine that spoke.
func notAQuery(pg *pgconn.PgError, sql string) (trouble, bool) {
	word, at := firstWord(sql)
	switch {
	case pg.Code == "0A000" && pg.Routine == "transformDeclareCursorStmt":
		return trouble{clips.KindWrite, "The SQL writes in a WITH part", "leave that part out: " + oneQuery}, true
	case pg.Code != "42601":
		return trouble{}, false
	case pg.Routine == "exec_parse_message":
		return trouble{clips.KindSQL, "The SQL holds more than one statement", "leave one: " + oneQuery}, true
	case at > utf8.RuneCountInString(sql):
		return trouble{clips.KindSQL, "The SQL is empty", "write a query: " + oneQuery}, true
	case int(pg.Position) == len(gateCursor)+at && writes[word]:
		return trouble{clips.KindWrite, "The SQL begins with " + strings.ToUpper(word) + ", which is no query",
			"write one that only reads: " + oneQuery}, true
	case int(pg.Position) == len(gateCursor)+at && word != "":
		return trouble{clips.KindSQL, "The SQL begins with " + strings.ToUpper(word) + ", which is no query",
			"begin it otherwise: " + oneQuery}, true
	}
	return trouble{}, false
}

// writes are the first words of statements that change data, definitions or rights.
var writes = wordSet(`insert update delete merge truncate create alter drop grant revoke copy import comment reindex
	vacuum cluster refresh call do reassign security`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

// firstWord finds where a statement begins after space and comments, as a 1-based character, and the word there in
// small letters: empty when it begins with none, like "(" does. A statement without an end of its comments, or with
// nothing else, begins after its last character.
func firstWord(sql string) (word string, at int) {
	rest := sql
	for {
		rest = strings.TrimLeft(rest, " \t\r\n\f\v")
		switch {
		case strings.HasPrefix(rest, "--"):
			_, rest, _ = strings.Cut(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			rest = afterComment(rest)
		default:
			end := strings.IndexFunc(rest, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' })
			if end < 0 {
				end = len(rest)
			}
			return strings.ToLower(rest[:end]), utf8.RuneCountInString(sql[:len(sql)-len(rest)]) + 1
		}
	}
}

// afterComment skips a comment, in which others may nest.
func afterComment(s string) string {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return s[i+1:]
			}
		}
	}
	return ""
}
