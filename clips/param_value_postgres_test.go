package clips

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"
)

// ask binds value to the one parameter of sql, as Bind does it, and returns what Postgres prints.
func ask(ctx context.Context, t interface{ Fatalf(string, ...any) }, conn *pgconn.PgConn, sql string, p Param, value string, clock wallClock) string {
	bound, err := Bind(Revision{SQL: sql, Params: []Param{p}}, map[string]string{p.Name: value}, clock.now, clock.now.Location())
	if err != nil {
		t.Fatalf("%v", err)
	}
	var args [][]byte
	var oids []uint32
	for _, a := range bound.Query.Args {
		args, oids = append(args, []byte(*a.Value)), append(oids, a.OID)
	}
	r := conn.ExecParams(ctx, bound.Query.SQL, args, oids, nil, nil).Read()
	if r.Err != nil {
		t.Fatalf("%s with %q: %v", bound.Query.SQL, bound.Params[0].Value, r.Err)
	}
	return string(r.Rows[0][0])
}

// Each value the tables accept is one Postgres accepts, as the type it is declared, and prints in the same spelling.
func TestPostgresReadsWhatIsBound(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	types := map[ParamType]string{ParamText: "text", ParamChoice: "text", ParamInteger: "bigint", ParamNumber: "numeric",
		ParamDate: "date", ParamTimestamp: "timestamp with time zone", ParamBoolean: "boolean"}
	if _, err := conn.Exec(t.Context(), "set time zone 'Europe/Berlin'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	for _, c := range valueCases {
		p, want := sample(c.typ), c.want
		if c.typ == ParamTimestamp {
			want = strings.TrimSuffix(want, ":00") // of the offset, +01:00
		}
		if got := ask(t.Context(), t, conn, "select :size::text", p, c.given, noon(t)); got != want {
			t.Errorf("%s %q is %q, not %q", c.typ, c.given, got, want)
		}
		if c.typ == "" {
			continue // the server decides from where it stands
		}
		if got := ask(t.Context(), t, conn, "select pg_typeof(:size)", p, c.given, noon(t)); got != types[c.typ] {
			t.Errorf("%s is a %s, not a %s", c.typ, got, types[c.typ])
		}
	}
}

func TestPostgresReadsEveryInteger(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	check := func(t interface{ Fatalf(string, ...any) }, n int64) {
		if got := ask(ctx, t, conn, "select :size", sample(ParamInteger), strconv.FormatInt(n, 10), wallClock{}); got != fmt.Sprint(n) {
			t.Fatalf("%d is %s", n, got)
		}
	}
	for _, n := range []int64{math.MinInt64, math.MinInt64 + 1, -1 << 31, -1, 0, 1, 1<<53 + 1, math.MaxInt64 - 1, math.MaxInt64} {
		check(t, n)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.Int64().Draw(t, "n")) })
}

// The spelling of a number is that of numeric, so what the reader is shown as resolved is what the query sees.
func TestPostgresPrintsNumbersTheSame(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.StringMatching(`[+-]?(0{0,3}[0-9]{1,40}\.?|[0-9]{0,20}\.[0-9]{1,40})([eE][+-]?0?[0-9]{1,3})?`).Draw(t, "number")
		value, err := readValue(sample(ParamNumber), given, wallClock{})
		if err != nil {
			return // too many digits
		}
		if got := ask(ctx, t, conn, "select cast(:size as text)::numeric", sample(ParamText), given, wallClock{}); got != value {
			t.Fatalf("%s is %s, not %s", given, got, value)
		}
		if got := ask(ctx, t, conn, "select :size", sample(ParamNumber), given, wallClock{}); got != value {
			t.Fatalf("%s is %s, not %s", given, got, value)
		}
	})
}

func TestPostgresReadsAnyText(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "")
		if got := ask(ctx, t, conn, "select :size || ''", sample(ParamText), text, wallClock{}); got != text {
			t.Fatalf("%q is %q", text, got)
		}
	})
}

func TestPostgresReadsEveryDate(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(rapid.IntRange(1, 9999).Draw(t, "year"), 1, rapid.IntRange(1, 365).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		if got := ask(ctx, t, conn, "select to_char(:size, 'YYYY-MM-DD')", sample(ParamDate), day, wallClock{}); got != day {
			t.Fatalf("%s is %s", day, got)
		}
	})
}

// A timestamp is the same moment to Postgres, whatever its session's zone and the clip's.
func TestPostgresSeesTheSameMoment(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	rapid.Check(t, func(t *rapid.T) {
		zone := location(t, rapid.SampledFrom(manyZones).Draw(t, "zone"))
		at := drawMoment(t, zone)
		if rapid.Bool().Draw(t, "any year") {
			at = time.Unix(rapid.Int64Range(-62135510400, 253402214400).Draw(t, "seconds"), 0)
		}
		session := rapid.SampledFrom(manyZones).Draw(t, "session's zone")
		if _, err := conn.Exec(ctx, "set time zone '"+session+"'").ReadAll(); err != nil {
			t.Fatal(err)
		}
		given := at.In(zone).Format("2006-01-02 15:04:05.999999Z07:00:00")
		got := ask(ctx, t, conn, "select (extract(epoch from :size) * 1000000)::int8", sample(ParamTimestamp), given, newWallClock(at, zone))
		if got != fmt.Sprint(at.UnixMicro()) {
			t.Fatalf("%s is %sµs, not %dµs", given, got, at.UnixMicro())
		}
	})
}
