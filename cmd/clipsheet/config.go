package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"clipsheet/clips"
)

// Config is the config file, checked: what Load returns can be served. The file's format is explained key by key
// in config.example.toml.
type Config struct {
	Server struct {
		Listen  string `toml:"listen"`
		BaseURL string `toml:"base_url"`
		DataDir string `toml:"data_dir"`
		Metrics string `toml:"metrics"`
	} `toml:"server"`
	State struct {
		DSN string `toml:"dsn"`
	} `toml:"state"`
	Auth     AuthConfig `toml:"auth"`
	Security struct {
		Key string `toml:"key"`
	} `toml:"security"`
	Alerts    AlertsConfig              `toml:"alerts"`
	Google    GoogleConfig              `toml:"google"`
	Limits    LimitsConfig              `toml:"limits"`
	Sources   map[string]SourceConfig   `toml:"sources"`
	Clips     map[string]ClipConfig     `toml:"clips"`
	Syncs     map[string]SyncConfig     `toml:"syncs"`
	Workbooks map[string]WorkbookConfig `toml:"workbooks"`

	path string // of the file, as it was given
}

// LimitsConfig is the [limits] table.
type LimitsConfig struct {
	Rows       int64    `toml:"rows"`
	Bytes      Size     `toml:"bytes"`
	Cell       Size     `toml:"cell"`
	Cache      Size     `toml:"cache"`
	Patience   Duration `toml:"patience"`
	Runs       int      `toml:"runs"`
	History    int      `toml:"history"`
	HistoryAge Duration `toml:"history_age"`
}

// SourceConfig is one [sources.NAME] table.
type SourceConfig struct {
	DSN              string   `toml:"dsn"`
	WatchdogDSN      string   `toml:"watchdog_dsn"`
	MaxConnections   int      `toml:"max_connections"`
	StatementTimeout Duration `toml:"statement_timeout"`
	LockTimeout      Duration `toml:"lock_timeout"`
	ConnectTimeout   Duration `toml:"connect_timeout"`
	TimeZone         string   `toml:"timezone"`
	MaxLag           Duration `toml:"max_lag"`
	MaxPlanCost      float64  `toml:"max_plan_cost"`
	RequireHardened  bool     `toml:"require_hardened"`
	AllowPrimary     bool     `toml:"allow_primary"`
}

// ClipConfig is one [clips.SLUG] table.
type ClipConfig struct {
	Source      string                 `toml:"source"`
	Title       string                 `toml:"title"`
	Description string                 `toml:"description"`
	Owner       string                 `toml:"owner"`
	Visibility  string                 `toml:"visibility"`
	SQL         string                 `toml:"sql"`
	SQLFile     string                 `toml:"sql_file"`
	MaxAge      *Duration              `toml:"max_age"`
	MaxLag      Duration               `toml:"max_lag"`
	OnLag       string                 `toml:"on_lag"`
	TimeZone    string                 `toml:"timezone"`
	Tags        []string               `toml:"tags"`
	Key         []string               `toml:"key"`
	Params      map[string]ParamConfig `toml:"params"`

	Columns map[string]ColumnConfig `toml:"columns"`

	order []string // of Params in the file, which a map does not keep
}

// ParamConfig is one [clips.SLUG.params.NAME] table. Default may be written as a string, a number, a boolean or a
// date of TOML.
type ParamConfig struct {
	Type    string   `toml:"type"`
	Default any      `toml:"default"`
	Choices []string `toml:"choices"`
	Label   string   `toml:"label"`
}

// ColumnConfig is one [clips.SLUG.columns.NAME] table: how people see a column, in workbooks, spreadsheets and on pages.
type ColumnConfig struct {
	Label  string  `toml:"label"`
	Format string  `toml:"format"`
	Width  float64 `toml:"width"`
	Hidden bool    `toml:"hidden"`
	Total  string  `toml:"total"`
}

// defaults are the values of the keys a file leaves out; config.example.toml shows the same ones.
func defaults() *Config {
	c := &Config{}
	c.Server.Listen = "127.0.0.1:8765"
	c.Server.Metrics = "loopback"
	c.Auth = AuthConfig{Mode: authLocal, Idle: Duration(12 * time.Hour), Longest: Duration(7 * 24 * time.Hour)}
	c.Google.Access = "drive.file"
	c.Limits = LimitsConfig{
		Rows:       1_000_000,
		Bytes:      256 << 20,
		Cell:       16 << 20,
		Cache:      2 << 30,
		Patience:   Duration(25 * time.Second),
		Runs:       8,
		History:    50,
		HistoryAge: Duration(90 * 24 * time.Hour),
	}
	return c
}

const (
	defaultMaxConnections   = 4
	defaultStatementTimeout = Duration(5 * time.Minute)
	defaultLockTimeout      = Duration(5 * time.Second)
	defaultConnectTimeout   = Duration(5 * time.Second)
)

