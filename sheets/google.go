package sheets

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/internal/failpoint"
)

// remote is one spreadsheet, as one account sees it.
type remote struct {
	*Pusher
	id, account string
	pace        *pace // of the spreadsheet
	who         Identity
	api         *gsheets.SpreadsheetsService
	count       counts
}

// counts are the calls that were sent.
type counts struct {
	reads, writes int
	bytes         atomic.Int64
}

// pace keeps the requests to one spreadsheet apart.
type pace struct{ last time.Time }

// Google works on a request for 180 s at most; who waits less long cannot tell a slow one from a lost one.
const callTimeout = 200 * time.Second

// connect finds out who writes. Asked again, it may get a fresh token.
func (r *remote) connect(ctx context.Context) error {
	who, err := r.o.Identity(ctx, r.account)
	if err != nil {
		return err
	}
	client := *who.Client
	client.Transport = &meter{base: client.Transport, count: &r.count.bytes, told: r.o.OnCall}
	options := []option.ClientOption{option.WithHTTPClient(&client)}
	if r.o.Endpoint != "" {
		options = append(options, option.WithEndpoint(r.o.Endpoint))
	}
	service, err := gsheets.NewService(ctx, options...)
	if err != nil {
		return err
	}
	r.who, r.api = who, service.Spreadsheets
	return nil
}

// kind is what a call does.
type kind uint8

const (
	aRead   kind = iota
	aWrite       // that may be sent twice
	aCommit      // that must not be, before it is known what became of the first
)

// call sends a request until it is answered or refused. The quota is waited for; what is unclear is sent again when
// that does no harm. The error is Google's own, for judge and explain.
func (r *remote) call(ctx context.Context, k kind, do func(context.Context) error) error {
	began, renewed := time.Now(), false
	for try := 0; ; try++ {
		if err := r.turn(ctx, k); err != nil {
			return err
		}
		err := r.send(ctx, do)
		if ctx.Err() != nil {
			return err
		}
		v, wait := judge(err), backoff(try)
		if v == quota {
			wait = max(wait, retryAfter(err, time.Now()))
			r.o.Limiter.Drain(r.account, time.Now().Add(wait))
		}
		patient := time.Since(began)+wait < r.o.Patience
		switch {
		case v == quota && patient, v == unclear && k != aCommit && patient:
		case v == expired && !renewed:
			renewed, wait = true, 0
			if err := r.connect(ctx); err != nil {
				return err
			}
		default:
			return err
		}
		r.o.Log.Info("google sheets: asking again", "spreadsheet", r.id, "in", wait, "error", err)
		if v == quota && r.o.OnWait != nil {
			r.o.OnWait(wait)
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// turn waits until a request may be sent: at least a second after the one before to the same spreadsheet, and within
// the quotas.
func (r *remote) turn(ctx context.Context, k kind) error {
	reads, writes := 1, 0
	if k != aRead {
		reads, writes = 0, 1
	}
	if err := r.o.Limiter.Wait(ctx, r.account, reads, writes); err != nil {
		return err
	}
	if err := sleep(ctx, time.Until(r.pace.last.Add(r.o.Pause))); err != nil {
		return err
	}
	r.pace.last = time.Now()
	r.count.reads += reads
	r.count.writes += writes
	return nil
}

func (r *remote) send(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := failpoint.At("google.ask"); err != nil {
		return err
	}
	return errors.Join(do(ctx), failpoint.At("google.answered"))
}

// read asks for what filters select.
func (r *remote) read(ctx context.Context, mask string, filters []*gsheets.DataFilter) (*layout, error) {
	var l *layout
	err := r.call(ctx, aRead, func(ctx context.Context) error {
		s, err := r.api.GetByDataFilter(r.id, &gsheets.GetSpreadsheetByDataFilterRequest{DataFilters: filters}).
			Fields(googleapi.Field(mask)).Context(ctx).Do()
		if err == nil {
			l = readLayout(s)
		}
		return err
	})
	return l, err
}

// readWhole asks for all tabs, without their cells.
func (r *remote) readWhole(ctx context.Context) (*layout, error) {
	var l *layout
	err := r.call(ctx, aRead, func(ctx context.Context) error {
		s, err := r.api.Get(r.id).Fields(maskWhole).Context(ctx).Do()
		if err == nil {
			l = readLayout(s)
			l.whole = true
		}
		return err
	})
	return l, err
}

// mostRead is how many cells are asked for at a time.
const mostRead = 2_000_000

// readValues adds the cells of areas to a tab. It takes a fourth of the bytes that read does for the same cells.
func (r *remote) readValues(ctx context.Context, t *tab, areas []area) error {
	t.know(areas)
	for _, part := range parts(areas, mostRead) {
		req := &gsheets.BatchGetValuesByDataFilterRequest{
			MajorDimension: "ROWS", ValueRenderOption: "FORMULA", DateTimeRenderOption: "SERIAL_NUMBER",
		}
		for _, a := range part {
			req.DataFilters = append(req.DataFilters, &gsheets.DataFilter{GridRange: a.grid(t.id)})
		}
		err := r.call(ctx, aRead, func(ctx context.Context) error {
			answer, err := r.api.Values.BatchGetByDataFilter(r.id, req).Context(ctx).Do()
			if err == nil {
				t.readRanges(part, answer.ValueRanges)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parts cuts areas into lists of at most so many cells.
func parts(areas []area, most int) [][]area {
	var all [][]area
	var part []area
	left := most
	for _, a := range areas {
		for a.height() > 0 {
			if left < a.width() {
				all, part, left = append(all, part), nil, max(most, a.width())
			}
			piece := a
			piece.bottom = min(a.bottom, a.top+left/a.width())
			part = append(part, piece)
			left -= piece.cells()
			a.top = piece.bottom
		}
	}
	if len(part) > 0 {
		all = append(all, part)
	}
	return all
}

// batch is spreadsheets.batchUpdate. With ranges the answer has them as they are afterwards.
func (r *remote) batch(ctx context.Context, k kind, requests []*gsheets.Request, ranges []string) (*layout, error) {
	req := &gsheets.BatchUpdateSpreadsheetRequest{
		Requests: requests, ResponseRanges: ranges, IncludeSpreadsheetInResponse: len(ranges) > 0,
	}
	var after *layout
	err := r.call(ctx, k, func(ctx context.Context) error {
		answer, err := r.api.BatchUpdate(r.id, req).Fields(maskAnswer).Context(ctx).Do()
		if err == nil && answer.UpdatedSpreadsheet != nil {
			after = readLayout(answer.UpdatedSpreadsheet)
		}
		return err
	})
	return after, err
}

// putValues is values.batchUpdate, with nothing parsed.
func (r *remote) putValues(ctx context.Context, v *gsheets.ValueRange) error {
	req := &gsheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", Data: []*gsheets.ValueRange{v}}
	return r.call(ctx, aWrite, func(ctx context.Context) error {
		_, err := r.api.Values.BatchUpdate(r.id, req).Fields("spreadsheetId").Context(ctx).Do()
		return err
	})
}
