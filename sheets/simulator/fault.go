package simulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with some of the calls.
type Fault struct {
	Name string // for the log

	// Which calls: all that are set must agree.
	Method      string // sheets.spreadsheets.batchUpdate; a part at the end is enough: batchUpdate
	Spreadsheet string // its id
	Account     string
	Match       func(Call) bool

	Skip  int // so many of them pass first
	Times int // then so many are struck; 0 is one, a negative number is all

	Effect Effect
}

// Effect is what becomes of a call. It may let it be served with [Exchange.Serve], which gives the answer, and send
// that or another one, or none.
type Effect func(*Exchange)

// Injected is a fault that was injected.
type Injected struct {
	sim   *Simulator
	fault Fault
	seen  int
	hits  int
}

// Inject scripts a fault. Faults are asked in the order in which they were injected; the first that is due strikes.
func (s *Simulator) Inject(f Fault) *Injected {
	i := &Injected{sim: s, fault: f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, i)
	return i
}

// Hits is how many calls it has struck.
func (i *Injected) Hits() int {
	i.sim.mu.Lock()
	defer i.sim.mu.Unlock()
	return i.hits
}

// Remove takes the fault out again.
func (i *Injected) Remove() {
	i.sim.mu.Lock()
	defer i.sim.mu.Unlock()
	i.sim.faults = slices.DeleteFunc(i.sim.faults, func(o *Injected) bool { return o == i })
}

// ClearFaults takes all faults out. What was held back by [Late] stays to be landed.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// due finds the fault that strikes a call, and counts for those that could have.
func (s *Simulator) due(x *Exchange) *Injected {
	s.mu.Lock()
	faults := slices.Clone(s.faults)
	s.mu.Unlock()
	for _, f := range faults {
		if !f.fault.concerns(x.Call) {
			continue
		}
		s.mu.Lock()
		f.seen++
		strikes := f.seen > f.fault.Skip && (f.fault.Times < 0 || f.hits < max(1, f.fault.Times))
		if strikes {
			f.hits++
		}
		s.mu.Unlock()
		if strikes {
			return f
		}
	}
	return nil
}

func (f Fault) concerns(c Call) bool {
	return (f.Method == "" || c.Method == f.Method || strings.HasSuffix(c.Method, "."+f.Method)) &&
		(f.Spreadsheet == "" || f.Spreadsheet == c.Spreadsheet) &&
		(f.Account == "" || f.Account == c.Account) &&
		(f.Match == nil || f.Match(c))
}

// TooManyRequests refuses with 429, before anything is done. A zero leaves Retry-After out, as Google does.
func TooManyRequests(retryAfter time.Duration) Effect {
	return func(x *Exchange) {
		x.Send(x.refusal(tooManyRequests(x.sim.callerOf(bearer(x.r)).client.Project, retryAfter)))
	}
}

// Refuse refuses with any status of Google's, such as ABORTED or PERMISSION_DENIED, before anything is done.
func Refuse(status, message string) Effect {
	return func(x *Exchange) { x.Send(x.refusal(refuse(status, message))) }
}

// InvalidGrant is the token endpoint's refusal, in one of the wordings it has: "Token has been expired or revoked.",
// "Bad Request", or none.
func InvalidGrant(description string) Effect {
	return func(x *Exchange) { x.Send(invalidGrant(description).answer()) }
}

// InternalError answers 500, before anything is done.
func InternalError() Effect {
	return func(x *Exchange) { x.Send(x.refusal(refuse("INTERNAL", "Internal error encountered."))) }
}

// BadGateway answers 502 with a page instead of JSON. applied says whether the request was.
func BadGateway(applied bool) Effect {
	return func(x *Exchange) {
		if applied {
			x.Serve()
		}
		x.Send(answerHTML(http.StatusBadGateway, badGatewayPage))
	}
}

// Unavailable answers 503. applied says whether the request was.
func Unavailable(applied bool) Effect {
	return func(x *Exchange) {
		if applied {
			x.Serve()
		}
		x.Send(x.refusal(refuse("UNAVAILABLE", "The service is currently unavailable.")))
	}
}

// HangUp closes the connection before anything is done.
func HangUp() Effect { return (*Exchange).HangUp }

// LostAnswer applies the request and closes the connection without an answer.
func LostAnswer() Effect {
	return func(x *Exchange) {
		x.Serve()
		x.HangUp()
	}
}

// CutAnswer applies the request, answers 200, and closes the connection in the middle of the body.
func CutAnswer() Effect {
	return func(x *Exchange) {
		a := x.Serve()
		x.Cut(a, len(a.Body)/2)
	}
}

// Page answers 200 with a page instead of JSON, after the request was applied: a proxy's word in between.
func Page(html string) Effect {
	return func(x *Exchange) {
		x.Serve()
		x.Send(answerHTML(http.StatusOK, html))
	}
}

// Slow waits, and then serves the call, if the client is still there or not.
func Slow(d time.Duration) Effect {
	return func(x *Exchange) {
		if x.wait(d) {
			x.Send(x.Serve())
			return
		}
		x.Serve()
		x.HangUp()
	}
}

// wait waits for a duration and tells whether the client was there all the time.
func (x *Exchange) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
	case <-x.sim.done:
	}
	return false
}

// ExpiredToken makes the access token of the call expire, so that it is refused with 401 although the client thinks it
// good for an hour.
func ExpiredToken() Effect {
	return func(x *Exchange) {
		x.sim.ExpireAccess(x.Call.Account)
		x.Send(x.Serve())
	}
}

// RevokedToken makes the account of the call withdraw its consent: the access token is refused now, and the refresh
// token from now on.
func RevokedToken() Effect {
	return func(x *Exchange) {
		x.sim.Revoke(x.Call.Account)
		x.Send(x.Serve())
	}
}

// Before does something and then serves the call: somebody edits between two calls of a program.
func Before(do func()) Effect {
	return func(x *Exchange) {
		do()
		x.Send(x.Serve())
	}
}

// After serves the call and does something before the answer arrives.
func After(do func()) Effect {
	return func(x *Exchange) {
		a := x.Serve()
		do()
		x.Send(a)
	}
}

const badGatewayPage = `<!DOCTYPE html>
<html lang=en>
<title>Error 502 (Server Error)!!1</title>
<p><b>502.</b> <ins>That’s an error.</ins>
<p>The server encountered a temporary error and could not complete your request.
<p>Please try again in 30 seconds. <ins>That’s all we know.</ins>
`
