package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// postmaster is one server and its data directory. Its methods on nil do nothing: a follower nobody asked for.
type postmaster struct {
	name   string // primary or follower
	dir    string
	server *Server

	mu      sync.Mutex
	port    int
	known   bool // the port has been told to others
	serving bool // took connections, and nobody has asked it to stop
	process *os.Process
	ended   chan struct{} // closed when process has ended
}

func (s *Server) postmaster(name string, port int) *postmaster {
	if s.o.TCP {
		port = 0 // chosen at the start; without TCP it is only a part of the socket's name
	}
	return &postmaster{name: name, dir: filepath.Join(s.o.Dir, name), server: s, port: port, known: !s.o.TCP}
}

func (p *postmaster) log() string           { return p.dir + ".log" }
func (p *postmaster) standbySignal() string { return filepath.Join(p.dir, "standby.signal") }

// startLimit leaves time for recovery after a crash; a server that gives up is noticed at once.
const startLimit = 5 * time.Minute

// start runs the server until it takes connections. One that runs is left alone.
func (p *postmaster) start(ctx context.Context) error {
	if p.pid() != 0 {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("not within %s", startLimit))
	defer cancel()
	begin := time.Now()
	for attempt := 1; ; attempt++ {
		said, err := p.attempt(ctx)
		if err == nil {
			p.server.o.Log.Debug("postgres takes connections", "server", p.name, "pid", p.pid(), "after", time.Since(begin))
			return nil
		}
		if said == "" {
			return err
		}
		if attempt == 20 || !passing(said) {
			return fmt.Errorf("%w; its log %s ends with:\n%s", err, p.log(), said)
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// passing tells whether a failed start may succeed when tried again: somebody took the port since we chose it, or
// the children of a server that was killed are still going.
func passing(log string) bool {
	return strings.Contains(log, "could not create any TCP/IP sockets") || strings.Contains(log, "shared memory block")
}

// attempt starts the server once; said is what it logged when it did not get far.
func (p *postmaster) attempt(ctx context.Context) (said string, err error) {
	if err := p.choosePort(); err != nil {
		return "", err
	}
	if err := p.configure(ctx); err != nil {
		return "", err
	}
	begin, err := p.launch()
	if err != nil {
		return "", fmt.Errorf("start the %s: %w", p.name, err)
	}
	err = poll(ctx, "the "+p.name+" to take connections", func() bool { return p.pid() == 0 || p.ready() })
	if err == nil && p.pid() != 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.known, p.serving = true, true
		return "", nil
	}
	if err == nil {
		err = fmt.Errorf("the %s did not start", p.name)
	}
	return tail(p.log(), begin), errors.Join(err, p.stop(context.WithoutCancel(ctx)))
}

// choosePort finds a free one, until it has been told to others: they must find the server where it was.
func (p *postmaster) choosePort() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

// launch starts the process; begin is where its words start in the log.
//
// Linux ends a child with the *thread* that forked it, so that thread is kept for as long as the child lives.
func (p *postmaster) launch() (begin int64, err error) {
	out, begin, err := openLog(p.log())
	if err != nil {
		return 0, err
	}
	defer out.Close()
	cmd := exec.Command(p.server.programs.path("postgres"), "-D", p.dir)
	cmd.Stdout, cmd.Stderr, cmd.Dir, cmd.Env = out, out, p.dir, p.server.environment()
	cmd.SysProcAttr = p.server.as.attributes()
	endWithParent(cmd.SysProcAttr, syscall.SIGINT) // as stop does
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			p.report(cmd.Wait())
		}
	}()
	if err := <-started; err != nil {
		return begin, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.process, p.ended = cmd.Process, ended
	return begin, nil
}

// report tells of a server that ended though nobody asked it to.
func (p *postmaster) report(how error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.serving {
		p.server.o.Log.Error("postgres ended by itself", "server", p.name, "how", how, "log", p.log())
	}
	p.serving = false
}

// ready reads what the server says of itself in postmaster.pid: its process, and on the eighth line its state.
func (p *postmaster) ready() bool {
	text, err := os.ReadFile(filepath.Join(p.dir, "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	return err == nil && len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready" && lines[0] == strconv.Itoa(p.pid())
}

// stop asks for a fast shutdown, and insists when that takes too long; a ctx that ends leaves it going down.
// Stopping what does not run is nothing.
func (p *postmaster) stop(ctx context.Context) error {
	if p.pid() == 0 {
		return nil
	}
	p.mu.Lock()
	process, ended := p.process, p.ended
	p.serving = false
	p.mu.Unlock()
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, 20 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 10 * time.Second}} {
		process.Signal(step.signal)
		select {
		case <-ended:
			return nil
		case <-time.After(step.limit):
		case <-ctx.Done():
			return fmt.Errorf("stop the %s (process %d): %w", p.name, process.Pid, context.Cause(ctx))
		}
	}
	return fmt.Errorf("the %s (process %d) does not end", p.name, process.Pid)
}

// pid is the process of a server that runs, else 0.
func (p *postmaster) pid() int {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil {
		return 0
	}
	select {
	case <-p.ended:
		return 0
	default:
		return p.process.Pid
	}
}

func (p *postmaster) portNumber() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.port
}
