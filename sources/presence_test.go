package sources

import (
	"testing"
	"time"

	"clipsheet/clips"
)

func TestAServerThatWentOrCameIsNoticedOnce(t *testing.T) {
	t.Parallel()
	began := time.Now()
	follower, primary := age{follower: true, started: began}, age{started: began}
	anew := age{follower: true, started: began.Add(time.Minute)}
	for name, c := range map[string]struct {
		steps func(*presence)
		want  int
	}{
		"met first":   {func(p *presence) { p.met(follower) }, 0},
		"never met":   {func(p *presence) { p.missed(clips.KindUnavailable); p.missed(clips.KindUnavailable) }, 0},
		"still there": {func(p *presence) { p.met(follower); p.met(follower) }, 0},
		"came":        {func(p *presence) { p.missed(clips.KindUnavailable); p.met(follower); p.met(follower) }, 1},
		"went, and came": {func(p *presence) {
			p.met(follower)
			p.missed(clips.KindAuth)
			p.missed(clips.KindUnavailable)
			p.met(follower)
		}, 2},
		"started anew":       {func(p *presence) { p.met(follower); p.met(anew) }, 1},
		"promoted":           {func(p *presence) { p.met(follower); p.met(primary) }, 1},
		"promoted, and back": {func(p *presence) { p.met(follower); p.missed(clips.KindNotFollower); p.met(anew) }, 2},
		"had no room": {func(p *presence) {
			p.met(follower)
			p.missed(clips.KindBusy)
			p.missed(clips.KindCanceled)
			p.met(follower)
		}, 0},
	} {
		var p presence
		if c.steps(&p); p.count() != c.want {
			t.Errorf("%s: %d changes were noticed, want %d", name, p.count(), c.want)
		}
	}
}
