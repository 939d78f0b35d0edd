package sources

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// queueFactor is how many may wait for each run that may be under way.
const queueFactor = 32

// queue lets runs begin, fairly: among those who wait, the party with the fewest runs under way is next, of these the one
// whose last turn is longest ago; and one place, of all and of each source, is never given to a party that has the others. In a queue that is full the newest of the
// party with most in it makes room for one with less.
type queue struct {
	most  int                     // runs at once
	seats func(source string) int // runs at once on a source; 0 is unlimited

	mu      sync.Mutex
	waiting []*turn // as they came
	running []*turn
	turns   int
	last    map[string]int // of those who wait or run, the number of their last turn
}

// turn is one run that waits for its turn, or has it. party is whose it is.
type turn struct {
	source, party string
	called        chan error // nil: it may begin. Buffered, and told once
}

func newQueue(most int, seats func(source string) int) *queue {
	if seats == nil {
		seats = func(string) int { return 0 }
	}
	return &queue{most: most, seats: seats, last: map[string]int{}}
}

// take waits for a turn, until ctx, that of the run, ends. A full queue and a long wait are both KindBusy.
func (q *queue) take(ctx context.Context, source, party string, patience time.Duration) (done func(), err error) {
	t := &turn{source, party, make(chan error, 1)}
	q.mu.Lock()
	q.waiting = append(q.waiting, t)
	q.call()
	q.shorten()
	q.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err = <-t.called:
	case <-timer.C:
		err = errBusy()
	case <-ctx.Done():
		err = errEnded(ctx)
	}
	if err != nil {
		q.leave(t)
		return nil, err
	}
	return func() { q.leave(t) }, nil
}

// leave ends a turn, or the wait for it.
func (q *queue) leave(t *turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	gone := func(other *turn) bool { return other == t }
	q.waiting = slices.DeleteFunc(q.waiting, gone)
	q.running = slices.DeleteFunc(q.running, gone)
	if q.count(q.waiting, "", t.party)+q.count(q.running, "", t.party) == 0 {
		delete(q.last, t.party)
	}
	q.call()
}

// call begins what may begin. The caller holds mu.
func (q *queue) call() {
	for len(q.running) < q.most {
		next := q.next()
		if next < 0 {
			return
		}
		t := q.waiting[next]
		q.waiting = slices.Delete(q.waiting, next, next+1)
		q.running = append(q.running, t)
		q.turns++
		q.last[t.party] = q.turns
		t.called <- nil
	}
}

// next finds whose turn it is; -1 is nobody's.
func (q *queue) next() int {
	next, fewest := -1, 0
	for i, t := range q.waiting {
		if !q.mayBegin(t) {
			continue
		}
		n := q.count(q.running, "", t.party)
		if next < 0 || n < fewest || n == fewest && q.last[t.party] < q.last[q.waiting[next].party] {
			next, fewest = i, n
		}
	}
	return next
}

// mayBegin keeps a source to its seats, and a party from the last one.
func (q *queue) mayBegin(t *turn) bool {
	isOpen := func(most, taken, own int) bool { return taken < most && (most == 1 || own < most-1) }
	seats := q.seats(t.source)
	return isOpen(q.most, len(q.running), q.count(q.running, "", t.party)) &&
		(seats <= 0 || isOpen(seats, q.count(q.running, t.source, ""), q.count(q.running, t.source, t.party)))
}

// shorten sends away whoever is too many. The caller holds mu.
func (q *queue) shorten() {
	if len(q.waiting) <= q.most*queueFactor {
		return
	}
	last, longest := len(q.waiting)-1, 0
	for i, t := range q.waiting {
		if n := q.count(q.waiting, "", t.party); n > longest || n == longest && t.party == q.waiting[last].party {
			last, longest = i, n
		}
	}
	q.waiting[last].called <- errBusy()
	q.waiting = slices.Delete(q.waiting, last, last+1)
}

// count counts the turns of a source and a party; "" is any.
func (q *queue) count(turns []*turn, source, party string) (n int) {
	for _, t := range turns {
		if (source == "" || t.source == source) && (party == "" || t.party == party) {
			n++
		}
	}
	return n
}

// length is how many wait, and how many are under way.
func (q *queue) length() (waiting, running int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting), len(q.running)
}

// lengthOf is length, of one source.
func (q *queue) lengthOf(source string) (waiting, running int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count(q.waiting, source, ""), q.count(q.running, source, "")
}

// Queue says how many runs wait for their turn, and how many are under way.
func (c *Cache) Queue() (waiting, running int) { return c.runs.length() }

// partyOf is who answers for a clip or a workbook: its owner, or it itself where nobody does.
func partyOf(owner, name string) string { return cmp.Or(owner, "clip "+name) }
