package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

// mayCall tells whether the calls may be made at once. Asking counts them when they may.
func mayCall(t testing.TB, l *store.Limiter, account string, reads, writes int) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- l.Wait(ctx, account, reads, writes) }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
		return true
	case <-time.After(time.Second):
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return false
}

// pass makes all calls so far older.
func pass(t testing.TB, dsn string, seconds int) {
	t.Helper()
	pgtest.Exec(t, dsn, fmt.Sprintf(`
		create temporary table older as select name, second - interval '%d seconds' as second, reads, writes from clipsheet.quota_calls;
		truncate clipsheet.quota_calls;
		insert into clipsheet.quota_calls select * from older;
		update clipsheet.quotas set drained_until = drained_until - interval '%[1]d seconds'`, seconds))
}

func TestAnAccountMakesNoMoreCallsThanItsQuotaInAMinute(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	l := s.Limiter(store.Quota{Account: 5, Project: 100})
	for i := range 5 {
		if !mayCall(t, l, "finance", 1, 0) {
			t.Fatalf("read %d has to wait", i)
		}
	}
	if !mayCall(t, l, "finance", 0, 5) || !mayCall(t, l, "sales", 5, 5) {
		t.Error("writes and other accounts have quotas of their own")
	}
	if mayCall(t, l, "finance", 1, 0) {
		t.Error("a sixth read need not wait")
	}
	pass(t, dsn, 30)
	if mayCall(t, l, "finance", 1, 0) {
		t.Error("half a minute is enough")
	}
	pass(t, dsn, 33)
	if !mayCall(t, l, "finance", 3, 0) || mayCall(t, l, "finance", 3, 0) || !mayCall(t, l, "finance", 2, 0) {
		t.Error("a minute later it is not as in the beginning")
	}
}

func TestAllAccountsTogetherKeepTheQuotaOfTheProject(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	other := openAt(t, dsn)
	q := store.Quota{Account: 9, Project: 12}
	limiters := []*store.Limiter{s.Limiter(q), other.Limiter(q)}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	var made atomic.Int32
	err := together(30, func(i int) error {
		err := limiters[i%2].Wait(ctx, fmt.Sprint("account ", i%3), 0, 1)
		if err == nil {
			made.Add(1)
		}
		if ctx.Err() != nil {
			return nil
		}
		return err
	})
	if err != nil || made.Load() != 12 {
		t.Errorf("%d calls of %d nodes, want 12: %v", made.Load(), len(limiters), err)
	}
}

func TestAnAccountThatGoogleRefusedWaits(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	l := s.Limiter(store.Quota{})
	l.Drain("finance", time.Now().Add(time.Minute))
	l.Drain("finance", time.Now()) // does not shorten it
	if mayCall(t, l, "finance", 1, 1) || !mayCall(t, l, "sales", 1, 1) {
		t.Error("the account that was refused, and no other, waits")
	}
	pass(t, dsn, 61)
	if !mayCall(t, l, "finance", 1, 1) {
		t.Error("it waits for longer")
	}
	l.Drain("", time.Now().Add(time.Minute))
	if mayCall(t, l, "finance", 1, 1) || mayCall(t, l, "sales", 1, 1) {
		t.Error("the project was refused, and an account need not wait")
	}
}

func TestWaitingEndsWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	l := s.Limiter(store.Quota{Account: 1})
	mayCall(t, l, "finance", 1, 1)
	pass(t, dsn, 59)
	began := time.Now()
	if err := l.Wait(t.Context(), "finance", 1, 1); err != nil || time.Since(began) < time.Second {
		t.Errorf("it waited %s: %v", time.Since(began), err)
	}
	err := l.Wait(t.Context(), "finance", 2, 0)
	wantSays(t, err, "more than the quota of 1")
}

func TestCallsOfAClockThatWasAheadDoNotCount(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	l := s.Limiter(store.Quota{Account: 1})
	mayCall(t, l, "finance", 1, 0)
	pass(t, dsn, -3600)
	if !mayCall(t, l, "finance", 1, 0) {
		t.Error("an account waits for a clock that was put back")
	}
}
