package localpg

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// initialise makes the primary's data directory under another name first: a power cut half way leaves nothing that
// looks finished.
func (s *Server) initialise(ctx context.Context) error {
	dir := s.Primary.Dir + ".new"
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := s.as.mkdir(dir); err != nil {
		return err
	}
	pwfile := filepath.Join(s.sockets, "pw")
	if err := s.as.writeFile(pwfile, s.password); err != nil {
		return err
	}
	defer os.Remove(pwfile)
	args := []string{"-D", dir, "-U", superuser, "-A", "scram-sha-256", "--pwfile", pwfile, "-E", "UTF8", "--locale"}
	if !s.o.Durable {
		args = append([]string{"--no-sync"}, args...)
	}
	out, err := s.tool(ctx, "initdb", append(args, "C.UTF-8")...)
	if err != nil && strings.Contains(out, "locale") {
		os.RemoveAll(dir)
		err = s.as.mkdir(dir)
		if err == nil {
			out, err = s.tool(ctx, "initdb", append(args, "C")...)
		}
	}
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Rename(dir, s.Primary.Dir)
}

// copyPrimary makes the follower's data directory from the running primary.
func (s *Server) copyPrimary(ctx context.Context) error {
	const slot = `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'follower' and not active`
	dsn := s.Primary.dsn(superuser, s.password, "postgres", false)
	if _, err := query(ctx, dsn, slot); err != nil {
		return err
	}
	if _, err := query(ctx, dsn, `select pg_create_physical_replication_slot('follower', true)`); err != nil {
		return err
	}
	dir := s.Follower.Dir + ".new"
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := s.as.mkdir(dir); err != nil {
		return err
	}
	args := []string{"-D", dir, "-d", dsn, "-X", "stream", "-S", "follower", "-c", "fast"}
	if !s.o.Durable {
		args = append(args, "--no-sync")
	}
	if out, err := s.tool(ctx, "pg_basebackup", args...); err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, out)
	}
	if err := s.as.writeFile(filepath.Join(dir, "standby.signal"), ""); err != nil {
		return err
	}
	return os.Rename(dir, s.Follower.Dir)
}

// tool runs one of PostgreSQL's programs as the unprivileged user; out is all it said.
func (s *Server) tool(ctx context.Context, name string, args ...string) (out string, err error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.sockets, environment(), s.as.attributes()
	text, err := cmd.CombinedOutput()
	return strings.ReplaceAll(strings.TrimSpace(string(text)), s.password, "****"), err
}

// environment is ours without what would change how the servers speak or where they look.
func environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && name != "LANG" && name != "TZ" {
			env = append(env, e)
		}
	}
	return env
}

// keepPassword reads the superuser's password, or makes it the first time.
func keepPassword(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err == nil && len(text) == 32 {
		return string(text), nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	var b [16]byte
	rand.Read(b[:])
	password := hex.EncodeToString(b[:])
	return password, replaceFile(file, password)
}

// replaceFile writes a file for our eyes only, whole or not at all.
func replaceFile(file, text string) error {
	tmp := file + ".tmp"
	if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}

// socketDir is Dir/sockets, or a short temporary folder where that would be too long for a socket's address
// (107 bytes on Linux, 103 on macOS).
func (s *Server) socketDir() (string, error) {
	dir := filepath.Join(s.o.Dir, "sockets")
	if len(dir)+len("/.s.PGSQL.65535") <= 100 {
		return dir, s.as.mkdir(dir)
	}
	dir, err := os.MkdirTemp("/tmp", "clipsheet-pg-")
	if err != nil {
		return "", err
	}
	return dir, s.as.mkdir(dir)
}
