package faults

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// level is what a process has taken: it has to come back to it when a fault is over.
type level struct {
	files  int // and sockets
	memory int // bytes, that Go's runtime has of the system
}

func (s *service) level() (l level) {
	s.Helper()
	l.files = s.files()
	for line := range strings.Lines(get(s, "http://"+s.address+"/metrics").body) {
		if rest, ok := strings.CutPrefix(line, "go_memstats_sys_bytes "); ok {
			bytes, _ := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			l.memory = int(bytes)
		}
	}
	return l
}

// files are the descriptors that are open.
func (s *service) files() int {
	s.Helper()
	open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(s.process.Pid), "fd"))
	if err != nil {
		s.Skip("needs /proc:", err)
	}
	return len(open)
}

// pooled is how many connections to the state database may stay open for the next.
const pooled = 25

// waitLevel waits until no more files are open than before.
func (s *service) waitLevel(before level) {
	s.Helper()
	pgtest.EventuallyWithin(s, time.Minute, fmt.Sprintf("open files to be near %d again", before.files), func() bool {
		return s.level().files <= before.files+pooled
	})
}

// readOneByte asks for a feed, reads the head and one byte of the body, and then nothing more.
func readOneByte(t testing.TB, url string) (net.Conn, *http.Response) {
	t.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	conn.(*net.TCPConn).SetReadBuffer(4096)
	fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReaderSize(conn, 512), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resp.Body.Read(make([]byte, 1)); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	return conn, resp
}

// backends counts connections of others to a database.
func backends(t testing.TB, dsn string) string {
	t.Helper()
	return pgtest.Query(t, dsn, `
		select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)[0]
}

// TestSlowReadersHoldNothing: readers that stop reading, and readers that vanish. No connection to the follower is held for
// them, others are served at once, and what they took comes back. In the long form they are cut off in the end.
func TestSlowReadersHoldNothing(t *testing.T) {
	t.Parallel()
	const slow = 100
	l := newLedger(t, 120_000)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	l.read(link)
	before := s.level()
	var open []net.Conn
	for range slow {
		conn, _ := readOneByte(t, link)
		open = append(open, conn)
	}
	began := time.Now()
	l.read(link)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("beside slow readers a quick one waits %s", took)
	}
	pgtest.Eventually(t, "no connection to the follower", func() bool { return backends(t, l.follower) == "0" })
	if _, ok := long(); ok {
		pgtest.EventuallyWithin(t, 10*time.Minute, "slow readers to be cut off", func() bool { return s.level().files <= before.files+pooled })
	}
	for _, conn := range open {
		conn.(*net.TCPConn).SetLinger(0) // a reset
		conn.Close()
	}
	s.waitLevel(before)
	l.read(link)
}

// TestAThousandReadersOfAColdClip: all ask before there is a result. One run serves all of them, with the same bytes.
func TestAThousandReadersOfAColdClip(t *testing.T) {
	t.Parallel()
	const readers = 1000
	l := newLedger(t, 500)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.start()
	link := s.link("ledger")["csv"]
	before := s.level()
	bodies := make([]string, readers)
	atOnce(readers, func(i int) {
		a, err := fetch(link)
		if err != nil || a.status != http.StatusOK {
			t.Errorf("reader %d: %v, %d: %.300s", i, err, a.status, a.body)
		}
		bodies[i] = a.header.Get("ETag") + a.body
	})
	for i, body := range bodies {
		if body != bodies[0] {
			t.Fatalf("reader %d got another result than the first", i)
		}
	}
	if runs := pgtest.Query(t, state, `select state from clipsheet.runs`); len(runs) != 1 || runs[0] != "done" {
		t.Errorf("the runs are %q", runs)
	}
	s.waitLevel(before)
}

func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// TestAThousandColdClips: all are asked for at once. As many run as may, some wait, the others are told when to come back;
// nobody waits beyond patience, and the follower never has more than its share.
func TestAThousandColdClips(t *testing.T) {
	t.Parallel()
	const many, seats = 1000, 3
	l := newLedger(t, 10)
	state, _ := pgtest.Database(t)
	var config strings.Builder
	fmt.Fprintf(&config, "[state]\ndsn = '''%s'''\n[limits]\nruns = 12\npatience = \"20s\"\n[sources.follower]\ndsn = '''%s'''\nmax_connections = %d\n",
		state, l.follower, seats)
	for i := range many {
		fmt.Fprintf(&config, "[clips.c%d]\nsql = \"select %d as n from pg_sleep(0.01)\"\nmax_age = \"1h\"\n", i, i)
	}
	s := newService(t, "%s", config.String())
	s.start()
	before := s.level()
	stop, watched := make(chan struct{}), make(chan int)
	go func() {
		most := 0
		for {
			select {
			case <-stop:
				watched <- most
				return
			default:
				n, _ := strconv.Atoi(backends(t, l.follower))
				most = max(most, n)
			}
		}
	}()
	var mu sync.Mutex
	statuses := map[int]int{}
	atOnce(many, func(i int) {
		a, err := fetch(fmt.Sprintf("http://%s/api/v1/clips/c%d/result.csv", s.address, i))
		if err != nil {
			t.Errorf("clip %d: %v", i, err)
		}
		switch {
		case a.status == http.StatusOK && a.body == fmt.Sprintf("n\n%d\n", i):
		case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
		default:
			t.Errorf("clip %d: %d, %q", i, a.status, a.body)
		}
		mu.Lock()
		defer mu.Unlock()
		statuses[a.status]++
	})
	close(stop)
	if most := <-watched; most > seats+2 { // the watchdog and the look at lag have one each
		t.Errorf("%d connections to the follower at once", most)
	}
	if statuses[http.StatusOK] < 50 || statuses[http.StatusServiceUnavailable] < 50 {
		t.Errorf("the answers were %v", statuses)
	}
	pgtest.EventuallyWithin(t, time.Minute, "the last of them", func() bool {
		a, err := fetch(fmt.Sprintf("http://%s/api/v1/clips/c%d/result.csv", s.address, many-1))
		return err == nil && a.status == http.StatusOK
	})
	s.waitLevel(before)
	after := s.level()
	t.Logf("answers: %v; memory went from %d to %d MB", statuses, before.memory>>20, after.memory>>20)
	if before.memory == 0 || after.memory-before.memory > 300<<20 {
		t.Errorf("memory went from %d to %d MB", before.memory>>20, after.memory>>20)
	}
}

// TestNoFileLeftToOpen: strangers take every file descriptor there is. The service lives, and serves again when they go.
func TestNoFileLeftToOpen(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 100)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	cmd := s.command("serve")
	cmd.Args = append([]string{"sh", "-c", `ulimit -n 64 && exec "$0" "$@"`}, cmd.Args...)
	cmd.Path = "/bin/sh"
	s.run(cmd)
	pgtest.Eventually(t, "the service to answer", s.ready)
	link := s.link("ledger")["csv"]
	l.read(link)
	var open []net.Conn
	for range 100 {
		conn, err := net.Dial("tcp", s.address) // those beyond wait in the system's own queue
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
	}
	pgtest.Eventually(t, "all descriptors to be taken", func() bool { return s.files() >= 64 })
	for _, conn := range open {
		conn.Close()
	}
	pgtest.EventuallyWithin(t, time.Minute, "the service to answer again", s.ready)
	l.read(link)
	if s.died() {
		t.Errorf("it ended with %s", s.state)
	}
}
