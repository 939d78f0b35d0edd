package sync

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Google's quotas: calls in a minute, of reads and of writes alike.
const (
	AccountQuota = 60
	ProjectQuota = 300
)

// Load is what one sync asks of Google at each slot.
type Load struct {
	Sync     string
	Account  string
	Schedule Schedule
	Reads    int
	Writes   int
}

// Excess is a minute in which more calls fall due than Google allows.
type Excess struct {
	Minute  time.Time
	Account string // empty when it is the project's quota
	Calls   string // "reads" or "writes"
	Need    int
	Limit   int
	Syncs   []string // the heaviest first
}

// Forecast finds the minutes from then until until in which the syncs, started on time, would exceed a quota. Runs are
// not lost by that: they wait, and what waits makes the next minute fuller than this says.
func Forecast(loads []Load, from, until time.Time) []Excess {
	minutes := map[time.Time][]Load{}
	for _, l := range loads {
		for at := l.Schedule.Next(from.Add(-1)); !at.IsZero() && at.Before(until); at = l.Schedule.Next(at) {
			minutes[at.UTC()] = append(minutes[at.UTC()], l)
		}
	}
	var all []Excess
	for _, minute := range slices.SortedFunc(maps.Keys(minutes), time.Time.Compare) {
		all = append(all, excesses(minute, minutes[minute])...)
	}
	return all
}

// excesses are those of one minute: of accounts in order, then of the project.
func excesses(minute time.Time, loads []Load) []Excess {
	byAccount := map[string][]Load{}
	for _, l := range loads {
		byAccount[l.Account] = append(byAccount[l.Account], l)
	}
	var all []Excess
	for _, account := range slices.Sorted(maps.Keys(byAccount)) {
		all = append(all, exceeding(minute, account, AccountQuota, byAccount[account])...)
	}
	return append(all, exceeding(minute, "", ProjectQuota, loads)...)
}

func exceeding(minute time.Time, account string, limit int, loads []Load) []Excess {
	var all []Excess
	for _, calls := range []struct {
		name string
		of   func(Load) int
	}{
		{"reads", func(l Load) int { return l.Reads }},
		{"writes", func(l Load) int { return l.Writes }},
	} {
		need := 0
		for _, l := range loads {
			need += calls.of(l)
		}
		if need <= limit {
			continue
		}
		e := Excess{Minute: minute, Account: account, Calls: calls.name, Need: need, Limit: limit}
		heaviest := slices.SortedStableFunc(slices.Values(loads), func(a, b Load) int {
			return cmp.Or(cmp.Compare(calls.of(b), calls.of(a)), cmp.Compare(a.Sync, b.Sync))
		})
		for _, l := range heaviest {
			e.Syncs = append(e.Syncs, l.Sync)
		}
		all = append(all, e)
	}
	return all
}
