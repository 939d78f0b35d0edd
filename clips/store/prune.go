package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Retention says how much history a clip keeps. A zero field sets no limit.
type Retention struct {
	PerClip int           // snapshots of one clip, of all its parameters and revisions together
	Age     time.Duration // of snapshots and runs
}

// Prune forgets snapshots beyond the clip's PerClip newest, and those older than Age; and runs older than Age that
// have no snapshot. It returns how many snapshots went.
//
// Two are kept for readers to fall back on when the source is away. Age alone never takes the newest result for any
// parameters of a current revision. And nothing takes that of a current revision without parameters, so that readers
// who try a hundred values cannot push it out. The same goes for the newest results of a workbook with the defaults of
// its parameters. A retired clip has no such rights.
func (s *Store) Prune(ctx context.Context, keep Retention) (int, error) {
	var forgotten int
	ctx = atLength(ctx)
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := allowBulk(ctx, tx); err != nil {
			return err
		}
		var mine bool // two at once would wait for each other's rows
		err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1, $2)`, lockClass, lockPrune).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		if forgotten, err = pruneSnapshots(ctx, tx, keep); err != nil {
			return err
		}
		if err := forgetParted(ctx, tx); err != nil {
			return err
		}
		return pruneRuns(ctx, tx, keep)
	})
	if err != nil {
		return 0, explain("forget old results", err)
	}
	return forgotten, nil
}

func pruneSnapshots(ctx context.Context, tx pgx.Tx, keep Retention) (int, error) {
	done, err := tx.Exec(ctx, `
		with together as (
			select distinct on (name) snapshot_ids
			from clipsheet.workbook_results
			where plain
			order by name, id desc
		), ranked as (
			select
				s.id,
				s.created_at < now() - $2::interval as old,
				row_number() over (partition by s.clip_id order by s.id desc) > $1::bigint as surplus,
				row_number() over (partition by s.clip_id, s.revision, s.params_key order by s.id desc) = 1
					and s.revision = c.revision
					and c.retired_at is null as latest,
				s.params_key = '' as plain,
				s.revision = c.revision
					and c.retired_at is null
					and exists (select from together where s.id = any (snapshot_ids)) as held
			from clipsheet.snapshots s
			join clipsheet.clips c on c.id = s.clip_id
		)
		delete from clipsheet.snapshots
		using ranked
		where snapshots.id = ranked.id
			and not held
			and (surplus and not (latest and plain) or old and not latest)`, limit(keep.PerClip), limit(keep.Age))
	return int(done.RowsAffected()), err
}

func pruneRuns(ctx context.Context, tx pgx.Tx, keep Retention) error {
	_, err := tx.Exec(ctx, `
		delete from clipsheet.runs
		where started_at < now() - $1::interval
			and state <> 'running'
			and not exists (select from clipsheet.snapshots where snapshots.id = runs.id)`, limit(keep.Age))
	return err
}

// limit is NULL for none: nothing compares with it.
func limit[T int | time.Duration](n T) *T {
	if n <= 0 {
		return nil
	}
	return &n
}
