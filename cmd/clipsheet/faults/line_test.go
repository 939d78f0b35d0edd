package faults

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// line is a TCP line to a server that can be cut, and can go silent: packets vanish, and nobody says so.
type line struct {
	testing.TB
	listener net.Listener

	mu     sync.Mutex
	to     string
	silent chan struct{} // closed when it speaks again; nil while it does
	open   map[net.Conn]bool
	down   bool
}

func newLine(t testing.TB, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{TB: t, listener: listener, to: to, open: map[net.Conn]bool{}}
	go l.serve()
	t.Cleanup(func() {
		listener.Close()
		l.cut()
	})
	return l
}

// through is a DSN that goes by the line.
func (l *line) through(dsn string) string {
	l.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		l.Fatal(err)
	}
	u.Host = l.listener.Addr().String()
	return u.String()
}

func (l *line) serve() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(near)
	}
}

func (l *line) carry(near net.Conn) {
	l.mu.Lock()
	to, down := l.to, l.down
	l.open[near] = true
	l.mu.Unlock()
	defer l.hangUp(near)
	if down {
		return
	}
	l.pass()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	l.mu.Lock()
	l.open[far] = true
	l.mu.Unlock()
	defer l.hangUp(far)
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			io.Copy(way[1], &listening{way[0], l})
			ended <- struct{}{}
		}()
	}
	<-ended
}

// listening reads what comes, and hands it on when the line speaks.
type listening struct {
	net.Conn
	line *line
}

func (c *listening) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.line.pass()
	return n, err
}

// pass waits while the line is silent.
func (l *line) pass() {
	l.mu.Lock()
	silent := l.silent
	l.mu.Unlock()
	if silent != nil {
		<-silent
	}
}

func (l *line) hangUp(c net.Conn) {
	l.mu.Lock()
	delete(l.open, c)
	l.mu.Unlock()
	c.Close()
}

// cut ends what is open and lets nothing through until mend.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.open {
		c.Close()
	}
	if l.silent != nil {
		close(l.silent)
		l.silent = nil
	}
}

// hush lets packets vanish until mend.
func (l *line) hush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent = make(chan struct{})
}

// mend lets new connections through, to another server if one is given. Those that were silent are gone.
func (l *line) mend(to ...string) {
	l.cut()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
	if len(to) > 0 {
		l.to = to[0]
	}
}

// hostOf is the address in a DSN.
func hostOf(t testing.TB, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// TestTheLineToTheStateDatabase: it is cut, and it goes silent. Readers are told in words and soon, nothing acknowledged is
// lost, and the service is well again by itself.
func TestTheLineToTheStateDatabase(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 100)
	state, _ := pgtest.Database(t)
	line := newLine(t, hostOf(t, state))
	s := newService(t, serving, line.through(state), l.follower)
	s.start()
	links := []string{s.link("ledger")["csv"]}
	l.read(links[0])
	for name, fault := range map[string]func(){"cut": line.cut, "silent": line.hush} {
		fault()
		began := time.Now()
		a := get(t, links[0])
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "ask again") {
			t.Errorf("%s: a reader gets %d: %s", name, a.status, a.body)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: the reader waited %s", name, took)
		}
		if _, ok := s.makeLink(); ok {
			t.Errorf("%s: a link was made", name)
		}
		if s.ready() {
			t.Errorf("%s: it is ready", name)
		}
		line.mend()
		pgtest.EventuallyWithin(t, time.Minute, "the service to be ready after "+name, s.ready)
		links = append(links, s.link("ledger")["csv"])
		for _, link := range links {
			l.read(link)
		}
	}
}
