package sync

import (
	"hash/fnv"
	"time"
)

// Due looks at the slots from next on that have passed by now: the last of them, which is to be run, and how many
// came before it. A zero slot says that next is still to come. After a long standstill missed counts no further than
// mostMissed.
func (s Schedule) Due(next, now time.Time) (slot time.Time, missed int) {
	if next.IsZero() || next.After(now) {
		return time.Time{}, 0
	}
	slot = s.lastUntil(next, now)
	for at := next; at.Before(slot) && missed < mostMissed; missed++ {
		at = s.Next(at)
	}
	return slot, missed
}

const mostMissed = 10_000

// lastUntil finds the last slot that is not later than now, looking back from now further and further. There is one:
// first.
func (s Schedule) lastUntil(first, now time.Time) time.Time {
	last := first
	for back := time.Minute; ; back *= 2 {
		from := now.Add(-back)
		if !from.After(first) {
			from = first
		}
		for at := s.Next(from); !at.IsZero() && !at.After(now); at = s.Next(at) {
			last = at
		}
		if last.After(first) || from.Equal(first) {
			return last
		}
	}
}

// jitter is how long after its slot a sync starts: always the same for one target, so that its runs are evenly apart,
// and different between targets, so that those of nine o'clock do not all ask at once. It is small beside the step to
// the next slot.
func jitter(target string, step time.Duration) time.Duration {
	limit := min(step/30, 20*time.Second)
	h := fnv.New64a()
	h.Write([]byte(target))
	return time.Duration(h.Sum64() % uint64(limit)).Truncate(time.Millisecond)
}
