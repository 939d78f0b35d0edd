package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// ClipAge says what moment the newest kept result of a clip shows.
type ClipAge struct {
	Clip string
	AsOf time.Time
}

// AsOfs tells of the clips in use that a link or a sync delivers how old their newest kept results are, the oldest first
// and no more than most. A clip without a result is not among them.
func (s *Store) AsOfs(ctx context.Context, most int) ([]ClipAge, error) {
	rows, _ := s.pool.Query(ctx, `
		select c.slug, coalesce((convert_from(r.header, 'UTF8')::json->>'as_of')::timestamptz, r.created_at) as as_of
		from clipsheet.clips c
		cross join lateral (
			select header, created_at
			from clipsheet.snapshots
			where clip_id = c.id
			order by id desc
			limit 1
		) r
		where c.retired_at is null and (
			exists (
				select from clipsheet.links
				where clip_id = c.id and coalesce(revoked_at, 'infinity') > now() and coalesce(expires_at, 'infinity') > now()
			) or exists (
				select from clipsheet.syncs where clip_id = c.id and retired_at is null and not paused
			)
		)
		order by as_of, c.slug
		limit $1`, most)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClipAge])
	return all, explain("list how old the results are", err)
}

// SyncHealth says how a sync gets on.
type SyncHealth struct {
	Sync        string
	SucceededAt time.Time     // when it was last done; zero is never
	Failing     bool          // its newest run that ended has failed
	Late        time.Duration // for how long a slot has been due and not done; 0 when none is
}

// SyncHealths tells how the syncs get on that are in use and not paused: first those that succeeded longest ago, or never,
// and no more than most.
func (s *Store) SyncHealths(ctx context.Context, most int) ([]SyncHealth, error) {
	rows, _ := s.pool.Query(ctx, `
		select s.name, done.ended_at, coalesce(last.state = 'failed', false),
			greatest(0, extract(epoch from now() - least(s.next_at, open.slot)))
		from clipsheet.syncs s
		left join lateral (
			select ended_at
			from clipsheet.sync_runs
			where sync_id = s.id and state = 'done' and asked <> 'undo'
			order by id desc
			limit 1
		) done on true
		left join lateral (
			select state
			from clipsheet.sync_runs
			where sync_id = s.id and state in ('done', 'failed')
			order by id desc
			limit 1
		) last on true
		left join lateral (
			select min(slot) as slot
			from clipsheet.sync_runs
			where sync_id = s.id and ended_at is null
		) open on true
		where s.retired_at is null and not s.paused
		order by done.ended_at nulls first, s.name
		limit $1`, most)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h SyncHealth, err error) {
		var late float64
		err = row.Scan(&h.Sync, moment(&h.SucceededAt), &h.Failing, &late)
		h.Late = time.Duration(late * float64(time.Second))
		return h, err
	})
	return all, explain("list how the syncs get on", err)
}
