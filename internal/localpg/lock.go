package localpg

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// acquire takes the lock on a folder; it is free again when the file is closed, by us or by our death.
func acquire(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		who := "another process"
		if o, err := readOwner(dir); err == nil {
			who = fmt.Sprintf("process %d", o.PID)
		}
		return nil, fmt.Errorf("%s uses %s: stop it, or choose another folder", who, dir)
	}
	return f, nil
}

// owner is what the process that runs a server writes beside it for others of the same user.
type owner struct {
	PID int    `json:"pid"`
	DSN string `json:"dsn"`
}

func ownerFile(dir string) string { return filepath.Join(dir, "owner.json") }

func writeOwner(dir, dsn string) error {
	text, err := json.Marshal(owner{PID: os.Getpid(), DSN: dsn})
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

// Running tells how to reach a server that another live process runs on a folder.
func Running(dir string) (dsn string, ok bool) {
	o, err := readOwner(dir)
	if err != nil {
		return "", false
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0o600)
	if err != nil {
		return "", false
	}
	defer f.Close()
	held := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
	return o.DSN, held
}
