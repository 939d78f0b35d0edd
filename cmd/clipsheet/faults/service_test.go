package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// service is a `clipsheet serve` in a process of its own, that is started, killed and started again.
type service struct {
	testing.TB
	dir     string
	address string
	env     []string // of the next start
	log     *logs

	process *os.Process
	ended   chan struct{} // closed when the process has ended
	state   *os.ProcessState
}

// config is what all services have: the rest is given. %s is the address it listens on.
const config = `
[server]
listen = %q
data_dir = "data"
`

// newService has a config of its own, in a folder of its own.
func newService(t testing.TB, more string, args ...any) *service {
	t.Helper()
	s := &service{TB: t, dir: pgtest.Dir(t), address: freeAddress(t), log: &logs{}}
	s.configure(more, args...)
	t.Cleanup(func() {
		if s.process != nil {
			s.kill()
		}
		if t.Failed() {
			t.Logf("the log of the service:\n%s", s.log)
		}
	})
	return s
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *service) configure(more string, args ...any) {
	s.Helper()
	text := fmt.Sprintf(config, s.address) + fmt.Sprintf(more, args...)
	if err := os.WriteFile(filepath.Join(s.dir, "clipsheet.toml"), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *service) command(args ...string) *exec.Cmd {
	s.Helper()
	cmd := exec.Command(binary(s.TB), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = s.dir, s.log, s.log, append(os.Environ(), s.env...)
	return cmd
}

// launch starts the process and does not wait for more.
func (s *service) launch() {
	s.Helper()
	s.run(s.command("serve"))
}

func (s *service) run(cmd *exec.Cmd) {
	s.Helper()
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.process, s.ended = cmd.Process, make(chan struct{})
	go func() {
		defer close(s.ended)
		cmd.Wait()
		s.state = cmd.ProcessState
	}()
}

// start returns when the service answers.
func (s *service) start() {
	s.Helper()
	s.launch()
	pgtest.EventuallyWithin(s, time.Minute, "the service to answer", func() bool {
		select {
		case <-s.ended:
			s.Fatalf("the service ended: %s", s.state)
		default:
		}
		return s.ready()
	})
}

func (s *service) ready() bool {
	a, err := fetch("http://" + s.address + "/readyz")
	return err == nil && a.status == http.StatusOK
}

// failAt has the service go wrong at a step, from the next start on: "file.write=error". Nothing is nowhere.
func (s *service) failAt(step string) {
	s.env = nil
	if step != "" {
		s.env = []string{"CLIPSHEET_FAILPOINT=" + step}
	}
}

func (s *service) kill() { s.end(syscall.SIGKILL) }

// end sends a signal and returns when the process has ended.
func (s *service) end(signal syscall.Signal) *os.ProcessState {
	s.Helper()
	s.process.Signal(signal)
	s.waitEnd()
	s.process = nil
	return s.state
}

func (s *service) waitEnd() {
	s.Helper()
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.process.Kill()
		s.Fatal("the process does not end")
	}
}

// died tells whether the process has ended.
func (s *service) died() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// link makes a link to a clip and returns its addresses, by format.
func (s *service) link(clip string) map[string]string {
	s.Helper()
	var made struct{ Addresses map[string]string }
	s.post("/api/v1/links", map[string]any{"clip": clip}, &made)
	return made.Addresses
}

// post sends JSON to the API, and reads the answer into it.
func (s *service) post(path string, body, into any) {
	s.Helper()
	a, err := s.try(path, body)
	if err != nil || a.status >= 300 {
		s.Fatalf("POST %s: %v, %d: %s", path, err, a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		s.Fatalf("POST %s: %v: %s", path, err, a.body)
	}
}

func (s *service) try(path string, body any) (answer, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	req, err := http.NewRequest(http.MethodPost, "http://"+s.address+path, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	return do(req)
}

// temporary are the files that were begun and not finished.
func (s *service) temporary() []string {
	s.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "data", "cache", "tmp-*"))
	if err != nil {
		s.Fatal(err)
	}
	return found
}

// waitLog waits until the log has these words in it.
func (s *service) waitLog(words string) {
	s.Helper()
	pgtest.EventuallyWithin(s, time.Minute, "the log to say "+words, func() bool { return strings.Contains(s.log.String(), words) })
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// each request has a connection of its own, as readers have.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}

func do(req *http.Request) (answer, error) {
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

func fetch(url string) (answer, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	return do(req)
}

func get(t testing.TB, url string) answer {
	t.Helper()
	a, err := fetch(url)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// logs may be written and read at once.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// addressForm is the address of a feed as CSV.
var addressForm = regexp.MustCompile(`http://[^"\s]+\.csv`)
