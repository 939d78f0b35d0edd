package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"clipsheet/clips"
)

// lookups finds the links of many readers with few questions. Readers who ask while a question is on its way go together
// with the next one, which begins after each of them asked. So nobody is told what was true before: a link that was
// revoked, wherever that was done, is revoked for whoever comes next.
type lookups struct {
	ask  func(ctx context.Context, hashes [][]byte) (map[[32]byte]opened, error)
	work sync.WaitGroup

	mu    sync.Mutex
	next  *lookup // gathers readers; nil when nobody waits
	under int     // questions on their way
}

const (
	mostLookups   = 2               // on their way at once: a silent one does not hold up everybody
	lookupTimeout = 5 * time.Second // twice that, at most, until a reader is told that the database does not answer
)

// lookup is one question, for all who wait for it. found and err are good once done is closed.
type lookup struct {
	hashes map[[32]byte]bool
	done   chan struct{}
	found  map[[32]byte]opened
	err    error
}

// find gives what the link with that hash opens, or clips.ErrNotFound.
func (l *lookups) find(ctx context.Context, hash [32]byte) (opened, error) {
	ask := l.join(hash)
	select {
	case <-ask.done:
	case <-ctx.Done():
		return opened{}, ctx.Err()
	}
	if ask.err != nil {
		return opened{}, ask.err
	}
	o, ok := ask.found[hash]
	if !ok {
		return opened{}, clips.ErrNotFound
	}
	return o, nil
}

// join adds a hash to the next question, and sees to it that it is asked.
func (l *lookups) join(hash [32]byte) *lookup {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = &lookup{hashes: map[[32]byte]bool{}, done: make(chan struct{})}
	}
	l.next.hashes[hash] = true
	ask := l.next
	if l.under < mostLookups {
		l.under++
		l.work.Go(l.run)
	}
	return ask
}

// run asks question after question until nobody waits.
func (l *lookups) run() {
	for {
		l.mu.Lock()
		ask := l.next
		if l.next = nil; ask == nil {
			l.under--
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		ask.answer(l.ask)
	}
}

// answer has the question asked for all who wait, and not for the first of them, who may leave.
func (a *lookup) answer(ask func(context.Context, [][]byte) (map[[32]byte]opened, error)) {
	defer close(a.done)
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	var hashes [][]byte
	for hash := range a.hashes {
		hashes = append(hashes, slices.Clone(hash[:]))
	}
	a.found, a.err = ask(ctx, hashes)
}
