package localpg

import "syscall"

// endWithParent has the kernel send a child the signal for a fast shutdown when the thread that forked it ends,
// whatever ended it.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
