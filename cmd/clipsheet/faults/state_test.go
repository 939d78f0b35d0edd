package faults

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// alone is a config whose state is in a private Postgres.
const alone = `
[sources.follower]
dsn = '''%s'''
[clips.ledger]
sql = "` + ledgerSQL + `"
max_age = "1h"
`

// postgres is the process of the private state database.
func (s *service) postgres() int {
	text, _ := os.ReadFile(filepath.Join(s.dir, "data", "state", "primary", "postmaster.pid"))
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(first)
	return pid
}

// makeLink makes a link if the service can just now; what it cannot it says in words.
func (s *service) makeLink() (csv string, ok bool) {
	s.Helper()
	a, err := s.try("/api/v1/links", map[string]any{"clip": "ledger"})
	switch {
	case err != nil:
		s.Fatal(err)
	case a.status == http.StatusOK:
		return addressForm.FindString(a.body), true
	case a.status != http.StatusServiceUnavailable && a.status != http.StatusInsufficientStorage || !strings.Contains(a.body, "state database"):
		s.Errorf("a link is refused with %d: %s", a.status, a.body)
	}
	return "", false
}

// TestAPrivateStateDatabaseThatDiesComesBack: its Postgres is killed, as when memory runs out. What was acknowledged is
// there, and the service is well again by itself.
func TestAPrivateStateDatabaseThatDiesComesBack(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 100)
	s := newService(t, alone, l.follower)
	s.start()
	links := []string{s.link("ledger")["csv"]}
	l.read(links[0])
	for range 2 {
		killed := s.postgres()
		links = append(links, s.link("ledger")["csv"])
		syscall.Kill(killed, syscall.SIGKILL)
		pgtest.EventuallyWithin(t, time.Minute, "the service to be ready with another Postgres", func() bool {
			return s.postgres() != killed && s.ready()
		})
		for _, link := range links {
			l.read(link)
		}
	}
	if state := s.end(syscall.SIGTERM); state.ExitCode() != 0 {
		t.Errorf("it ended with %s", state)
	}
}

// TestAFullDiskOfTheStateDatabase: links are made until the disk is full, and beyond. What cannot be kept is refused in
// words, what was acknowledged works when there is room again, without anybody's doing.
func TestAFullDiskOfTheStateDatabase(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 100)
	s := newService(t, alone, l.follower)
	disk := mount(t, filepath.Join(s.dir, "data"), "128m")
	s.start()
	link := s.link("ledger")["csv"]
	l.read(link)
	filler := disk.fill()
	acknowledged, refused := []string{link}, 0
	for end := time.Now().Add(time.Minute); refused < 5; {
		if made, ok := s.makeLink(); ok {
			acknowledged = append(acknowledged, made)
		} else {
			refused++
		}
		if time.Now().After(end) {
			t.Fatalf("%d links on a full disk", len(acknowledged))
		}
		a := get(t, link)
		if _, err := l.wholeCSV(a); a.status == http.StatusOK && err != nil || a.status != http.StatusOK && a.status != http.StatusServiceUnavailable {
			t.Errorf("with a full disk a reader gets %d: %v: %.300s", a.status, err, a.body)
		}
		filler.grow()
	}
	filler.remove()
	pgtest.EventuallyWithin(t, time.Minute, "the service to be well again", func() bool { return s.ready() })
	t.Logf("%d links were made, %d refused", len(acknowledged), refused)
	for _, link := range acknowledged {
		pgtest.Eventually(t, "a link that was acknowledged", func() bool { return get(t, link).status == http.StatusOK })
	}
	if _, ok := s.makeLink(); !ok {
		t.Error("with room again no link can be made")
	}
	s.end(syscall.SIGTERM)
}

// TestADamagedStateDatabaseIsRefused: it is not begun anew, whatever is wrong with it.
func TestADamagedStateDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 10)
	s := newService(t, alone, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	s.end(syscall.SIGTERM)
	control := filepath.Join(s.dir, "data", "state", "primary", "global", "pg_control")
	good, err := os.ReadFile(control)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"zeros": make([]byte, len(good)), "cut": good[:100], "a flipped bit": flipped(good, 40)} {
		if err := os.WriteFile(control, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		before := len(s.log.String())
		s.launch()
		s.waitEnd()
		if said := s.log.String()[before:]; s.state.ExitCode() != 1 || !strings.Contains(said, "the private state database") {
			t.Errorf("with %s it ends with %s, and says %s", name, s.state, said)
		}
		if now, err := os.ReadFile(control); err != nil || !bytes.Equal(now, bad) {
			t.Errorf("with %s the file was changed: %v", name, err)
		}
	}
	if err := os.WriteFile(control, good, 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	l.read(link)
	s.end(syscall.SIGTERM)
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}
