package selftest

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	pause       = time.Second       // between two requests, which keeps within the quota of an account, too
	callTimeout = 200 * time.Second // Google works on a request for 180 s at most
	patience    = 3 * time.Minute   // with a quota that others have spent
	tries       = 3                 // of a read
)

// ask sends a request that only reads, again when the answer does not arrive.
func (t *trial) ask(ctx context.Context, do func(context.Context) error) error {
	for try := 1; ; try++ {
		err := t.send(ctx, do)
		if !isUnclear(err) || try == tries || ctx.Err() != nil {
			return err
		}
		if err := sleep(ctx, backoff(try)); err != nil {
			return err
		}
	}
}

// change sends a request that writes, once: nobody knows what became of one whose answer does not arrive.
func (t *trial) change(ctx context.Context, do func(context.Context) error) error {
	err := t.send(ctx, do)
	if isUnclear(err) {
		t.unclear = t.last
	}
	return err
}

// send sends a request once it is time, again only while Google puts it off.
func (t *trial) send(ctx context.Context, do func(context.Context) error) error {
	began := time.Now()
	for try := 0; ; try++ {
		if err := sleep(ctx, time.Until(t.last.Add(pause))); err != nil {
			return err
		}
		err := t.once(ctx, do)
		if !isQuota(err) || time.Since(began) > patience {
			return err
		}
		hint, hinted := retryAfter(err, time.Now())
		t.putOff++
		if hinted {
			t.hinted++
		}
		if err := sleep(ctx, max(hint, backoff(try))); err != nil {
			return err
		}
	}
}

func (t *trial) once(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	t.last = time.Now()
	err := do(ctx)
	t.took = time.Since(t.last)
	return err
}

// backoff is twice as long each time, with jitter, half a minute at most.
func backoff(try int) time.Duration {
	return min(time.Second<<min(try, 5)+rand.N(time.Second), 32*time.Second)
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
