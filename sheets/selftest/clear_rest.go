package selftest

import (
	"context"
	"slices"

	gsheets "google.golang.org/api/sheets/v4"
)

// clearRest: one request writes a new result and empties what is left of the one before.
func clearRest(ctx context.Context, t *trial) (string, error) {
	b := t.tab("clear")
	all, middle := block(0, 0, 4, 3), block(1, 1, 2, 2)
	x := []any{"x", "x", "x"}
	_, err := t.batch(ctx, slices.Concat([]*gsheets.Request{b.add(4, 3), b.write(0, 0, x, x, x, x)}, b.dress(all, "ours"))...)
	if err != nil {
		return "", err
	}
	if _, err := t.batch(ctx, b.clear(middle), b.update(block(3, 0, 1, 3), []any{"y"})); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, b, all)
	if err != nil {
		return "", err
	}
	const want = `"x", "x", "x" / "x", nothing, nothing / "x", nothing, nothing / "y", nothing, nothing`
	if err := same("empty cells where none were given", want, c.entered()); err != nil {
		return "", err
	}
	return "they become empty, and keep their formats", same("formats as they were", `12 formatted cells, note "ours"`, c.dressed())
}
