package sync

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"clipsheet/clips"
)

// gatherParts runs the clips of a workbook in one snapshot and makes each a part of the push: err is that of finding
// the workbook.
func (e *Engine) gatherParts(ctx context.Context, p *clips.Push, w clips.Workbook, err error) (done func(), _ error) {
	if err != nil {
		return nil, err
	}
	bound, err := w.Bind(p.Sync.Params, time.Now(), e.zone)
	if err != nil {
		return nil, err
	}
	results, err := e.o.Results.RunTogether(ctx, clips.WorkbookRequest{Workbook: w, Bound: bound, Fresh: true})
	if err != nil {
		return nil, err
	}
	p.Info = results[0].Info
	titles := map[string]bool{}
	for i, clip := range w.Clips {
		p.Parts = append(p.Parts, e.part(*p, clip, results[i], titles))
	}
	return func() {
		for _, r := range results {
			r.Close()
		}
	}, nil
}

// part is the push of one clip of a workbook, into a target of its own: marks of the sync's with the clip's name in
// them, so that a clip finds its tab again whatever becomes of the others. How much that holds, nobody noted.
func (e *Engine) part(whole clips.Push, clip clips.Clip, r Result, titles map[string]bool) clips.Push {
	p := whole
	name := sha256.Sum256([]byte(clip.Slug))
	p.Sync.Clip, p.Sync.Target = clip, p.Sync.Target+"."+hex.EncodeToString(name[:4])
	p.Sync.Tab = cmp.Or(clip.Title, clip.Slug)
	if titles[strings.ToLower(p.Sync.Tab)] {
		p.Sync.Tab += " (" + clip.Slug + ")"
	}
	titles[strings.ToLower(p.Sync.Tab)] = true
	p.Info, p.Rows, p.Formats, p.Held, p.Parts = r.Info, r.Rows, e.formats(clip), 0, nil
	return p
}
