package sheets

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"clipsheet/clips"
)

// book is the queue of pushes to one spreadsheet. One at a time is served, by the goroutine that brought it, and takes
// along those that wait behind it and can go with it.
type book struct {
	pace pace // belongs to who is served

	mu      sync.Mutex
	busy    bool
	waiting []*job
}

// job is a push on its way.
type job struct {
	ctx  context.Context
	task task
	undo *image // what to put back; nil is a push
	unit []*job // this job and those that are done with it, all or none; nil is a job by itself

	lead chan struct{} // closed when it is its turn
	done chan struct{} // closed when somebody took it along

	layout  *layout
	info    *layout // that knows the tab _clipsheet, for a job that writes there
	plan    *plan
	stages  []int64 // hidden tabs that were made for it
	again   error   // why another round is needed
	landed  bool    // something was written
	settled bool
	out     clips.Pushed
	err     error
}

func newJob(ctx context.Context, t task, undo *image) *job {
	return &job{ctx: ctx, task: t, undo: undo, lead: make(chan struct{}), done: make(chan struct{})}
}

// tell reports progress to whoever watches.
func (j *job) tell(stage string, done, all int64) {
	if j.task.Tell != nil {
		j.task.Tell(stage, done, all)
	}
}

func (j *job) fail(err error) {
	j.err, j.settled = err, true
}

// do waits for the job's turn and serves it, or lets another serve it along with its own.
func (b *book) do(j *job, serve func(context.Context, []*job)) {
	if !b.enter(j) {
		return
	}
	jobs := b.company(j)
	ctx, stop := together(context.WithoutCancel(j.ctx), jobs, len(jobs))
	serve(ctx, jobs)
	stop()
	for _, other := range jobs[1:] {
		close(other.done)
	}
	b.pass()
}

// enter returns when it is the job's turn, which is true, or when there is nothing left to do.
func (b *book) enter(j *job) bool {
	b.mu.Lock()
	if !b.busy {
		b.busy = true
		b.mu.Unlock()
		return true
	}
	b.waiting = append(b.waiting, j)
	b.mu.Unlock()
	left := j.ctx.Done()
	for {
		select {
		case <-j.lead:
			return true
		case <-j.done:
			return false
		case <-left:
			if b.leave(j) {
				j.fail(explain(j.ctx.Err(), Identity{}, ""))
				return false
			}
			left = nil // it is being served; that ends soon, as its context has
		}
	}
}

// leave takes a job out of the queue, if it is still there.
func (b *book) leave(j *job) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.waiting, j)
	if at >= 0 {
		b.waiting = slices.Delete(b.waiting, at, at+1)
	}
	return at >= 0
}

// mostTogether bounds how many pushes hang on the fate of one batch.
const mostTogether = 20

// company is the job and those that can go with it: small pushes as the same account.
func (b *book) company(j *job) []*job {
	b.mu.Lock()
	defer b.mu.Unlock()
	jobs := []*job{j}
	if j.unit != nil {
		return j.unit
	}
	if !j.sociable() {
		return jobs
	}
	b.waiting = slices.DeleteFunc(b.waiting, func(o *job) bool {
		joins := len(jobs) < mostTogether && o.sociable() && o.task.Sync.Account == j.task.Sync.Account
		if joins {
			jobs = append(jobs, o)
		}
		return joins
	})
	return jobs
}

func (j *job) sociable() bool {
	return j.unit == nil && j.undo == nil && !j.task.DryRun && j.task.small()
}

// pass gives the turn to the next in the queue.
func (b *book) pass() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.busy = false
		return
	}
	next := b.waiting[0]
	b.waiting = b.waiting[1:]
	close(next.lead)
}

// together is a context that ends when so many of the jobs' contexts have.
func together(parent context.Context, jobs []*job, many int) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	var left atomic.Int64
	left.Store(int64(many))
	stops := make([]func() bool, len(jobs))
	for i, j := range jobs {
		stops[i] = context.AfterFunc(j.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
