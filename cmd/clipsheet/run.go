package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"clipsheet/clips"
	"clipsheet/sources"
	"clipsheet/web"
)

type runCmd struct {
	configFlag
	serverFlag
	Clip    string            `arg:"" optional:"" help:"The clip to run, or the workbook of several."`
	Source  string            `placeholder:"NAME" help:"The source for --sql; may be left out when the config has one."`
	SQL     string            `name:"sql" placeholder:"SQL" help:"A query to run instead of a clip."`
	SQLFile string            `name:"sql-file" type:"existingfile" placeholder:"FILE" help:"The same, from a file."`
	Param   map[string]string `short:"p" mapsep:"none" placeholder:"NAME=VALUE" help:"A parameter's value; repeat for more."`
	Format  string            `short:"f" placeholder:"FORMAT" help:"csv, tsv, json, ndjson or xlsx. Default: by the name of --output, else csv."`
	Output  string            `short:"o" type:"path" placeholder:"FILE" help:"Write here, whole or not at all, instead of to stdout."`
	Explain bool              `help:"Say how Postgres would find the rows, and what that costs. Nothing is run."`

	TimeZone string `name:"timezone" group:"Format" placeholder:"ZONE" help:"Time zone of a --sql query, such as Europe/Berlin."`
	Sep      string `group:"Format" placeholder:"CHAR" help:"CSV separator: one character, or tab."`
	Decimal  string `group:"Format" enum:"comma,point,," default:"" placeholder:"comma" help:"Decimal sign of numbers: comma or point."`
	NoHeader bool   `group:"Format" help:"No header row."`
	BOM      bool   `name:"bom" group:"Format" help:"Begin with a byte order mark, for Excel."`
	Safe     bool   `group:"Format" help:"Prefix text that a spreadsheet would take for a formula."`
	Shape    string `group:"Format" enum:"objects,table" default:"objects" help:"JSON as objects, or as one table with its columns and types."`

	MaxRows  int64 `group:"Limits" placeholder:"N" help:"Fail beyond this many rows. Default: limits.rows of the config."`
	MaxBytes Size  `group:"Limits" placeholder:"SIZE" help:"Fail beyond this size, such as 2GiB. Default: limits.bytes."`
}

// Help is shown below the flags.
func (runCmd) Help() string {
	return `Examples:
  clipsheet run mrr-by-month
  clipsheet run revenue-by-region --param from="start of last month" -o revenue.csv
  clipsheet run month-end-pack -o pack.xlsx
  clipsheet run --source erp --sql "select * from invoices" --format json
  clipsheet run mrr-by-month --explain

The result goes to stdout or --output; everything else to stderr.`
}

func (c *runCmd) Run(ctx context.Context, std streams) error {
	if c.Server != "" {
		return c.onServer(func(r *remote) error { return c.runRemotely(ctx, std, r) })
	}
	cfg, err := Load(c.Config)
	if err != nil {
		return err
	}
	if _, ok := cfg.Workbooks[c.Clip]; ok && c.SQL == "" && c.SQLFile == "" {
		if c.Explain {
			return usagef("--explain is of one query: name a clip of the workbook %s", c.Clip)
		}
		return c.runWorkbook(ctx, std, cfg)
	}
	rev, err := c.revision(cfg)
	if err != nil {
		return err
	}
	source, err := openSource(cfg, rev.Source)
	if err != nil {
		return err
	}
	if err := clips.CheckParams(rev); err != nil {
		return usageError{err}
	}
	bound, err := clips.Bind(rev, c.Param, time.Now(), zoneOf(ctx, rev, source))
	if err != nil {
		return usageError{err}
	}
	if c.Explain {
		plan, err := source.Explain(ctx, bound.Query)
		if err != nil {
			return explain(err, rev.SQL)
		}
		return c.into(std, func(w io.Writer) error { return printPlan(w, plan.Verdict(), plan.Words()) })
	}
	encoder, err := c.encoder(cfg, bound)
	if err != nil {
		return usageError{err}
	}
	bound.Query.Limits = clips.Limits{Rows: c.MaxRows, Bytes: int64(c.MaxBytes)}
	rows, err := source.Open(ctx, bound.Query)
	if err != nil {
		return explain(err, rev.SQL)
	}
	defer rows.Close()
	return c.write(std, encoder, watch(rows, std.Err), rev.SQL)
}

