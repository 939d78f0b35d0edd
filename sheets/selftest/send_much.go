package selftest

import (
	"context"
	"fmt"
	"strings"

	gsheets "google.golang.org/api/sheets/v4"
)

const (
	megabyte  = 1_000_000
	sendWide  = 10
	rowBytes  = sendWide*len(`{"userEnteredValue":{"numberValue":123456}},`) + len(`{"values":[]},`)
	sendRows  = 9 * megabyte / rowBytes
	ourLimit  = 2 // MB: what a sync sends at most, but for a row that is larger by itself
	firstSent = 100_000
)

// sendMuch measures how large a request may be, and how long Google works on it.
func sendMuch(ctx context.Context, t *trial) (string, error) {
	b := t.tab("much")
	if _, err := t.batch(ctx, b.add(int64(sendRows), sendWide)); err != nil {
		return "", err
	}
	var told []string
	for _, size := range []int{ourLimit, 5, 9} {
		err := t.sendRows(ctx, b, size)
		if err != nil && size > ourLimit {
			return "", &untold{fmt.Sprintf("%s; %d MB did not pass: %s", strings.Join(told, ", "), size, said(err)),
				"Keep single rows of results below the size that passed; all else is sent in pieces of 2 MB."}
		}
		if err != nil {
			return "", after(told, err)
		}
		told = append(told, fmt.Sprintf("%d MB in %s", size, seconds(t.took)))
		if t.took > enough/2 {
			return strings.Join(told, ", ") + "; more was not tried, since it would take long", nil
		}
	}
	return strings.Join(told, ", "), nil
}

// sendRows writes as many rows as make a request of some megabytes, and looks at the last one.
func (t *trial) sendRows(ctx context.Context, b tab, size int) error {
	rows := size * megabyte / rowBytes
	if _, err := t.batch(ctx, &gsheets.Request{UpdateCells: &gsheets.UpdateCellsRequest{
		Range: b.grid(block(0, 0, rows, sendWide)), Rows: numbers(rows), Fields: "userEnteredValue"}}); err != nil {
		return t.inTime(err)
	}
	took := t.took
	c, err := t.cells(ctx, b, block(rows-1, sendWide-1, 1, 1))
	if err != nil {
		return err
	}
	t.took = took
	return same(fmt.Sprintf("row %d to be written", rows), fmt.Sprint(firstSent+rows-1), c.entered())
}

// numbers are rows of numbers with six digits each.
func numbers(rows int) []*gsheets.RowData {
	all := make([]*gsheets.RowData, rows)
	for i := range all {
		cell := &gsheets.CellData{UserEnteredValue: entered(firstSent + i)}
		all[i] = &gsheets.RowData{}
		for range sendWide {
			all[i].Values = append(all[i].Values, cell)
		}
	}
	return all
}
