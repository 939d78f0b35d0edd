package localpg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const slot = "follower" // the replication slot's name

// streamLimit is how long a follower that takes connections may need to reach its primary.
const streamLimit = 30 * time.Second

// StartFollower starts the follower again after StopFollower, and returns when it takes connections and, if the
// primary runs, streams from it. One that was promoted starts as the primary it became.
func (s *Server) StartFollower(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.follower == nil:
		return errNoFollower
	case s.closed:
		return errClosed
	}
	if err := s.follower.start(ctx); err != nil {
		return err
	}
	if s.primary.pid() == 0 || !exists(s.follower.standbySignal()) {
		return nil
	}
	return s.awaitStreaming(ctx)
}

func (s *Server) awaitStreaming(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, streamLimit)
	defer cancel()
	err := poll(ctx, "the follower to stream", func() bool {
		status, err := s.follower.query(ctx, "select status from pg_stat_wal_receiver")
		return err == nil && status == "streaming"
	})
	if err != nil {
		return fmt.Errorf("%w; its log %s ends with:\n%s", err, s.follower.log(), tail(s.follower.log(), 0))
	}
	return nil
}

// StopFollower shuts the follower down; the primary keeps what it misses.
func (s *Server) StopFollower(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.follower == nil {
		return errNoFollower
	}
	return s.follower.stop(ctx)
}

// Promote makes the follower a primary of its own, and returns when it is one. The next Start makes a new follower.
func (s *Server) Promote(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.follower == nil {
		return errNoFollower
	}
	promoted, err := s.follower.query(ctx, "select pg_promote(true, 60)")
	if err == nil && promoted != "t" {
		err = fmt.Errorf("not within a minute; see %s", s.follower.log())
	}
	if err != nil {
		return fmt.Errorf("promote the follower: %w", err)
	}
	return nil
}

// prepareFollower makes the follower's data directory while no server runs: a copy of the primary's is then exact.
// One that is there is used as long as it is a standby and the primary has kept its slot; without the slot, what it
// misses is gone.
func (s *Server) prepareFollower(ctx context.Context) error {
	standby := exists(s.follower.standbySignal())
	switch {
	case standby && exists(s.slotDir()):
		return nil
	case exists(s.follower.dir) && !standby && s.o.Durable:
		return fmt.Errorf("the follower in %s was promoted and may hold data of its own: move it away, and a new one is made", s.follower.dir)
	}
	return s.copyPrimary(ctx)
}

// copyPrimary copies under another name first: a copy cut short leaves nothing that looks finished.
func (s *Server) copyPrimary(ctx context.Context) error {
	dir := s.follower.dir + ".new"
	if err := s.as.freshDir(dir); err != nil {
		return err
	}
	if out, err := s.run(ctx, "cp", "-RPp", s.primary.dir+"/.", dir); err != nil {
		return fmt.Errorf("copy %s: %w\n%s", s.primary.dir, err, out)
	}
	for _, ofPrimary := range []string{"postmaster.pid", "postmaster.opts", filepath.Join("pg_replslot", slot)} {
		if err := os.RemoveAll(filepath.Join(dir, ofPrimary)); err != nil {
			return err
		}
	}
	if out, err := s.run(ctx, "touch", filepath.Join(dir, "standby.signal")); err != nil {
		return fmt.Errorf("mark %s as a standby: %w\n%s", dir, err, out)
	}
	if err := os.RemoveAll(s.follower.dir); err != nil {
		return err
	}
	return os.Rename(dir, s.follower.dir)
}

// slotDir is where the primary keeps the slot.
func (s *Server) slotDir() string { return filepath.Join(s.primary.dir, "pg_replslot", slot) }

// keepSlot has the primary keep what the follower may miss, and only while there is a follower: a slot that nobody
// reads fills the disk.
func (s *Server) keepSlot(ctx context.Context) error {
	var sql string
	switch have := exists(s.slotDir()); {
	case s.follower != nil && !have:
		sql = "select pg_create_physical_replication_slot('" + slot + "', true)"
	case s.follower == nil && have:
		sql = "select pg_drop_replication_slot('" + slot + "')"
	default:
		return nil
	}
	_, err := s.primary.query(ctx, sql)
	return err
}
