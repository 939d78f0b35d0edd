package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// A server ends what takes longer than statement_timeout. One that went silent, or the line to it, does not say so, and a
// question without an end of its own would wait for ever. So each has one, a little later.
const (
	answerTimeout     = 40 * time.Second
	bulkAnswerTimeout = 11 * time.Minute
)

// deadlines ends questions to a server that went silent. It stands where pgx has its tracer, which sees all of them, of
// River too.
type deadlines struct {
	answer, bulk time.Duration
}

var (
	_ pgx.QueryTracer    = deadlines{}
	_ pgx.CopyFromTracer = deadlines{}
	_ pgx.BatchTracer    = deadlines{}
)

type (
	endKey  struct{} // of what gives a deadline's timer back
	bulkKey struct{} // of a question that may take long
)

// atLength marks the questions of a transaction that moves a file.
func atLength(ctx context.Context) context.Context { return context.WithValue(ctx, bulkKey{}, true) }

func withEnd(ctx context.Context, limit time.Duration) context.Context {
	ctx, end := context.WithTimeout(ctx, limit)
	return context.WithValue(ctx, endKey{}, end)
}

func end(ctx context.Context) {
	if end, ok := ctx.Value(endKey{}).(context.CancelFunc); ok {
		end()
	}
}

func (d deadlines) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if ctx.Value(bulkKey{}) != nil {
		return withEnd(ctx, d.bulk)
	}
	return withEnd(ctx, d.answer)
}

func (deadlines) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) { end(ctx) }

func (d deadlines) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	return withEnd(ctx, d.bulk)
}

func (deadlines) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromEndData) {
	end(ctx)
}

func (d deadlines) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return withEnd(ctx, d.bulk)
}

func (deadlines) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (deadlines) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) { end(ctx) }
