package sync_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

// packed is an engine for which the sync "one" brings a workbook of three clips, two of them with the same title.
func (w *world) packed() *clipsync.Engine {
	o := w.options()
	o.Workbook = func(_ context.Context, s clips.Sync) (book clips.Workbook, ok bool, err error) {
		if s.Name != "one" {
			return book, false, nil
		}
		book = clips.Workbook{Name: "pack", Clips: []clips.Clip{s.Clip, s.Clip, s.Clip}}
		for i, title := range []string{"Sales", "Costs", "COSTS"} {
			book.Clips[i].Slug, book.Clips[i].Title = []string{"sales", "costs", "other-costs"}[i], title
		}
		return book, true, nil
	}
	return clipsync.New(o)
}

func TestAWorkbookIsPushedInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one", "two")...)
	e := w.packed()
	p, err := e.DryRun(t.Context(), "one", nil)
	if err != nil || p.Cells != 9 || p.Query == 0 {
		t.Errorf("it would come to %+v: %v", p, err)
	}
	if _, err := e.RunNow(t.Context(), "one", nil); err != nil {
		t.Fatal(err)
	}
	have := w.book.read("one").Rows
	want := []string{"Sales at .e04eb290", "sales", "4", "Costs at .bcde6928", "costs", "4", "COSTS (other-costs) at .7c0ca748", "other-costs", "4"}
	if !slices.Equal(have, want) {
		t.Errorf("the spreadsheet holds\n%q, want\n%q", have, want)
	}
	if r := w.last("one"); r.Snapshot != 4 || r.State != clips.SyncDone {
		t.Errorf("the run is %+v", r)
	}
	if _, err := e.Undo(t.Context(), "one", nil); err != nil || !w.book.read("one").Undone {
		t.Errorf("it was not undone: %v", err)
	}
	if _, err := e.RunNow(t.Context(), "two", nil); err != nil || len(w.book.read("two").Rows) != 2 {
		t.Errorf("a sync of one clip holds %q: %v", w.book.read("two").Rows, err)
	}
	if w.results.open != 0 {
		t.Errorf("%d results are still open", w.results.open)
	}
}

func TestAWorkbookThatIsNotThereFailsItsSync(t *testing.T) {
	t.Parallel()
	w := newWorld(t, every("", "one")...)
	o := w.options()
	gone := &clips.Error{Kind: clips.KindParameter, Notice: "There is no workbook pack any more."}
	o.Workbook = func(context.Context, clips.Sync) (clips.Workbook, bool, error) { return clips.Workbook{}, true, gone }
	if r, err := clipsync.New(o).RunNow(t.Context(), "one", nil); !errors.Is(err, gone) || r.Notice != gone.Notice {
		t.Errorf("%+v: %v", r, err)
	}
}
