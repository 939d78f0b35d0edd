package sheets

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter keeps calls within Google's quotas: 60 reads and 60 writes a minute for each account, 300 of each for the
// project. Several processes that share an account share a Limiter's counts through whatever implements it.
type Limiter interface {
	// Wait returns when so many reads and writes may be sent as the account, and counts them as sent.
	Wait(ctx context.Context, account string, reads, writes int) error
	// Drain lets nobody pass as the account before a moment: Google refused a call for the quota.
	Drain(account string, until time.Time)
}

// Buckets are a Limiter for one process. What fills them in a minute and what they hold are together Google's number,
// so that no sixty seconds see more calls, wherever Google's own minute begins.
type Buckets struct {
	mu       sync.Mutex
	project  *buckets
	accounts map[string]*buckets
}

var _ Limiter = (*Buckets)(nil)

type buckets struct {
	reads, writes *rate.Limiter
	drained       time.Time // nobody passes before
}

// NewBuckets gives full buckets.
func NewBuckets() *Buckets {
	return &Buckets{project: newBuckets(250, 50), accounts: map[string]*buckets{}}
}

func newBuckets(perMinute float64, burst int) *buckets {
	every := rate.Limit(perMinute / 60)
	return &buckets{reads: rate.NewLimiter(every, burst), writes: rate.NewLimiter(every, burst)}
}

func (b *Buckets) account(name string) *buckets {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.accounts[name]
	if !ok {
		a = newBuckets(50, 10)
		b.accounts[name] = a
	}
	return a
}

// Wait implements Limiter.
func (b *Buckets) Wait(ctx context.Context, account string, reads, writes int) error {
	a := b.account(account)
	if err := b.untilDrained(ctx, a); err != nil {
		return err
	}
	for _, bucket := range []*buckets{a, b.project} {
		if bucket.reads.WaitN(ctx, reads) != nil || bucket.writes.WaitN(ctx, writes) != nil {
			return cmp.Or(ctx.Err(), context.DeadlineExceeded) // the bucket sees a deadline it cannot meet before it comes
		}
	}
	return nil
}

func (b *Buckets) untilDrained(ctx context.Context, a *buckets) error {
	for {
		b.mu.Lock()
		left := time.Until(a.drained)
		b.mu.Unlock()
		if left <= 0 {
			return nil
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// Drain implements Limiter.
func (b *Buckets) Drain(account string, until time.Time) {
	a := b.account(account)
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(a.drained) {
		a.drained = until
	}
}

// backoff is how long to wait before try n, counted from 0: twice as long each time, with jitter, 64 s at most.
func backoff(n int) time.Duration {
	d := time.Second<<min(n, 6) + rand.N(time.Second)
	return min(d, 64*time.Second)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
