package sync_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	clipsync "clipsheet/sync"
)

func TestForecastTellsWhichMinuteIsTooFull(t *testing.T) {
	t.Parallel()
	var loads []clipsync.Load
	add := func(n int, account, schedule string, reads, writes int) {
		for i := range n {
			loads = append(loads, clipsync.Load{Sync: fmt.Sprintf("%s-%d", account, i), Account: account,
				Schedule: parse(t, schedule, berlin), Reads: reads, Writes: writes})
		}
	}
	add(31, "finance", "0 9 * * *", 2, 1) // 62 reads
	add(60, "sales", "*/30 * * * *", 1, 1)
	add(58, "ops", "0 9 * * mon", 1, 3) // 174 writes, on Mondays
	add(1, "board", "0 9 24 11 *", 0, 55)

	monday := moment(t, berlin, "2026-11-23 00:00")
	var got []string
	for _, e := range clipsync.Forecast(loads, monday, monday.Add(48*time.Hour)) {
		got = append(got, fmt.Sprintf("%s %s %s %d of %d, %d syncs, %s first",
			e.Minute.In(monday.Location()).Format("02 15:04"), e.Account, e.Calls, e.Need, e.Limit, len(e.Syncs), e.Syncs[0]))
	}
	want := []string{
		"23 09:00 finance reads 62 of 60, 31 syncs, finance-0 first",
		"23 09:00 ops writes 174 of 60, 58 syncs, ops-0 first",
		"24 09:00 finance reads 62 of 60, 31 syncs, finance-0 first",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	add(1, "late", "0 9 23 11 *", 0, 40) // the project's writes are now 31 + 60 + 174 + 40
	last := clipsync.Forecast(loads, monday, monday.Add(10*time.Hour))
	e := last[len(last)-1]
	if e.Account != "" || e.Calls != "writes" || e.Need != 305 || e.Limit != 300 || e.Syncs[0] != "late-0" {
		t.Errorf("of the project: %+v", e)
	}
}
