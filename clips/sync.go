package clips

import (
	"errors"
	"time"
)

// Sync is a clip mapped to a target: a rectangle in a spreadsheet that it owns, and nothing beside it.
type Sync struct {
	ID     int64
	Name   string // [a-z0-9-], unique
	Target string // tells our marks in the spreadsheet from those of others; made once, at random
	Clip   Clip
	Params map[string]string // for the clip's parameters; relative dates are resolved at each run

	Account     string // the name of the account that writes
	Spreadsheet string // its ID in Google Drive
	Tab         string // the title of the tab at the first run; later it is found by our marks, whatever its title
	At          string // the upper left cell at the first run, in A1 notation
	Mode        SyncMode
	Key         []string // columns that identify a row, for SyncUpsert
	Period      Period   // what SyncSnapshot makes a tab for, and SyncColumn a column
	Keep        int      // tabs or columns kept of those; 0 keeps all
	FillDown    []string // headings of people's own columns whose formulas go on to the last row
	AsOfCell    string   // where the moment of the data is written, in A1 notation; empty is nowhere
	InfoTab     bool     // a tab _clipsheet tells of every sync into the spreadsheet

	Schedule  string // "every 15m", or cron; empty runs only when asked
	TimeZone  string // of the schedule and of Period; declared empty it is the clip's, and UTC when that has none
	Paused    bool
	NextAt    time.Time // of the next slot; zero is none
	Fence     int64     // of the last writer of the target; 0 is none yet
	Declared  bool      // by the config file: read-only everywhere else
	Edition   int       // counts what was saved, from 1, so that nobody overwrites what they have not seen
	RetiredAt time.Time // zero while in use
}

// SyncMode says how rows become cells.
type SyncMode string

const (
	SyncReplace  SyncMode = "replace"  // the rectangle holds the result, and nothing of the one before
	SyncAppend   SyncMode = "append"   // rows not written yet are added below, each once
	SyncUpsert   SyncMode = "upsert"   // rows are found by Key and changed in place; new ones are added below
	SyncSnapshot SyncMode = "snapshot" // a tab for each period
	SyncColumn   SyncMode = "column"   // a column for each period: the first column names rows, the second is the value
	SyncValue    SyncMode = "value"    // one cell: the first value of the first row
)

// Period is a stretch of the calendar; the empty one is each run by itself.
type Period string

const (
	EachRun     Period = ""
	EachDay     Period = "day"
	EachWeek    Period = "week" // from Monday
	EachMonth   Period = "month"
	EachQuarter Period = "quarter"
	EachYear    Period = "year"
)

// SyncRun is one attempt at a sync, for one slot of its schedule. It ends in exactly one state.
type SyncRun struct {
	ID        int64
	SyncID    int64
	Slot      time.Time // when it was due; together with the sync unique
	Slots     int       // how many it stands for: 1, or as many as were skipped in a row from Slot on
	Asked     string    // by whom, when not by the schedule: "command", "web", "undo"
	Fence     int64     // counts the writers of a target: what a lower one still sends must not count
	State     SyncState
	Tries     int       // how often it was begun
	StartedAt time.Time // for the first time; zero before
	EndedAt   time.Time // zero until it ends
	Pushed    Pushed
	Snapshot  int64 // the result that was pushed; 0 is none
	Kind      Kind
	Notice    string // what happened and what to do, of a run that failed or was skipped
}

// SyncState is where a run of a sync stands.
type SyncState string

const (
	SyncQueued  SyncState = "queued"
	SyncRunning SyncState = "running"
	SyncDone    SyncState = "done"    // the target holds the result, also when nothing had to be written
	SyncFailed  SyncState = "failed"  // the target holds what it held
	SyncSkipped SyncState = "skipped" // its slot passed while nobody could run it, or it was paused
)

