package faults

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// TestAStepThatFails: a disk or a database that refuses one step of a refresh, or a panic in it. The reader gets the result
// of before, marked, or the new one; the run says what became of it; nothing is left behind; the next run is well.
func TestAStepThatFails(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 300)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	l.read(link)
	s.end(syscall.SIGTERM)
	faults := []string{"run.query=panic", "file.write=panic"}
	for _, step := range steps(t, "run.", "file.", "save.") {
		faults = append(faults, step+"=error")
	}
	for _, fault := range faults {
		l.turn()
		pgtest.Exec(t, state, "update clipsheet.snapshots set created_at = now() - interval '3 hours'")
		s.failAt(fault)
		s.start()
		now, a := l.read(link)
		if stale := a.header.Get("X-Clip-Stale"); now == l.last-1 && stale == "" || now == l.last && stale != "" || now < l.last-1 {
			t.Errorf("%s: turn %d of %d is shown, marked %q", fault, now, l.last, stale)
		}
		pgtest.Eventually(t, fault+": the end of the run", func() bool {
			return len(pgtest.Query(t, state, `select id from clipsheet.runs where ended_at is null`)) == 0
		})
		if left := s.temporary(); len(left) > 0 {
			t.Errorf("%s left %q", fault, left)
		}
		pgtest.EventuallyWithin(t, 20*time.Second, fault+": the next run", func() bool {
			now, a := l.read(link)
			return now == l.last && a.header.Get("X-Clip-Stale") == ""
		})
		if !strings.Contains(s.log.String(), "failpoint "+strings.Replace(fault, "=", " ", 1)) {
			t.Errorf("it did not come to %s", fault)
		}
		if a := get(t, "http://"+s.address+"/healthz"); a.status != http.StatusOK {
			t.Errorf("%s: the service says %d", fault, a.status)
		}
		if state := s.end(syscall.SIGTERM); state.ExitCode() != 0 {
			t.Errorf("%s: it ended with %s", fault, state)
		}
	}
}
