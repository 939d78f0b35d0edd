package simulator

import (
	"slices"
	"time"
)

// lateCall is a request whose effect is still to come.
type lateCall struct {
	due    time.Time
	x      *Exchange
	answer chan Answer // room for one, so that nobody waits for a client that has gone
}

// Late holds a request back: it takes effect only after a while, whether or not the client is still waiting then, as a
// request does that Google goes on working on after the client's time is up. A client that has waited long enough gets
// the answer.
//
// The effect comes when the time of Options.Now has passed and anybody looks: any request, or [Simulator.Spreadsheet].
// [Simulator.Land] lets it come at once.
func Late(after time.Duration) Effect {
	return func(x *Exchange) {
		if err := x.admit(); err != nil {
			x.Send(x.refusal(err))
			return
		}
		held := x.sim.hold(x, after)
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-timer.C:
			x.sim.land(func(l *lateCall) bool { return l == held })
			x.Send(<-held.answer)
		case a := <-held.answer:
			x.Send(a)
		case <-x.r.Context().Done():
			x.HangUp()
		case <-x.sim.done:
			x.HangUp()
		}
	}
}

// LateAfterTimeout answers 504 at once, and lets the request take effect after a while all the same.
func LateAfterTimeout(after time.Duration) Effect {
	return func(x *Exchange) {
		if err := x.admit(); err != nil {
			x.Send(x.refusal(err))
			return
		}
		x.sim.hold(x, after)
		x.Send(x.refusal(refuse("DEADLINE_EXCEEDED", "Deadline expired before operation could complete.")))
	}
}

func (s *Simulator) hold(x *Exchange, after time.Duration) *lateCall {
	l := &lateCall{due: s.now().Add(after), x: x, answer: make(chan Answer, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = append(s.late, l)
	return l
}

// Land lets the requests that [Late] holds back take effect, in the order in which they are due: those whose time has
// come, or all of them. It tells how many did.
func (s *Simulator) Land(all bool) int {
	now := s.now()
	return s.land(func(l *lateCall) bool { return all || !l.due.After(now) })
}

func (s *Simulator) land(ripe func(*lateCall) bool) int {
	s.mu.Lock()
	var landing []*lateCall
	s.late = slices.DeleteFunc(s.late, func(l *lateCall) bool {
		if ripe(l) {
			landing = append(landing, l)
			return true
		}
		return false
	})
	s.mu.Unlock()
	slices.SortStableFunc(landing, func(a, b *lateCall) int { return a.due.Compare(b.due) })
	for _, l := range landing {
		l.answer <- l.x.Serve()
	}
	return len(landing)
}

// Held is how many requests wait to take effect.
func (s *Simulator) Held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.late)
}
