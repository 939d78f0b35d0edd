package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// HoldSpreadsheet makes a run the one writer of a spreadsheet, for as long as the lease, unless there is another; then
// it is false. Between two writers there is a second, as Google asks for. Holding it already is no hindrance, and
// BeatSyncRun extends it. What ends the run lets go.
func (s *Store) HoldSpreadsheet(ctx context.Context, spreadsheet string, r clips.SyncRun, lease time.Duration) (bool, error) {
	done, err := s.pool.Exec(ctx, `
		insert into clipsheet.spreadsheets as h (id, run_id, fence, lease_until)
		select $1, r.id, r.fence, now() + $4
		from clipsheet.sync_runs r
		where r.id = $2 and r.fence = $3 and r.state = 'running' and r.lease_until > now()
		on conflict (id) do update
		set run_id = excluded.run_id, fence = excluded.fence, lease_until = excluded.lease_until
		where h.lease_until <= now() or h.run_id = excluded.run_id and h.fence = excluded.fence`,
		spreadsheet, r.ID, r.Fence, lease)
	return done.RowsAffected() == 1, explain("take hold of a spreadsheet", err)
}

// letGoOfSpreadsheet makes the spreadsheet free for the next writer, a second from now.
func letGoOfSpreadsheet(ctx context.Context, tx pgx.Tx, r clips.SyncRun) error {
	_, err := tx.Exec(ctx, `
		update clipsheet.spreadsheets
		set run_id = 0, fence = 0, lease_until = clock_timestamp() + interval '1 second'
		where run_id = $1 and fence = $2`, r.ID, r.Fence)
	return err
}

// RaiseFence lets the fences of a sync count on from far above. It is for a state database that was restored from a
// backup, and so counts less than the spreadsheet has seen.
func (s *Store) RaiseFence(ctx context.Context, syncID int64) error {
	_, err := s.pool.Exec(ctx, `
		update clipsheet.syncs
		set fence = fence + 1000000
		where id = $1`, syncID)
	return explain("raise a fence", err)
}
