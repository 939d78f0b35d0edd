// Package store keeps clips, revisions, links, runs, snapshots, accounts and syncs in Postgres, in a schema of their
// own, clipsheet. Any number of processes may share one database; they meet here and nowhere else.
package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store is the state database. Its methods may be called from several goroutines. A thing that is not there is a
// clips.ErrNotFound; trouble with the database is a *clips.Error whose notice names no host, role or password.
type Store struct {
	pool    *pgxpool.Pool
	node    *node
	lookups lookups
}

const (
	maxConnections = 20 // leases are extended here too, whatever else is going on
	connectTimeout = 10 * time.Second
	// Long enough for 256 MiB over a slow line, short enough that a forgotten statement does not stay for ever.
	bulkTimeout = "10min"
)

// session is how our connections are set up. search_path is empty on purpose: every name in our SQL is qualified,
// and nothing in a shared database can stand in for it. The keepalives make the server notice a vanished process
// within a minute, and let go of its locks.
var session = map[string]string{
	"application_name":                    "clipsheet",
	"search_path":                         "pg_catalog",
	"timezone":                            "UTC",
	"statement_timeout":                   "30s",
	"idle_in_transaction_session_timeout": "60s",
	"tcp_keepalives_idle":                 "30",
	"tcp_keepalives_interval":             "10",
	"tcp_keepalives_count":                "3",
}

// Open connects and brings the schema up to date, which any number of processes may do at once. A database that a
// newer version has migrated is refused. Sessions must be real ones: PgBouncer's transaction pooling loses the
// advisory locks by which processes know of each other.
func Open(ctx context.Context, dsn string) (*Store, error) {
	cfg, err := poolConfig(dsn)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, cfg); err != nil {
		return nil, explain("bring the schema up to date", err)
	}
	cfg.ConnConfig.Tracer = deadlines{answerTimeout, bulkAnswerTimeout}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain("connect", err)
	}
	return &Store{pool: pool, node: newNode(cfg.ConnConfig), lookups: lookups{ask: (&memory{pool: pool}).find}}, nil
}

func poolConfig(dsn string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errBadDSN // pgx's own message quotes the string, and the password with it when that is unusual
	}
	for name, value := range session {
		cfg.ConnConfig.RuntimeParams[name] = value
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTimeout
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = maxConnections
	}
	cfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		utc := &pgtype.TimestamptzCodec{ScanLocation: time.UTC}
		c.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: utc})
		return nil
	}
	return cfg, nil
}

// Close waits for what is under way and closes every connection. It may be repeated.
func (s *Store) Close() {
	s.pool.Close()
	s.lookups.work.Wait()
	s.node.close()
}

// Pool is the connections to the state database, for River, whose tables are in RiverSchema. The caller does not close
// it.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return explain("ping", s.pool.Ping(ctx)) }

// write runs fn in a transaction: committed when it returns nil, gone when it does not.
func (s *Store) write(ctx context.Context, fn func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.pool, fn)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err() // what was given up may end by the broken connection that comes of it
	}
	return err
}

// Advisory locks are of two kinds that cannot meet: a pair of numbers for work that one process does at a time, and
// one 64-bit number for each process that is alive (see node).
const (
	lockClass      = 0x636c6970 // "clip"
	lockMigrate    = 1
	lockApply      = 2
	lockPrune      = 3
	lockSweep      = 4
	lockPruneSyncs = 5
)
