package faults

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// serving is a config with the ledger as a clip.
const serving = `
[state]
dsn = '''%s'''
[sources.follower]
dsn = '''%s'''
[clips.ledger]
sql = "` + ledgerSQL + `"
max_age = "1h"
`

var stepForm = regexp.MustCompile(`failpoint\.At\("([a-z.]+)"\)`)

// steps are those in the source whose names begin so: all there are, so that none is forgotten.
func steps(t *testing.T, prefixes ...string) []string {
	t.Helper()
	var all []string
	walk(t, ".go", func(text string) {
		for _, found := range stepForm.FindAllStringSubmatch(text, -1) {
			all = append(all, found[1])
		}
	})
	slices.Sort(all)
	all = slices.DeleteFunc(slices.Compact(all), func(step string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(step, p) })
	})
	if len(all) < 3 {
		t.Fatalf("the steps %q are not all", all)
	}
	return all
}

// passes is how often a run passes a step, when that is more than once.
var passes = map[string]int{"file.write": 2, "file.rename": 3, "save.chunk": 2}

// TestARunKilledAtAnyStep: kill -9 at each step of a refresh. Then every link opens, what readers get is the whole result
// of before or the whole new one, each run has an end, and no half file is left.
func TestARunKilledAtAnyStep(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 2000)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.start()
	links := []string{s.link("ledger")["csv"]}
	shown, _ := l.read(links[0])
	turns := []int{shown}
	s.end(syscall.SIGTERM)
	aged := func(by string) {
		pgtest.Exec(t, state, "update clipsheet.snapshots set created_at = now() - interval '"+by+"'")
	}
	for _, step := range steps(t, "run.", "file.", "save.") {
		for turn := range max(1, passes[step]) {
			at := fmt.Sprintf("%s=kill@%d", step, turn+1)
			l.turn()
			aged("3 hours") // whoever asks waits for a run
			s.failAt(at)
			s.start()
			fetch(links[0])
			s.waitEnd()
			if ws := s.state.Sys().(syscall.WaitStatus); ws.Signal() != syscall.SIGKILL {
				t.Fatalf("%s: it ended with %s", at, s.state)
			}
			aged("0 hours") // nobody causes a run
			s.failAt("")
			s.start()
			if left := s.temporary(); len(left) > 0 {
				t.Errorf("%s left %q", at, left)
			}
			turns = append(turns, 0)
			for _, link := range links {
				now, _ := l.read(link)
				if before := turns[len(turns)-2]; now < before || now > l.last {
					t.Errorf("%s: shown was turn %d, now %d, of %d", at, before, now, l.last)
				}
				turns[len(turns)-1] = now
			}
			links = append(links, s.link("ledger")["csv"])
			if open := pgtest.Query(t, state, `select id from clipsheet.runs where state = 'running' or ended_at is null`); len(open) > 0 {
				t.Errorf("%s: runs %q have no end", at, open)
			}
			if lost := pgtest.Query(t, state, `
				select id from clipsheet.runs where state = 'done' except select id from clipsheet.snapshots`); len(lost) > 0 {
				t.Errorf("%s: the results of runs %q are not there", at, lost)
			}
			s.kill()
		}
	}
	aged("3 hours")
	s.start()
	if now, _ := l.read(links[0]); now != l.last {
		t.Errorf("after all kills a run shows turn %d of %d", now, l.last)
	}
	pgtest.EventuallyWithin(t, 15*time.Second, "the backends of the killed to go", func() bool {
		return pgtest.Query(t, l.follower, `
			select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)[0] == "0"
	})
}
