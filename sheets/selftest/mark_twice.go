package selftest

import "context"

// markTwice: Google knows no precondition. So every batch of a sync creates a mark with an id that follows from what it
// was planned on, and of two batches planned on the same, the second has to fail whole.
func markTwice(ctx context.Context, t *trial) (string, error) {
	b, id := t.tab("mark"), t.number()
	guard := mark{id, t.key(), "guard"}.create(b.whole())
	replies, err := t.batch(ctx, b.add(3, 1), guard, b.write(0, 0, []any{"first"}))
	if err != nil {
		return "", err
	}
	if r := replies[1].CreateDeveloperMetadata; r == nil || r.DeveloperMetadata == nil || r.DeveloperMetadata.MetadataId != id {
		return "", &otherwise{"a mark to have the id that was asked for", "another one"}
	}
	_, refusal := t.batch(ctx, b.write(0, 0, []any{"second"}), guard, b.write(1, 0, []any{"second"}))
	if refusal != nil && !isRefused(refusal) {
		return "", refusal
	}
	c, err := t.cells(ctx, b, block(0, 0, 2, 1))
	if err != nil {
		return "", err
	}
	if refusal == nil {
		return "", &otherwise{"a batch with a mark that is there already to be refused",
			"that Google took it; the cells hold " + c.entered()}
	}
	if err := same("nothing of the refused batch in the cells", `"first" / nothing`, c.entered()); err != nil {
		return "", err
	}
	return "its batch is refused whole (" + said(refusal) + ")", nil
}
