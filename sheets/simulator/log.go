package simulator

import (
	"slices"
	"strconv"
	"time"
)

// Call is one request in the log.
type Call struct {
	Time        time.Time
	Method      string // sheets.spreadsheets.values.get, drive.files.create, oauth.token …
	Verb, Path  string
	Spreadsheet string   // its id, when the path has one
	Account     string   // whose token it was
	Read        bool     // counts as a read, else as a write
	Kinds       []string // of a batchUpdate: addSheet, updateCells …
	Status      int      // 0: no answer was sent
	BytesIn     int      // of the request's body
	BytesOut    int      // of the answer's body
	Fault       string   // the name of the fault that struck

	number int
}

// Counters sum up the calls of the Sheets API.
type Counters struct {
	Reads, Writes     int // that were served or failed, but for those below
	Refused           int // with 429
	BytesIn, BytesOut int64
	Requests          int // in batchUpdates
}

// begin gives a call its place in the log: calls are kept in the order in which they began.
func (s *Simulator) begin() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{})
	return s.forgotten + len(s.calls) - 1
}

// log completes the entry of a call that has come to its end.
func (s *Simulator) log(x *Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := x.Call.number - s.forgotten
	if i < 0 {
		return // the log was emptied meanwhile
	}
	s.calls[i] = x.Call
	if x.route.sheets != nil {
		s.count(x.Call)
	}
}

func (s *Simulator) count(c Call) {
	switch {
	case c.Status == 429:
		s.counters.Refused++
	case c.Read:
		s.counters.Reads++
	default:
		s.counters.Writes++
	}
	s.counters.BytesIn += int64(c.BytesIn)
	s.counters.BytesOut += int64(c.BytesOut)
	s.counters.Requests += len(c.Kinds)
}

// Calls is the log: the calls of Sheets, Drive and OAuth that have an answer, or will have none, since the start or the
// last ResetCalls, in the order in which they began.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.calls), func(c Call) bool { return c.Time.IsZero() })
}

// Counters are the sums over the calls of the Sheets API since the start or the last ResetCalls.
func (s *Simulator) Counters() Counters {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counters
}

// ResetCalls empties the log and the counters. What counts against the quotas stays.
func (s *Simulator) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten += len(s.calls)
	s.calls, s.counters = nil, Counters{}
}

func itoa(n int) string { return strconv.Itoa(n) }
