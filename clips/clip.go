package clips

import "time"

// Clip is a saved query with a name. What it runs is its current Revision; the rest may change without a trace.
type Clip struct {
	ID          int64
	Slug        string // in addresses and on the command line: [a-z0-9-], unique
	Title       string
	Description string
	Owner       string
	Tags        []string
	Visibility  Visibility // who sees it beside its owner; empty is everyone
	Declared    bool       // by the config file: read-only everywhere else
	RetiredAt   time.Time  // zero while in use; a retired clip keeps its history and its links answer 404
	Revision    Revision   // the current one
}

// Revision is one immutable version of what a clip runs. Numbers count from 1 within the clip.
type Revision struct {
	Number    int
	Source    string
	SQL       string
	Params    []Param
	TimeZone  string        // IANA name; empty means the source's, else the server's
	MaxAge    time.Duration // a snapshot younger than this is served without a run
	MaxLag    time.Duration // further behind its primary no server runs it; 0 leaves it to the source, whose limit holds anyway
	OnLag     OnLag         // what readers get then
	Key       []string      // columns that identify a row, for syncs and diffs
	Author    string
	Message   string
	CreatedAt time.Time
}

// DefaultMaxAge is how old a snapshot may be before a reader causes a run, when the clip does not say.
const DefaultMaxAge = 5 * time.Minute

// ParamType is what a parameter accepts.
type ParamType string

const (
	ParamText      ParamType = "text"
	ParamInteger   ParamType = "integer"
	ParamNumber    ParamType = "number"
	ParamDate      ParamType = "date"
	ParamTimestamp ParamType = "timestamp"
	ParamBoolean   ParamType = "boolean"
	ParamChoice    ParamType = "choice" // one of Choices, bound as text
)

// Param is a typed hole in a clip's SQL, written :name there.
type Param struct {
	Name    string    `json:"name"`
	Type    ParamType `json:"type"`              // "" takes any text and leaves the type to the server
	Default *string   `json:"default,omitempty"` // nil: a value is required. Dates may be relative: "start of last month"
	Choices []string  `json:"choices,omitempty"`
	Label   string    `json:"label,omitempty"` // for people; empty means Name
}

// Run is one attempt to refresh a clip.
type Run struct {
	ID        int64
	ClipID    int64
	Revision  int
	ParamsKey string // Bound.Key of the parameters
	StartedAt time.Time
	EndedAt   time.Time // zero while running
	State     RunState
	Rows      int64
	Bytes     int64
	Kind      Kind   // of the failure
	Notice    string // of the failure
	Digest    string // of the result
}

// RunState is where a run stands. A run that its process did not live to finish is RunAbandoned at the next start. One
// that was stopped since nobody waited for it any more is RunLeft, which is no failure.
type RunState string

const (
	RunRunning   RunState = "running"
	RunDone      RunState = "done"
	RunFailed    RunState = "failed"
	RunAbandoned RunState = "abandoned"
	RunLeft      RunState = "left"
)
