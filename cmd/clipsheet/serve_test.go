package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// served is a `clipsheet serve` in a process of its own, with its own private state.
type served struct {
	*testing.T
	dir     string
	address string
	process *exec.Cmd
	log     *syncBuffer
}

const serveConfig = `
[server]
listen = "%s"
data_dir = "data"
[sources.follower]
dsn = '''%s'''
[clips.numbers]
sql = "select g as n, now() as at from generate_series(1, %s) g"
max_age = "0s"
`

func newServed(t *testing.T, follower string) *served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{T: t, dir: pgtest.Dir(t), address: l.Addr().String(), log: &syncBuffer{}}
	l.Close()
	s.configure(fmt.Sprintf(serveConfig, s.address, follower, "1000"))
	t.Cleanup(func() {
		if s.process != nil {
			s.process.Process.Kill()
			s.process.Wait()
		}
	})
	return s
}

func (s *served) configure(text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "clipsheet.toml"), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// command is the binary as the scripts run it: testscript puts it on the PATH.
func (s *served) command(args ...string) *exec.Cmd {
	cmd := exec.Command("clipsheet", args...)
	cmd.Dir, cmd.Stderr = s.dir, s.log
	return cmd
}

func (s *served) start() {
	s.Helper()
	s.process = s.command("serve")
	if err := s.process.Start(); err != nil {
		s.Fatal(err)
	}
	pgtest.Eventually(s, "the service: "+s.log.String(), func() bool {
		a, err := fetch("http://" + s.address + "/readyz")
		return err == nil && a.status == http.StatusOK
	})
}

func (s *served) end(signal syscall.Signal) error {
	s.process.Process.Signal(signal)
	err := s.process.Wait()
	s.process = nil
	return err
}

var addressForm = regexp.MustCompile(`http://\S+\.csv`)

// link makes a link and returns the address of its CSV.
func (s *served) link(clip string) string {
	s.Helper()
	out, err := s.command("link", "create", clip).Output()
	if err != nil {
		s.Fatalf("link create: %v: %s", err, s.log)
	}
	return addressForm.FindString(string(out))
}

// TestKillsLoseNothing: kill -9 at any moment, and after the next start every link that was made opens, and the last
// result that was read is there, though the follower is not asked again.
func TestKillsLoseNothing(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	s := newServed(t, follower)
	var links []string
	good := map[string]string{} // address → as-of of the newest result that was read
	for range 6 {
		s.start()
		for _, url := range links {
			a := get(t, url, "If-None-Match", "x")
			if a.status != http.StatusOK || a.header.Get("X-Clip-As-Of") < good[url] || strings.Count(a.body, "\n") != 1001 {
				t.Errorf("after a kill: %d, as of %s where %s was read: %.100s", a.status, a.header.Get("X-Clip-As-Of"), good[url], a.body)
			}
		}
		links = append(links, s.link("numbers"))
		stop := time.After(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		for killed := false; !killed; {
			select {
			case <-stop:
				killed = true
			default:
				url := links[rand.IntN(len(links))]
				if a, err := fetch(url + "?_fresh=1"); err == nil && a.status == http.StatusOK {
					good[url] = max(good[url], a.header.Get("X-Clip-As-Of"))
				}
			}
		}
		s.end(syscall.SIGKILL)
	}
	s.start()
	if left, _ := filepath.Glob(filepath.Join(s.dir, "data", "cache", "tmp-*")); len(left) > 0 {
		t.Errorf("temporary files grow: %q", left)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if strings.Contains(s.log.String(), strings.Split(links[0], "/")[4]) {
		t.Error("a token is in the log")
	}
}

func TestReloadAppliesWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	s := newServed(t, follower)
	s.start()
	url := s.link("numbers")
	rows := func() string { return get(t, url).header.Get("X-Clip-Rows") }
	if rows() != "1000" {
		t.Fatalf("%s rows", rows())
	}
	good := fmt.Sprintf(serveConfig, s.address, follower, "7")
	said := func(words string) {
		pgtest.Eventually(t, words, func() bool { return strings.Contains(s.log.String(), words) })
	}
	s.configure(good + "[clips.broken]\nsql = \"select :nothing\"\n")
	s.process.Process.Signal(syscall.SIGHUP)
	said("the config was not reloaded")
	if rows() != "1000" || get(t, url).header.Get("X-Clip-Revision") != "1" {
		t.Error("half a config was applied")
	}
	s.configure(good)
	s.process.Process.Signal(syscall.SIGHUP)
	said("the config was reloaded")
	if a := get(t, url); a.header.Get("X-Clip-Rows") != "7" || a.header.Get("X-Clip-Revision") != "2" {
		t.Errorf("%s rows of revision %s", a.header.Get("X-Clip-Rows"), a.header.Get("X-Clip-Revision"))
	}
	s.configure(strings.Replace(good, "[clips.numbers]", "[clips.others]", 1))
	s.process.Process.Signal(syscall.SIGHUP)
	pgtest.Eventually(t, "the clip to retire", func() bool { return get(t, url).status == http.StatusNotFound })
	s.configure(good)
	s.process.Process.Signal(syscall.SIGHUP)
	pgtest.Eventually(t, "the clip to come back", func() bool { return get(t, url).status == http.StatusOK })
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

// TestStopFinishesDownloads: a reader in the middle of a body gets the rest of it.
func TestStopFinishesDownloads(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	s := newServed(t, follower)
	s.configure(fmt.Sprintf(serveConfig, s.address, follower, "400000"))
	s.start()
	url := s.link("numbers")
	whole := get(t, url)
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", strings.TrimPrefix(url, "http://"+s.address))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.process.Process.Signal(syscall.SIGTERM)
	pgtest.Eventually(t, "the listener to close", func() bool {
		c, err := net.Dial("tcp", s.address)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	rest, err := io.ReadAll(resp.Body)
	if err != nil || int64(len(rest)) != resp.ContentLength || len(rest) < len(whole.body)/2 {
		t.Errorf("%d of %d bytes: %v", len(rest), resp.ContentLength, err)
	}
	if err := s.process.Wait(); err != nil {
		t.Errorf("the service ended with %v: %s", err, s.log)
	}
	s.process = nil
}
