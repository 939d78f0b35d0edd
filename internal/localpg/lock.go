package localpg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// owner is what the process that runs a server writes beside it for others of the same user.
type owner struct {
	PID int    `json:"pid"`
	DSN string `json:"dsn"` // empty until the server is ready
}

func lockFile(dir string) string  { return filepath.Join(dir, "lock") }
func ownerFile(dir string) string { return filepath.Join(dir, "owner.json") }

// acquire takes the lock on a folder, which is free again when the file is closed, by us or by our death, and writes
// our name beside it.
func acquire(dir string) (*os.File, error) {
	f, err := os.OpenFile(lockFile(dir), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: the folder must be ours to write", err)
	}
	// Those who only look, in Running, hold it for a moment.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if poll(ctx, "the lock", func() bool { return flock(f, syscall.LOCK_EX) == nil }) != nil {
		f.Close()
		return nil, refusal(dir)
	}
	if err := writeOwner(dir, owner{PID: os.Getpid()}); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func refusal(dir string) error {
	who := "another process"
	if o, err := readOwner(dir); err == nil {
		who = fmt.Sprintf("process %d", o.PID)
	}
	return fmt.Errorf("%s uses %s: stop it, or choose another folder", who, dir)
}

func release(lock *os.File, dir string) error {
	os.Remove(ownerFile(dir))
	return lock.Close()
}

func flock(f *os.File, how int) error { return syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB) }

func writeOwner(dir string, o owner) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return replaceFile(ownerFile(dir), string(text))
}

func readOwner(dir string) (o owner, err error) {
	text, err := os.ReadFile(ownerFile(dir))
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	return o, err
}

// Running tells how to reach a server that another live process runs on a folder. One that is being started is
// waited for, half a minute at most.
func Running(dir string) (dsn string, ok bool) {
	f, err := os.OpenFile(lockFile(dir), os.O_RDWR, 0)
	if err != nil {
		return "", false
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	poll(ctx, "the server to be ready", func() bool {
		dsn = ""
		if !held(f) {
			return true
		}
		o, err := readOwner(dir)
		dsn = o.DSN
		return err == nil && dsn != "" || err != nil && !errors.Is(err, os.ErrNotExist)
	})
	return dsn, dsn != ""
}

func held(f *os.File) bool {
	if flock(f, syscall.LOCK_SH) != nil {
		return true
	}
	flock(f, syscall.LOCK_UN)
	return false
}
