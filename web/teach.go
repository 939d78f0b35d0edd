package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"
)

// lesson is the query of a clip for people who would learn from it.
type lesson struct {
	Clip    clips.Clip
	Clauses []taught
	Tables  []clips.Table // that it reads, with the columns that it names
	Plan    *planShown
	Missing string // why there is no plan, or no word about the tables
	MayCopy bool
}

// taught is a clause with what it means.
type taught struct {
	Text  string
	Says  string
	Terms []term // words in it that have a meaning of their own
	Inner []taught
	After string // what closes the inner query
}

// lessonTime is how long a page waits for the follower, whose part in it is small.
const lessonTime = 10 * time.Second

func (s *site) teach(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, ok := s.findClip(w, r, who)
	if !ok {
		return
	}
	sql := clip.Revision.SQL
	l := lesson{Clip: clip, Clauses: explained(clips.Clauses(sql), termsOf(clip.Revision.Params)), MayCopy: who.Role >= clips.RoleAuthor && s.Desk != nil}
	if s.Desk != nil {
		ctx, cancel := context.WithTimeout(r.Context(), lessonTime)
		defer cancel()
		if err := s.lookInto(ctx, r, &l); err != nil {
			visitOf(r).err = err
			l.Missing = problemOf(err, visitOf(r).id).Text
		}
	}
	s.show(w, r, who, "teach.html", http.StatusOK, "How "+clip.Title+" is made", l)
}

// lookInto asks the follower for the tables of the query, and for its plan with the values in the address; or it
// remembers what it was told.
func (s *site) lookInto(ctx context.Context, r *http.Request, l *lesson) error {
	rev := l.Clip.Revision
	given, wrong := parameters(rev.Params, parseQuery(r.URL.RawQuery), nil)
	name := lessonOf(l.Clip, given)
	if known, ok := s.lessons.find(name, s.Now()); ok && wrong == nil {
		l.Tables, l.Plan = known.tables, known.plan
		return nil
	}
	all, err := s.Desk.Tables(ctx, rev.Source)
	if err != nil {
		return err
	}
	l.Tables = named(all, clips.Words(rev.SQL))
	if wrong != nil {
		return wrong
	}
	if l.Plan, err = s.plan(ctx, rev, given); err != nil {
		return err
	}
	s.lessons.keep(name, told{l.Tables, l.Plan, s.Now()})
	return nil
}

// named are the tables that a query names, with the columns that it names; with all of them, where it names none.
func named(all []clips.Table, words []string) []clips.Table {
	var in []clips.Table
	for _, t := range all {
		if !slices.Contains(words, t.Name) {
			continue
		}
		columns := slices.DeleteFunc(slices.Clone(t.Columns), func(c clips.TableColumn) bool { return !slices.Contains(words, c.Name) })
		if len(columns) > 0 {
			t.Columns = columns
		}
		in = append(in, t)
	}
	return in
}

// explained has each clause with its meaning, and each term where it comes first.
func explained(all []clips.Clause, terms *terms) []taught {
	var out []taught
	for _, c := range all {
		one := taught{Text: tidy(c.Text), Says: meaning(c)}
		own := c.Text
		if len(c.Inner) > 0 {
			one.Inner = explained(c.Inner, terms)
			var inner strings.Builder
			for _, part := range c.Inner {
				inner.WriteString(part.Text)
			}
			before, after, _ := strings.Cut(c.Text, inner.String())
			one.Text, one.After, own = tidy(before), tidy(after), before+after
		}
		one.Terms = terms.in(own)
		out = append(out, one)
	}
	return out
}

// tidy takes off empty lines, and what all lines are indented by.
func tidy(text string) string {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\t", "    "), " \n\r"), "\n")
	for len(lines) > 1 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	indent := len(text)
	for _, line := range lines {
		if bare := strings.TrimLeft(line, " "); bare != "" {
			indent = min(indent, len(line)-len(bare))
		}
	}
	for i, line := range lines {
		lines[i] = line[min(indent, len(line)):]
	}
	return strings.Join(lines, "\n")
}
