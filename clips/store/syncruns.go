package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Of sync_runs r, in the order of syncRunFields. The image of before stays where it is: see BeforeOf.
const syncRunColumns = `
	r.id, r.sync_id, r.slot, r.slots, r.asked, r.fence, r.state, r.tries, r.started_at, r.ended_at, r.pushed,
	r.snapshot_id, r.kind, r.notice`

func syncRunFields(r *clips.SyncRun) []any {
	return []any{&r.ID, &r.SyncID, &r.Slot, &r.Slots, &r.Asked, &r.Fence, &r.State, &r.Tries, moment(&r.StartedAt),
		moment(&r.EndedAt), &r.Pushed, &r.Snapshot, &r.Kind, &r.Notice}
}

func scanSyncRun(row pgx.CollectableRow) (r clips.SyncRun, err error) {
	return r, row.Scan(syncRunFields(&r)...)
}

// SyncRuns lists the latest runs of a sync, the newest first.
func (s *Store) SyncRuns(ctx context.Context, syncID int64, limit int) ([]clips.SyncRun, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+syncRunColumns+`
		from clipsheet.sync_runs r
		where r.sync_id = $1
		order by r.id desc
		limit $2`, syncID, max(limit, 0))
	all, err := pgx.CollectRows(rows, scanSyncRun)
	return all, explain("list the runs of a sync", err)
}

// SyncRun finds a run of a sync.
func (s *Store) SyncRun(ctx context.Context, id int64) (clips.SyncRun, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+syncRunColumns+`
		from clipsheet.sync_runs r
		where r.id = $1`, id)
	r, err := pgx.CollectExactlyOneRow(rows, scanSyncRun)
	return r, explain("find the run of a sync", err)
}

// AskSyncRun asks for a run of a sync outside its schedule, on behalf of whoever asks: "command", "web", "undo". It
// joins the run that waits already. With a hold, the run is not handed to the queue before that time is over, so that
// the asker can claim it. now is the slot, or that of the database's clock when it is zero.
func (s *Store) AskSyncRun(
	ctx context.Context, name, asked string, now time.Time, hold time.Duration,
) (run clips.SyncRun, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		var syncID int64
		err := tx.QueryRow(ctx, `
			select id, coalesce($2, now())
			from clipsheet.syncs
			where name = $1 and retired_at is null
			for update`, cleaned(name), moment(&now)).Scan(&syncID, &now)
		if err != nil {
			return err
		}
		// An undo is another piece of work than a run, so neither joins the other: the newer overtakes.
		rows, _ := tx.Query(ctx, `
			with waiting as (
				update clipsheet.sync_runs
				set due_at = least(due_at, $3), lease_until = now() + $4
				where sync_id = $1 and state = 'queued' and (asked = 'undo') = ($2 = 'undo')
				returning *
			), made as (
				insert into clipsheet.sync_runs (sync_id, slot, asked, state, due_at, lease_until)
				select $1, greatest($3, last.slot + interval '1 microsecond'), $2, 'queued', $3, now() + $4
				from (
					select max(slot) as slot
					from clipsheet.sync_runs
					where sync_id = $1 and slot between $3 and $3 + interval '1 second'
				) last
				where not exists (select from waiting)
				returning *
			)
			select `+syncRunColumns+` from waiting r
			union all
			select `+syncRunColumns+` from made r
			order by 1 desc
			limit 1`, syncID, asked, now, hold)
		run, err = pgx.CollectExactlyOneRow(rows, scanSyncRun)
		return err
	})
	return run, explain(fmt.Sprintf("ask for a run of sync %s", cleaned(name)), err)
}

