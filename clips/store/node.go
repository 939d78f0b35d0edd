package store

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// node is this process, as others see it. While it has runs, a connection of its own holds the advisory lock of its
// number; Postgres lets go of the lock when the process dies, however it dies.
type node struct {
	id     int64
	config *pgx.ConnConfig

	mu   sync.Mutex
	conn *pgx.Conn // nil before the first run
}

func newNode(cfg *pgx.ConnConfig) *node {
	cfg = cfg.Copy()
	cfg.RuntimeParams["application_name"] = "clipsheet node"
	return &node{id: rand.Int64(), config: cfg}
}

// show sees to it that the lock is held. The connection may have been lost since the last run; nothing watches it
// meanwhile, because a run taken for abandoned still ends well (see finish).
func (n *node) show(ctx context.Context) error {
	// The caller's cancel must not reach the connection: pgx would close it, and the lock with it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn != nil {
		if n.conn.Ping(ctx) == nil {
			return nil
		}
		n.conn.Close(ctx)
		n.conn = nil
	}
	conn, err := pgx.ConnectConfig(ctx, n.config)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1::bigint)`, n.id); err != nil {
		conn.Close(ctx)
		return err
	}
	n.conn = conn
	return nil
}

func (n *node) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n.conn.Close(ctx) // the server lets go of the lock whether or not it hears us say goodbye
	n.conn = nil
}