// Due is what the schedule of a sync says of a moment.
type Due struct {
	Slot   time.Time // the last that has passed and that nobody has looked at; zero is none
	Start  time.Time // when its run may start, a little later
	First  time.Time // the first of those that passed before it
	Missed int       // how many those are
	Next   time.Time // the first slot after the moment; zero is none
}

// Handover is a run that the queue is given, for the n-th time.
type Handover struct {
	Run   int64
	Times int
}

// SyncTask is a run in hand, with what it takes to do it.
type SyncTask struct {
	Sync Sync
	Run  SyncRun
	Held int64 // rows that the target held after the push before; 0 is unknown
}

// ErrEdited says that somebody else has changed a thing since it was read.
var ErrEdited = errors.New("somebody else has changed it meanwhile")

// ErrFenced says that somebody else has taken a run over: whatever we still do for it must not count.
var ErrFenced = errors.New("somebody else has taken the run over")

// Push is what a target is asked to take: one whole result.
type Push struct {
	Sync  Sync
	Run   int64
	Fence int64
	Slot  time.Time
	Info  SnapshotInfo
	Rows  func() Rows // the result from its first row, as often as asked; the caller of Rows closes

	Parts []Push // of a workbook: each has a target of its own, and all are taken or none; then Rows is nil

	Formats map[string]ColumnFormat // how columns look, by their names
	Held    int64                   // rows the target held after the last push; a hint of how much to read, 0 is unknown

	DryRun bool                                // find out what would change, and change nothing
	Tell   func(stage string, done, all int64) // progress for whoever watches; may be nil
}

// Pushed is what a push came to.
type Pushed struct {
	Rows     int64 `json:"rows"`     // in the target now
	Cells    int64 `json:"cells"`    // changed
	Reads    int   `json:"reads"`    // calls of the spreadsheet's API
	Writes   int   `json:"writes"`   //
	Bytes    int64 `json:"bytes"`    // sent
	Verified int64 `json:"verified"` // cells read back and found right

	Plan   time.Duration `json:"plan"` // how long each part took
	Write  time.Duration `json:"write"`
	Verify time.Duration `json:"verify"`
	Query  time.Duration `json:"query"`

	Sample []CellChange `json:"sample,omitempty"` // some of the changes, for people
	Notes  []string     `json:"notes,omitempty"`  // what people should know: a filter hides rows, a column was left alone
	Before []byte       `json:"-"`                // what the changed cells held, for an undo; nil when it cannot be undone
}

// CellChange is one cell before and after.
type CellChange struct {
	Tab    string `json:"tab"`
	Cell   string `json:"cell"` // in A1 notation
	Before string `json:"before"`
	After  string `json:"after"`
}

// Account is a Google identity we may write as.
type Account struct {
	ID          int64
	Name        string // what syncs call it
	Kind        AccountKind
	Email       string // whom people share their spreadsheets with; empty when Google did not tell
	Subject     string // Google's own name of the identity, which stays when the e-mail changes; may be empty like it
	Scopes      []string
	ConnectedAt time.Time
	ExpiresAt   time.Time // when Google ends the permission, if it said so; zero is never
	Broken      string    // why it has to be connected anew, in words; empty while it works
	BrokenAt    time.Time // zero while it works
	RetiredAt   time.Time // zero while in use; then it is only kept until its permission is revoked
}

// AccountKind is how an account proves itself to Google.
type AccountKind string

const (
	AccountOAuth     AccountKind = "oauth"     // a person connected it in the browser
	AccountService   AccountKind = "service"   // a key file of the config
	AccountDelegated AccountKind = "delegated" // the same, in the name of a person of the domain
)

// AccountState is what we remember of a browser that was sent to Google to connect an account, until it comes back.
type AccountState struct {
	Hash      [32]byte // of the state in the address; it is never kept itself
	Session   [32]byte // the hash of what tells this browser from others
	Account   string   // the name the account is to have; empty is its e-mail
	Sealed    []byte   // the verifier of PKCE
	ExpiresAt time.Time
}
