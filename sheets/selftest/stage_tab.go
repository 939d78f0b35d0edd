package selftest

import "context"

// stageTab: a hidden tab has the id we choose, so that a request for it that arrives twice makes it once, and it is
// gone with the batch that used it.
func stageTab(ctx context.Context, t *trial) (string, error) {
	stage, target := t.tab("stage"), t.tab("target")
	if _, err := t.batch(ctx, stage.add(1, 1), target.add(1, 1)); err != nil {
		return "", err
	}
	again := tab{stage.id, t.name("again")}
	switch _, err := t.batch(ctx, again.add(1, 1)); {
	case err == nil:
		return "", &otherwise{"a tab with an id that is there already to be refused", "that Google took it"}
	case !isRefused(err):
		return "", err
	}
	here := block(0, 0, 1, 1)
	if _, err := t.batch(ctx, stage.write(0, 0, []any{"staged"}), target.paste(here, stage, here), stage.remove()); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, target, here)
	if err != nil {
		return "", err
	}
	if err := same("what the hidden tab held, in place", `"staged"`, c.entered()); err != nil {
		return "", err
	}
	book, err := t.look(ctx, t.o.Spreadsheet)
	if err != nil {
		return "", err
	}
	for _, s := range book.Sheets {
		if s.Properties.SheetId == stage.id {
			return "", &otherwise{"the hidden tab to be gone", "that it is still there"}
		}
	}
	return "a second one with its id is refused, and it is gone with the batch that used it", nil
}
