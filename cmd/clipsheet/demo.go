package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"clipsheet/clips"
	"clipsheet/cmd/clipsheet/demo"
	"clipsheet/internal/localpg"
	"clipsheet/web"
)

type demoCmd struct {
	Dir    string `type:"path" placeholder:"DIR" help:"Where to keep it, removed at the end. Default: a folder for temporary files."`
	Listen string `default:"127.0.0.1:8765" placeholder:"HOST:PORT" help:"Where to serve. Default: 127.0.0.1:8765. Port 0 takes a free one."`
}

// Help is shown below the flags.
func (demoCmd) Help() string {
	return `A made-up company keeps its books in a primary Postgres; its streaming follower is the source of a dozen clips,
and four syncs fill spreadsheets of a Google Sheets simulator.
DIR/demo.json lists the addresses. Ctrl-C stops everything and removes it; after a kill -9 the same DIR goes on.`
}

// demoFile is DIR/demo.json, written once everything answers.
type demoFile struct {
	BaseURL     string                       `json:"base_url"`
	AdminURL    string                       `json:"admin_url"`
	PrimaryDSN  string                       `json:"primary_dsn"`
	FollowerDSN string                       `json:"follower_dsn"`
	Config      string                       `json:"config"`
	SheetsURL   string                       `json:"sheets_url"` // of the Google Sheets simulator: its pages, and its API
	Sheets      map[string]string            `json:"spreadsheets"`
	Links       map[string]map[string]string `json:"links"` // clip → format → address
	Workbooks   map[string]string            `json:"workbooks"`
	PIDs        map[string]int               `json:"pids"`
	Data        map[string]string            `json:"data"` // the servers' data directories, for pg_ctl
}

// demoRun is one demo while it stands.
type demoRun struct {
	std      streams
	dir      string
	postgres *localpg.Server
	sheets   *demoSheets
	service  *service
	writer   sync.WaitGroup
	stop     context.CancelFunc
	file     demoFile
	tokens   map[string]clips.Token // of clips and workbooks, which never have the same name
}

func (c *demoCmd) Run(ctx context.Context, std streams) (err error) {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usagef("--listen %q is not an address: write HOST:PORT", c.Listen)
	}
	d := &demoRun{std: std, dir: c.Dir, tokens: map[string]clips.Token{}, stop: func() {}}
	if d.dir == "" {
		d.dir = filepath.Join(os.TempDir(), fmt.Sprintf("clipsheet-demo-%d", os.Getuid()))
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.start(ctx, c.Listen); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d.print()
	select {
	case <-ctx.Done():
		d.say("Stopping and removing %s …", d.dir)
		return nil
	case err := <-d.service.failed:
		return err
	}
}

func (d *demoRun) say(format string, args ...any) { fmt.Fprintf(d.std.Err, format+"\n", args...) }

func (d *demoRun) start(ctx context.Context, listen string) error {
	d.say("Starting a primary and its follower in %s …", d.dir)
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(d.std.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if d.postgres, err = localpg.Start(ctx, d.servers(log)); err != nil {
		return err
	}
	if d.sheets, err = startSheets(d.dir); err != nil {
		return err
	}
	d.say("Loading three years of a sample company …")
	config, err := d.load(ctx, listen)
	if err != nil {
		return err
	}
	cfg, err := Load(config)
	if err != nil {
		return err
	}
	home := map[string]string{}
	if d.service, err = startService(ctx, cfg, log, home); err != nil {
		return err
	}
	if err := d.link(ctx, home); err != nil {
		return err
	}
	ctx, d.stop = context.WithCancel(ctx)
	d.writer.Go(func() { demo.Writer(ctx, d.postgres.DSN()) })
	if err := d.answers(ctx); err != nil {
		return err
	}
	return d.writeFile(config)
}

func (d *demoRun) servers(log *slog.Logger) localpg.Options {
	o := localpg.Options{Dir: filepath.Join(d.dir, "postgres"), Follower: true, TCP: true, Log: log}
	if localpg.HasExtension("pg_stat_statements") {
		o.Settings = map[string]string{"shared_preload_libraries": "pg_stat_statements"}
	}
	return o
}

// load fills the primary and writes the config beside it.
func (d *demoRun) load(ctx context.Context, listen string) (config string, err error) {
	password := clips.NewToken().Reveal()
	if err := demo.Load(ctx, d.postgres.DSN(), password, func(s string) { d.say("  %s", s) }); err != nil {
		return "", err
	}
	return filepath.Join(d.dir, "clipsheet.toml"), demo.Config(d.dir, demo.Values{
		Listen:      listen,
		DataDir:     filepath.Join(d.dir, "data"),
		FollowerDSN: d.postgres.FollowerDSNFor(demo.Reader, password, demo.Database),
		WatchdogDSN: d.postgres.FollowerDSNFor(demo.Watchdog, password, demo.Database),
		Sheets:      d.sheets.readable,
	})
}

// link makes one link for each clip and workbook, or takes up those of the demo.json a killed demo left.
func (d *demoRun) link(ctx context.Context, home map[string]string) error {
	var before struct {
		Links     map[string]map[string]string
		Workbooks map[string]string
	}
	if text, err := os.ReadFile(d.path()); err == nil {
		json.Unmarshal(text, &before) // a broken file is as good as none
	}
	cfg := d.service.config.Load()
	all, err := d.service.state.Clips(ctx)
	if err != nil {
		return err
	}
	for _, clip := range all {
		link := clips.Link{ClipID: clip.ID, ClipSlug: clip.Slug, Label: "demo"}
		if err := d.linkTo(ctx, link, before.Links[clip.Slug]["html"]); err != nil {
			return err
		}
		home[clip.Slug] = feedURL(cfg, d.tokens[clip.Slug], clip.Slug, "html")
	}
	for name, w := range cfg.Workbooks {
		if !w.isFile() {
			continue
		}
		if err := d.linkTo(ctx, clips.Link{Workbook: name, Label: "demo"}, before.Workbooks[name]); err != nil {
			return err
		}
		home[name] = feedURL(cfg, d.tokens[name], name, "xlsx")
	}
	return nil
}

// linkTo makes a link, unless there is one already at this address.
func (d *demoRun) linkTo(ctx context.Context, link clips.Link, before string) error {
	token := web.TokenOf(before)
	if _, _, err := d.service.state.LinkByHash(ctx, token.Hash()); err != nil {
		token = clips.NewToken()
		if _, err := d.service.state.CreateLink(ctx, link, token.Hash(), clips.Act{Who: "demo"}); err != nil {
			return err
		}
	}
	d.tokens[link.Name()] = token
	return nil
}

// answers waits for the first feed, which runs a clip on the follower.
func (d *demoRun) answers(ctx context.Context) error {
	url := feedURL(d.service.config.Load(), d.tokens[demo.Featured], demo.Featured, "csv")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		return fmt.Errorf("the first feed answered %s: %s", resp.Status, body)
	}
	return nil
}

