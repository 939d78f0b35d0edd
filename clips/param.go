package clips

import (
	"time"
)

// Bound is a revision with its parameters resolved: ready to run, and to be recognised when asked for again.
type Bound struct {
	Params []BoundParam // in declared order
	Query  Query        // Limits are left to the caller
	Key    string       // equal for equal resolved values: part of the cache key; "" without parameters
}

// BoundParam is one parameter as it was resolved.
type BoundParam struct {
	Param Param
	Value string // resolved: "start of month" has become 2026-11-01
	Given bool   // by the reader or the link, rather than by default
}

// Bind resolves the parameters of a revision. It reads the declared names out of given and ignores the rest, since
// people add cache-busters to addresses. zone is where "today" is.
func Bind(rev Revision, given map[string]string, now time.Time, zone *time.Location) (Bound, error) {
	panic("helper E")
}
