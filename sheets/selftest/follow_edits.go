package selftest

import (
	"context"

	gsheets "google.golang.org/api/sheets/v4"
)

// followEdits: a target is found by its marks, wherever people have moved it.
func followEdits(ctx context.Context, t *trial) (string, error) {
	m := t.marked()
	if _, _, err := t.marks(ctx, t.o.Spreadsheet, m.key); err != nil {
		return "", err // as a sync asks before its first run
	}
	if err := m.make(ctx, t); err != nil {
		return "", err
	}
	if err := t.checkMarks(ctx, m, "marks where they were made", "tab, row 3, column 3"); err != nil {
		return "", err
	}
	renamed := tab{m.id, t.name("renamed")}
	if _, err := t.batch(ctx, renamed.rename(), m.insertRows(1, 2), m.moveColumn(2, 0)); err != nil {
		return "", err
	}
	if err := t.checkMarks(ctx, m, "marks that went along", "tab, row 5, column 1"); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, renamed, block(4, 0, 1, 1))
	if err != nil {
		return "", err
	}
	return "they go along", same("the marked cell where its marks are", `"marked"`, c.entered())
}

func (t *trial) checkMarks(ctx context.Context, m marked, what, want string) error {
	_, all, err := t.marks(ctx, t.o.Spreadsheet, m.key)
	if err != nil {
		return err
	}
	return same(what, want, m.words(all))
}

func (b tab) rename() *gsheets.Request {
	return &gsheets.Request{UpdateSheetProperties: &gsheets.UpdateSheetPropertiesRequest{
		Properties: &gsheets.SheetProperties{SheetId: b.id, Title: b.title}, Fields: "title"}}
}

func (b tab) insertRows(at, n int) *gsheets.Request {
	return &gsheets.Request{InsertDimension: &gsheets.InsertDimensionRequest{
		Range: b.dimension("ROWS", at, at+n), InheritFromBefore: true}}
}

func (b tab) moveColumn(from, to int) *gsheets.Request {
	return &gsheets.Request{MoveDimension: &gsheets.MoveDimensionRequest{
		Source: b.dimension("COLUMNS", from, from+1), DestinationIndex: int64(to), ForceSendFields: []string{"DestinationIndex"}}}
}