// ClaimSyncRun takes a queued run in hand, with a fence higher than any before, for as long as the lease. One that is
// not due yet is not found, nor is one whose sync is being run.
func (s *Store) ClaimSyncRun(ctx context.Context, id int64, now time.Time, lease time.Duration) (clips.SyncTask, error) {
	var task clips.SyncTask
	err := s.write(ctx, func(tx pgx.Tx) error {
		// The lock on the sync makes claims of its runs wait for each other, and see what the other did.
		rows, _ := tx.Query(ctx, `
			select `+syncColumns+`
			from `+syncTables+`
			where s.id = (select sync_id from clipsheet.sync_runs where id = $1)
			for update of s`, id)
		var err error
		if task.Sync, err = pgx.CollectExactlyOneRow(rows, scanSync); err != nil {
			return err
		}
		rows, _ = tx.Query(ctx, `
			with sync as (
				update clipsheet.syncs
				set fence = fence + 1
				where id = $4
				returning fence
			)
			update clipsheet.sync_runs r
			set
				state = 'running',
				fence = sync.fence,
				tries = r.tries + 1,
				holds = '',
				lease_until = now() + $3,
				started_at = coalesce(r.started_at, now())
			from sync
			where r.id = $1
				and r.state = 'queued'
				and r.due_at <= coalesce($2, now())
				and not exists (
					select from clipsheet.sync_runs o
					where o.sync_id = r.sync_id and o.id <> r.id and o.state = 'running' and o.lease_until > now()
				)
			returning `+syncRunColumns, id, moment(&now), lease, task.Sync.ID)
		if task.Run, err = pgx.CollectExactlyOneRow(rows, scanSyncRun); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			select coalesce((
				select (pushed->>'rows')::bigint
				from clipsheet.sync_runs
				where sync_id = $1 and state = 'done'
				order by id desc
				limit 1
			), 0)`, task.Sync.ID).Scan(&task.Held)
	})
	if err != nil {
		return clips.SyncTask{}, explain(fmt.Sprintf("claim run %d", id), err)
	}
	return task, nil
}

// BeatSyncRun extends the lease of a run. It is clips.ErrFenced when the run is somebody else's by now.
func (s *Store) BeatSyncRun(ctx context.Context, id, fence int64, lease time.Duration) error {
	tag, err := s.pool.Exec(ctx, `
		update clipsheet.sync_runs
		set lease_until = now() + $3
		where id = $1 and fence = $2 and state = 'running'`, id, fence, lease)
	return fenced("extend a lease", tag.RowsAffected() == 1, err)
}

// RetrySyncRun gives a run up for now, to be tried again that long after now, or the moment of the database's clock
// when that is zero; r.Kind and r.Notice say why.
func (s *Store) RetrySyncRun(ctx context.Context, r clips.SyncRun, now time.Time, after time.Duration) error {
	done, err := s.settle(ctx, r, `
		update clipsheet.sync_runs r
		set
			state = 'queued',
			due_at = coalesce($3, now()) + $6,
			lease_until = now(),
			holds = '',
			kind = $4,
			notice = $5,
			tell_at = case when told_at is null and started_at < now() - interval '1 hour' then coalesce(tell_at, now()) end
		where id = $1 and fence = $2 and state = 'running'`,
		r.ID, r.Fence, moment(&now), r.Kind, cleaned(r.Notice), after)
	return fenced("put a run off", done, err)
}

// FinishSyncRun notes how a run ended: r.State, and with it r.Snapshot, r.Pushed, r.Kind and r.Notice. An image of the
// cells that is too large is not kept. It is clips.ErrFenced when the run is somebody else's by now.
func (s *Store) FinishSyncRun(ctx context.Context, r clips.SyncRun) error {
	before := r.Pushed.Before
	if len(before) > largestImage {
		before = nil
	}
	done, err := s.settle(ctx, r, `
		update clipsheet.sync_runs r
		set
			state = $3,
			ended_at = now(),
			holds = '',
			snapshot_id = $4,
			pushed = $5,
			before = $6,
			kind = $7,
			notice = $8,
			tell_at = case $3 when 'done' then `+newsOfSuccess+` else `+newsOfFailure("$7")+` end
		where id = $1 and fence = $2 and state = 'running'`,
		r.ID, r.Fence, r.State, r.Snapshot, r.Pushed, before, r.Kind, cleaned(r.Notice))
	return fenced(fmt.Sprintf("note the end of run %d", r.ID), done, err)
}

// largestImage is what an undo may take in the database, for each run.
const largestImage = 32 << 20

// settle lets go of the spreadsheet and updates the run, if both are still r's.
func (s *Store) settle(ctx context.Context, r clips.SyncRun, sql string, args ...any) (done bool, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := letGoOfSpreadsheet(ctx, tx, r); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sql, args...)
		done = tag.RowsAffected() == 1
		return err
	})
	return done, err
}

func fenced(doing string, ours bool, err error) error {
	if err == nil && !ours {
		err = clips.ErrFenced
	}
	return explain(doing, err)
}

// What a run before r of the same sync came to, for the news.
const runBefore = `(
	select b.state || ' ' || b.kind
	from clipsheet.sync_runs b
	where b.sync_id = r.sync_id and b.id < r.id and b.state in ('done', 'failed')
	order by b.id desc
	limit 1
)`

// newsOfSuccess is when to tell that run r is done: at once, if its owner was told that it failed or was late.
const newsOfSuccess = `case when r.told_at is not null or ` + runBefore + ` like 'failed %' then now() end`

// newsOfFailure is when to tell that run r failed: at once, unless the one before failed in the same way and its owner
// was told not long ago, or is about to be.
func newsOfFailure(kind string) string {
	return `
	case when ` + runBefore + ` = 'failed ' || ` + kind + ` and exists (
		select from clipsheet.sync_runs t
		where t.sync_id = r.sync_id and (t.told_at > now() - interval '1 day' or t.tell_at is not null)
	) then null else now() end`
}