// Load reads and checks a config file. Every error is a *ConfigError: it names the file, shows the line with a
// caret, and says what to do. Nothing is created, nothing is connected to.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &ConfigError{File: path, Text: "there is no such file. Name another with --config, or start from config.example.toml"}
	} else if err != nil {
		return nil, &ConfigError{File: path, Text: fmt.Sprintf("cannot be read: %v", err)}
	}
	return parse(path, text)
}

func parse(path string, text []byte) (*Config, error) {
	if len(bytes.TrimSpace(text)) == 0 { // somebody is writing it just now, or has lost it
		return nil, &ConfigError{File: path, Text: "is empty. Start from config.example.toml"}
	}
	c := defaults()
	c.path = path
	d := toml.NewDecoder(bytes.NewReader(text))
	if err := d.DisallowUnknownFields().Decode(c); err != nil {
		return nil, decodeError(path, text, err)
	}
	at := index(path, text)
	if err := expandStrings(c, at); err != nil {
		return nil, err
	}
	return c, c.check(at)
}

// check completes the config and looks for what cannot work; at places what it finds.
func (c *Config) check(at places) error {
	return errors.Join(c.checkServer(at), c.checkAuth(at), c.checkLimits(at), c.checkSources(at), c.checkClips(at), c.checkAlerts(at), c.checkGoogle(at), c.checkSyncs(at), c.checkWorkbooks(at))
}

func (c *Config) checkServer(at places) error {
	_, port, err := net.SplitHostPort(c.Server.Listen)
	if err != nil || port == "" {
		return at.errorf("server.listen", "%q is not an address: write HOST:PORT, such as 127.0.0.1:8765", c.Server.Listen)
	}
	if m := c.Server.Metrics; m != "loopback" && m != "all" {
		return at.errorf("server.metrics", "%q is neither \"loopback\" nor \"all\"", m)
	}
	if c.Server.BaseURL == "" {
		c.Server.BaseURL = "http://" + c.Server.Listen
	}
	if u, err := url.Parse(c.Server.BaseURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
		return at.errorf("server.base_url", "%q is not an address readers can use: write https://HOST, as they type it", c.Server.BaseURL)
	}
	c.Server.BaseURL = strings.TrimRight(c.Server.BaseURL, "/")
	if c.Server.DataDir == "" {
		c.Server.DataDir = "clipsheet-data"
	}
	c.Server.DataDir = c.beside(c.Server.DataDir)
	return nil
}

func (c *Config) checkLimits(at places) error {
	for key, value := range map[string]int64{
		"rows": c.Limits.Rows, "bytes": int64(c.Limits.Bytes), "cell": int64(c.Limits.Cell), "cache": int64(c.Limits.Cache),
		"patience": int64(c.Limits.Patience), "runs": int64(c.Limits.Runs), "history": int64(c.Limits.History),
		"history_age": int64(c.Limits.HistoryAge),
	} {
		if value <= 0 {
			return at.errorf("limits."+key, "must be more than zero; leave the key out for the default")
		}
	}
	return nil
}

func (c *Config) checkSources(at places) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		s := c.Sources[name]
		if s.DSN == "" {
			errs = append(errs, at.errorf("sources."+name, "needs a dsn, such as dsn = \"postgres://reader@follower.example.com/app\""))
		}
		if s.TimeZone != "" {
			if _, err := time.LoadLocation(s.TimeZone); err != nil {
				errs = append(errs, at.errorf("sources."+name+".timezone", "%q is no time zone: write one such as \"Europe/Berlin\"", s.TimeZone))
			}
		}
		s.MaxConnections = or(s.MaxConnections, defaultMaxConnections)
		s.StatementTimeout = or(s.StatementTimeout, defaultStatementTimeout)
		s.LockTimeout = or(s.LockTimeout, defaultLockTimeout)
		s.ConnectTimeout = or(s.ConnectTimeout, defaultConnectTimeout)
		if s.MaxPlanCost < 0 {
			errs = append(errs, at.errorf("sources."+name+".max_plan_cost", "cannot be negative; leave it out for no limit"))
		}
		if min(int64(s.MaxConnections), int64(s.StatementTimeout), int64(s.LockTimeout), int64(s.ConnectTimeout), int64(s.MaxLag)) < 0 {
			errs = append(errs, at.errorf("sources."+name, "max_connections, max_lag and timeouts cannot be negative"))
		}
		c.Sources[name] = s
	}
	return errors.Join(errs...)
}

// beside resolves a path of the config file: relative ones start at the file's folder.
func (c *Config) beside(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(c.path), path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func (l LimitsConfig) perResult() clips.Limits {
	return clips.Limits{Rows: l.Rows, Bytes: int64(l.Bytes), Cell: int64(l.Cell)}
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
