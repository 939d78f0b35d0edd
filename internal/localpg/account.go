package localpg

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user the servers run as: ourselves, or an unprivileged one when we are root, which PostgreSQL
// refuses to run as.
type account struct {
	name     string
	uid, gid int
	other    bool // not ourselves
}

func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid != 0 {
			return account{name: name, uid: uid, gid: gid, other: true}, nil
		}
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres or nobody to run it as: add one, or run clipsheet as another user")
}

// attributes make a child run as the account, out of reach of the terminal's Ctrl-C: we stop it in order.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// mkdir makes a folder that only the account may look into.
func (a account) mkdir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

func (a account) writeFile(file, text string) error {
	if err := replaceFile(file, text); err != nil {
		return err
	}
	return a.own(file)
}

func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}

// canEnter looks for a folder above dir that the account cannot pass through.
func (a account) canEnter(dir string) error {
	if !a.other {
		return nil
	}
	for d := dir; ; d = filepath.Dir(d) {
		info, err := os.Stat(d)
		if err != nil {
			return err
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if ok && info.Mode()&0o001 == 0 && !(int(st.Uid) == a.uid && info.Mode()&0o100 != 0) && !(int(st.Gid) == a.gid && info.Mode()&0o010 != 0) {
			return fmt.Errorf("PostgreSQL runs as user %s here, who cannot pass through %s: choose another folder, or chmod o+x %s", a.name, d, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}