func (c *runCmd) write(std streams, encoder clips.Encoder, rows *progress, sql string) error {
	defer rows.done()
	return c.into(std, func(w io.Writer) error { return explain(encoder.Encode(w, rows), sql) })
}

// printPlan writes how a query would be run, for people.
func printPlan(w io.Writer, verdict string, words []string) error {
	text := verdict + "\n\n"
	for i, step := range words {
		text += fmt.Sprintf("%2d. %s\n", i+1, step)
	}
	_, err := io.WriteString(w, text)
	return err
}

// into sends what write writes to stdout as it comes, or to a file whole or not at all.
func (c *runCmd) into(std streams, write func(io.Writer) error) error {
	if c.Output == "" {
		return write(std.Out)
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.Output), ".clipsheet-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), c.Output)
}

// format is the one asked for, or that of the file's name.
func (c *runCmd) format() string {
	return or(c.Format, or(strings.TrimPrefix(filepath.Ext(c.Output), "."), "csv"))
}

func (c *runCmd) encoder(cfg *Config, bound clips.Bound) (clips.Encoder, error) {
	format := c.format()
	if format == "xlsx" {
		clip := clips.Clip{Title: "Result", Slug: "result"}
		if c.Clip != "" {
			clip = cfg.clip(c.Clip)
		}
		return workbook(web.Subject{Clip: clip, Params: bound.Params, Formats: cfg.formats(c.Clip)}), nil
	}
	o := clips.EncodeOptions{NoHeader: c.NoHeader, BOM: c.BOM, Safe: c.Safe}
	if c.Shape == "table" {
		o.Shape = c.Shape
	}
	if c.Sep != "" {
		var ok bool
		if o.Sep, ok = clips.ParseSep(c.Sep); !ok {
			return nil, fmt.Errorf("--sep takes one sign, such as ; or |, or the word tab, not %q", c.Sep)
		}
	}
	if c.Decimal == "comma" {
		o.Decimal = ','
	}
	return clips.NewEncoder(format, o)
}

// revision is what to run: that of a clip of the config, or one made of --sql, whose parameters are the given ones.
func (c *runCmd) revision(cfg *Config) (clips.Revision, error) {
	given := 0
	for _, s := range []string{c.Clip, c.SQL, c.SQLFile} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return clips.Revision{}, usagef("name a clip, or give --sql or --sql-file; one of them")
	}
	if c.Clip != "" {
		return c.declared(cfg)
	}
	rev := clips.Revision{Source: c.Source, SQL: c.SQL, TimeZone: c.TimeZone}
	if c.SQLFile != "" {
		text, err := os.ReadFile(c.SQLFile)
		if err != nil {
			return rev, err
		}
		rev.SQL = string(text)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Param)) {
		rev.Params = append(rev.Params, clips.Param{Name: name})
	}
	if rev.Source == "" && len(cfg.Sources) == 1 {
		for rev.Source = range cfg.Sources {
		}
	}
	if rev.Source == "" {
		return rev, usagef("say which source: --source with one of %s", strings.Join(slices.Sorted(maps.Keys(cfg.Sources)), ", "))
	}
	return rev, nil
}

func (c *runCmd) declared(cfg *Config) (clips.Revision, error) {
	if c.Source != "" || c.TimeZone != "" {
		return clips.Revision{}, usagef("--source and --timezone go with --sql; a clip has its own")
	}
	if _, ok := cfg.Clips[c.Clip]; !ok {
		return clips.Revision{}, noClip(cfg, c.Clip)
	}
	rev := cfg.clip(c.Clip).Revision
	return rev, knowParams("clip "+c.Clip, rev.Params, c.Param)
}

// knowParams refuses values for parameters that are not there.
func knowParams(what string, params []clips.Param, given map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(params, func(p clips.Param) bool { return p.Name == name }) {
			return usagef("%s has no parameter %q%s", what, name, listParams(params))
		}
	}
	return nil
}

func listParams(params []clips.Param) string {
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
	}
	if names == nil {
		return "; it takes none"
	}
	return "; it takes " + strings.Join(names, ", ")
}

func noClip(cfg *Config, name string) error {
	known := slices.Sorted(maps.Keys(cfg.Clips))
	all := slices.Concat(known, slices.Sorted(maps.Keys(cfg.Workbooks)))
	switch guess := nearest(name, all); {
	case guess != "":
		return usagef("there is no clip %q; did you mean %s?", name, guess)
	case len(known) == 0:
		return usagef("there is no clip %q: %s declares none", name, cfg.path)
	default:
		return usagef("there is no clip %q; there are %s", name, strings.Join(all, ", "))
	}
}

