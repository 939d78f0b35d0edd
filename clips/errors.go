package clips

import (
	"errors"
	"fmt"
)

// Kind is why a piece of work could not be done: a short closed list, so that every edge (HTTP status, exit code,
// stale reason, retry policy) can decide with one switch. Ask for it with KindOf.
type Kind string

const (
	KindSQL         Kind = "sql_error"         // the author's SQL is wrong; Position says where
	KindPermission  Kind = "permission"        // the source's role may not read that
	KindTimeout     Kind = "timeout"           // statement or lock timeout, or the reader's patience
	KindTooLarge    Kind = "too_large"         // a row, byte or cell limit
	KindConflict    Kind = "recovery_conflict" // the follower cancelled it to replay; worth another try
	KindUnavailable Kind = "unavailable"       // the follower does not answer, is starting or stopping
	KindLag         Kind = "lag"               // every server is further behind its primary than is allowed
	KindBusy        Kind = "busy"              // no connection left, here or on the follower
	KindAuth        Kind = "auth"              // wrong password, no such role or database, TLS
	KindNotFollower Kind = "not_a_follower"    // a primary, and the config does not allow it
	KindWrite       Kind = "read_only"         // the SQL tried to write
	KindParameter   Kind = "bad_parameter"     // a value a parameter does not accept
	KindCanceled    Kind = "canceled"          // nobody waits any more
	KindDiskFull    Kind = "disk_full"         // no room for the snapshot
	KindCorrupt     Kind = "corrupt"           // a stored result fails its checksum
	KindTarget      Kind = "target"            // what the spreadsheet holds is in the way; someone has to act there, or another tab be chosen
	KindNotShared   Kind = "not_shared"        // the Google account may not write into the spreadsheet; someone has to share it
	KindSpreadsheet Kind = "no_spreadsheet"    // there is none that can be written, or the account cannot see it
	KindAccount     Kind = "account"           // the Google account has to be connected anew, or its project set up
	KindQuota       Kind = "quota"             // Google takes no more requests for now
	KindSuperseded  Kind = "superseded"        // a newer run has the target
	KindInternal    Kind = "internal"          // ours
)

// ErrNotFound is a clip, link, revision, run or snapshot that is not there, or no longer.
var ErrNotFound = errors.New("not found")

// Error is a failure with words for people. Notice may be shown to anyone who may see the clip; Detail to its
// author (it can quote data); the cause stays in logs.
type Error struct {
	Kind     Kind
	Notice   string // one sentence: what happened and what to do next
	Detail   string // what Postgres said: message, detail, hint
	SQLState string // five characters, when Postgres said it
	Position int    // 1-based character in the author's SQL; 0 is unknown
	Cause    error
}

func (e *Error) Error() string {
	if e.Detail != "" {
		return fmt.Sprintf("%s (%s)", e.Notice, e.Detail)
	}
	return e.Notice
}

func (e *Error) Unwrap() error { return e.Cause }

// KindOf finds the kind of an error; one nobody classified is KindInternal, nil is empty.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return KindInternal
}

// NoticeOf is what a person may read of an error; an unclassified one says no more than that it happened.
func NoticeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Notice
	}
	return "Something went wrong on our side; the log of the server has it."
}
