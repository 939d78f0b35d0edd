package clips

import "time"

// LagSample is how far behind a source, or one of its followers, was in a stretch of time: the most that was seen.
type LagSample struct {
	Source string
	At     time.Time // where the stretch begins
	Lag    time.Duration
}

// FollowerLag is what looking at a follower now and then has shown, whether or not clips ran on it.
type FollowerLag struct {
	Follower string        // host and port
	LookedAt time.Time     // for the last time
	State    FollowerState // then
	Lag      time.Duration // then; 0 also when it is not known
	LagKnown bool
	Worst    []LagSample // of each minute of the last day in which the lag was known, the oldest first
}

// FollowerState is how a server was found.
type FollowerState string

const (
	FollowerUp      FollowerState = "up"      // it answers, and follows a primary
	FollowerPrimary FollowerState = "primary" // it answers, and is a primary
	FollowerDown    FollowerState = "down"    // it could not be asked
)
