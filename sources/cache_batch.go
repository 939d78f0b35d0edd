package sources

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// batch is what one run makes: the result of a clip, or those of a workbook's clips, in one snapshot. In the end all
// of its requests have a result, or none has.
type batch struct {
	name string // of the clip or workbook
	reqs []clips.Request
	runs []clips.Run // one for each request, once begun
	made []made      // likewise, once whole; their files are open
	at   int         // the request that the last attempt came to

	stored func(ctx context.Context, s set) // called once the results are stored; may be nil
}

// made is a result in hand: its description, its file, and what was made of it while it arrived.
type made struct {
	info  clips.SnapshotInfo
	draft *draft
	form  *form // nil when nobody asked for one
}

func (m made) abandon() {
	m.draft.abandon()
	if m.form != nil {
		m.form.draft.abandon()
	}
}

func (b *batch) set() set {
	var s set
	for _, m := range b.made {
		s = append(s, m.info)
	}
	return s
}

// bytes is how much there is to store.
func (b *batch) bytes() (all int64) {
	for _, m := range b.made {
		all += m.info.Size
	}
	return all
}

func (b *batch) close() {
	for _, m := range b.made {
		m.draft.file.Close()
	}
}

// settle notes in the runs how they ended. Of a workbook that failed, the runs beside the one to blame say whose fault
// it was.
func (b *batch) settle(err error) {
	for i := range b.runs {
		run := &b.runs[i]
		run.EndedAt = time.Now()
		switch {
		case err == nil:
			info := b.made[i].info
			run.State, run.Rows, run.Bytes, run.Digest = clips.RunDone, info.Rows, info.Bytes, info.Digest
		case errors.Is(err, errNobodyWaits):
			run.State, run.Notice = clips.RunLeft, errNobodyWaits.Notice
		case i != b.at && b.at < len(b.reqs):
			run.State, run.Kind = clips.RunFailed, clips.KindCanceled
			run.Notice = fmt.Sprintf("It was run for the workbook %s together with %s, which failed.", b.name, b.reqs[b.at].Clip.Slug)
		default:
			run.State, run.Kind, run.Notice = clips.RunFailed, clips.KindOf(err), clips.NoticeOf(err)
		}
	}
}

// attempt runs the batch once, into files of the cache. They are whole, or gone.
func (c *Cache) attempt(ctx context.Context, b *batch) error {
	var all []made
	b.at = 0
	err := calmly(c.o.Log, "run "+b.name, func() error {
		if err := failpoint.At("run.query"); err != nil {
			return err
		}
		return c.query(ctx, b.reqs, func(i int, rows clips.Rows) error {
			draft, err := c.o.Files.begin()
			if err != nil {
				return err
			}
			all = append(all, made{draft: draft})
			spool := clips.NewSpool(draft, progressOf(ctx).of(rows))
			all[i].form = c.ahead(b.reqs[i], spool)
			if all[i].info, err = spool.Finish(); err != nil {
				return fmt.Errorf("run clip %s: %w", b.reqs[i].Clip.Slug, err)
			}
			b.at++
			return nil
		})
	})
	if err == nil {
		err = c.keep(all, b.runs)
	}
	if err != nil {
		for _, m := range all {
			m.abandon()
		}
		return err
	}
	b.made = all
	return nil
}

// keep takes the files into the cache. They are not synced: what a power cut leaves of one fails its checksums.
func (c *Cache) keep(all []made, runs []clips.Run) error {
	now := time.Now().Truncate(time.Microsecond) // as the state database keeps it
	for i, run := range runs {
		info := &all[i].info
		info.ID, info.ClipID, info.Revision, info.ParamsKey, info.CreatedAt = run.ID, run.ClipID, run.Revision, run.ParamsKey, now
		if err := all[i].draft.keep(snapshotName(*info)); err != nil {
			return err
		}
		if form := all[i].form; form != nil {
			if err := form.draft.keep(renderedName(form.variant, *info)); err != nil {
				return err
			}
			form.draft.file.Close()
		}
	}
	return nil
}

// query runs the queries of requests, which have one source.
func (c *Cache) query(ctx context.Context, reqs []clips.Request, each func(i int, rows clips.Rows) error) error {
	name := reqs[0].Clip.Revision.Source
	source, ok := c.o.Source(name)
	if !ok {
		return errNoSource(name)
	}
	if len(reqs) == 1 {
		rows, err := source.Open(ctx, reqs[0].Bound.Query)
		if err != nil {
			return err
		}
		defer rows.Close()
		return each(0, rows)
	}
	queries := make([]clips.Query, len(reqs))
	for i, req := range reqs {
		if other := req.Clip.Revision.Source; other != name {
			return errTwoSources(name, other)
		}
		queries[i] = req.Bound.Query
	}
	together, ok := source.(clips.TogetherSource)
	if !ok {
		return fmt.Errorf("source %s cannot run several queries in one snapshot", name)
	}
	return together.Together(ctx, queries, each)
}
