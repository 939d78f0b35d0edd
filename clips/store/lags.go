package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Lags tells how far behind the sources were since a moment, by the results that are kept: for each source and each
// step of time that has a result the most there was, in order of source and time.
func (s *Store) Lags(ctx context.Context, since time.Time, step time.Duration) ([]clips.LagSample, error) {
	rows, _ := s.pool.Query(ctx, `
		select r.source, date_bin($2, s.created_at, $1) as at, max((convert_from(s.header, 'UTF8')::json->>'lag')::bigint)
		from clipsheet.snapshots s
		join clipsheet.revisions r on r.clip_id = s.clip_id and r.number = s.revision
		where s.created_at >= $1
		group by 1, 2
		order by 1, 2`, since, step)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l clips.LagSample, err error) {
		return l, row.Scan(&l.Source, &l.At, (*int64)(&l.Lag))
	})
	return all, explain("list the lags of the sources", err)
}
