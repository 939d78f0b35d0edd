package selftest

import (
	"context"
	"fmt"
)

const copyByHand = "In Google Sheets, choose File, Make a copy, of a spreadsheet with a sync in it, and let the sync run: " +
	"the copy should stay as it is, and a sync of its own into the copy should begin anew."

// copyFile: a copy has an id of its own, which its marks do not name.
func copyFile(ctx context.Context, t *trial) (string, error) {
	m := t.marked()
	if err := m.make(ctx, t); err != nil {
		return "", err
	}
	id, err := t.makeFile(ctx, "files/"+t.o.Spreadsheet+"/copy")
	if isClosed(err) {
		return "", &untold{"the account may not copy files in Drive (" + said(err) + ")", copyByHand}
	}
	if err != nil {
		return "", err
	}
	book, all, err := t.marks(ctx, id, m.key)
	if isClosed(err) {
		return "", &untold{"the account may not read its copy (" + said(err) + ")", copyByHand}
	}
	if err != nil {
		return "", err
	}
	if id == t.o.Spreadsheet || book.SpreadsheetId != id {
		return "", &otherwise{"a copy to have an id of its own", book.SpreadsheetId}
	}
	for _, f := range all {
		if f.value != m.value {
			return "", &otherwise{"marks of a copy to say what those of the original say", fmt.Sprintf("%q", f.value)}
		}
	}
	return fmt.Sprintf("a copy has an id of its own; %d of 3 marks are copied, and go on naming the original", len(all)), nil
}
