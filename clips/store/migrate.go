package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"clipsheet/clips"
)

//go:embed migrations/*.sql
var migrations embed.FS

const versionTable = "clipsheet.migrations"

// migrate brings our schema and River's up to date under an advisory lock: of several processes that start at once
// one does the work and the others find it done. Each migration is a transaction, so a kill leaves whole ones only.
func migrate(ctx context.Context, cfg *pgxpool.Config) error {
	cfg = cfg.Copy()
	cfg.MinConns, cfg.MinIdleConns, cfg.MaxConns = 0, 0, 2
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "0" // a migration takes what it takes
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = bulkTimeout
	db := stdlib.OpenDB(*cfg.ConnConfig)
	defer db.Close() // ends the session that holds the lock

	lock, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := lock.ExecContext(ctx, `select pg_advisory_lock($1, $2)`, lockClass, lockMigrate); err != nil {
		return err
	}
	if err := prepare(ctx, lock); err != nil {
		return err
	}
	if err := up(ctx, db); err != nil {
		return err
	}
	return migrateRiver(ctx, cfg)
}

// prepare checks what no migration can mend, and makes the schema in which goose notes what it has done.
func prepare(ctx context.Context, db *sql.Conn) error {
	var encoding string
	var exists bool
	err := db.QueryRowContext(ctx, `
		select current_setting('server_encoding'), to_regnamespace('clipsheet') is not null`).Scan(&encoding, &exists)
	if err != nil {
		return err
	}
	if encoding != "UTF8" {
		return &clips.Error{Kind: clips.KindInternal, Notice: fmt.Sprintf("The state database has encoding %s, and "+
			"clips are UTF-8: create one with encoding 'UTF8' template template0 and name it in state.dsn.", encoding)}
	}
	if !exists { // asked first: "create schema if not exists" needs the right to create even when it exists
		_, err = db.ExecContext(ctx, `create schema clipsheet`)
	}
	return err
}

func up(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectPostgres, db, files, goose.WithTableName(versionTable),
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true)) // builds between releases may have run a later one first
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return errNewer("its schema", have, want)
	}
	_, err = p.Up(ctx)
	return err
}

func errNewer[N int | int64](what string, have, want N) error {
	return &clips.Error{Kind: clips.KindInternal, Notice: fmt.Sprintf("The state database was migrated by a newer "+
		"clipsheet (%s is version %d, this program knows %d): install the newer clipsheet, or restore the backup made "+
		"before the upgrade.", what, have, want)}
}
