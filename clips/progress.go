package clips

import "time"

// Progress is how far a run has come that somebody waits for.
type Progress struct {
	Stage Stage     `json:"stage"`
	Rows  int64     `json:"rows"`  // that were read so far
	Began time.Time `json:"began"` // to wait for its turn
}

// Stage is where a run stands.
type Stage string

const (
	StageQueued  Stage = "queued"  // it waits for its turn
	StageRunning Stage = "running" // the follower works on it
	StageReading Stage = "reading" // its rows come
)
