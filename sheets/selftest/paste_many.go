package selftest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The sizes of what is pasted: a million cells is about what people have seen fail in other ways.
const (
	seedRows    = 1_000
	pasteWide   = 10
	fewRows     = 10_000
	manyRows    = 100_000
	enough      = time.Minute       // what would take longer is not tried
	longest     = 150 * time.Second // Google stops after 180
	lastOfSeeds = `"row 1000"`
)

// pasteMany measures how long Google pastes, since it stops whatever takes longer than three minutes.
func pasteMany(ctx context.Context, t *trial) (string, error) {
	stage, target := t.tab("stage"), t.tab("target")
	if _, err := t.batch(ctx, stage.add(manyRows, pasteWide), target.add(manyRows, pasteWide)); err != nil {
		return "", err
	}
	if err := t.put(ctx, stage, seeds()...); err != nil {
		return "", err
	}
	var told []string
	have := seedRows
	for _, rows := range []int{fewRows, manyRows} {
		took, err := t.pasteRows(ctx, stage, target, have, rows)
		if err != nil {
			return "", after(told, err)
		}
		told = append(told, fmt.Sprintf("%s cells in %s", grouped(int64(rows*pasteWide)), seconds(took)))
		if have = rows; rows < manyRows && took*manyRows/fewRows > enough {
			return "", &untold{strings.Join(told, ", ") + "; a million were not tried, since it would take more than a minute",
				"Keep results well below a million cells."}
		}
	}
	return strings.Join(told, ", "), nil
}

func seeds() [][]any {
	var all [][]any
	for i := range seedRows {
		row := []any{fmt.Sprintf("row %d", i+1)}
		for len(row) < pasteWide {
			row = append(row, i*len(row))
		}
		all = append(all, row)
	}
	return all
}

// pasteRows fills the stage with repetitions of what it has, and pastes all of it into the target.
func (t *trial) pasteRows(ctx context.Context, stage, target tab, have, rows int) (time.Duration, error) {
	if _, err := t.batch(ctx, stage.paste(block(have, 0, rows-have, pasteWide), stage, block(0, 0, have, pasteWide))); err != nil {
		return 0, t.inTime(err)
	}
	all := block(0, 0, rows, pasteWide)
	if _, err := t.batch(ctx, target.paste(all, stage, all)); err != nil {
		return 0, t.inTime(err)
	}
	took := t.took
	c, err := t.cells(ctx, target, block(rows-1, 0, 1, 1))
	if err != nil {
		return 0, err
	}
	return took, same(fmt.Sprintf("row %d to be pasted", rows), lastOfSeeds, c.entered())
}

// inTime tells a request that took too long from trouble on the way.
func (t *trial) inTime(err error) error {
	if isUnclear(err) && t.took > longest {
		return &otherwise{"an answer within three minutes", "none after " + seconds(t.took) + ": " + said(err)}
	}
	return err
}

// after adds to an otherwise what worked before.
func after(told []string, err error) error {
	if isRefused(err) {
		err = &otherwise{"that Google takes the request", said(err)}
	}
	if e, ok := err.(*otherwise); ok && len(told) > 0 {
		return &otherwise{e.want, e.got + " (after " + strings.Join(told, ", ") + ")"}
	}
	return err
}
