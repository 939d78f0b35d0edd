package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// How much a sweep does at once; the next one does the rest.
const (
	sweepSyncs = 500
	sweepRuns  = 500
)

// How many runs may be in hand at once, over all nodes, so that one slow spreadsheet or one account out of quota does
// not take every worker there is.
const (
	mostBySpreadsheet = 8
	mostByAccount     = 16
)

// SyncsDue tells whether SweepSyncs would find something to do. It is cheap, and asked all the time.
func (s *Store) SyncsDue(ctx context.Context, now time.Time) (due bool, err error) {
	err = s.pool.QueryRow(ctx, `
		select
			exists (
				select from clipsheet.syncs
				where retired_at is null and (next_at <= coalesce($1, now()) or next_at is null and schedule <> '')
			) or exists (
				select from clipsheet.sync_runs
				where ended_at is null and lease_until <= now() and due_at <= coalesce($1, now())
			)`, moment(&now)).Scan(&due)
	return due, explain("look for syncs that are due", err)
}

// SweepSyncs brings the runs up to the moment, which is now, or that of the database's clock when now is zero. In one
// transaction it
//
//   - gives each sync that is due a run for its slot, as plan says, and notes the slots that nobody ran as skipped;
//   - ends runs that a newer one has overtaken, and those of retired syncs;
//   - hands over, with hand, every run that may start: due, held by nobody, and not one too many for its spreadsheet
//     or account. A run that was handed over and not begun is handed over again after a while.
//
// One process sweeps at a time; another that tries meanwhile has nothing to do. plan must be quick, and hand must keep
// to the transaction.
func (s *Store) SweepSyncs(ctx context.Context, now time.Time, plan func(clips.Sync, time.Time) clips.Due,
	hand func(context.Context, pgx.Tx, []clips.Handover) error) error {
	return explain("sweep the syncs", s.write(ctx, func(tx pgx.Tx) error {
		var mine bool
		err := tx.QueryRow(ctx, `
			select pg_try_advisory_xact_lock($1, $2), coalesce($3, now())`, lockClass, lockSweep, moment(&now)).Scan(&mine, &now)
		if err != nil || !mine {
			return err
		}
		if err := openSlots(ctx, tx, now, plan); err != nil {
			return err
		}
		if err := endOvertaken(ctx, tx); err != nil {
			return err
		}
		ready, err := handOver(ctx, tx, now)
		if err != nil || len(ready) == 0 {
			return err
		}
		return hand(ctx, tx, ready)
	}))
}

// openSlots gives the syncs that are due their runs. One that somebody is claiming a run of comes at the next sweep.
func openSlots(ctx context.Context, tx pgx.Tx, now time.Time, plan func(clips.Sync, time.Time) clips.Due) error {
	rows, _ := tx.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables+`
		where s.retired_at is null and (s.next_at <= $1 or s.next_at is null and s.schedule <> '')
		order by s.next_at
		limit $2
		for update of s skip locked`, now, sweepSyncs)
	due, err := pgx.CollectRows(rows, scanSync)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	for _, sync := range due {
		openSlot(&batch, sync, plan(sync, now))
	}
	return tx.SendBatch(ctx, &batch).Close()
}

func openSlot(batch *pgx.Batch, s clips.Sync, d clips.Due) {
	switch {
	case d.Slot.IsZero():
	case s.Paused:
		skipSlots(batch, s.ID, earliest(d), d.Missed+1, saysPaused)
	default:
		if d.Missed > 0 {
			skipSlots(batch, s.ID, d.First, d.Missed, saysStandstill)
		}
		// A slot that has its run already is one that was run before a clock was put back.
		batch.Queue(`
			insert into clipsheet.sync_runs (sync_id, slot, state, due_at)
			values ($1, $2, 'queued', $3)
			on conflict (sync_id, slot) do nothing`, s.ID, d.Slot, d.Start)
	}
	batch.Queue(`update clipsheet.syncs set next_at = $2 where id = $1`, s.ID, moment(&d.Next))
}

func earliest(d clips.Due) time.Time {
	if d.Missed > 0 {
		return d.First
	}
	return d.Slot
}

// skipSlots notes n slots from first on as skipped, in the row of those before them when the reason is the same.
func skipSlots(batch *pgx.Batch, syncID int64, first time.Time, n int, why string) {
	batch.Queue(`
		with last as (
			select id, state, notice
			from clipsheet.sync_runs
			where sync_id = $1
			order by id desc
			limit 1
		), longer as (
			update clipsheet.sync_runs
			set slots = slots + $3, ended_at = now()
			from last
			where sync_runs.id = last.id and last.state = 'skipped' and last.notice = $4
			returning sync_runs.id
		)
		insert into clipsheet.sync_runs (sync_id, slot, slots, state, due_at, ended_at, notice)
		select $1, $2, $3, 'skipped', $2, now(), $4
		where not exists (select from longer)
		on conflict (sync_id, slot) do nothing`, syncID, first, n, why)
}

