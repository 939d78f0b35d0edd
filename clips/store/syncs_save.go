package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// CreateSync keeps a sync that was made in the application, beside those of the config. It names its clip by Clip.Slug,
// and is given its ID, its target and its first slot here. The name must be free, also of syncs that are gone: their
// history has it.
func (s *Store) CreateSync(ctx context.Context, sync clips.Sync) error {
	return explain("make the sync", s.write(ctx, func(tx pgx.Tx) error {
		have, want, err := settleSync(ctx, tx, sync)
		switch {
		case err != nil:
			return err
		case have.ID != 0 && have.RetiredAt.IsZero():
			return refuse("There is a sync %q already: choose another name.", sync.Name)
		case have.ID != 0:
			return refuse("There was a sync %q, and its history is kept: choose another name.", sync.Name)
		}
		want.Target = newTarget()
		return tx.SendBatch(ctx, insertedSync(want)).Close()
	}))
}

// UpdateSync changes a sync that was made in the application, if its edition is still the one that sync names;
// otherwise it is ErrEdited. A run under way goes on as it began.
func (s *Store) UpdateSync(ctx context.Context, sync clips.Sync) error {
	return explain("change the sync", s.write(ctx, func(tx pgx.Tx) error {
		have, want, err := settleSync(ctx, tx, sync)
		if err == nil {
			err = mayChange(have)
		}
		switch {
		case err != nil:
			return err
		case have.Edition != sync.Edition:
			return clips.ErrEdited
		case sameSync(have, want):
			return nil
		}
		want.ID = have.ID
		var batch pgx.Batch
		updateSync(&batch, want, have.Schedule != want.Schedule || have.TimeZone != want.TimeZone)
		return tx.SendBatch(ctx, &batch).Close()
	}))
}

// MoveSync has a sync that was made in the application begin anew at the tab and cell that it names, as another target:
// what it wrote elsewhere stays there, and is people's own from then on. It is ErrEdited as UpdateSync is.
func (s *Store) MoveSync(ctx context.Context, sync clips.Sync) error {
	return explain("move the sync", s.write(ctx, func(tx pgx.Tx) error {
		have, err := syncToChange(ctx, tx, sync.Name)
		switch {
		case err != nil:
			return err
		case have.Edition != sync.Edition:
			return clips.ErrEdited
		}
		if err := storable("The tab", sync.Tab, sync.At); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update clipsheet.syncs
			set tab = $2, at_cell = $3, target = $4, edition = edition + 1
			where id = $1`, have.ID, sync.Tab, sync.At, newTarget())
		return err
	}))
}

// RetireSync takes a sync that was made in the application out of use. What is in its spreadsheet stays there, and so
// does its history.
func (s *Store) RetireSync(ctx context.Context, name string) error {
	return explain("remove the sync", s.write(ctx, func(tx pgx.Tx) error {
		have, err := syncToChange(ctx, tx, name)
		if err != nil {
			return err
		}
		var batch pgx.Batch
		retireSync(&batch, have)
		return tx.SendBatch(ctx, &batch).Close()
	}))
}

// syncToChange finds a sync as lockedSync does, if it may be changed.
func syncToChange(ctx context.Context, tx pgx.Tx, name string) (clips.Sync, error) {
	have, err := lockedSync(ctx, tx, name)
	if err == nil {
		err = mayChange(have)
	}
	return have, err
}

// mayChange tells whether a sync is in use, and one of the application.
func mayChange(have clips.Sync) error {
	switch {
	case have.ID == 0 || !have.RetiredAt.IsZero():
		return clips.ErrNotFound
	case have.Declared:
		return errDeclared
	}
	return nil
}

var errDeclared = &clips.Error{Kind: clips.KindParameter, Notice: "The sync is declared in the config file: change it there."}

// settleSync finds what there is of the name of a sync, in use or retired, and makes sync ready to be stored: with its
// clip, and as one of the application. The lock is that of Apply, which looks at names too.
func settleSync(ctx context.Context, tx pgx.Tx, sync clips.Sync) (have, want clips.Sync, err error) {
	if err := checkDeclaredSyncs([]clips.Sync{sync}); err != nil {
		return have, want, err
	}
	if have, err = lockedSync(ctx, tx, sync.Name); err != nil {
		return have, want, err
	}
	rows, _ := tx.Query(ctx, `
		select `+clipColumns+`
		from clipsheet.clips c
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where c.slug = $1 and c.retired_at is null`, sync.Clip.Slug)
	clip, err := pgx.CollectExactlyOneRow(rows, scanClip)
	if errors.Is(err, pgx.ErrNoRows) {
		err = refuse("There is no clip %q any more: choose another.", cleaned(sync.Clip.Slug))
	}
	want = sync
	want.Clip, want.Declared = clip, false
	want.TimeZone = cmp.Or(want.TimeZone, clip.Revision.TimeZone, "UTC")
	return have, want, err
}

// lockedSync finds a sync by its name, in use or retired; its ID is 0 when there never was one.
func lockedSync(ctx context.Context, tx pgx.Tx, name string) (clips.Sync, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, $2)`, lockClass, lockApply); err != nil {
		return clips.Sync{}, fmt.Errorf("wait for others who change syncs: %w", err)
	}
	rows, _ := tx.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables+`
		where s.name = $1
		for update of s`, cleaned(name))
	found, err := pgx.CollectRows(rows, scanSync)
	if err != nil || len(found) == 0 {
		return clips.Sync{}, err
	}
	return found[0], nil
}

func insertedSync(s clips.Sync) *pgx.Batch {
	var batch pgx.Batch
	insertSync(&batch, s)
	return &batch
}
