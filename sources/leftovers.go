package sources

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// The sessions of the role $1. Their times are microseconds since 1970, as in sqlAge.
const sessionsOf = `
select pid, application_name, (extract(epoch from backend_start) * 1000000)::bigint,
       (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint
from pg_catalog.pg_stat_activity
where usename = $1::name`

// Reap ends what killed processes of this machine left running on the servers, and says how much that was. What other
// machines run is theirs.
func (f *Follower) Reap(ctx context.Context) (ended int, err error) {
	for _, sv := range f.servers {
		left, failed := sv.watchdog.leftovers(ctx, f.pg.User)
		for _, b := range left {
			sv.watchdog.end(b)
		}
		ended, err = ended+len(left), errors.Join(err, failed)
	}
	return ended, err
}

func (w *watchdog) leftovers(ctx context.Context, role string) (left []backend, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, untilGone)
	defer cancel()
	defer w.rest()
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	result := w.conn.ExecParams(ctx, sessionsOf, [][]byte{[]byte(role)}, nil, nil, nil).Read()
	for _, row := range result.Rows {
		pid, err := strconv.ParseUint(string(row[0]), 10, 32)
		if err == nil && isLeft(string(row[1])) {
			left = append(left, backend{uint32(pid), micros(row[2]), micros(row[3])})
		}
	}
	return left, result.Err
}

// isLeft tells whether a session has the mark of a process of this machine that is no more.
func isLeft(name string) bool {
	where, who, ok := strings.Cut(name[strings.LastIndexByte(name, ' ')+1:], "/")
	number, own, marked := strings.Cut(who, ".")
	pid, err := strconv.Atoi(number)
	if !ok || !marked || err != nil || pid <= 0 || where != machine() || own == thisProcess() {
		return false
	}
	return pid == os.Getpid() || !isAlive(pid)
}

func isAlive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
