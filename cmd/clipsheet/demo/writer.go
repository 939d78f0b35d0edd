package demo

import (
	"context"
	"embed"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed writer/*.sql
var writes embed.FS

// beat is how often the company does something.
const beat = time.Second

// Writer keeps the primary's data moving, a few rows a beat, until ctx ends: so that there is a lag to see and a
// difference between a fresh result and an old one. A lost connection is made again at the next beat.
func Writer(ctx context.Context, primaryDSN string) {
	w := writer{dsn: primaryDSN}
	defer w.disconnect()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for n := 0; ; n++ {
		if err := w.write(ctx, n); err != nil {
			w.disconnect()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

type writer struct {
	dsn  string
	conn *pgx.Conn
}

// write does what happens in one beat, whole or not at all.
func (w *writer) write(ctx context.Context, n int) error {
	if w.conn == nil {
		conn, err := connect(ctx, w.dsn, Database)
		if err != nil {
			return err
		}
		w.conn = conn
	}
	return pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
		for _, name := range events(n) {
			sql, err := writes.ReadFile("writer/" + name + ".sql")
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, string(sql)); err != nil {
				return err
			}
		}
		return nil
	})
}

// events are the files of beat n: one payment and one invoice each, so that neither runs out, and a customer every
// twenty.
func events(n int) []string {
	names := []string{"day", "platform", "invoice", "payment"}
	if n%20 == 0 {
		names = append(names, "customer")
	}
	return names
}

func (w *writer) disconnect() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	w.conn.Close(ctx)
	w.conn = nil
}
