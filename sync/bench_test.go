package sync_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

// How long after it is due a run begins: with one sync a second, and with a hundred at once.
func BenchmarkFromDueToStart(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var syncs []clips.Sync
			for i := range n {
				s := every("every 1h", fmt.Sprintf("sync-%03d", i))[0]
				s.Account = s.Name
				syncs = append(syncs, s)
			}
			w := newWorld(b, syncs...)
			w.start(func(o *clipsync.Options) { o.Now = nil })
			var seconds []float64
			for b.Loop() {
				w.query(`delete from clipsheet.sync_runs`)
				w.query(`update clipsheet.syncs set next_at = now() + interval '1500 milliseconds' + interval '1 millisecond' * (random() * 1000)`)
				w.eventually("the runs to end", func() bool {
					return w.query(`select count(*) from clipsheet.sync_runs where state = 'done'`)[0] == fmt.Sprint(n)
				})
				for _, text := range w.query(`select extract(epoch from started_at - due_at) from clipsheet.sync_runs`) {
					s, err := strconv.ParseFloat(text, 64)
					if err != nil {
						b.Fatal(err)
					}
					seconds = append(seconds, s)
				}
			}
			slices.Sort(seconds)
			b.ReportMetric(seconds[len(seconds)/2], "s-median")
			b.ReportMetric(seconds[len(seconds)-1], "s-worst")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// How long after kill -9 of the node that had it a run is begun by another, with the usual lease. The node that is
// killed is the elected one, or not.
func BenchmarkTakeover(b *testing.B) {
	for _, elected := range []bool{true, false} {
		b.Run(fmt.Sprintf("elected=%t", elected), func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				took += takeover(b, elected)
			}
			b.ReportMetric(took.Seconds()/float64(b.N), "s/takeover")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func takeover(b *testing.B, elected bool) time.Duration {
	w := newWorld(b, append(every("every 1h", "one"), every("", "busy")...)...)
	reading, killed := make(chan struct{}, 1), make(chan struct{})
	address := w.book.serveSlowly(b, func() {
		reading <- struct{}{}
		<-killed
	})
	usual := func(o *clipsync.Options) { o.Now, o.Lease, o.Workers = nil, 0, 1 }
	if !elected {
		w.start(usual)
		w.occupy(killed)
	}
	n := w.startNode(nodeSpec{Book: address})
	w.eventually("the schedules to be looked at", func() bool {
		return w.query(`select count(*) from clipsheet.syncs where next_at is not null`)[0] == "1"
	})
	w.query(`update clipsheet.syncs set next_at = now() where schedule <> ''`)
	<-reading
	if elected {
		w.start(usual)
	}
	n.signal(b, syscall.SIGKILL)
	close(killed)
	began := time.Now()
	w.eventually("another to begin", func() bool { return w.last("one").Tries == 2 })
	return time.Since(began)
}

// How long after kill -9 of the elected node, which had nothing to do, a slot that is due then is run by another.
func BenchmarkElection(b *testing.B) {
	var took time.Duration
	for b.Loop() {
		w := newWorld(b, every("every 1h", "one")...)
		n := w.startNode(nodeSpec{Book: w.book.serve(b)})
		w.start(func(o *clipsync.Options) { o.Now = nil })
		n.signal(b, syscall.SIGKILL)
		began := time.Now()
		w.query(`update clipsheet.syncs set next_at = now()`)
		w.eventually("the slot to be run", func() bool { return w.last("one").Tries == 1 })
		took += time.Since(began)
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "s/election")
	b.ReportMetric(0, "ns/op")
}

// occupy takes the one worker there is, until then.
func (w *world) occupy(until chan struct{}) {
	w.t.Helper()
	pushing := make(chan struct{})
	w.target.on("busy", func(context.Context, clips.Push) error {
		close(pushing)
		<-until
		return nil
	})
	if _, err := w.store.AskSyncRun(w.t.Context(), "busy", "web", time.Time{}, 0); err != nil {
		w.t.Fatal(err)
	}
	<-pushing
}