func openSource(cfg *Config, name string) (*sources.Follower, error) {
	s, ok := cfg.Sources[name]
	if !ok {
		known := slices.Sorted(maps.Keys(cfg.Sources))
		if len(known) == 0 {
			return nil, usagef("there is no source %q: %s declares none; add [sources.%s] with a dsn", name, cfg.path, name)
		}
		return nil, usagef("there is no source %q; there are %s", name, strings.Join(known, ", "))
	}
	return s.follower(name, cfg.Limits)
}

func (s SourceConfig) follower(name string, l LimitsConfig) (*sources.Follower, error) {
	return sources.New(s.of(name, l))
}

func (s SourceConfig) of(name string, l LimitsConfig) sources.Config {
	return sources.Config{
		Name:             name,
		DSN:              s.DSN,
		WatchdogDSN:      s.WatchdogDSN,
		MaxConnections:   s.MaxConnections,
		StatementTimeout: time.Duration(s.StatementTimeout),
		LockTimeout:      time.Duration(s.LockTimeout),
		ConnectTimeout:   time.Duration(s.ConnectTimeout),
		TimeZone:         s.TimeZone,
		MaxLag:           time.Duration(s.MaxLag),
		MaxPlanCost:      s.MaxPlanCost,
		RequireHardened:  s.RequireHardened,
		AllowPrimary:     s.AllowPrimary,
		Limits:           l.perResult(),
	}
}

// zoneOf is where "today" is for a clip: its own zone, else that of its source.
func zoneOf(ctx context.Context, rev clips.Revision, source *sources.Follower) *time.Location {
	if rev.TimeZone != "" {
		if zone, err := time.LoadLocation(rev.TimeZone); err == nil {
			return zone
		}
	}
	if !slices.ContainsFunc(rev.Params, func(p clips.Param) bool { return p.Type == clips.ParamDate || p.Type == clips.ParamTimestamp }) {
		return time.UTC // nothing asks; spare the connection
	}
	return source.TimeZone(ctx)
}

// explain adds to an error of the database the line of SQL it is about, with a caret.
func explain(err error, sql string) error {
	e, ok := errors.AsType[*clips.Error](err)
	if !ok || e.Position <= 0 || e.Position > utf8.RuneCountInString(sql)+1 {
		return err
	}
	line, column, start := 1, 1, 0
	for i, r := range []rune(sql)[:e.Position-1] {
		if column++; r == '\n' {
			line, column, start = line+1, 1, i+1
		}
	}
	text, _, _ := strings.Cut(string([]rune(sql)[start:]), "\n")
	return fmt.Errorf("%w\n%5d | %s\n      | %s^", err, line, text, strings.Repeat(" ", column-1))
}

// progress is the rows with their count shown on a terminal, once in a while.
type progress struct {
	clips.Rows
	w           io.Writer // nil when nobody watches
	label       string    // in front of the count
	begin, next time.Time
	rows, bytes int64
}

func watch(rows clips.Rows, w io.Writer) *progress {
	p := &progress{Rows: rows, begin: time.Now()}
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		p.w, p.next = w, p.begin.Add(500*time.Millisecond)
	}
	return p
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

func (p *progress) Next() bool {
	if !p.Rows.Next() {
		return false
	}
	if p.w == nil {
		return true
	}
	p.rows++
	for _, v := range p.Row() {
		p.bytes += int64(len(v))
	}
	if p.rows%512 == 0 {
		if now := time.Now(); now.After(p.next) {
			p.show()
			p.next = now.Add(200 * time.Millisecond)
		}
	}
	return true
}

func (p *progress) show() {
	elapsed, mb := time.Since(p.begin), float64(p.bytes)/1e6
	fmt.Fprintf(p.w, "\r\x1b[K%s%d rows  %.1f MB  %.1f MB/s  %s", p.label, p.rows, mb, mb/elapsed.Seconds(), elapsed.Round(100*time.Millisecond))
}

// done leaves the last count standing on its own line.
func (p *progress) done() {
	if p.w != nil {
		p.show()
		fmt.Fprintln(p.w)
	}
}
