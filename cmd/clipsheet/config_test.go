package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestConfigErrors reads every testdata/config/*.bad.toml: what Load says of it stands in the .txt beside it.
func TestConfigErrors(t *testing.T) {
	t.Setenv("CLIPSHEET_TEST_DSN", "postgres://follower.example.com/app")
	files, _ := filepath.Glob("testdata/config/*.bad.toml")
	if len(files) < 10 {
		t.Fatalf("only %d bad configs found", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file)
			if err == nil {
				t.Fatal("accepted")
			}
			if _, ok := errors.AsType[*ConfigError](err); !ok {
				t.Errorf("%T is no ConfigError, so the exit code would not be 2", err)
			}
			text := strings.ReplaceAll(err.Error(), time.Now().UTC().Format(time.DateOnly), "TODAY")
			golden(t, strings.TrimSuffix(file, ".bad.toml")+".txt", text+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", file, diff)
	}
}

// TestExampleConfig holds config.example.toml against the code: it loads, shows every key, and shows the defaults.
func TestExampleConfig(t *testing.T) {
	t.Setenv("ERP_PASSWORD", "secret")
	t.Setenv("GOOGLE_CLIENT_SECRET", "secret")
	t.Setenv("SIGN_IN_SECRET", "secret")
	t.Setenv("WATCHDOG_PASSWORD", "secret")
	text, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile("testdata/config/month-end.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{"clipsheet.toml": string(text), "sql/customers.sql": "select 1", "month-end.xlsx": string(template)} {
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(dir, "clipsheet.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys(reflect.TypeFor[Config]()) {
		if !regexp.MustCompile(`(?m)^` + key + ` *=|^\[.*\b` + key + `\b.*\]`).Match(text) {
			t.Errorf("config.example.toml does not show %q", key)
		}
	}
	if diff := cmp.Diff(defaults().Limits, c.Limits); diff != "" {
		t.Errorf("the example's [limits] are not the defaults (-default +example):\n%s", diff)
	}
	if d := defaults().Auth; c.Auth.Idle != d.Idle || c.Auth.Longest != d.Longest {
		t.Errorf("the example's [auth] shows %v and %v, not the defaults", c.Auth.Idle, c.Auth.Longest)
	}
	erp := c.Sources["erp"]
	got := []any{erp.MaxConnections, erp.StatementTimeout, erp.LockTimeout, erp.ConnectTimeout}
	if diff := cmp.Diff([]any{defaultMaxConnections, defaultStatementTimeout, defaultLockTimeout, defaultConnectTimeout}, got); diff != "" {
		t.Errorf("the example's source does not show the defaults (-default +example):\n%s", diff)
	}
}

// keys lists every toml key of a type, through tables and maps.
func keys(typ reflect.Type) []string {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return keys(typ.Elem())
	case reflect.Struct:
		var all []string
		for f := range typ.Fields() {
			if key := f.Tag.Get("toml"); key != "" {
				all = append(append(all, key), keys(f.Type)...)
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	return nil
}

func TestConfigExpandsReferences(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CLIPSHEET_TEST_AGE", "7m")
	c, err := parse("clipsheet.toml", []byte(`
[sources.erp]
dsn = "postgres://reader:${file:`+file+`}@db/$${app}"
[clips.one]
sql = "select '$1'::text"
max_age = "${CLIPSHEET_TEST_AGE}"
tags = ["${CLIPSHEET_TEST_AGE}"]
`))
	if err == nil || !strings.Contains(err.Error(), "$1") {
		t.Log(err) // the SQL is checked elsewhere; what counts here is what was expanded
	}
	if got, want := c.Sources["erp"].DSN, "postgres://reader:s3cret@db/${app}"; got != want {
		t.Errorf("dsn = %q, want %q", got, want)
	}
	if got := c.Clips["one"]; time.Duration(*got.MaxAge) != 7*time.Minute || got.Tags[0] != "7m" {
		t.Errorf("max_age = %v, tags = %q", time.Duration(*got.MaxAge), got.Tags)
	}
}

func TestDurationAndSize(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "0s": 0} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || time.Duration(d) != want {
			t.Errorf("%q = %v, %v; want %v", text, time.Duration(d), err, want)
		}
	}
	for text, want := range map[string]Size{"65536": 65536, "64KiB": 65536, "2 GB": 2e9, "1.5M": 1.5e6, "10B": 10} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q = %v, %v; want %v", text, s, err, want)
		}
	}
	for _, text := range []string{"", "soon", "5", "-", "d", "99999999999d"} {
		if err := new(Duration).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("duration %q accepted", text)
		}
	}
	for _, text := range []string{"", "big", "-1", "1PB", "9999999999TiB"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("size %q accepted", text)
		}
	}
}
