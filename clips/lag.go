package clips

import "time"

// LagSample is how far behind a source was in a stretch of time: the most that a result of it says.
type LagSample struct {
	Source string
	At     time.Time // where the stretch begins
	Lag    time.Duration
}
