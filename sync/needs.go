package sync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Target is what results are pushed to.
type Target interface {
	// Push makes the target hold the whole result or leaves it as it was; there is nothing between, also where a push has
	// parts: all of them are brought or none. A push repeated
	// after its answer was lost changes nothing, and one with a lower fence than the target has seen is refused with
	// clips.KindSuperseded. When ctx ends, the lease is lost or the service stops: nothing may be sent any more. What
	// it did is told even of a push that failed.
	//
	// Of all nodes only this one pushes into the spreadsheet meanwhile, but several of its syncs may do so at once: it
	// is for the target to put them in order, or together.
	Push(ctx context.Context, p clips.Push) (clips.Pushed, error)

	// Undo puts back what a push noted as Pushed.Before. p has neither Info nor Rows.
	Undo(ctx context.Context, p clips.Push, before []byte) (clips.Pushed, error)
}

// Results runs clips.
type Results interface {
	// Run yields the result of a run of the clip that began after it was called. The caller closes it.
	Run(ctx context.Context, req clips.Request) (Result, error)

	// RunTogether is Run for the clips of a workbook, in one snapshot of their source. Each of the results is closed.
	RunTogether(ctx context.Context, req clips.WorkbookRequest) ([]Result, error)
}

// Result is a whole result in hand.
type Result struct {
	Info  clips.SnapshotInfo
	Rows  func() clips.Rows // from the first row, as often as asked; its caller closes
	Close func() error      // when nobody reads any more
}

// Store is what the engine needs of the state database. clips.ErrNotFound is a sync or run that is not there, or not
// ours to have; clips.ErrFenced is a run that somebody else has taken over. Where now is zero, the database's own
// clock has it, which all nodes share.
type Store interface {
	SyncsDue(ctx context.Context, now time.Time) (bool, error)
	SweepSyncs(ctx context.Context, now time.Time, plan func(clips.Sync, time.Time) clips.Due,
		hand func(context.Context, pgx.Tx, []clips.Handover) error) error
	AlignSyncs(ctx context.Context, now time.Time, next func(clips.Sync, time.Time) time.Time) error

	ClaimSyncRun(ctx context.Context, id int64, now time.Time, lease time.Duration) (clips.SyncTask, error)
	BeatSyncRun(ctx context.Context, id, fence int64, lease time.Duration) error
	HoldSpreadsheet(ctx context.Context, spreadsheet, node string, r clips.SyncRun) (bool, error)
	RetrySyncRun(ctx context.Context, r clips.SyncRun, now time.Time, after time.Duration) error
	FinishSyncRun(ctx context.Context, r clips.SyncRun) error
	RaiseFence(ctx context.Context, syncID int64) error

	Sync(ctx context.Context, name string) (clips.Sync, error)
	SyncRun(ctx context.Context, id int64) (clips.SyncRun, error)
	AskSyncRun(ctx context.Context, name, asked string, now time.Time, hold time.Duration) (clips.SyncRun, error)
	LastImage(ctx context.Context, syncID int64) (clips.SyncRun, []byte, error)
	TellSyncRun(ctx context.Context, tell func(context.Context, clips.Sync, clips.SyncRun) error) (bool, error)
}
