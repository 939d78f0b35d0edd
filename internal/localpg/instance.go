package localpg

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Instance is one postmaster and its data directory.
type Instance struct {
	Dir string // its data directory, as pg_ctl -D takes it

	name   string
	server *Server
	port   int

	mu      sync.Mutex
	process *os.Process
	ended   chan struct{} // closed when process has ended
}

// start writes the configuration and runs the postmaster until it takes connections. conninfo makes it a standby.
func (i *Instance) start(ctx context.Context, conninfo string) error {
	if i.running() {
		return nil
	}
	if i.server.o.TCP {
		port, err := freePort(i.port)
		if err != nil {
			return err
		}
		i.port = port
	}
	if err := i.configure(conninfo); err != nil {
		return err
	}
	log := filepath.Join(i.server.o.Dir, i.name+".log")
	begin, err := i.launch(log)
	if err != nil {
		return err
	}
	err = poll(ctx, "the "+i.name+" to take connections", func() bool {
		if !i.running() {
			return true
		}
		_, err := query(ctx, i.dsn(superuser, i.server.password, "postgres", false), "select 1")
		return err == nil
	})
	if err == nil && i.running() {
		i.server.o.Log.Debug("postgres is ready", "server", i.name)
		return nil
	}
	i.stop(context.WithoutCancel(ctx))
	return errors.Join(err, fmt.Errorf("the %s did not start; its log says:\n%s", i.name, tail(log, begin)))
}

// freePort keeps the port of before when it is free: those who knew the server find it again.
func freePort(before int) (int, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", before))
	if err != nil || before == 5432 || before == 5433 { // the well-known one is left to others
		if err == nil {
			l.Close()
		}
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return 0, err
		}
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// configure writes postgresql.conf and pg_hba.conf anew: all that is set is set here, so that pg_ctl can start the
// server just as we do.
func (i *Instance) configure(conninfo string) error {
	settings := map[string]string{
		"port":                    fmt.Sprint(i.port),
		"listen_addresses":        "",
		"unix_socket_directories": i.server.sockets,
		"shared_buffers":          "32MB",
		"max_connections":         "50",
		"max_wal_senders":         "5",
		"wal_level":               "replica",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"datestyle":               "iso, mdy",
		"lc_messages":             "C",
		"primary_slot_name":       "",
		"primary_conninfo":        conninfo,
	}
	if i.server.o.TCP {
		settings["listen_addresses"] = "127.0.0.1"
	}
	if conninfo != "" {
		settings["primary_slot_name"] = "follower"
	}
	if !i.server.o.Durable {
		maps.Copy(settings, map[string]string{"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_connections": "100"})
	}
	maps.Copy(settings, i.server.o.Settings)
	var b strings.Builder
	b.WriteString("# Written anew at each start.\n")
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = '%s'\n", key, strings.ReplaceAll(settings[key], "'", "''"))
	}
	const hba = "local all,replication all scram-sha-256\nhost all,replication all 127.0.0.1/32 scram-sha-256\n"
	return errors.Join(i.server.as.writeFile(filepath.Join(i.Dir, "postgresql.conf"), b.String()),
		i.server.as.writeFile(filepath.Join(i.Dir, "pg_hba.conf"), hba))
}

// launch starts the postmaster; begin is where its words start in the log.
//
// Linux ends a child with the *thread* that forked it, so that thread is kept for as long as the child lives.
func (i *Instance) launch(log string) (begin int64, err error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	if info, err := out.Stat(); err == nil {
		begin = info.Size()
	}
	cmd := exec.Command(filepath.Join(i.server.bin, "postgres"), "-D", i.Dir)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Dir, cmd.Env = i.Dir, environment()
	cmd.SysProcAttr = i.server.as.attributes()
	endWithParent(cmd.SysProcAttr)
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer out.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return begin, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.process, i.ended = cmd.Process, ended
	return begin, nil
}

// stop asks for a fast shutdown, and insists when that takes too long. Stopping what does not run is nothing.
func (i *Instance) stop(ctx context.Context) error {
	if !i.running() {
		return nil
	}
	i.mu.Lock()
	process, ended := i.process, i.ended
	i.mu.Unlock()
	process.Signal(syscall.SIGINT)
	for _, next := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		select {
		case <-ended:
			return nil
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
		}
		process.Signal(next)
	}
	<-ended
	return fmt.Errorf("the %s had to be killed", i.name)
}

func (i *Instance) running() bool {
	if i == nil {
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.process == nil {
		return false
	}
	select {
	case <-i.ended:
		return false
	default:
		return true
	}
}

func (i *Instance) pid() int {
	if !i.running() {
		return 0
	}
	return i.process.Pid
}

// stopOrphan ends a postmaster that outlived the process which started it: we hold the lock, so it is nobody's.
func (i *Instance) stopOrphan(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(i.Dir, "postmaster.pid")); err != nil {
		return nil
	}
	if out, err := i.server.tool(ctx, "pg_ctl", "status", "-D", i.Dir); err != nil && !strings.Contains(out, "is running") {
		return nil // a file of a dead one; postgres knows what to do with it
	}
	if out, err := i.server.tool(ctx, "pg_ctl", "stop", "-D", i.Dir, "-m", "fast", "-w", "-t", "20"); err != nil {
		if again, err := i.server.tool(ctx, "pg_ctl", "status", "-D", i.Dir); err == nil || strings.Contains(again, "is running") {
			return fmt.Errorf("a server left over in %s does not stop: %s", i.Dir, out)
		}
	}
	return nil
}

// tail is what a log says from an offset on, its last lines.
func tail(log string, begin int64) string {
	text, err := os.ReadFile(log)
	if err != nil || begin > int64(len(text)) {
		return "(nothing)"
	}
	lines := strings.Split(strings.TrimSpace(string(text[begin:])), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-10):], "\n  ")
}
