package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// A server that sleeps is as good as one that went silent, as long as its own timeouts are not asked for.
func TestEachQuestionHasAnEnd(t *testing.T) {
	t.Parallel()
	cfg, err := pgxpool.ParseConfig(pgtest.Follower(t).DSN())
	if err != nil {
		t.Fatal(err)
	}
	cfg.ConnConfig.Tracer = deadlines{answer: 50 * time.Millisecond, bulk: time.Minute}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	questions := map[string]func(ctx context.Context, sleep string) error{
		"exec": func(ctx context.Context, sleep string) error {
			_, err := pool.Exec(ctx, sleep)
			return err
		},
		"rows": func(ctx context.Context, sleep string) error {
			rows, err := pool.Query(ctx, sleep+" from generate_series(1, 1)")
			if err != nil {
				return err
			}
			_, err = pgx.CollectRows(rows, pgx.RowTo[*string])
			return err
		},
		"transaction": func(ctx context.Context, sleep string) error {
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, sleep)
				return err
			})
		},
	}
	for name, question := range questions {
		err := explain("ask", question(t.Context(), "select pg_sleep(600)::text"))
		if !errors.Is(err, context.DeadlineExceeded) || clips.KindOf(err) != clips.KindUnavailable {
			t.Errorf("%s: %v", name, err)
		}
		if err := question(atLength(t.Context()), "select pg_sleep(0.15)::text"); err != nil {
			t.Errorf("%s, at length: %v", name, err)
		}
	}
}
