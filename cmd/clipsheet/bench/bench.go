// Package bench measures Clipsheet beside tools that people know, in turns, each in a process of its own.
//
// A ratio is of two times of one round, so that a busy machine troubles both alike; what is reported is the median of
// the rounds. Everything runs on this machine: a private Postgres, the service, the peers. docs/performance.md says how
// to read the figures, and is made by [Report.Markdown].
package bench

import (
	"context"
	_ "embed" // the table is SQL, so it lives in a file of SQL
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg"
)

// Options say what to measure. Self and Version are required.
type Options struct {
	Self    string // the binary
	Version string
	DSN     string // of a server to read from; empty is a private one with a table of Rows rows
	SQL     string // the query; of the private server, its table
	Rows    int64
	Rounds  int
	Quick   bool      // leave out what takes minutes
	Log     io.Writer // told what is being done
}

// bench is one measurement under way.
type bench struct {
	Options
	dir    string
	config string
	psql   string
	lacks  []string // what is not installed, and what is not measured for it
}

//go:embed table.sql
var tableSQL string

const table = "select * from bench"

// Run measures. It takes minutes, and leaves nothing behind.
func Run(ctx context.Context, o Options) (Report, error) {
	dir, err := os.MkdirTemp("", "clipsheet-bench-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // an unprivileged Postgres passes through it
		return Report{}, err
	}
	b := &bench{Options: o, dir: dir, config: filepath.Join(dir, "clipsheet.toml")}
	bin, _, err := localpg.Binaries()
	if err != nil {
		return Report{}, err
	}
	b.psql = filepath.Join(bin, "psql")
	if b.DSN == "" {
		server, err := b.load(ctx)
		if err != nil {
			return Report{}, err
		}
		defer server.Close()
	}
	return b.run(ctx)
}

func (b *bench) run(ctx context.Context) (Report, error) {
	report := Report{Version: b.Version, CPUs: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Rows: b.Rows, SQL: b.SQL, At: time.Now()}
	if err := b.writeConfig(); err != nil {
		return report, err
	}
	var err error
	if report.Contests, err = b.contests(ctx); err != nil {
		return report, err
	}
	if report.Feeds, err = b.feeds(ctx); err != nil {
		return report, err
	}
	if !b.Quick {
		report.Growth, err = b.growth(ctx)
	}
	report.Missing = b.lacks
	return report, err
}

// load starts a server with the table in it.
func (b *bench) load(ctx context.Context) (*localpg.Server, error) {
	b.say("Loading %d rows …", b.Rows)
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(b.dir, "postgres"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	b.DSN, b.SQL = server.DSN(), table
	if err := execute(ctx, b.DSN, fmt.Sprintf(tableSQL, b.Rows), "vacuum analyze bench"); err != nil {
		server.Close()
		return nil, fmt.Errorf("load the table: %w", err)
	}
	return server, nil
}

func execute(ctx context.Context, dsn string, statements ...string) error {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
	}
	return nil
}

// missing notes a program that is not installed.
func (b *bench) missing(program, unmeasured string) {
	b.say("Not installed: %s. Not measured: %s.", program, unmeasured)
	b.lacks = append(b.lacks, fmt.Sprintf("%s (%s)", program, unmeasured))
}

func (b *bench) say(format string, a ...any) { fmt.Fprintf(b.Log, format+"\n", a...) }
