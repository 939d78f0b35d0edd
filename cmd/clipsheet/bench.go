package main

import (
	"context"
	"encoding/json"
	"os"

	"clipsheet/cmd/clipsheet/bench"
)

type benchCmd struct {
	Rows     int64  `default:"1000000" placeholder:"N" help:"Rows of the table. Default: 1000000."`
	Table    string `default:"mixed" placeholder:"NAME" help:"What is in it: mixed, text or numbers. Default: mixed."`
	Rounds   int    `default:"5" placeholder:"N" help:"How often each pair runs, in turns. Default: 5."`
	Growth   int64  `placeholder:"N" help:"Rows up to which the growth of costs is measured. Default: those of the table."`
	DSN      string `name:"dsn" placeholder:"DSN" help:"Read from this server instead, with --sql. It should be idle."`
	SQL      string `name:"sql" placeholder:"SQL" help:"The query to read with."`
	Quick    bool   `help:"Leave out the slow peers and the growth."`
	JSON     bool   `name:"json" xor:"form" help:"Print every round as JSON."`
	Markdown bool   `xor:"form" help:"Print the tables of docs/performance.md."`
	Plot     string `placeholder:"FILE" help:"Draw the growth of costs as an SVG, too."`

	Peer string `hidden:""`
	File string `hidden:""`
}

// Help is shown below the flags.
func (benchCmd) Help() string {
	return `Makes a table on a private Postgres and reads it with Clipsheet and with well-known tools in turns, each in a process
of its own. A ratio below 1 means that Clipsheet is faster; ratios are paired by round, so that a busy machine troubles
both alike. Then it serves the table over HTTP, and asks. docs/performance.md says how to read the figures.`
}

func (c *benchCmd) Run(ctx context.Context, std streams) error {
	if c.Peer != "" {
		return bench.Peer(ctx, c.Peer, c.DSN, c.SQL, c.File)
	}
	if c.Rows < 1 || c.Rounds < 1 {
		return usagef("--rows and --rounds count from 1")
	}
	if !bench.HasTable(c.Table) {
		return usagef("--table is one of %s", bench.Tables())
	}
	if c.Plot != "" && c.Quick {
		return usagef("--plot draws what --quick leaves out")
	}
	if (c.DSN == "") != (c.SQL == "") {
		return usagef("--dsn and --sql go together")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, bench.Options{Self: self, Version: version(), DSN: c.DSN, SQL: c.SQL, Table: c.Table, Rows: c.Rows, Most: c.Growth, Rounds: c.Rounds, Quick: c.Quick, Log: std.Err})
	if err != nil {
		return err
	}
	if c.Plot != "" {
		if err := draw(report, c.Plot); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		e := json.NewEncoder(std.Out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	case c.Markdown:
		return report.Markdown(std.Out)
	}
	return report.Text(std.Out)
}

func draw(report bench.Report, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return report.Plot(file)
}
