package selftest

import (
	"context"
	"fmt"
	"slices"

	gsheets "google.golang.org/api/sheets/v4"
)

// duplicateTab: a copy may have the marks of its original or none. It must not take them away, and what it has must go
// on naming the original, or a sync would write into both.
func duplicateTab(ctx context.Context, t *trial) (string, error) {
	m := t.marked()
	if err := m.make(ctx, t); err != nil {
		return "", err
	}
	twin := t.tab("twin")
	if _, err := t.batch(ctx, &gsheets.Request{DuplicateSheet: &gsheets.DuplicateSheetRequest{
		SourceSheetId: m.id, NewSheetId: twin.id, NewSheetName: twin.title}}); err != nil {
		return "", err
	}
	_, all, err := t.marks(ctx, t.o.Spreadsheet, m.key)
	if err != nil {
		return "", err
	}
	if err := same("marks that stay with the original", "tab, row 3, column 3", m.words(all)); err != nil {
		return "", err
	}
	copied := 0
	for _, f := range all {
		switch {
		case f.sheet == m.id:
		case f.value != m.value:
			return "", &otherwise{"marks of a copy to say what those of the original say", fmt.Sprintf("%q", f.value)}
		case slices.Contains(m.ids, f.id):
			return "", &otherwise{"marks of a copy to have ids of their own", "that of the original"}
		default:
			copied++
		}
	}
	return fmt.Sprintf("they stay with the original; %d of 3 are copied, with ids of their own", copied), nil
}
