package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopOrphan ends a server that outlived the process which started it: we hold the lock, so it is nobody's.
func (p *postmaster) stopOrphan(ctx context.Context) error {
	if p == nil {
		return nil
	}
	file := filepath.Join(p.dir, "postmaster.pid")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 || !alive(pid) {
		return nil // postgres knows what to do with the file of a dead one
	}
	if !serves(pid, p.dir) {
		// The number is somebody else's by now, common in containers; postgres would take them for its server and
		// refuse to start for ever.
		return os.Remove(file)
	}
	p.server.o.Log.Info("stopping a server that outlived its parent", "server", p.name, "pid", pid)
	return p.endOrphan(ctx, pid)
}

func (p *postmaster) endOrphan(ctx context.Context, pid int) error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		syscall.Kill(pid, signal)
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := poll(ctx, "it to end", func() bool { return !alive(pid) || !serves(pid, p.dir) }) // a zombie serves nobody
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("the %s of a killed process still runs and does not stop: end process %d", p.name, pid)
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// serves tells whether a process is a server of this data directory: a number alone may have been given again.
func serves(pid int, dir string) bool {
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil {
		return slices.Contains(strings.Split(string(text), "\x00"), dir)
	}
	text, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.HasSuffix(strings.TrimSpace(string(text)), " -D "+dir)
}
