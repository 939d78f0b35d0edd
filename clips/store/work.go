package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Work lists refreshes of clips and runs of syncs together.
func (s *Store) Work(ctx context.Context, f clips.WorkFilter) ([]clips.Work, error) {
	var viewer clips.Person
	var sees []clips.Visibility
	if f.Viewer != nil { // what clips.Person.MaySee says
		viewer, sees = *f.Viewer, f.Viewer.Sees()
	}
	rows, _ := s.pool.Query(ctx, `
		with work as (
			select r.id, '' as sync, r.clip_id, r.revision, r.state, r.started_at as began_at, r.ended_at, r.rows,
				0::bigint as cells, r.kind, r.notice
			from clipsheet.runs r
			where r.started_at >= coalesce($1::timestamptz, '-infinity')
			union all
			select r.id, s.name, s.clip_id, c.revision, r.state, coalesce(r.started_at, r.due_at), r.ended_at,
				coalesce((r.pushed->>'rows')::bigint, 0), coalesce((r.pushed->>'cells')::bigint, 0), r.kind, r.notice
			from clipsheet.sync_runs r
			join clipsheet.syncs s on s.id = r.sync_id
			join clipsheet.clips c on c.id = s.clip_id
			where coalesce(r.started_at, r.due_at) >= coalesce($1::timestamptz, '-infinity')
		)
		select w.id, w.sync, c.slug, c.title, v.source, w.state, w.began_at, w.ended_at, w.rows, w.cells, w.kind, w.notice
		from work w
		join clipsheet.clips c on c.id = w.clip_id
		join clipsheet.revisions v on v.clip_id = w.clip_id and v.number = w.revision
		where ($2::text[] is null or v.source = any ($2))
			and ($8::text[] is null or c.visibility = any ($8) or lower(c.owner) = $9)
			and ($3 = '' or v.source = $3)
			and ($4 = '' or c.slug = $4)
			and ($10 = 0 or w.id = $10)
			and ($11::timestamptz is null or (w.began_at, w.id, w.sync) < ($11, $12, $13))
			and case $5
				when '' then true
				when 'open' then w.ended_at is null
				when 'failed' then w.state in ('failed', 'abandoned')
				else w.state = $5
			end
		order by
			case when not $6 and w.state in ('failed', 'abandoned') then w.began_at end desc nulls last,
			case when not $6 and w.state <> 'skipped' then coalesce(w.ended_at, now()) - w.began_at end desc nulls last,
			w.began_at desc, w.id desc, w.sync desc
		limit $7`,
		moment(&f.Since), viewer.Sources, f.Source, f.Clip, f.State, f.Newest, f.Most,
		sees, viewer.Email, f.ID, moment(&f.After.BeganAt), f.After.ID, f.After.Sync)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w clips.Work, err error) {
		return w, row.Scan(&w.ID, &w.Sync, &w.Clip, &w.Title, &w.Source, &w.State, &w.BeganAt, moment(&w.EndedAt), &w.Rows, &w.Cells,
			&w.Kind, &w.Notice)
	})
	return all, explain("list the work", err)
}
