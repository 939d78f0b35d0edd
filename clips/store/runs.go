package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// StartRun notes that a run of r.ClipID, r.Revision, r.ParamsKey has begun, at r.StartedAt or else now.
func (s *Store) StartRun(ctx context.Context, r clips.Run) (id int64, err error) {
	const doing = "note the start of a run"
	if err := s.node.show(ctx); err != nil {
		return 0, explain(doing, err)
	}
	err = s.pool.QueryRow(ctx, `
		insert into clipsheet.runs (clip_id, revision, params_key, node, state, started_at)
		values ($1, $2, $3, $4, 'running', coalesce($5, now()))
		returning id`,
		r.ClipID, r.Revision, r.ParamsKey, s.node.id, moment(&r.StartedAt)).Scan(&id)
	return id, explain(doing, err)
}

// FinishRun notes how a run without a snapshot ended, with r.State, or as failed when that says nothing. A run that
// is done stays done.
func (s *Store) FinishRun(ctx context.Context, r clips.Run) error {
	if r.State == "" || r.State == clips.RunRunning {
		r.State = clips.RunFailed
	}
	return explain(fmt.Sprintf("note the end of run %d", r.ID), finish(ctx, s.pool, r))
}

// finish also ends a run that was taken for abandoned: that was a guess, this is the fact.
func finish(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, r clips.Run) error {
	done, err := db.Exec(ctx, `
		update clipsheet.runs
		set state = $2, ended_at = coalesce($3, now()), rows = $4, bytes = $5, kind = $6, notice = $7, digest = $8
		where id = $1 and state <> 'done'`,
		r.ID, r.State, moment(&r.EndedAt), r.Rows, r.Bytes, r.Kind, cleaned(r.Notice), r.Digest)
	if err == nil && done.RowsAffected() == 0 {
		err = fmt.Errorf("it is done or was never started: %w", clips.ErrNotFound)
	}
	return err
}

// AbandonRuns closes the runs whose process did not live to finish them. Runs of living processes, here or on other
// machines, are left alone.
func (s *Store) AbandonRuns(ctx context.Context) error {
	// Whoever can take a process's lock knows that it is dead. Materialized, so that each lock is tried once.
	_, err := s.pool.Exec(ctx, `
		with node as materialized (
			select distinct node from clipsheet.runs where state = 'running' and node <> $1
		), dead as materialized (
			select node from node where pg_try_advisory_xact_lock(node)
		)
		update clipsheet.runs
		set state = 'abandoned', ended_at = now(), kind = $2,
			notice = 'The service stopped before this run was finished.'
		from dead
		where runs.node = dead.node and runs.state = 'running'`, s.node.id, clips.KindInternal)
	return explain("close abandoned runs", err)
}

// Runs lists the latest runs of a clip, the newest first.
func (s *Store) Runs(ctx context.Context, clipID int64, limit int) ([]clips.Run, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, clip_id, revision, params_key, started_at, ended_at, state, rows, bytes, kind, notice, digest
		from clipsheet.runs
		where clip_id = $1
		order by id desc
		limit $2`, clipID, max(limit, 0))
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r clips.Run, err error) {
		return r, row.Scan(&r.ID, &r.ClipID, &r.Revision, &r.ParamsKey, &r.StartedAt, moment(&r.EndedAt), &r.State,
			&r.Rows, &r.Bytes, &r.Kind, &r.Notice, &r.Digest)
	})
	return all, explain("list the runs", err)
}
