package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// SyncStatuses lists the syncs in use, by name, each with its newest runs.
func (s *Store) SyncStatuses(ctx context.Context) ([]clips.SyncStatus, error) {
	syncs, err := s.Syncs(ctx)
	if err != nil {
		return nil, err
	}
	rows, _ := s.pool.Query(ctx, `
		select `+syncRunColumns+`
		from clipsheet.syncs s
		cross join lateral (
			(
				select *
				from clipsheet.sync_runs
				where sync_id = s.id and state in ('done', 'failed')
				order by id desc
				limit 1
			) union all (
				select *
				from clipsheet.sync_runs
				where sync_id = s.id and ended_at is null
				order by state = 'running' desc, id
				limit 1
			)
		) r
		where s.retired_at is null`)
	runs, err := pgx.CollectRows(rows, scanSyncRun)
	if err != nil {
		return nil, explain("list the newest runs of the syncs", err)
	}
	last, open := map[int64]clips.SyncRun{}, map[int64]clips.SyncRun{}
	for _, r := range runs {
		if r.EndedAt.IsZero() {
			open[r.SyncID] = r
		} else {
			last[r.SyncID] = r
		}
	}
	all := make([]clips.SyncStatus, len(syncs))
	for i, sync := range syncs {
		all[i] = clips.SyncStatus{Sync: sync, Last: last[sync.ID], Open: open[sync.ID]}
	}
	return all, nil
}

// Pulse is the same text for as long as no run of a clip or sync begins or ends, and no sync is changed. It is cheap,
// and asked all the time while somebody watches.
func (s *Store) Pulse(ctx context.Context) (pulse string, err error) {
	err = s.pool.QueryRow(ctx, `
		select md5(concat_ws('|',
			(select max(id) from clipsheet.sync_runs),
			(select string_agg(concat_ws(' ', id, state, tries), ',' order by id) from clipsheet.sync_runs where ended_at is null),
			(select max(id) from clipsheet.runs),
			(select string_agg(id::text, ',' order by id) from clipsheet.runs where state = 'running'),
			(select string_agg(concat_ws(' ', id, paused, edition), ',' order by id) from clipsheet.syncs where retired_at is null)
		))`).Scan(&pulse)
	return pulse, explain("look for news", err)
}