// endOvertaken ends the runs that must not be handed over again. One that somebody holds is left to its holder.
func endOvertaken(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		with over as (
			select
				r.id,
				case
					when s.retired_at is not null then $1
					when exists (
						select from clipsheet.sync_runs n
						where n.sync_id = r.sync_id and n.id > r.id and n.ended_at is null
					) then case when r.state = 'running' then $3 else $2 end
					when r.state = 'running' and r.lost >= $5 then $4
				end as why
			from clipsheet.sync_runs r
			join clipsheet.syncs s on s.id = r.sync_id
			where r.ended_at is null
		)
		update clipsheet.sync_runs r
		set
			state = case when r.tries > 0 then 'failed' else 'skipped' end,
			ended_at = now(),
			kind = case r.state when 'running' then $6 else r.kind end,
			notice = case when r.state = 'queued' and r.tries > 0 then r.notice else over.why end,
			tell_at = case when r.tries > 0 then `+newsOfFailure("case r.state when 'running' then $6 else r.kind end")+` end
		from over
		where r.id = over.id
			and over.why is not null
			and r.ended_at is null
			and (r.state = 'queued' or r.lease_until <= now())`,
		saysRetired, saysOvertaken, saysLost, saysPoison, mostLost, clips.KindInternal)
	return err
}

// mostLost is how many processes may die of one run before it is given up.
const mostLost = 4

// handOver picks the runs that may start, those that have waited longest first, and gives the queue a while to begin
// them: the longer, the more often it was told in vain. A run whose process has not lived to finish it is queued again.
// No two handovers are alike, or River, which keeps what was done for a while, would take one for a repetition.
func handOver(ctx context.Context, tx pgx.Tx, now time.Time) ([]clips.Handover, error) {
	// What cannot start takes no place of what can: first the syncs are looked at, then of those that fit the
	// spreadsheets, then of those that fit the accounts.
	rows, _ := tx.Query(ctx, `
		with open as (
			select r.id, r.sync_id, s.spreadsheet, s.account, r.due_at, r.lease_until > now() as held
			from clipsheet.sync_runs r
			join clipsheet.syncs s on s.id = r.sync_id
			where r.ended_at is null and r.due_at <= $1
		), by_sync as (
			select *, row_number() over (partition by sync_id order by held desc, due_at, id) as place
			from open
		), by_spreadsheet as (
			select id, account, due_at, held,
				row_number() over (partition by spreadsheet order by held desc, due_at, id) as place
			from by_sync
			where held or place = 1
		), by_account as (
			select id, due_at, held, row_number() over (partition by account order by held desc, due_at, id) as place
			from by_spreadsheet
			where held or place <= $2
		)
		select r.id
		from by_account p
		join clipsheet.sync_runs r on r.id = p.id
		where not p.held and p.place <= $3 and r.ended_at is null and r.lease_until <= now()
		order by p.due_at, r.id
		limit $4
		for update of r skip locked`, now, mostBySpreadsheet, mostByAccount, sweepRuns)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, _ = tx.Query(ctx, `
		update clipsheet.sync_runs
		set
			handed = handed + 1,
			lease_until = now() + least(interval '30 seconds' * 2 ^ greatest(handed - tries, 0), interval '1 hour'),
			lost = lost + case state when 'running' then 1 else 0 end,
			kind = case state when 'running' then $2 else kind end,
			notice = case state when 'running' then $3 else notice end,
			state = 'queued'
		where id = any($1)
		returning id, handed`, ids, clips.KindInternal, saysLost)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[clips.Handover])
}

// AlignSyncs brings forward the slots of syncs that lie further ahead than next says, which computes the first slot
// after a moment. They are what is left of a clock that was ahead; without this, a day too far would be a day without
// runs.
func (s *Store) AlignSyncs(ctx context.Context, now time.Time, next func(clips.Sync, time.Time) time.Time) error {
	const doing = "align the syncs"
	if err := s.pool.QueryRow(ctx, `select coalesce($1, now())`, moment(&now)).Scan(&now); err != nil {
		return explain(doing, err)
	}
	syncs, err := s.Syncs(ctx)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	for _, sync := range syncs {
		if at := next(sync, now); !at.IsZero() && sync.NextAt.After(at) {
			batch.Queue(`update clipsheet.syncs set next_at = $2 where id = $1 and next_at = $3`, sync.ID, at, sync.NextAt)
		}
	}
	return explain(doing, s.pool.SendBatch(ctx, &batch).Close())
}
