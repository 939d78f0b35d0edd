package selftest

import (
	"context"
	"slices"

	gsheets "google.golang.org/api/sheets/v4"
)

// pasteValues: large results are written into a hidden tab, and go from there into place by one paste of values.
func pasteValues(ctx context.Context, t *trial) (string, error) {
	stage, target := t.tab("stage"), t.tab("target")
	all := block(0, 0, 1, 6)
	_, err := t.batch(ctx, slices.Concat(
		[]*gsheets.Request{stage.add(1, 6), target.add(2, 6), target.write(0, 0, []any{"old", "old", "old", "old", "old", "old"})},
		target.dress(all, "ours"))...)
	if err != nil {
		return "", err
	}
	if err := t.put(ctx, stage, []any{"=1+1", "00123", "2026-11-24", 42, true, nil}); err != nil {
		return "", err
	}
	if _, err := t.batch(ctx, target.paste(all, stage, all)); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, target, all)
	if err != nil {
		return "", err
	}
	return checkPasted(c)
}

func checkPasted(c cells) (string, error) {
	const values = `"=1+1", "00123", "2026-11-24", 42, TRUE, `
	if err := same("formats and notes as they were", "6 formatted cells, note \"ours\"", c.dressed()); err != nil {
		return "", err
	}
	if c.entered() == values+`"old"` {
		return "", &untold{"texts stay texts and formats stay, but an empty cell leaves what was there",
			"Nothing has to be avoided, since syncs empty cells first. Please report this line."}
	}
	return "texts stay texts, empty cells empty, formats and notes stay",
		same("the values and no more", values+"nothing", c.entered())
}
