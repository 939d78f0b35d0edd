package sync_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	clipsync "clipsheet/sync"
)

func TestCatchingUpIsOneRunForTheLastSlot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		schedule, next, now string
		slot                string
		missed              int
	}{
		{"every 15m", "2026-11-24 10:15", "2026-11-24 10:14", "", 0},
		{"every 15m", "2026-11-24 10:15", "2026-11-24 10:15", "2026-11-24 10:15", 0},
		{"every 15m", "2026-11-24 10:15", "2026-11-24 10:29", "2026-11-24 10:15", 0},
		{"every 15m", "2026-11-24 10:15", "2026-11-24 12:01", "2026-11-24 12:00", 7},
		{"30 2 * * *", "2026-10-20 02:30", "2026-11-24 12:00", "2026-11-24 02:30", 35},
		{"0 0 29 2 *", "2024-02-29 00:00", "2026-11-24 12:00", "2024-02-29 00:00", 0},
		{"* * * * *", "2021-11-24 10:15", "2026-11-24 12:00", "2026-11-24 12:00", 10_000},
	} {
		slot, missed := parse(t, c.schedule, berlin).Due(moment(t, berlin, c.next), moment(t, berlin, c.now))
		if got := fmt.Sprint(slot.Format("2006-01-02 15:04"), missed); slot.IsZero() != (c.slot == "") ||
			!slot.IsZero() && got != fmt.Sprint(c.slot, c.missed) {
			t.Errorf("%s, next at %s, now %s: got %s, want %s and %d missed", c.schedule, c.next, c.now, got, c.slot, c.missed)
		}
	}
	if slot, missed := parse(t, "@daily", "").Due(time.Time{}, time.Now()); !slot.IsZero() || missed != 0 {
		t.Errorf("a sync without a next slot is due at %s, %d missed", slot, missed)
	}
}

func TestDueFindsWhatWalkingThereWould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, err := clipsync.ParseSchedule(aSchedule.Draw(t, "schedule"), aZone.Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		next := s.Next(anyMoment.Draw(t, "from"))
		now := next.Add(time.Duration(rapid.Int64Range(0, int64(90*24*time.Hour)).Draw(t, "standstill")))
		want, passed := next, 0
		for at := s.Next(next); !at.After(now) && passed < 10_000; at = s.Next(at) {
			want = at
			passed++
		}
		if slot, missed := s.Due(next, now); missed != passed || passed < 10_000 && !slot.Equal(want) {
			t.Fatalf("slot %s with %d missed, want %s and %d", slot, missed, want, passed)
		}
	})
}

func TestJitterIsSmallAndStable(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for i := range 100 {
		target := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(i)}))
		j := clipsync.Jitter(target, time.Hour)
		if j < 0 || j >= 20*time.Second || j != clipsync.Jitter(target, time.Hour) {
			t.Errorf("%s starts %s after its slot", target, j)
		}
		if j := clipsync.Jitter(target, time.Minute); j >= 2*time.Second {
			t.Errorf("%s starts %s after a slot of every minute", target, j)
		}
		seen[j] = true
	}
	if len(seen) < 90 {
		t.Errorf("100 targets start at %d different moments", len(seen))
	}
}
