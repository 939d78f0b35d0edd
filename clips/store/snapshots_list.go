package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Stored is a result that is kept, with the slug of its clip.
type Stored struct {
	Slug string
	clips.SnapshotInfo
}

// StoredAfter lists results that are kept and were made after that of an ID, in order, as many as most. Their
// descriptions are without headers, which may be what is damaged.
func (s *Store) StoredAfter(ctx context.Context, id int64, most int) ([]Stored, error) {
	rows, _ := s.pool.Query(ctx, `
		select c.slug, s.id, s.clip_id, s.revision, s.params_key, s.rows, s.bytes, s.size, s.digest, s.created_at
		from clipsheet.snapshots s
		join clipsheet.clips c on c.id = s.clip_id
		where s.id > $1
		order by s.id
		limit $2`, id, most)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Stored, err error) {
		return k, row.Scan(&k.Slug, &k.ID, &k.ClipID, &k.Revision, &k.ParamsKey, &k.Rows, &k.Bytes, &k.Size, &k.Digest, &k.CreatedAt)
	})
	return all, explain("list the stored results", err)
}
