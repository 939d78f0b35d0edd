package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// HoldSpreadsheet lets a run write a spreadsheet, which one node does at a time; between two nodes there is a second,
// as Google asks for. It is false while another node has the spreadsheet, or waited for it first: ask again within a
// second, or the turn is lost. Runs of one node hold it together, and order their writes among themselves. The hold
// lasts as long as the lease of the run, and ends with it.
func (s *Store) HoldSpreadsheet(ctx context.Context, spreadsheet, node string, r clips.SyncRun) (held bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		// The row is the lock under which a node is chosen.
		_, err := tx.Exec(ctx, `
			insert into clipsheet.spreadsheets (id)
			values ($1)
			on conflict (id) do update set id = excluded.id`, spreadsheet)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			update clipsheet.sync_runs r
			set holds = h.id, node = $2
			from clipsheet.spreadsheets h
			where h.id = $1
				and (h.wanted_by = $2 or h.wanted_until <= now())
				and (h.node = $2 or h.free_at <= now())
				and not exists (
					select from clipsheet.sync_runs o
					where o.holds = h.id and o.node <> $2 and o.state = 'running' and o.lease_until > now()
				)
				and r.id = $3 and r.fence = $4 and r.state = 'running' and r.lease_until > now()`,
			spreadsheet, node, r.ID, r.Fence)
		if err != nil {
			return err
		}
		if held = tag.RowsAffected() == 1; held {
			_, err = tx.Exec(ctx, `
				update clipsheet.spreadsheets
				set node = $2, wanted_by = '', wanted_until = '-infinity'
				where id = $1`, spreadsheet, node)
		} else {
			_, err = tx.Exec(ctx, `
				update clipsheet.spreadsheets
				set wanted_by = $2, wanted_until = now() + interval '1 second'
				where id = $1 and (wanted_by = $2 or wanted_until <= now())`, spreadsheet, node)
		}
		return err
	})
	return held, explain("take hold of a spreadsheet", err)
}

// letGoOfSpreadsheet lets another node begin a second from now, if this is the last run of ours that holds it.
func letGoOfSpreadsheet(ctx context.Context, tx pgx.Tx, r clips.SyncRun) error {
	_, err := tx.Exec(ctx, `
		update clipsheet.spreadsheets
		set free_at = clock_timestamp() + interval '1 second'
		where id = (select holds from clipsheet.sync_runs where id = $1 and fence = $2)`, r.ID, r.Fence)
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
