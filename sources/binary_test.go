package sources

import (
	"context"
	"strings"
	"testing"

	"clipsheet/clips"
)

// Each of these is read as it comes, in binary form where that is so, beside the text that the server makes of it.
const sqlMoments = `
with numbers as (
    select n, random() - 0.5 as r, case n % 4 when 0 then 1e-9 when 1 then 1e-6 when 2 then 1e-3 else 1 end as far
    from generate_series(1, 20000) n
), days as (
    select date '2000-01-01' + (r * far * 4.8e6)::int as d from numbers
    union all select date '2000-01-01' + n from generate_series(-1500, 1500) n
    union all select date '5874897-12-31' - n from generate_series(0, 800) n
    union all select date '4714-11-24 BC' + n from generate_series(0, 800) n
    union all select date '0001-01-01' + n from generate_series(-800, 800) n
    union all select unnest('{infinity,-infinity,9999-12-31,10000-01-01,99999-12-31,100000-01-01}'::date[])
), moments as (
    select timestamp '2000-01-01' + r * far * interval '4800000 days' as t from numbers
    union all select d::timestamp + n * interval '0.1 s' - interval '1 microsecond' from days, generate_series(0, 1) n
        where d between date '4713-01-01 BC' and date '294276-12-30'
    union all select timestamp '1969-12-31 23:59:58' + n * interval '0.001 s' from generate_series(0, 3000) n
    union all select unnest('{infinity,-infinity,4714-11-24 BC,294276-12-31 23:59:59.999999}'::timestamp[])
)
`

func TestMomentsAndUUIDsReadAsTheServerPrintsThem(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	for name, zone := range map[string]string{"UTC": "UTC", "its other name": "Etc/UTC", "a zone with a past": "Europe/Amsterdam", "half an hour": "Asia/Kolkata"} {
		f := newFollower(t, db.reader)
		for what, sql := range map[string]string{
			"dates":           sqlMoments + "select d, d::text from days",
			"moments":         sqlMoments + "select t, t::text from moments",
			"moments in zone": sqlMoments + "select t at time zone 'UTC', (t at time zone 'UTC')::text from moments",
			"uuids":           "select md5(n::text)::uuid, md5(n::text)::uuid::text from generate_series(1, 1000) n union all select null, null",
			"arrays of them":  "select array[now(), null], array[now(), null]::text",
		} {
			n := different(t, f, clips.Query{SQL: sql, TimeZone: zone})
			if least := map[bool]int{true: 20_000, false: 1}[strings.Contains(sql, "numbers")]; n < least {
				t.Errorf("%s in %s: only %d rows", what, name, n)
			}
		}
	}
}

// What is set for the role, or by the query itself, is how moments print.
func TestMomentsReadAsTheSessionIsSet(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "")
	for _, set := range []string{"SQL, DMY", "German", "Postgres, MDY", "ISO, YMD"} {
		f := newFollower(t, db.reader+"&datestyle="+strings.ReplaceAll(set, " ", "%20"))
		different(t, f, clips.Query{SQL: sqlMoments + "select t, t::text from moments limit 100"})
		different(t, f, clips.Query{SQL: sqlMoments + "select d, d::text from days limit 100"})
	}
	different(t, newFollower(t, db.reader), clips.Query{TimeZone: "UTC", SQL: `
		with changed as materialized (select set_config('TimeZone', 'Asia/Tokyo', false), set_config('DateStyle', 'German', false))
		select now(), now()::text, now()::date, now()::date::text from changed`})
}

// different reports rows whose columns differ from the ones beside them, and returns how many rows there are.
func different(t *testing.T, f *Follower, q clips.Query) (n int) {
	t.Helper()
	rows, err := f.Open(context.WithoutCancel(t.Context()), q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		for row := rows.Row(); len(row) > 1; row = row[2:] {
			if string(row[0]) != string(row[1]) || (row[0] == nil) != (row[1] == nil) {
				t.Errorf("%s: it reads %q, and Postgres prints %q", q.TimeZone, row[0], row[1])
			}
		}
		if t.Failed() {
			break
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAValueOfAnotherLengthIsNoMoment(t *testing.T) {
	p, formats := newPrinted([]clips.Column{{OID: oidTimestamp}, {OID: 25}}, map[uint32]binaryForm{oidTimestamp: {8, printTimestamp}})
	if formats[0] != 1 || formats[1] != 0 {
		t.Errorf("asked for %v", formats)
	}
	if err := p.row([][]byte{make([]byte, 7), []byte("text")}); err == nil {
		t.Error("seven bytes were read as a moment")
	}
	if row := [][]byte{nil, []byte("text")}; p.row(row) != nil || row[0] != nil {
		t.Errorf("NULL reads %q", row[0])
	}
}
