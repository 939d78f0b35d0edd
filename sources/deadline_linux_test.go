package sources

import (
	"net"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// Whatever a run is about, the line to its server is given up within half a minute of silence.
func TestDeadLinesAreGivenUp(t *testing.T) {
	t.Parallel()
	f := newFollower(t, pgtest.Follower(t).FollowerDSNFor("reader", "letmein", newDatabase(t, "").name))
	s, err := f.connect(t.Context(), f.servers[0], "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.hangUp()
	raw, err := s.conn.Conn().(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	asked := func(level, option int) (value int) {
		t.Helper()
		var err error
		if failed := raw.Control(func(fd uintptr) { value, err = syscall.GetsockoptInt(int(fd), level, option) }); failed != nil || err != nil {
			t.Fatal(failed, err)
		}
		return value
	}
	if got := time.Duration(asked(syscall.IPPROTO_TCP, tcpUserTimeout)) * time.Millisecond; got != deadLine {
		t.Errorf("what is sent may stay unanswered for %s, want %s", got, deadLine)
	}
	idle, interval, count := asked(syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE), asked(syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL), asked(syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT)
	if got := time.Duration(idle+interval*count) * time.Second; got != deadLine || asked(syscall.SOL_SOCKET, syscall.SO_KEEPALIVE) == 0 {
		t.Errorf("a silent line is held for %s, want %s", got, deadLine)
	}
}
