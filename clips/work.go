package clips

import "time"

// Work is one refresh of a clip or one run of a sync, as they are listed together.
type Work struct {
	ID      int64  // of runs of clips, and of those of syncs, each for themselves
	Sync    string // the name of the sync; empty for a refresh of the clip
	Clip    string // its slug
	Title   string // of the clip
	Source  string
	State   string    // a RunState or a SyncState
	BeganAt time.Time // of a run that waits: when it is due
	EndedAt time.Time // zero until it ends
	Rows    int64
	Cells   int64 // that a sync changed
	Kind    Kind
	Notice  string
}

// Took is how long it took, or has taken by now.
func (w Work) Took(now time.Time) time.Duration {
	if w.EndedAt.IsZero() {
		return max(0, now.Sub(w.BeganAt))
	}
	return max(0, w.EndedAt.Sub(w.BeganAt))
}

// Failed tells whether nothing came of it.
func (w Work) Failed() bool {
	return w.State == string(RunFailed) || w.State == string(RunAbandoned)
}

// WorkFilter narrows a list of work. Zero fields narrow nothing.
type WorkFilter struct {
	ID     int64 // of a run: there may be one of a clip, and one of a sync
	Since  time.Time
	Viewer *Person // who may see its clip; nil is all
	Source string
	Clip   string
	State  string // "failed" is also what was abandoned; "open" is what runs or waits
	Newest bool   // the newest first; otherwise what failed and what took longest
	After  Work   // with Newest: only what comes after this one in the list; of it BeganAt, ID and Sync count
	Most   int
}
