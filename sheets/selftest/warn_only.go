package selftest

import (
	"context"

	gsheets "google.golang.org/api/sheets/v4"
)

// warnOnly: a protection that warns people keeps no program out.
func warnOnly(ctx context.Context, t *trial) (string, error) {
	b, from := t.tab("warned"), t.tab("from")
	all := block(0, 0, 2, 1)
	_, err := t.batch(ctx, b.add(2, 1), from.add(2, 1), from.write(0, 0, []any{"pasted"}),
		&gsheets.Request{AddProtectedRange: &gsheets.AddProtectedRangeRequest{ProtectedRange: &gsheets.ProtectedRange{
			Range: b.grid(all), WarningOnly: true, Description: "clipsheet test"}}})
	if err != nil {
		return "", err
	}
	if _, err := t.batch(ctx, b.write(0, 0, []any{"written"}), b.paste(block(1, 0, 1, 1), from, block(0, 0, 1, 1))); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, b, all)
	if err != nil {
		return "", err
	}
	return "it keeps no sync out", same("cells that are written", `"written" / "pasted"`, c.entered())
}
