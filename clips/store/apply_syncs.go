package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// SyncChanges are the names of the syncs that an Apply made different, each list in order.
type SyncChanges struct {
	New     []string
	Changed []string
	Retired []string
	Revived []string // retired before and declared again; also in Changed when they came back different
}

func checkDeclaredSyncs(declared []clips.Sync) error {
	seen := map[string]bool{}
	for _, s := range declared {
		if s.Name == "" {
			return refuse("A sync has no name: give it one, as in [syncs.name].")
		}
		if seen[s.Name] {
			return refuse("Sync %q is declared twice: rename one.", s.Name)
		}
		seen[s.Name] = true
		err := cmp.Or(
			storable("The name of sync "+cleaned(s.Name), s.Name),
			storable("A parameter of sync "+s.Name, slices.Collect(maps.Keys(s.Params))...),
			storable("A parameter of sync "+s.Name, slices.Collect(maps.Values(s.Params))...),
			storable("The target of sync "+s.Name, s.Account, s.Spreadsheet, s.Tab, s.At, s.AsOfCell),
			storable("A key or fill_down of sync "+s.Name, slices.Concat(s.Key, s.FillDown)...),
			storable("The mode or schedule of sync "+s.Name, string(s.Mode), string(s.Period), s.Schedule, s.TimeZone))
		if err != nil {
			return err
		}
	}
	return nil
}

// syncStep is what is to be done to one sync.
type syncStep struct {
	sync       clips.Sync // as it shall be
	insert     bool       // it is new
	change     bool
	revive     bool
	retire     bool
	reschedule bool // its next slot is to be computed anew
}

// applySyncs makes the declared syncs what they are in the database. The clips have been applied already.
func applySyncs(ctx context.Context, tx pgx.Tx, declared []clips.Sync) (SyncChanges, error) {
	have, err := everySync(ctx, tx)
	if err != nil {
		return SyncChanges{}, err
	}
	inUse, err := clipsInUse(ctx, tx)
	if err != nil {
		return SyncChanges{}, err
	}
	steps, err := planSyncs(have, inUse, declared)
	if err != nil {
		return SyncChanges{}, err
	}
	return summarySyncs(steps), performSyncs(ctx, tx, steps)
}

// everySync reads all syncs, retired ones too, by name.
func everySync(ctx context.Context, tx pgx.Tx) (map[string]clips.Sync, error) {
	rows, _ := tx.Query(ctx, `
		select `+syncColumns+`
		from `+syncTables)
	all, err := pgx.CollectRows(rows, scanSync)
	have := make(map[string]clips.Sync, len(all))
	for _, s := range all {
		have[s.Name] = s
	}
	return have, err
}

func clipsInUse(ctx context.Context, tx pgx.Tx) (map[string]clips.Clip, error) {
	all, err := everyClip(ctx, tx)
	maps.DeleteFunc(all, func(_ string, c clips.Clip) bool { return !c.RetiredAt.IsZero() })
	return all, err
}

// planSyncs compares what is with what shall be: a step for each sync that differs, by name. A sync that was made in
// the application retires with its clip.
func planSyncs(have map[string]clips.Sync, inUse map[string]clips.Clip, declared []clips.Sync) ([]syncStep, error) {
	var steps []syncStep
	wanted := map[string]bool{}
	for _, want := range declared {
		wanted[want.Name] = true
		clip, ok := inUse[want.Clip.Slug]
		if !ok {
			return nil, refuse("Sync %q is of clip %q, which is not there: name one of the clips, or add it.", want.Name,
				want.Clip.Slug)
		}
		want.Clip, want.Declared = clip, true
		want.TimeZone = cmp.Or(want.TimeZone, clip.Revision.TimeZone, "UTC")
		old, known := have[want.Name]
		if known && !old.Declared {
			return nil, refuse("Sync %q in the config has the name of a sync that was made in the application: "+
				"rename one of them.", want.Name)
		}
		if st := compareSync(old, known, want); st.insert || st.change || st.revive {
			steps = append(steps, st)
		}
	}
	for name, old := range have {
		gone := !wanted[name] && (old.Declared || !old.Clip.RetiredAt.IsZero())
		if gone && old.RetiredAt.IsZero() {
			steps = append(steps, syncStep{sync: old, retire: true})
		}
	}
	slices.SortFunc(steps, func(a, b syncStep) int { return strings.Compare(a.sync.Name, b.sync.Name) })
	return steps, nil
}

