package localpg

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// prepare makes what is missing of the data directories, while no server runs.
func (s *Server) prepare(ctx context.Context) error {
	if err := s.makeSockets(); err != nil {
		return err
	}
	if !exists(s.primary.dir) {
		if err := s.initialise(ctx); err != nil {
			return err
		}
	}
	if s.follower == nil {
		return nil
	}
	return s.prepareFollower(ctx)
}

// initialise makes the primary's data directory under another name first: a power cut half way leaves nothing that
// looks finished.
func (s *Server) initialise(ctx context.Context) error {
	pwfile := filepath.Join(s.o.Dir, "initdb.password")
	if err := s.writeFor(pwfile, s.password); err != nil {
		return err
	}
	defer os.Remove(pwfile)
	dir := s.primary.dir + ".new"
	args := []string{"-D", dir, "-U", superuser, "-A", "scram-sha-256", "--pwfile", pwfile, "-E", "UTF8"}
	if !s.o.Durable {
		args = append(args, "--no-sync")
	}
	// C.UTF-8 sorts by code point and still knows letters; macOS and old Linuxes lack it.
	err := s.initdb(ctx, dir, append(args, "--locale=C.UTF-8"))
	if err != nil && strings.Contains(err.Error(), "invalid locale") {
		err = s.initdb(ctx, dir, append(args, "--locale=C"))
	}
	if err != nil {
		return err
	}
	return os.Rename(dir, s.primary.dir)
}

func (s *Server) initdb(ctx context.Context, dir string, args []string) error {
	if err := s.as.freshDir(dir); err != nil {
		return err
	}
	if out, err := s.run(ctx, s.programs.path("initdb"), args...); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// passFile holds the superuser's password the way libpq reads it: for psql, and for the follower, whose
// primary_conninfo is logged when it changes and so must not have the password in it.
func (s *Server) passFile() string { return filepath.Join(s.o.Dir, "pgpass") }

const passLine = "*:*:*:" + superuser + ":"

// keepPassword reads the superuser's password, or makes it the first time.
func (s *Server) keepPassword() (string, error) {
	text, err := os.ReadFile(s.passFile())
	switch password, ok := strings.CutPrefix(strings.TrimSpace(string(text)), passLine); {
	case err == nil && ok:
		return password, nil
	case err == nil:
		return "", fmt.Errorf("%s is not as it was written (%sPASSWORD): restore it", s.passFile(), passLine)
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	case exists(s.primary.dir):
		return "", fmt.Errorf("%s is missing, and with it the password of the data in %s: restore it", s.passFile(), s.primary.dir)
	}
	var b [16]byte
	rand.Read(b[:])
	password := hex.EncodeToString(b[:])
	return password, s.writeFor(s.passFile(), passLine+password+"\n")
}

// makeSockets makes Dir/sockets, or a short folder it points to where that would be too long for a socket's address
// (107 bytes on Linux, 103 on macOS). What a killed process left there goes.
func (s *Server) makeSockets() error {
	s.removeSockets()
	dir := filepath.Join(s.o.Dir, "sockets")
	if len(dir)+len("/.s.PGSQL.65535.lock") < 100 {
		s.sockets = dir
		return s.as.freshDir(dir)
	}
	short, err := os.MkdirTemp("/tmp", shortPrefix)
	if err != nil {
		return err
	}
	if err := os.Symlink(short, dir); err != nil {
		return err
	}
	s.sockets = short
	return s.as.own(short)
}

const shortPrefix = "clipsheet-sockets-"

func (s *Server) removeSockets() {
	dir := filepath.Join(s.o.Dir, "sockets")
	if short, err := os.Readlink(dir); err == nil && strings.HasPrefix(short, "/tmp/"+shortPrefix) {
		os.RemoveAll(short)
	}
	os.RemoveAll(dir)
}

// writeFor writes a file for the servers' eyes only.
func (s *Server) writeFor(file, text string) error {
	if err := replaceFile(file, text); err != nil {
		return err
	}
	return s.as.own(file)
}

// replaceFile writes a file for our eyes only, whole or not at all, even if the power goes.
func replaceFile(file, text string) error {
	tmp := file + ".tmp"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
