package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// LastImage is what the cells that the last change of a sync's target touched held before, and the run that made the
// change, which may be an undo itself.
func (s *Store) LastImage(ctx context.Context, syncID int64) (run clips.SyncRun, before []byte, err error) {
	fields := append(syncRunFields(&run), &before)
	err = s.pool.QueryRow(ctx, `
		select `+syncRunColumns+`, r.before
		from clipsheet.sync_runs r
		where r.sync_id = $1 and r.state = 'done' and (r.before is not null or (r.pushed->>'cells')::bigint > 0)
		order by r.id desc
		limit 1`, syncID).Scan(fields...)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return run, nil, refuse("There is nothing to undo: the sync has changed nothing yet.")
	case err != nil:
		return run, nil, explain("find what to undo", err)
	case before == nil:
		return run, nil, refuse("The last change of the sync cannot be undone: what the cells held before was too much, or " +
			"too long ago, to be kept. The version history of the spreadsheet may have it.")
	}
	return run, before, nil
}

// SyncRetention says how much history a sync keeps. A zero field sets no limit.
type SyncRetention struct {
	Age    time.Duration // of runs
	Images int           // how many of the latest changes can be undone
}

// PruneSyncRuns forgets runs older than Age, and images of cells beyond the latest Images. The last run of each sync
// that was done and the last that failed stay. It returns how many runs went.
func (s *Store) PruneSyncRuns(ctx context.Context, keep SyncRetention) (int, error) {
	var forgotten int
	ctx = atLength(ctx)
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := allowBulk(ctx, tx); err != nil {
			return err
		}
		var mine bool // two at once would wait for each other's rows
		err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1, $2)`, lockClass, lockPruneSyncs).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		_, err = tx.Exec(ctx, `
			with ranked as (
				select id, row_number() over (partition by sync_id order by id desc) > $1::bigint as surplus
				from clipsheet.sync_runs
				where before is not null
			)
			update clipsheet.sync_runs
			set before = null
			from ranked
			where sync_runs.id = ranked.id and surplus`, limit(keep.Images))
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			with ranked as (
				select id, row_number() over (partition by sync_id, state order by id desc) = 1 as latest
				from clipsheet.sync_runs
				where ended_at is not null
			)
			delete from clipsheet.sync_runs
			using ranked
			where sync_runs.id = ranked.id
				and sync_runs.ended_at < now() - $1::interval
				and not (latest and state in ('done', 'failed'))`, limit(keep.Age))
		forgotten = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, explain("forget old runs of syncs", err)
	}
	return forgotten, nil
}
