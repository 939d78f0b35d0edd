package sources

import (
	"fmt"
	"sync"
	"time"

	"clipsheet/clips"
)

// checkedFor is how long a role that was found harmless is believed to be. Grants change.
const checkedFor = time.Hour

// inspection is the last time that the role was looked at on a server, and found harmless.
type inspection struct {
	mu      sync.Mutex
	at      time.Time
	started time.Time // the server, which is looked at again when it was started anew
}

func (i *inspection) holds(started time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return time.Since(i.at) < checkedFor && i.started.Equal(started)
}

func (i *inspection) passed(started time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at, i.started = time.Now(), started
}

// hardened is the gate of a source with require_hardened: nothing runs where a check has anything to say against the
// role or the watchdog. What was found wanting is looked at again each time, so that a cure counts at once.
func (s *session) hardened() error {
	seen := &s.server.inspection
	if !s.f.cfg.RequireHardened || seen.holds(s.data.started) {
		return nil
	}
	c := &checkup{f: s.f}
	if err := c.safety(s, s.data); err != nil {
		return err
	}
	for _, finding := range c.findings {
		if finding.Level != clips.LevelOK {
			return trouble{clips.KindAuth, fmt.Sprintf("Nothing runs on source SOURCE, since %s", finding.Text),
				"run clipsheet check, which has the cure, or take out sources.SOURCE.require_hardened"}.of(s.f.cfg.Name).err(nil)
		}
	}
	seen.passed(s.data.started)
	return nil
}