func compareSync(old clips.Sync, known bool, want clips.Sync) syncStep {
	want.ID = old.ID
	if !known {
		want.Target = newTarget()
		return syncStep{sync: want, insert: true}
	}
	st := syncStep{sync: want, change: !sameSync(old, want), revive: !old.RetiredAt.IsZero()}
	st.reschedule = old.Schedule != want.Schedule || old.TimeZone != want.TimeZone
	return st
}

// sameSync compares what the config says. What the engine keeps, and the target's name for life, is not in it.
func sameSync(a, b clips.Sync) bool {
	return a.Clip.ID == b.Clip.ID && maps.Equal(a.Params, b.Params) &&
		a.Account == b.Account && a.Spreadsheet == b.Spreadsheet && a.Tab == b.Tab && a.At == b.At &&
		a.Mode == b.Mode && slices.Equal(a.Key, b.Key) && a.Period == b.Period && a.Keep == b.Keep &&
		slices.Equal(a.FillDown, b.FillDown) && a.AsOfCell == b.AsOfCell && a.InfoTab == b.InfoTab &&
		a.Schedule == b.Schedule && a.TimeZone == b.TimeZone
}

// newTarget is a name that no other installation has given to anything.
func newTarget() string {
	var b [16]byte
	rand.Read(b[:]) // never returns an error
	return hex.EncodeToString(b[:])
}

func summarySyncs(steps []syncStep) (ch SyncChanges) {
	for _, st := range steps {
		name := st.sync.Name
		switch {
		case st.insert:
			ch.New = append(ch.New, name)
		case st.retire:
			ch.Retired = append(ch.Retired, name)
		}
		if st.change {
			ch.Changed = append(ch.Changed, name)
		}
		if st.revive {
			ch.Revived = append(ch.Revived, name)
		}
	}
	return ch
}

// performSyncs sends all steps to the database in one go.
func performSyncs(ctx context.Context, tx pgx.Tx, steps []syncStep) error {
	var batch pgx.Batch
	for _, st := range steps {
		switch {
		case st.insert:
			insertSync(&batch, st.sync)
		case st.retire:
			retireSync(&batch, st.sync)
		default:
			updateSync(&batch, st.sync, st.reschedule)
		}
	}
	return tx.SendBatch(ctx, &batch).Close()
}

func insertSync(batch *pgx.Batch, s clips.Sync) {
	batch.Queue(`
		insert into clipsheet.syncs (name, target, clip_id, params, account, spreadsheet, tab, at_cell, mode, key, period,
			keep, fill_down, as_of_cell, info_tab, schedule, timezone, declared)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		s.Name, s.Target, s.Clip.ID, params(s), s.Account, s.Spreadsheet, s.Tab, s.At, s.Mode, list(s.Key), s.Period,
		s.Keep, list(s.FillDown), s.AsOfCell, s.InfoTab, s.Schedule, s.TimeZone, s.Declared)
}

func updateSync(batch *pgx.Batch, s clips.Sync, reschedule bool) {
	batch.Queue(`
		update clipsheet.syncs
		set clip_id = $2, params = $3, account = $4, spreadsheet = $5, tab = $6, at_cell = $7, mode = $8, key = $9,
			period = $10, keep = $11, fill_down = $12, as_of_cell = $13, info_tab = $14, schedule = $15, timezone = $16,
			next_at = case when $17 then null else next_at end, retired_at = null,
			edition = edition + 1
		where id = $1`,
		s.ID, s.Clip.ID, params(s), s.Account, s.Spreadsheet, s.Tab, s.At, s.Mode, list(s.Key),
		s.Period, s.Keep, list(s.FillDown), s.AsOfCell, s.InfoTab, s.Schedule, s.TimeZone, reschedule)
}

// retireSync leaves a run under way alone; what only waits is skipped.
func retireSync(batch *pgx.Batch, s clips.Sync) {
	batch.Queue(`update clipsheet.syncs set retired_at = now(), next_at = null where id = $1`, s.ID)
	batch.Queue(`
		update clipsheet.sync_runs
		set state = 'skipped', ended_at = now(), kind = '', notice = $2, tell_at = null
		where sync_id = $1 and state = 'queued'`, s.ID, saysRetired)
}

// params is never NULL, as the column is not.
func params(s clips.Sync) map[string]string {
	if s.Params == nil {
		return map[string]string{}
	}
	return s.Params
}
