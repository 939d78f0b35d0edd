package sources

import (
	"sync"
	"time"

	"clipsheet/clips"
)

// presence is whether a server was there when it was last seen, and as what. The reader's role and the watchdog's have one
// each: a server may refuse the one and take the other, or, misconfigured, be two.
type presence struct {
	mu      sync.Mutex
	isKnown bool
	state   presenceState
	changes int
}

type presenceState struct {
	isThere  bool
	follower bool
	started  time.Time
}

// met takes in a server that told its age, missed one that could not be used, by the kind of the error.
func (p *presence) met(a age) { p.become(presenceState{true, a.follower, a.started}) }

func (p *presence) missed(kind clips.Kind) {
	switch kind {
	case clips.KindUnavailable, clips.KindAuth, clips.KindNotFollower:
		p.become(presenceState{})
	}
}

func (p *presence) become(now presenceState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isKnown && now != p.state {
		p.changes++
	}
	p.isKnown, p.state = true, now
}

func (p *presence) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changes
}

// Changes grows each time that a server of the source went away, came back, or came as another: started anew, promoted, or
// a follower again. What Check found before may then be wrong. Runs notice it, and the looks of a Lookout.
func (f *Follower) Changes() (n int) {
	for _, sv := range f.servers {
		n += sv.presence.count() + sv.watchdog.presence.count()
	}
	return n
}

// Resting says of the servers that refused the password when they are tried again.
func (f *Follower) Resting() (all []clips.Finding) {
	for i, sv := range f.servers {
		sv.mu.Lock()
		kind, until := clips.KindOf(sv.failure.err), sv.failure.until
		sv.mu.Unlock()
		if kind == clips.KindAuth && time.Now().Before(until) {
			all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: f.subject(i),
				Text: "it refused us, and is tried again at " + nextTry(until)})
		}
	}
	return all
}
