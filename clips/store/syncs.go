package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Of syncs s, clips c and revisions r, in the order of syncFields.
const (
	syncColumns = `
	s.id, s.name, s.target, s.params, s.account, s.spreadsheet, s.tab, s.at_cell, s.mode, s.key, s.period, s.keep,
	s.fill_down, s.as_of_cell, s.info_tab, s.schedule, s.timezone, s.paused, s.next_at, s.fence, s.declared, s.edition,
	s.retired_at,` + clipColumns
	syncTables = `
	clipsheet.syncs s
	join clipsheet.clips c on c.id = s.clip_id
	join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision`
)

func syncFields(s *clips.Sync) []any {
	return append([]any{&s.ID, &s.Name, &s.Target, &s.Params, &s.Account, &s.Spreadsheet, &s.Tab, &s.At, &s.Mode, &s.Key,
		&s.Period, &s.Keep, &s.FillDown, &s.AsOfCell, &s.InfoTab, &s.Schedule, &s.TimeZone, &s.Paused, moment(&s.NextAt),
		&s.Fence, &s.Declared, &s.Edition, moment(&s.RetiredAt)}, clipFields(&s.Clip)...)
}

func scanSync(row pgx.CollectableRow) (s clips.Sync, err error) {
	return s, row.Scan(syncFields(&s)...)
}

// Syncs lists the syncs in use, by name, each with its clip.
func (s *Store) Syncs(ctx context.Context) ([]clips.Sync, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables+`
		where s.retired_at is null
		order by s.name collate "C"`)
	all, err := pgx.CollectRows(rows, scanSync)
	return all, explain("list the syncs", err)
}

// Sync finds a sync in use by its name.
func (s *Store) Sync(ctx context.Context, name string) (clips.Sync, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables+`
		where s.name = $1 and s.retired_at is null`, cleaned(name))
	sync, err := pgx.CollectExactlyOneRow(rows, scanSync)
	return sync, explain("find the sync", err)
}

// PauseSync stops the schedule of a sync, and what waits to be run. A run under way goes on to its end.
func (s *Store) PauseSync(ctx context.Context, name string) error {
	return explain("pause the sync", s.write(ctx, func(tx pgx.Tx) error {
		id, err := setPaused(ctx, tx, name, true)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update clipsheet.sync_runs
			set state = 'skipped', ended_at = now(), kind = '', notice = $2, tell_at = null
			where sync_id = $1 and state = 'queued'`, id, saysPaused)
		return err
	}))
}

// ResumeSync lets the schedule of a sync go on, from its next slot.
func (s *Store) ResumeSync(ctx context.Context, name string) error {
	return explain("resume the sync", s.write(ctx, func(tx pgx.Tx) error {
		_, err := setPaused(ctx, tx, name, false)
		return err
	}))
}

func setPaused(ctx context.Context, tx pgx.Tx, name string, paused bool) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		update clipsheet.syncs
		set paused = $2
		where name = $1 and retired_at is null
		returning id`, cleaned(name), paused).Scan(&id)
	return id, err
}
