package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// RiverSchema is where River's tables are: beside ours.
const RiverSchema = "clipsheet"

// migrateRiver brings River's tables up to date. The caller holds the lock of migrate.
func migrateRiver(ctx context.Context, cfg *pgxpool.Config) error {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	river, err := rivermigrate.New(riverpgxv5.New(pool),
		&rivermigrate.Config{Schema: RiverSchema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read River's migrations: %w", err)
	}
	if err := refuseNewerRiver(ctx, pool, river); err != nil {
		return err
	}
	_, err = river.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func refuseNewerRiver(ctx context.Context, pool *pgxpool.Pool, river *rivermigrate.Migrator[pgx.Tx]) error {
	want, have := 0, 0
	for _, m := range river.AllVersions() {
		want = max(want, m.Version)
	}
	err := pool.QueryRow(ctx, `select coalesce(max(version), 0) from clipsheet.river_migration`).Scan(&have)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == undefinedTable {
		return nil // its first migration makes it
	}
	if err == nil && have > want {
		err = errNewer("the schema of its queue", have, want)
	}
	return err
}

const undefinedTable = "42P01"
