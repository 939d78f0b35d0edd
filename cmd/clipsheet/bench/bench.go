// Package bench measures Clipsheet beside tools that people know, in turns, each in a process of its own.
//
// A ratio is of two times of one round, so that a busy machine troubles both alike; what is reported is the median of
// the rounds. Everything runs on this machine: a private Postgres, the service, the peers. docs/performance.md says how
// to read the figures, and is made by [Report.Markdown].
package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
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
	Table   string // of the private server: one of Tables
	Rows    int64
	Most    int64 // rows up to which growth is measured, if more than Rows
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
	own    bool     // the server is a private one, so what is in it may be changed
	width  int64    // bytes of a row as CSV
	lacks  []string // what is not installed, and what is not measured for it
}

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
	report := Report{Version: b.Version, CPUs: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Rows: b.Rows, SQL: b.SQL,
		At: time.Now()}
	if b.own {
		report.Table = b.Table
	}
	if info, err := os.Stat(b.Self); err == nil {
		report.Binary = info.Size()
	}
	steps := []func() error{
		func() error { return b.writeConfig(b.config, settings{}) },
		func() (err error) { b.width, err = b.rowWidth(ctx); return err },
		func() (err error) { report.Contests, err = b.contests(ctx); return err },
		func() (err error) { report.Feeds, err = b.feeds(ctx); return err },
	}
	if !b.Quick {
		steps = append(steps,
			func() (err error) { report.Exports, err = b.exports(ctx); return err },
			func() (err error) { report.Steady, err = b.steady(ctx); return err },
			func() (err error) { report.Starts, err = b.starts(ctx); return err },
			func() (err error) { report.Growth, err = b.growth(ctx); return err })
	}
	if !b.Quick && b.own {
		steps = append(steps, func() (err error) { report.Pushes, err = b.pushes(ctx); return err }) // it changes the table
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return report, err
		}
	}
	report.Missing = b.lacks
	return report, nil
}

// rowWidth is how many bytes a row takes, by the first thousand.
func (b *bench) rowWidth(ctx context.Context) (int64, error) {
	const some = 1000
	out, err := exec.CommandContext(ctx, b.Self, "run", "--config", b.config, "--sql",
		fmt.Sprintf("select * from (%s) q limit %d", b.SQL, some), "--format", "csv").Output()
	if err != nil {
		return 0, fmt.Errorf("run the query: %w", err)
	}
	return max(1, int64(len(out))/some), nil
}

// load starts a server with the table in it.
func (b *bench) load(ctx context.Context) (*localpg.Server, error) {
	b.say("Loading %d rows …", b.Rows)
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(b.dir, "postgres"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	b.DSN, b.SQL, b.own = server.DSN(), table, true
	if err := execute(ctx, b.DSN, fmt.Sprintf(tableOf(b.Table).sql, b.Rows), "vacuum analyze bench"); err != nil {
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
