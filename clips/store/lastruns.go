package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// LastRuns finds for each clip in use the last run that ended, by the clip's ID. A clip that never ran is not in it.
func (s *Store) LastRuns(ctx context.Context) (map[int64]clips.Run, error) {
	// Lateral, so that each clip reads one end of the index runs_clip and not its history.
	rows, _ := s.pool.Query(ctx, `
		select r.id, r.clip_id, r.revision, r.params_key, r.started_at, r.ended_at, r.state, r.rows, r.bytes, r.kind, r.notice
		from clipsheet.clips c
		cross join lateral (
			select *
			from clipsheet.runs
			where clip_id = c.id and state in ('done', 'failed')
			order by id desc
			limit 1
		) r
		where c.retired_at is null`)
	all := map[int64]clips.Run{}
	var r clips.Run
	_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.ClipID, &r.Revision, &r.ParamsKey, &r.StartedAt, &r.EndedAt, &r.State,
		&r.Rows, &r.Bytes, &r.Kind, &r.Notice}, func() error {
		all[r.ClipID] = r
		return nil
	})
	return all, explain("list the last runs", err)
}
