package sources

import (
	"fmt"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// Every type of the server as a column, against what its catalog says of it.
func TestEveryBuiltinTypeHasItsWord(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	types := pgtest.Query(t, db.follower, `
		select format('%s %s %s %s', oid, typname, typcategory = 'A' and typlen = -1 and typelem <> 0, typelem)
		from pg_type
		where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm', 'e') order by oid`)
	type typ struct {
		oid, elem uint32
		name      string
		isArray   string
	}
	var list []typ
	var sql []string
	names := map[uint32]string{}
	for _, line := range types {
		var y typ
		fmt.Sscan(line, &y.oid, &y.name, &y.isArray, &y.elem)
		list, sql, names[y.oid] = append(list, y), append(sql, fmt.Sprintf("null::pg_catalog.%q", y.name)), y.name
	}
	_, h := mustAll(t, newFollower(t, db.reader), "select "+strings.Join(sql, ", "))
	for i, c := range h.Columns {
		y := list[i]
		want, elem := wordFor[y.name], clips.Other
		if y.isArray == "t" {
			want, elem = clips.Array, wordFor[names[y.elem]]
		}
		if c.OID != y.oid || c.Type != want || c.Elem != elem {
			t.Errorf("%s (%d): %s of %s, want %s of %s", y.name, c.OID, c.Type, c.Elem, want, elem)
		}
	}
	if len(h.Columns) < 150 {
		t.Errorf("only %d types were tried", len(h.Columns))
	}
}

var wordFor = map[string]clips.Type{
	"bool": clips.Bool, "bytea": clips.Bytes, "int2": clips.Int, "int4": clips.Int, "int8": clips.Int,
	"numeric": clips.Numeric, "float4": clips.Float, "float8": clips.Float,
	"text": clips.Text, "varchar": clips.Text, "bpchar": clips.Text, "name": clips.Text, "char": clips.Text,
	"date": clips.Date, "time": clips.Time, "timetz": clips.Time, "timestamp": clips.Timestamp,
	"timestamptz": clips.TimestampTZ, "interval": clips.Interval, "uuid": clips.UUID, "json": clips.JSON, "jsonb": clips.JSON,
}

func TestTypesPeopleMakeAreLookedUp(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, `
		create type mood as enum ('sad', 'happy');
		create domain cents as bigint check (value >= 0);
		create domain price as cents;
		create domain tags as text[];
		create type point3 as (x int, y int, z int);
		create table pair (a int, b text)`)
	_, h := mustAll(t, newFollower(t, db.reader), `select 'sad'::mood, array['sad']::mood[], 1::cents, array[1]::cents[], array[1]::price[],
		array['x']::tags, row(1, 2, 3)::point3, array[row(1, 2, 3)]::point3[], row(1, 'x')::pair, row(1), array[array[1, 2]],
		'1'::int2vector, '1'::oidvector, '{1.2.3.4}'::inet[], '[1,2)'::int4range, 'x'::information_schema.sql_identifier,
		array['x']::information_schema.sql_identifier[], null, 1::money, 'x'::"char"`)
	want := "other other array/other integer array/integer array/integer array/text other array/other other other " +
		"array/integer array/integer array/other array/other other text array/text text other text"
	var got []string
	for _, c := range h.Columns {
		word := c.Type.String()
		if c.Type == clips.Array {
			word += "/" + c.Elem.String()
		}
		got = append(got, word)
	}
	want = strings.TrimPrefix(want, "other ")
	if fmt.Sprint(got) != "["+want+"]" {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestColumnsComeInAnyNumberAndName(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create type mood as enum ('sad')")
	f := newFollower(t, db.reader)
	wide := "select " + strings.TrimSuffix(strings.Repeat("'sad'::mood, ", 1600), ", ")
	if lines, h := mustAll(t, f, wide); len(h.Columns) != 1600 || len(lines) != 1 {
		t.Errorf("%d columns, %d rows", len(h.Columns), len(lines))
	}
	_, h := mustAll(t, f, `select 1 as a, 2 as a, 3, 4 as "new
line", 5 as "é"`)
	if names := fmt.Sprintf("%q", []string{h.Columns[0].Name, h.Columns[1].Name, h.Columns[2].Name, h.Columns[3].Name, h.Columns[4].Name}); names != `["a" "a" "?column?" "new\nline" "é"]` {
		t.Errorf("names are %s", names)
	}
	if lines, h := mustAll(t, f, "select from generate_series(1, 3)"); len(h.Columns) != 0 || len(lines) != 3 {
		t.Errorf("no columns: %d columns, %d rows", len(h.Columns), len(lines))
	}
	if lines, h := mustAll(t, f, "select 1 as id where false"); len(h.Columns) != 1 || len(lines) != 0 {
		t.Errorf("no rows: %d columns, %d rows", len(h.Columns), len(lines))
	}
}
