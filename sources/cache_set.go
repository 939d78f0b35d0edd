package sources

import (
	"context"
	"time"

	"clipsheet/clips"
)

// set is the snapshots that make one result: one of a clip; of a workbook one for each clip, all of one moment.
type set []clips.SnapshotInfo

// id grows from one set of a key to the next, as the numbers of runs do; 0 is none.
func (s set) id() int64 {
	if len(s) == 0 {
		return 0
	}
	return s[0].ID
}

func (s set) createdAt() time.Time {
	if len(s) == 0 {
		return time.Time{}
	}
	return s[0].CreatedAt
}

// errand says how one result is come by, and how old it may be.
type errand struct {
	key   key
	name  string        // of the clip or workbook
	limit time.Duration // the age from which a result is too old
	fresh bool

	patient bool // waits for the run however long it takes
	onLag   clips.OnLag

	source string
	party  string // whose it is, so that nobody takes all places

	find func(ctx context.Context) (set, error) // the newest in the state database; none is clips.ErrNotFound
	run  func(ctx context.Context) (*batch, error)
}

// answer is what serves an errand: clips.Answer, or clips.WorkbookAnswer, before it is known which.
type answer struct {
	set   set
	stale string
}

func (a answer) ofClip() clips.Answer {
	if len(a.set) == 0 {
		return clips.Answer{Stale: a.stale}
	}
	return clips.Answer{Info: a.set[0], Stale: a.stale}
}

func (a answer) ofWorkbook() clips.WorkbookAnswer {
	return clips.WorkbookAnswer{Infos: a.set, Stale: a.stale}
}

// clip is the errand of a clip's result.
func (c *Cache) clip(req clips.Request) errand {
	k := keyOf(req)
	return errand{
		key:   k,
		name:  req.Clip.Slug,
		limit: youngEnough(req.Clip.Revision.MaxAge, req.Fresh),
		fresh: req.Fresh,

		patient: req.Patient,
		onLag:   req.Clip.Revision.OnLag,

		source: req.Clip.Revision.Source,
		party:  partyOf(req.Clip.Owner, req.Clip.Slug),
		find: func(ctx context.Context) (set, error) {
			info, err := c.o.Store.LatestSnapshot(ctx, k.clip, k.revision, k.params)
			if err != nil {
				return nil, err
			}
			return set{info}, nil
		},
		run: func(ctx context.Context) (*batch, error) {
			return c.run(ctx, &batch{name: req.Clip.Slug, reqs: []clips.Request{req}})
		},
	}
}

// youngEnough is the age from which a result is too old.
func youngEnough(maxAge time.Duration, fresh bool) time.Duration {
	if fresh {
		return min(maxAge, clips.MinFreshAge)
	}
	return maxAge
}
