package sources

import (
	"context"
	"fmt"
	"io"
	"os"

	"clipsheet/clips"
)

// Together answers a request for a workbook: with results of all its clips that one run made in one snapshot, or with
// an error, and never with some of one moment and some of another. The rule is that of Get, with the smallest max_age
// of the clips. The results are also those of the clips alone.
func (c *Cache) Together(ctx context.Context, req clips.WorkbookRequest) (clips.WorkbookAnswer, error) {
	a, err := c.get(ctx, c.workbook(req))
	return a.ofWorkbook(), err
}

// RunTogether is Run for a workbook.
func (c *Cache) RunTogether(ctx context.Context, req clips.WorkbookRequest) ([]clips.SnapshotInfo, error) {
	a, err := c.runAnew(ctx, c.workbook(req))
	return a.ofWorkbook().Infos, err
}

// PeekTogether is Peek for a workbook.
func (c *Cache) PeekTogether(ctx context.Context, req clips.WorkbookRequest) (clips.WorkbookAnswer, error) {
	a, err := c.peek(ctx, c.workbook(req))
	return a.ofWorkbook(), err
}

// workbook is the errand of a workbook's results.
func (c *Cache) workbook(req clips.WorkbookRequest) errand {
	book := req.Workbook
	k := workbookKey(req)
	return errand{
		key:    k,
		name:   book.Name,
		limit:  youngEnough(book.MaxAge(), req.Fresh),
		fresh:  req.Fresh,
		onLag:  book.OnLag(),
		source: book.Clips[0].Revision.Source,
		party:  partyOf(book.Owner, book.Name),
		find: func(ctx context.Context) (set, error) {
			return c.o.Store.LatestWorkbookResult(ctx, k.workbook, k.params)
		},
		run: func(ctx context.Context) (*batch, error) {
			b := &batch{name: book.Name, reqs: make([]clips.Request, len(book.Clips))}
			for i, clip := range book.Clips {
				b.reqs[i] = clips.Request{Clip: clip, Bound: req.Bound[i]}
			}
			b.stored = func(ctx context.Context, infos set) {
				c.noteTogether(ctx, clips.WorkbookResult{Workbook: book.Name, Key: k.params, IsPlain: req.IsPlain(), Infos: infos})
			}
			return c.run(ctx, b)
		},
	}
}

func workbookKey(req clips.WorkbookRequest) key {
	return key{workbook: req.Workbook.Name, params: req.Key()}
}

// noteTogether notes which results belong together. Like finishRun it cannot fail the run.
func (c *Cache) noteTogether(ctx context.Context, r clips.WorkbookResult) {
	ctx, cancel := c.saving(ctx)
	defer cancel()
	if err := c.o.Store.SaveWorkbookResult(ctx, r); err != nil {
		c.o.Log.Error("results of a workbook are served but could not be stored together: a restart forgets them",
			"workbook", r.Workbook, "err", err)
	}
}

// RenderTogether is Render for the results of a workbook.
func (c *Cache) RenderTogether(ctx context.Context, req clips.WorkbookRequest, infos []clips.SnapshotInfo, variant string,
	encode func(io.Writer, []*clips.Snapshot) error) (*os.File, error) {
	file, err := c.o.Files.open(ctx, renderedName(variant, infos...), func(w io.Writer) error {
		return c.render(w, infos, encode)
	})
	if clips.KindOf(err) == clips.KindCorrupt {
		c.disown(workbookKey(req), infos)
		for _, info := range infos { // one of them is to blame; all can be made again
			c.disown(keyOfInfo(info), set{info})
		}
	}
	return file, err
}

func errTwoSources(one, other string) error {
	return &clips.Error{Kind: clips.KindSQL, Notice: fmt.Sprintf(
		"The clips of a workbook are read in one snapshot, and these have two sources, %s and %s: make them one.", one, other)}
}
