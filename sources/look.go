package sources

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"clipsheet/clips"
)

const (
	// lookTime bounds one look. The watchdog has its connection to itself again after it.
	lookTime = 3 * time.Second
	// lookSeldom is how long a source without a role for its watchdog is left alone after a look, since each takes a
	// connection of its own there.
	lookSeldom = time.Minute
)

// errNotNow is a look that would have been in the way of runs.
var errNotNow = errors.New("there is no place to look from")

// look reads how old the data of a server is, without a place in the queue: over the connection of the watchdog, which is
// kept for it, where that has a role of its own. The reader's role may have no more connections than there are places for
// runs, so there it takes one that is free, for a moment. While connecting rests after a failure nobody looks.
func (f *Follower) look(ctx context.Context, sv *server) (age, error) {
	if err := sv.resting(); err != nil {
		return age{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if sv.watchdog.early {
		return f.lookThrough(ctx, sv)
	}
	select {
	case f.seats <- struct{}{}:
		defer f.stand()
	default:
		return age{}, errNotNow
	}
	s, err := f.connect(ctx, sv, "", 0)
	if err != nil {
		return age{}, err
	}
	defer s.hangUp()
	s.data, err = s.age()
	return s.data, err
}

// lookThrough looks by the watchdog's connection, unless that is busy with its duty.
func (f *Follower) lookThrough(ctx context.Context, sv *server) (age, error) {
	w := sv.watchdog
	if !w.mu.TryLock() {
		return age{}, errNotNow
	}
	defer w.mu.Unlock()
	w.eyes = true
	if err := w.connect(ctx); err != nil {
		return age{}, f.unseen(ctx, w, err)
	}
	read := func() (age, error) {
		results, err := w.conn.Exec(ctx, sqlAge).ReadAll()
		if err != nil {
			return age{}, err
		}
		return ageOf(results[0].Rows[0])
	}
	a, err := readSettled(ctx, read, read)
	if err != nil {
		return age{}, f.unseen(ctx, w, err)
	}
	w.presence.met(a)
	a = sv.horizon.correct(a)
	if a.isKnown() {
		sv.saw(a)
	}
	return a, nil
}

// unseen puts a look that failed into words.
func (f *Follower) unseen(ctx context.Context, w *watchdog, err error) error {
	isOver := errors.Is(ctx.Err(), context.Canceled) // the look, and nothing is known of the server
	if err = f.connectError(context.WithoutCancel(ctx), err, ""); !isOver {
		w.presence.missed(clips.KindOf(err))
	}
	return err
}

// lookAway lets the watchdogs rest again.
func (f *Follower) lookAway() {
	for _, sv := range f.servers {
		sv.watchdog.lookAway()
	}
}

func (w *watchdog) lookAway() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.eyes = false
	w.rest()
}

// isKnown tells of a follower whether it can say how old its data is: one that was started anew, and has not reached its
// primary, cannot.
func (a age) isKnown() bool { return !a.follower || a.caughtUp || !a.replayed.IsZero() }

// found puts a look into words.
func found(a age, err error) (clips.FollowerState, time.Duration, bool) {
	switch {
	case clips.KindOf(err) == clips.KindNotFollower:
		return clips.FollowerPrimary, 0, false
	case err != nil:
		return clips.FollowerDown, 0, false
	case !a.follower:
		return clips.FollowerPrimary, 0, false
	}
	_, lag := a.asOf()
	if !a.isKnown() {
		lag = 0
	}
	return clips.FollowerUp, lag, a.isKnown()
}

// address is the server for people: host and port, or a folder of sockets and port.
func (sv *server) address() string {
	return net.JoinHostPort(sv.pg.Host, strconv.Itoa(int(sv.pg.Port)))
}
