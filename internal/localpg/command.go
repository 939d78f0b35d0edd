package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// run runs a program as the servers' account; out is all it said.
func (s *Server) run(ctx context.Context, program string, args ...string) (out string, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.sockets, s.environment(), s.as.attributes()
	endWithParent(cmd.SysProcAttr, syscall.SIGKILL)
	// initdb has children of its own.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	runtime.LockOSThread() // see postmaster.launch
	defer runtime.UnlockOSThread()
	text, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return strings.TrimSpace(string(text)), err
}

// query runs one statement as superuser. psql rather than a driver: it comes with the servers.
func (p *postmaster) query(ctx context.Context, sql string) (string, error) {
	out, err := p.server.run(ctx, p.server.programs.path("psql"), "-XAtqw", "-h", p.server.sockets,
		"-p", strconv.Itoa(p.portNumber()), "-U", superuser, "-d", "postgres", "-c", sql)
	if err != nil {
		return "", fmt.Errorf("ask the %s: %w: %s", p.name, err, out)
	}
	return out, nil
}

// environment is ours without what would change how the servers speak or where they look.
func (s *Server) environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC", "PGPASSFILE=" + s.passFile()}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && name != "LANG" && name != "LANGUAGE" && name != "TZ" {
			env = append(env, e)
		}
	}
	return env
}
