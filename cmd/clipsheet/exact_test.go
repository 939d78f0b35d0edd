package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// TestResultsAreWhatPostgresPrints runs each query of testdata/exact as people do and compares the result with
// Postgres' own: CSV with COPY's, byte for byte; JSON with json_agg's, value by value.
func TestResultsAreWhatPostgresPrints(t *testing.T) {
	primary, follower := pgtest.Database(t)
	pgtest.Exec(t, primary, `
		create type mood as enum ('happy', '=sad', 'a "b", c');
		create domain cents as bigint check (value >= 0);
		create domain codes as text[];
		create type pair as (a int, b text);
		create table odd (e mood, c cents, d codes, p pair, es mood[], cs cents[], ps pair[]);
		insert into odd values ('happy', 7, '{a,"b c"}', '(1,"x,y")', '{"=sad",happy}', '{1,9007199254740993}', '{"(1,a)"}'),
			('a "b", c', 9007199254740993, '{}', '(,"")', '{}', '{}', '{}'), (null, null, null, null, null, null, null);
		create table wide (`+columnsOf(1600)+`);
		insert into wide default values`)
	pgtest.WaitReplayed(t, pgtest.Follower(t))
	config := configFor(t, follower)
	for _, sql := range append(queries(t), "select e, c, d, es, cs from odd", "table wide") {
		t.Run(name(sql), func(t *testing.T) {
			t.Parallel()
			want := psql(t, follower, "copy ("+plain(sql)+") to stdout csv header")
			if got := runSQL(t, config, sql, "csv"); !bytes.Equal(got, want) {
				t.Errorf("CSV (-COPY +ours):\n%s", cmp.Diff(first(want), first(got)))
			}
			if strings.Contains(sql, "wide") {
				return // json_agg makes a record of it, which Postgres limits to 1,664 columns
			}
			agg := psql(t, follower, "select coalesce(json_agg(whole), '[]') from ("+plain(sql)+") whole")
			sameJSON(t, agg, runSQL(t, config, sql, "json"))
		})
	}
	t.Run("rows as text", func(t *testing.T) {
		for _, sql := range []string{"select p, ps from odd", "select row(1, 'a b') as r, array[row(1, null)] as rs"} {
			want := psql(t, follower, "copy ("+sql+") to stdout csv header")
			if got := runSQL(t, config, sql, "csv"); !bytes.Equal(got, want) {
				t.Errorf("CSV (-COPY +ours):\n%s", cmp.Diff(first(want), first(got)))
			}
		}
	})
}

// TestResultsFollowTheServersSettings: what a database or role has set for how values print holds for us as for psql.
func TestResultsFollowTheServersSettings(t *testing.T) {
	primary, follower := pgtest.Database(t)
	for _, setting := range []string{"datestyle = 'German'", "datestyle = 'SQL, DMY'", "intervalstyle = 'iso_8601'", "bytea_output = 'escape'",
		"extra_float_digits = 0", "timezone = 'Asia/Kathmandu'", "lc_monetary = 'C'"} {
		pgtest.Exec(t, primary, "do $$ begin execute format('alter database %I set "+strings.ReplaceAll(setting, "'", "''")+"', current_database()); end $$")
		pgtest.WaitReplayed(t, pgtest.Follower(t))
		sql := `select now()::date - now()::date as zero, '2026-11-24'::date as d, '2026-11-24 09:05:00.5+01'::timestamptz as z,
			'2026-11-24 09:05:00'::timestamp as t, '1 day 2 hours'::interval as i, '\x00ff'::bytea as b, 0.1::float4::float8 as f, 1.5::money as m`
		want := psql(t, follower, "copy ("+plain(sql)+") to stdout csv header")
		if got := runSQL(t, configFor(t, follower), sql, "csv"); !bytes.Equal(got, want) {
			t.Errorf("%s (-COPY +ours):\n%s", setting, cmp.Diff(string(want), string(got)))
		}
	}
}

func queries(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/exact/queries.sql")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			all = append(all, line)
		}
	}
	if len(all) < 60 {
		t.Fatalf("only %d queries found", len(all))
	}
	return all
}

func name(sql string) string { return sql[:min(len(sql), 60)] }

// plain is a query without what cannot stand in parentheses.
func plain(sql string) string {
	sql, _, _ = strings.Cut(sql, " -- ")
	return strings.Join(strings.Fields(strings.TrimSuffix(sql, ";")), " ")
}

func columnsOf(n int) string {
	types := []string{"int default 1", "text default 'a,b'", "numeric(8,2) default 2.5", "date default '2026-11-24'", "bool", "text default ''"}
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("c%d %s", i, types[i%len(types)]))
	}
	return strings.Join(all, ", ")
}

func configFor(t *testing.T, follower string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clipsheet.toml")
	if err := os.WriteFile(file, []byte("[sources.follower]\ndsn = '''"+follower+"'''\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func runSQL(t *testing.T, config, sql, format string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"run", "-c", config, "--sql", sql, "--format", format}, streams{Out: &out, Err: &errs}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	return out.Bytes()
}

func psql(t *testing.T, dsn, command string) []byte {
	t.Helper()
	dir, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "psql"), "-XAtq", "-d", dsn, "-c", command)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("psql: %v: %s", err, errs.String())
	}
	return out
}

// first keeps a difference readable.
func first(b []byte) string { return string(b[:min(len(b), 2000)]) }

// sameJSON compares value by value; numbers as numbers, whatever their notation.
func sameJSON(t *testing.T, want, got []byte) {
	t.Helper()
	w, g := decode(t, want), decode(t, got)
	if diff := cmp.Diff(w, g, cmp.Comparer(sameScalar)); diff != "" {
		t.Errorf("JSON (-json_agg +ours):\n%.2000s", diff)
	}
}

func decode(t *testing.T, text []byte) []map[string]any {
	t.Helper()
	var v []map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %.300s", err, text)
	}
	for _, row := range v {
		for k := range row {
			row[k] = scalars(row[k])
		}
	}
	return v
}

// number is a JSON number, or the string that stands for one that is too long for most readers.
type number struct{ text string }

func scalars(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number{v.String()}
	case []any:
		for i := range v {
			v[i] = scalars(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = scalars(v[k])
		}
	case string:
		if f, _, err := big.ParseFloat(v, 10, 2000, big.ToNearestEven); err == nil && f.IsInf() == false {
			if f.Abs(f).Cmp(big.NewFloat(1<<53)) > 0 && strings.Trim(v, "-0123456789.") == "" {
				return number{v} // equal to the same digits as a number
			}
		}
	}
	return v
}

func sameScalar(a, b number) bool {
	x, _, err1 := big.ParseFloat(a.text, 10, 4000, big.ToNearestEven)
	y, _, err2 := big.ParseFloat(b.text, 10, 4000, big.ToNearestEven)
	return err1 == nil && err2 == nil && x.Cmp(y) == 0
}
