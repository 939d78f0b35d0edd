package selftest

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"
)

// prefix begins the names of all we make, and tag, which is at random, ends them.
const prefix = "~clipsheet test"

// trial is one spreadsheet, as the account sees it, and what we made in it and beside it.
type trial struct {
	o    Options
	api  *gsheets.SpreadsheetsService
	tag  string
	last time.Time     // when the last request was sent
	took time.Duration // how long Google worked on it

	files []string // ids of those we made in Drive
	lost  bool     // a file was asked for, and nobody knows whether it was made

	unclear time.Time // when a request was last sent that may still be on its way

	earlier        []string // titles of tabs that an earlier test did not come to remove
	putOff, hinted int      // requests beyond the quota, and how many of those came with a Retry-After
}

// Google's limit, and what the test needs of it at most.
const (
	mostCells = 10_000_000
	ourCells  = 2_500_000
)

// begin looks whether the spreadsheet can be seen, and whether there is room.
func begin(ctx context.Context, o Options) (*trial, error) {
	options := []option.ClientOption{option.WithHTTPClient(o.Client)}
	if o.Endpoint != "" {
		options = append(options, option.WithEndpoint(o.Endpoint))
	}
	service, err := gsheets.NewService(ctx, options...)
	if err != nil {
		return nil, err
	}
	t := &trial{o: o, api: service.Spreadsheets, tag: strings.ToLower(rand.Text()[:8])}
	book, err := t.look(ctx, o.Spreadsheet)
	if err != nil {
		return nil, err
	}
	for _, s := range book.Sheets {
		if title := s.Properties.Title; strings.HasPrefix(title, prefix) {
			t.earlier = append(t.earlier, title)
		}
	}
	return t, checkRoom(book)
}

func checkRoom(book *gsheets.Spreadsheet) error {
	cells := int64(0)
	for _, s := range book.Sheets {
		if g := s.Properties.GridProperties; g != nil {
			cells += g.RowCount * g.ColumnCount
		}
	}
	if cells <= mostCells-ourCells {
		return nil
	}
	return &untold{fmt.Sprintf("the spreadsheet has %s cells, and the test needs %s more, of the %s that there may be",
		grouped(cells), grouped(ourCells), grouped(mostCells)), "Take an empty spreadsheet."}
}

// knock makes a first tab: who may only read is refused here.
func (t *trial) knock(ctx context.Context) error {
	_, err := t.batch(ctx, t.tab("knock").add(1, 1))
	return err
}

// tab names a tab; its add makes it, and sweep removes it.
func (t *trial) tab(name string) tab {
	return tab{t.number(), t.name(name)}
}

func (t *trial) name(what string) string { return fmt.Sprintf("%s %s %s", prefix, what, t.tag) }

// isOurs knows a name of ours from those of people, and of another test.
func (t *trial) isOurs(name string) bool {
	return strings.HasPrefix(name, prefix) && strings.HasSuffix(name, t.tag)
}

// number makes up an id that nobody has: Google's are of 31 bits.
func (t *trial) number() int64 { return mathrand.Int64N(1<<31-2) + 1 }

// batch is spreadsheets.batchUpdate, and gives a reply for each of its requests.
func (t *trial) batch(ctx context.Context, requests ...*gsheets.Request) ([]*gsheets.Response, error) {
	return t.batchIn(ctx, t.o.Spreadsheet, requests...)
}

func (t *trial) batchIn(ctx context.Context, spreadsheet string, requests ...*gsheets.Request) ([]*gsheets.Response, error) {
	var replies []*gsheets.Response
	req := &gsheets.BatchUpdateSpreadsheetRequest{Requests: requests}
	err := t.change(ctx, func(ctx context.Context) error {
		answer, err := t.api.BatchUpdate(spreadsheet, req).Context(ctx).Do()
		if err == nil {
			replies = answer.Replies
		}
		return err
	})
	if err == nil && len(replies) < len(requests) {
		return nil, &otherwise{fmt.Sprintf("a reply to each of %d requests", len(requests)), fmt.Sprint(len(replies))}
	}
	return replies, err
}

// put fills a tab from its first cell on as the stage of a sync is filled: values.batchUpdate, and nothing is parsed.
func (t *trial) put(ctx context.Context, b tab, rows ...[]any) error {
	values := &gsheets.ValueRange{Range: b.ref(block(0, 0, len(rows), len(rows[0]))), MajorDimension: "ROWS", Values: rows}
	req := &gsheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", Data: []*gsheets.ValueRange{values}}
	return t.change(ctx, func(ctx context.Context) error {
		_, err := t.api.Values.BatchUpdate(t.o.Spreadsheet, req).Fields("spreadsheetId").Context(ctx).Do()
		return err
	})
}

// look shows which tabs, charts and named ranges there are.
func (t *trial) look(ctx context.Context, spreadsheet string) (book *gsheets.Spreadsheet, err error) {
	const fields = "spreadsheetId,namedRanges,sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),charts)"
	return t.get(ctx, spreadsheet, fields)
}

func (t *trial) get(ctx context.Context, spreadsheet, fields string, ranges ...string) (book *gsheets.Spreadsheet, err error) {
	err = t.ask(ctx, func(ctx context.Context) (err error) {
		book, err = t.api.Get(spreadsheet).Ranges(ranges...).Fields(googleapi.Field(fields)).Context(ctx).Do()
		return err
	})
	return book, err
}

// cells reads an area of a tab.
func (t *trial) cells(ctx context.Context, b tab, a area) (cells, error) {
	return t.cellsIn(ctx, t.o.Spreadsheet, b, a)
}

func (t *trial) cellsIn(ctx context.Context, spreadsheet string, b tab, a area) (cells, error) {
	const fields = "sheets(data(rowData(values(userEnteredValue,effectiveValue,note," +
		"userEnteredFormat(numberFormat,textFormat(bold))))))"
	book, err := t.get(ctx, spreadsheet, fields, b.ref(a))
	if err != nil {
		return cells{}, err
	}
	c := cells{area: a}
	if len(book.Sheets) > 0 && len(book.Sheets[0].Data) > 0 {
		c.rows = book.Sheets[0].Data[0].RowData
	}
	return c, nil
}
