package sources

import (
	"cmp"
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of Linux, in milliseconds, which package syscall does not name.
const tcpUserTimeout = 18

// endDeadLines has the system give up a connection whose peer takes nothing for a while. Keepalives find a peer that is
// gone while nothing is on its way; while something is, Linux would send it again for a quarter of an hour.
func endDeadLines(network, _ string, conn syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var refused error
	err := conn.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(deadLine/time.Millisecond))
	})
	return cmp.Or(err, refused)
}
