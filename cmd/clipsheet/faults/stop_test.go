package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

const endless = serving + `
[clips.endless]
sql = "select pg_sleep(600)"
`

// ask asks for a feed in the background.
func ask(url string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		a, err := fetch(url)
		if err != nil {
			a.body = err.Error()
		}
		answers <- a
	}()
	return answers
}

// TestStoppingWithARunUnderWay: whoever waits for it is told to come back, the query ends on the follower, the run has its
// end, and the exit code is 0.
func TestStoppingWithARunUnderWay(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 10)
	state, _ := pgtest.Database(t)
	s := newService(t, endless, state, l.follower)
	s.start()
	waiting := ask(s.link("endless")["csv"])
	pgtest.Eventually(t, "the query to run", func() bool { return len(sleeping(t, l.follower)) == 1 })
	ended := s.end(syscall.SIGTERM)
	if a := <-waiting; a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "stopping") {
		t.Errorf("the reader got %d: %s", a.status, a.body)
	}
	if ended.ExitCode() != 0 {
		t.Errorf("it ended with %s", ended)
	}
	if left := sleeping(t, l.follower); len(left) > 0 {
		t.Errorf("queries %q run on", left)
	}
	if runs := pgtest.Query(t, state, `select state || ' ' || kind from clipsheet.runs`); len(runs) != 1 || runs[0] != "failed canceled" {
		t.Errorf("the runs are %q", runs)
	}
}

func sleeping(t testing.TB, dsn string) []string {
	t.Helper()
	return pgtest.Query(t, dsn, `
		select pid from pg_stat_activity
		where datname = current_database() and state = 'active' and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()`)
}

// TestASecondSignalStopsAtOnce: and the next start finds all in order.
func TestASecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 10)
	state, _ := pgtest.Database(t)
	s := newService(t, endless, state, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	ask(s.link("endless")["csv"])
	pgtest.Eventually(t, "the query to run", func() bool { return len(sleeping(t, l.follower)) == 1 })
	s.process.Signal(syscall.SIGTERM)
	s.waitLog("stopping")
	began := time.Now()
	if ended := s.end(syscall.SIGTERM); ended.Exited() || time.Since(began) > 5*time.Second {
		t.Errorf("it ended after %s with %s", time.Since(began), ended)
	}
	s.start()
	l.read(link)
	pgtest.EventuallyWithin(t, 30*time.Second, "the query that was left to end", func() bool { return len(sleeping(t, l.follower)) == 0 })
	if open := pgtest.Query(t, state, `select id from clipsheet.runs where ended_at is null`); len(open) > 0 {
		t.Errorf("runs %q have no end", open)
	}
}

// TestABrokenConfigChangesNothing: the file is empty, cut, wrong or gone when the service is told to read it again.
func TestABrokenConfigChangesNothing(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 10)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	file := filepath.Join(s.dir, "clipsheet.toml")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(word string) []byte { return good[:strings.Index(string(good), word)+len(word)] }
	broken := map[string][]byte{
		"empty":          {},
		"cut in a key":   at("max_a"),
		"cut in a value": at("order by"),
		"cut in a table": at("[clips.led"),
		"with a new key": []byte("[servers]\nlisten = 1\n" + string(good)),
		"of no source":   []byte(strings.Replace(string(good), "sources.follower", "sources.other", 1) + "source = \"follower\"\n"),
		"gone":           nil,
	}
	for name, text := range broken {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if text == nil {
			os.Remove(file)
		}
		said := strings.Count(s.log.String(), "the config was not reloaded")
		s.process.Signal(syscall.SIGHUP)
		pgtest.Eventually(t, "a word about a config that is "+name, func() bool {
			return strings.Count(s.log.String(), "the config was not reloaded") > said
		})
		l.read(link)
		check := s.command("check")
		check.Run()
		if code := check.ProcessState.ExitCode(); code != 2 {
			t.Errorf("a config that is %s: check ends with %d", name, code)
		}
	}
	if revisions := pgtest.Query(t, state, `select count(*) from clipsheet.revisions`); revisions[0] != "1" {
		t.Errorf("%s revisions of one clip", revisions[0])
	}
	changed := strings.Replace(string(good), "max_age = \"1h\"", "max_age = \"2h\"", 1)
	if err := os.WriteFile(file, fmt.Append(nil, changed), 0o600); err != nil {
		t.Fatal(err)
	}
	s.process.Signal(syscall.SIGHUP)
	s.waitLog("the config was reloaded")
	l.read(link)
}
