package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// SaveWorkbookResult notes which snapshots were made together. One that is not stored, or no longer, is ErrNotFound.
func (s *Store) SaveWorkbookResult(ctx context.Context, r clips.WorkbookResult) error {
	ids := make([]int64, len(r.Infos))
	for i, info := range r.Infos {
		ids[i] = info.ID
	}
	done, err := s.pool.Exec(ctx, `
		insert into clipsheet.workbook_results (name, key, plain, snapshot_ids)
		select $1, $2, $3, $4
		where (select count(*) from clipsheet.snapshots where id = any ($4::bigint[])) = cardinality($4::bigint[])`,
		r.Workbook, r.Key, r.IsPlain, ids)
	if err == nil && done.RowsAffected() == 0 {
		err = fmt.Errorf("not all of its snapshots are stored: %w", clips.ErrNotFound)
	}
	return explain("save the results of workbook "+r.Workbook, err)
}

// LatestWorkbookResult finds the newest results of a workbook that were made together, in the order of its clips.
func (s *Store) LatestWorkbookResult(ctx context.Context, workbook, key string) ([]clips.SnapshotInfo, error) {
	const doing = "find the latest results of the workbook"
	var want int
	rows, _ := s.pool.Query(ctx, `
		with latest as (
			select snapshot_ids
			from clipsheet.workbook_results
			where name = $1 and key = $2
			order by id desc
			limit 1
		)
		select cardinality(snapshot_ids), `+snapshotColumns+`
		from latest
		cross join unnest(snapshot_ids) with ordinality as part (id, number)
		join clipsheet.snapshots s on s.id = part.id
		order by part.number`, workbook, key)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (clips.SnapshotInfo, error) {
		return scanSnapshot(row, &want)
	})
	if err == nil && (len(all) == 0 || len(all) < want) { // a part of them says nothing of the whole
		err = clips.ErrNotFound
	}
	if err != nil {
		return nil, explain(doing, err)
	}
	return all, nil
}

// forgetParted forgets which snapshots were made together, once one of them is gone.
func forgetParted(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		delete from clipsheet.workbook_results w
		where cardinality(snapshot_ids) > (select count(*) from clipsheet.snapshots s where s.id = any (w.snapshot_ids))`)
	return err
}
