// Package demo is a made-up company to try Clipsheet on: Harbour, which sells app hosting by subscription. It fills
// a primary with three years of its books, keeps writing to it as a live company would, and has the clips its
// finance team reads.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Names the sample company goes by in Postgres.
const (
	Database = "harbour"
	Reader   = "clipsheet_reader"   // the role that clips run as
	Watchdog = "clipsheet_watchdog" // the role that ends what a cancel does not
)

//go:embed data/*.sql
var data embed.FS

// Load makes the company's database on the server of primaryDSN, which is a superuser's, and gives the reader and its
// watchdog their password. Everything happens in one transaction, so a load that was killed leaves nothing and the next one starts
// again; a database that is whole only gets the new password. log hears what takes time.
func Load(ctx context.Context, primaryDSN, readerPassword string, log func(string)) error {
	if err := createDatabase(ctx, primaryDSN); err != nil {
		return fmt.Errorf("create database %s: %w", Database, err)
	}
	conn, err := connect(ctx, primaryDSN, Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := fill(ctx, tx, log); err != nil {
			return err
		}
		return setPasswords(ctx, tx, readerPassword)
	})
	if err != nil {
		return fmt.Errorf("load the sample company: %w", err)
	}
	return analyze(ctx, conn)
}

func connect(ctx context.Context, dsn, database string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.Database = database
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["application_name"] = "harbour"
	return pgx.ConnectConfig(ctx, cfg)
}

// createDatabase leaves one that is there alone. It cannot be part of a transaction.
func createDatabase(ctx context.Context, dsn string) error {
	conn, err := connect(ctx, dsn, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const duplicateDatabase, uniqueViolation = "42P04", "23505" // the second when two create it at once
	_, err = conn.Exec(ctx, "create database "+Database+" template template0 encoding 'UTF8'")
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == duplicateDatabase || e.Code == uniqueViolation) {
		return nil
	}
	return err
}

// fill makes tables and rows unless they are there. Of two at once the second waits and finds them.
func fill(ctx context.Context, tx pgx.Tx, log func(string)) error {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock(hashtext('harbour'))"); err != nil {
		return err
	}
	var whole bool
	if err := tx.QueryRow(ctx, "select to_regclass('public.postings') is not null").Scan(&whole); err != nil || whole {
		return err
	}
	names, err := fs.Glob(data, "data/*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		if what := milestones[name]; what != "" {
			log(what)
		}
		sql, err := data.ReadFile(name)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, string(sql)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return statements(ctx, tx)
}

var milestones = map[string]string{
	"data/4_customers.sql": "customers and subscriptions",
	"data/5_invoices.sql":  "invoices and payments",
	"data/6_ledger.sql":    "a ledger of 300,000 postings",
	"data/7_platform.sql":  "sign-ups, apps and deploys",
}

// statements adds pg_stat_statements where the server has it loaded, so that what runs can be counted.
func statements(ctx context.Context, tx pgx.Tx) error {
	const sql = `select current_setting('shared_preload_libraries') ~ 'pg_stat_statements'
		and exists (select from pg_available_extensions where name = 'pg_stat_statements')`
	var loaded bool
	if err := tx.QueryRow(ctx, sql).Scan(&loaded); err != nil || !loaded {
		return err
	}
	_, err := tx.Exec(ctx, "create extension if not exists pg_stat_statements")
	return err
}

// setPasswords asks Postgres to quote the password, since ALTER ROLE takes no parameters.
func setPasswords(ctx context.Context, tx pgx.Tx, password string) error {
	var sql string
	const quote = "select format('alter role %1$I password %2$L; alter role %3$I password %2$L', $1::text, $2::text, $3::text)"
	if err := tx.QueryRow(ctx, quote, Reader, password, Watchdog).Scan(&sql); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, sql)
	return err
}

// analyze gives the planner its statistics, on the follower too, without waiting for autovacuum; once is enough.
func analyze(ctx context.Context, conn *pgx.Conn) error {
	var done bool
	const sql = "select reltuples >= 0 from pg_class where oid = 'public.postings'::regclass"
	if err := conn.QueryRow(ctx, sql).Scan(&done); err != nil || done {
		return err
	}
	_, err := conn.Exec(ctx, "vacuum analyze")
	return err
}