func (d *demoRun) path() string { return filepath.Join(d.dir, "demo.json") }

func (d *demoRun) writeFile(config string) error {
	cfg := d.service.config.Load()
	d.file = demoFile{
		BaseURL:     cfg.Server.BaseURL,
		AdminURL:    cfg.Server.BaseURL + "/",
		PrimaryDSN:  d.postgres.DSNFor("", "", demo.Database),
		FollowerDSN: d.postgres.FollowerDSNFor("", "", demo.Database),
		Config:      config,
		SheetsURL:   d.sheets.address,
		Sheets:      map[string]string{"board": d.sheets.readable.Board, "treasury": d.sheets.readable.Treasury},
		Links:       map[string]map[string]string{},
		Workbooks:   map[string]string{},
		PIDs:        map[string]int{"clipsheet": os.Getpid(), "primary": d.postgres.PID(), "follower": d.postgres.FollowerPID()},
		Data:        map[string]string{"primary": d.postgres.DataDir(), "follower": d.postgres.FollowerDataDir()},
	}
	for slug, token := range d.tokens {
		if _, ok := cfg.Workbooks[slug]; ok {
			d.file.Workbooks[slug] = feedURL(cfg, token, slug, "xlsx")
			continue
		}
		d.file.Links[slug] = map[string]string{}
		for _, format := range web.Formats() {
			d.file.Links[slug][format] = feedURL(cfg, token, slug, format)
		}
	}
	text, err := json.MarshalIndent(d.file, "", "  ")
	if err != nil {
		return err
	}
	tmp := d.path() + ".tmp"
	if err := os.WriteFile(tmp, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, d.path())
}

func (d *demoRun) print() {
	links := d.file.Links[demo.Featured]
	fmt.Fprintf(d.std.Out, `
Clipsheet is running. Open this page:

  %s/

Four syncs fill spreadsheets, some each minute, on a Google Sheets of this machine; one is broken, and says why. Watch them:

  %s/

The month-end pack is five sheets in one Excel file, all of one moment. Open it:

  %s

Five commands to try:

  curl -s '%s' | head
  curl -s '%s'
  %s run --config %s ar-ageing --param as_of='start of month'
  %s run --config %s %s -o pack.xlsx
  %s sync --config %s

Every address is in %s. Ctrl-C stops everything and removes it.
`, d.file.BaseURL, d.file.SheetsURL, d.file.Workbooks[demo.Pack], links["csv"], links["json"], os.Args[0], d.file.Config,
		os.Args[0], d.file.Config, demo.Pack, os.Args[0], d.file.Config, d.path())
}

// close stops what runs and removes what the demo made; the folder too, when nothing else is in it.
func (d *demoRun) close() error {
	var err error
	d.stop()
	d.writer.Wait()
	if d.service != nil {
		err = d.service.Close()
	}
	if d.sheets != nil {
		err = errors.Join(err, d.sheets.close())
	}
	if d.postgres != nil {
		err = errors.Join(err, d.postgres.Close())
	}
	for _, name := range []string{"demo.json", "clipsheet.toml", "google-key.json", "sql", "data", "postgres"} {
		err = errors.Join(err, os.RemoveAll(filepath.Join(d.dir, name)))
	}
	os.Remove(d.dir) // stays when it holds anything of yours
	return err
}
