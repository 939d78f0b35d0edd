// Command clipsheet runs saved queries on a read-only Postgres follower and delivers the results where finance
// works. This package holds commands, config, wiring and signals, and nothing else; what they are made of begins at
// package clips.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line; kong reads its tags.
type cli struct {
	Demo       demoCmd       `cmd:"" help:"Start everything on this machine with sample data: a primary, its follower, and the service."`
	Serve      serveCmd      `cmd:"" help:"Run the web server and the syncs."`
	Check      checkCmd      `cmd:"" help:"Look at the config, the state database and every source; say what is wrong and how to cure it."`
	Harden     hardenCmd     `cmd:"" help:"Print the SQL that makes the role of a source safe, for the DBA of its primary."`
	Run        runCmd        `cmd:"" help:"Run one clip, or any query, and write the result."`
	Link       linkCmd       `cmd:"" help:"Make, list, rotate and revoke the links that open a clip."`
	Sync       syncCmd       `cmd:"" help:"Run a sync now, say what it would change, undo it; or list all syncs."`
	Account    accountCmd    `cmd:"" help:"The Google accounts that syncs write as."`
	Bench      benchCmd      `cmd:"" help:"Measure Clipsheet beside well-known tools, on this machine."`
	Completion completionCmd `cmd:"" help:"Print the completion script of a shell."`
	Complete   completeCmd   `cmd:"" hidden:"" name:"__complete" passthrough:""`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// configFlag is shared by every command that reads the config.
type configFlag struct {
	Config string `short:"c" default:"clipsheet.toml" env:"CLIPSHEET_CONFIG" placeholder:"FILE" help:"The config file. Default: clipsheet.toml in this folder."`
}

// exit codes, as documented: scripts depend on them.
const (
	exitFailed = 1 // the work failed
	exitUsage  = 2 // the command line or the config is wrong
)

// streams are where a command reads and writes; tests hand over their own.
type streams struct {
	Out, Err io.Writer
}

// usageError marks a mistake on the command line.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// silent wraps an error that has been said already: only its exit code is left to give.
type silent struct{ error }

func (s silent) Unwrap() error { return s.error }

// errSilent fails a command that has said why.
var errSilent = silent{errors.New("failed")}

func main() {
	os.Exit(run(untilSignal(), os.Args[1:], streams{Out: os.Stdout, Err: os.Stderr}))
}

// untilSignal is a context that the first signal to stop ends. A second one ends the process at once: nobody hears of
// the first before the system's own way with signals is back.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}

// run parses a command line and does what it says; the result is the exit code.
func run(ctx context.Context, args []string, io streams) int {
	parser, err := newParser(io)
	if err != nil {
		return report(io.Err, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if err != nil {
		return report(io.Err, usagef("%w; see clipsheet --help", err))
	}
	cmd.BindTo(ctx, (*context.Context)(nil))
	return report(io.Err, cmd.Run(io))
}

func newParser(io streams) (*kong.Kong, error) {
	return kong.New(&cli{},
		kong.Name("clipsheet"),
		kong.Description("SQL as living spreadsheets: clips run on a read-only Postgres follower and arrive where finance works."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(io.Out, io.Err),
	)
}

// report says what went wrong and finds the exit code for it.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if _, said := errors.AsType[silent](err); !said {
		fmt.Fprintf(w, "clipsheet: %v\n", err)
	}
	_, usage := errors.AsType[usageError](err)
	_, config := errors.AsType[*ConfigError](err)
	if usage || config {
		return exitUsage
	}
	return exitFailed
}
