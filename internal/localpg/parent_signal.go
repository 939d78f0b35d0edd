//go:build linux || freebsd

package localpg

import "syscall"

// endWithParent has the kernel send a child a signal when the one that forked it ends, whatever ended it.
func endWithParent(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }
