package selftest

import "context"

// writeOwnFile: with the least of permissions, drive.file, an account may write what it made through Drive.
func writeOwnFile(ctx context.Context, t *trial) (string, error) {
	id, err := t.makeFile(ctx, "files")
	if isClosed(err) {
		return "", &untold{"the account may not make files in Drive (" + said(err) + ")",
			`With access = "drive.file": clipsheet account spreadsheet "Test" --account ACCOUNT makes one; a sync into it should work.`}
	}
	if err != nil {
		return "", err
	}
	b := t.tab("own")
	if _, err = t.batchIn(ctx, id, b.add(1, 1), b.write(0, 0, []any{"written"})); isClosed(err) {
		return "", &otherwise{"to be let into a spreadsheet of our own", said(err)}
	}
	if err != nil {
		return "", err
	}
	c, err := t.cellsIn(ctx, id, b, block(0, 0, 1, 1))
	if err != nil {
		return "", err
	}
	return "the account may write into it", same("a cell that is written", `"written"`, c.entered())
}
