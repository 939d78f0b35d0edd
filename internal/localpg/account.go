package localpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
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

// accountFor finds the owner of the data when there is some, for nobody else can serve it.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	if uid, gid := ownerOf(data); uid > 0 {
		a := account{name: strconv.Itoa(uid), uid: uid, gid: gid, other: true}
		if u, err := user.LookupId(a.name); err == nil {
			a.name = u.Username
		}
		return a, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil && uid > 0 {
			return account{name: name, uid: uid, gid: gid, other: true}, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: add one (useradd --system postgres), or start as another user")
}

// ownerOf is 0, 0 where there is nothing.
func ownerOf(path string) (uid, gid int) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0
	}
	return int(st.Uid), int(st.Gid)
}

// attributes make a child run as the account, out of reach of the terminal's Ctrl-C: we stop it in order.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// freshDir makes an empty folder that only the account may look into.
func (a account) freshDir(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return a.own(dir)
}

func (a account) own(path string) error {
	if !a.other {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// canRun tries a program in a folder as the account, and says what is in its way.
func (a account) canRun(program, dir string) error {
	if !a.other {
		return nil
	}
	cmd := exec.Command(program, "--version")
	cmd.Dir, cmd.SysProcAttr = dir, a.attributes()
	err := cmd.Run()
	if err == nil {
		return nil
	}
	for _, path := range []string{dir, filepath.Dir(program)} {
		if closed := a.closedTo(path); closed != "" {
			return fmt.Errorf("PostgreSQL does not run as root; it runs as user %s, who cannot pass through %s: choose another folder, or chmod o+x %s",
				a.name, closed, closed)
		}
	}
	return fmt.Errorf("run %s as user %s: %w", program, a.name, err)
}

// closedTo finds the folder on a path that the account cannot pass through, going by the permission bits.
func (a account) closedTo(path string) string {
	found := ""
	for ; ; path = filepath.Dir(path) {
		if !a.passes(path) {
			found = path // the topmost is the one to open first
		}
		if path == filepath.Dir(path) {
			return found
		}
	}
}

func (a account) passes(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return true // missing, not closed
	}
	bit := os.FileMode(0o001)
	switch uid, gid := ownerOf(dir); {
	case uid == a.uid:
		bit = 0o100
	case gid == a.gid:
		bit = 0o010
	}
	return info.Mode()&bit != 0
}
