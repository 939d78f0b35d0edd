package sheets

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"clipsheet/clips"
)

// Options say what a Pusher works with. Identity is required.
type Options struct {
	// Identity gives the client that carries an account's tokens. It is asked for each push, and once more when Google
	// refuses a token. An error of kind clips.KindAccount reaches the owner as it is.
	Identity func(ctx context.Context, account string) (Identity, error)

	Endpoint string        // of the Sheets API; empty is Google's
	Limiter  Limiter       // nil is one for this process
	Pause    time.Duration // between two requests to one spreadsheet; 0 is the second that Google recommends
	Patience time.Duration // with Google's quota and troubles; 0 is five minutes
	Log      *slog.Logger  // nil is none

	// For metrics; each may be nil.
	OnCall func(method, status string) // told of every request: a method of the API in a word or two, an HTTP status or "none"
	OnWait func(time.Duration)         // of every wait after Google refused a request for its quota
}

// Identity is who writes.
type Identity struct {
	Client *http.Client // with the account's tokens; calls bring their own deadlines
	Email  string       // whom people share spreadsheets with; may be empty
}

// Pusher makes targets in Google Sheets hold results. It may be used from anywhere at once: pushes to one spreadsheet
// wait for each other, and those that wait together go together.
type Pusher struct {
	o Options

	mu    sync.Mutex
	books map[string]*book
}

// New makes a Pusher.
func New(o Options) *Pusher {
	if o.Endpoint != "" {
		o.Endpoint = strings.TrimSuffix(o.Endpoint, "/") + "/" // the client resolves paths against it, as against a folder
	}
	o.Limiter = cmp.Or[Limiter](o.Limiter, NewBuckets())
	o.Pause = cmp.Or(o.Pause, time.Second)
	o.Patience = cmp.Or(o.Patience, 5*time.Minute)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	return &Pusher{o: o, books: map[string]*book{}}
}

// Push makes a target hold a result, or says in a *clips.Error why it does not. It may be repeated: what is there
// already is not written again. When ctx ends, the target holds the result or what it held.
func (p *Pusher) Push(ctx context.Context, push clips.Push) (clips.Pushed, error) {
	if len(push.Parts) > 0 {
		return p.pushParts(ctx, push)
	}
	return p.push(ctx, push, nil)
}

// Undo puts back what the cells held before a push, of which before is what Pushed.Before was. It refuses when people
// have changed any of them since.
func (p *Pusher) Undo(ctx context.Context, push clips.Push, before []byte) (clips.Pushed, error) {
	im, err := unpack(before)
	if err != nil {
		return clips.Pushed{}, err
	}
	if len(im.Parts) > 0 {
		return p.undoParts(ctx, push, im.Parts)
	}
	return p.push(ctx, push, &im)
}

func (p *Pusher) push(ctx context.Context, push clips.Push, undo *image) (clips.Pushed, error) {
	j, err := p.job(ctx, push, undo)
	if err != nil {
		return clips.Pushed{}, err
	}
	p.do(j)
	return j.out, j.err
}

func (p *Pusher) job(ctx context.Context, push clips.Push, undo *image) (*job, error) {
	t, err := newTask(push, time.Now())
	if err != nil {
		return nil, err
	}
	if undo != nil {
		t.target = undo.Target // of a snapshot, that of the period it was for
		t.width, t.Held = undo.size(t.Held)
	}
	return newJob(ctx, t, undo), checkSize(push.Info)
}

// do brings a job to its end.
func (p *Pusher) do(j *job) {
	s := j.task.Sync
	b := p.book(s.Spreadsheet)
	b.do(j, func(ctx context.Context, jobs []*job) {
		r := &remote{Pusher: p, id: s.Spreadsheet, account: s.Account, pace: &b.pace}
		r.serve(ctx, jobs)
	})
}

// checkSize refuses what no spreadsheet could hold, before a row of it is read.
func checkSize(info clips.SnapshotInfo) error {
	if n := info.Rows * int64(len(info.Header.Columns)); n > mostCells {
		return &clips.Error{Kind: clips.KindTooLarge, Notice: "The result has " + grouped(int(n)) + " cells, and a spreadsheet of Google " +
			"holds 10,000,000: select fewer rows or columns."}
	}
	return nil
}

// book is the queue for one spreadsheet.
func (p *Pusher) book(spreadsheet string) *book {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, ok := p.books[spreadsheet]
	if !ok {
		b = &book{}
		p.books[spreadsheet] = b
	}
	return b
}
