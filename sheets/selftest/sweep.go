package selftest

import (
	"context"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

// sweepTimeout is for all the requests of one sweep, one that is not answered among them.
const sweepTimeout = callTimeout + time.Minute

// sweep removes what we made, as far as it is there, and nothing else. It also works after ctx has ended.
func (t *trial) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepTimeout)
	defer cancel()
	filesErr := t.sweepFiles(ctx)
	if err := t.sweepTabs(ctx); err != nil {
		return err
	}
	return filesErr
}

// sweepTabs looks what there is rather than trust what we did: a request of which the answer was lost has made a tab or
// has not. Titles tell ours, since an id that we asked for may be that of somebody's tab, and then ours was refused.
func (t *trial) sweepTabs(ctx context.Context) error {
	for try := 1; ; try++ {
		book, err := t.look(ctx, t.o.Spreadsheet)
		if err != nil {
			return err
		}
		requests := t.removals(book)
		if len(requests) == 0 {
			return nil
		}
		if _, err = t.batch(ctx, requests...); err == nil || try == tries {
			return err
		}
	}
}

// removals take away our named ranges, which would outlive the cells they name, and our tabs.
func (t *trial) removals(book *gsheets.Spreadsheet) []*gsheets.Request {
	var all []*gsheets.Request
	for _, n := range book.NamedRanges {
		if n.Name == t.rangeName() {
			all = append(all, &gsheets.Request{DeleteNamedRange: &gsheets.DeleteNamedRangeRequest{NamedRangeId: n.NamedRangeId}})
		}
	}
	for _, s := range book.Sheets {
		if p := s.Properties; t.isOurs(p.Title) {
			all = append(all, tab{id: p.SheetId}.remove())
		}
	}
	return all
}

func (t *trial) rangeName() string { return "clipsheet_test_" + t.tag }
