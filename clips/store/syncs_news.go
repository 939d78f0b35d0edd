package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// TellSyncRun tells the news of one run: that it failed, that it works again, or, of a run still queued, that it is
// late. It is false when there are none. tell is called at least once for each; if it fails, or the process ends
// meanwhile, it is called again later, for a day.
func (s *Store) TellSyncRun(
	ctx context.Context, tell func(context.Context, clips.Sync, clips.SyncRun) error,
) (bool, error) {
	const doing = "tell the news of a run"
	task, err := s.takeNews(ctx)
	if errors.Is(err, clips.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, explain(doing, err)
	}
	if err := tell(ctx, task.Sync, task.Run); err != nil {
		return true, err
	}
	_, err = s.pool.Exec(ctx, `
		update clipsheet.sync_runs
		set told_at = now(), tell_at = null
		where id = $1 and state = $2`, task.Run.ID, task.Run.State) // if it has ended meanwhile, that is other news
	return true, explain(doing, err)
}

// takeNews puts the news off before it is told, so that others do not tell it too.
func (s *Store) takeNews(ctx context.Context) (task clips.SyncTask, err error) {
	var id int64
	err = s.pool.QueryRow(ctx, `
		update clipsheet.sync_runs
		set tell_at = case
			when ended_at < now() - interval '1 day' then null
			else now() + interval '1 minute'
		end
		where id = (
			select id
			from clipsheet.sync_runs
			where tell_at <= now()
			order by tell_at
			limit 1
			for update skip locked
		)
		returning id`).Scan(&id)
	if err != nil {
		return task, explain("find news", err)
	}
	if task.Run, err = s.SyncRun(ctx, id); err != nil {
		return task, err
	}
	rows, _ := s.pool.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables+`
		where s.id = $1`, task.Run.SyncID)
	task.Sync, err = pgx.CollectExactlyOneRow(rows, scanSync)
	return task, explain("find news", err)
}

// SyncCalls tells, by the names of the syncs in use, what the most expensive of their latest runs cost: Reads and
// Writes. A sync that was never done is not in it.
func (s *Store) SyncCalls(ctx context.Context) (map[string]clips.Pushed, error) {
	rows, _ := s.pool.Query(ctx, `
		select s.name, max((r.pushed->>'reads')::int), max((r.pushed->>'writes')::int)
		from clipsheet.syncs s
		cross join lateral (
			select pushed
			from clipsheet.sync_runs
			where sync_id = s.id and state = 'done'
			order by id desc
			limit 10
		) r
		where s.retired_at is null
		group by s.name`)
	calls := map[string]clips.Pushed{}
	var name string
	var p clips.Pushed
	_, err := pgx.ForEachRow(rows, []any{&name, &p.Reads, &p.Writes}, func() error {
		calls[name] = p
		return nil
	})
	return calls, explain("count calls", err)
}
