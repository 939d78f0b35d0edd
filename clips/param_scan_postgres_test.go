package clips

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"clipsheet/internal/localpg/pgtest"
)

// connect opens a session in a database of its own, with a table that has something of everything.
func connect(t testing.TB) *pgconn.PgConn {
	t.Helper()
	primary, _ := pgtest.Database(t)
	pgtest.Exec(t, primary, `create table t (id int8, n int, x text, value text, day date, at timestamptz, ok bool,
		amount numeric, a text[], "array" int[], ":p" text, j jsonb)`)
	conn, err := pgconn.Connect(t.Context(), primary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func version(conn *pgconn.PgConn) int {
	major, _, _ := strings.Cut(conn.ParameterStatus("server_version"), ".")
	n, _ := strconv.Atoi(major)
	return n
}

// What Postgres must find in the SQL we send: so many parameters, and nothing it cannot read.
func TestPostgresFindsTheSameParameters(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	for _, c := range []struct {
		params, since int // since: the first major version that reads it; 0 is all
		sql           string
	}{
		{params: 0, sql: "select ':p', E'\\':p', $$:p$$, $x$:p$x$, U&':p', \":p\" from t -- :p\n /* :p /* :p */ :p */"},
		{params: 1, sql: "select * from t where x = :x"},
		{params: 1, sql: "select * from t where x=:x and value=:x or x like :x||'%'"},
		{params: 4, sql: "select :x::int8,:day::date,(:at)::timestamptz,cast(:ok as bool)"},
		{params: 2, sql: "select * from t where day between :from and :to order by 1 limit 10"},
		{params: 2, sql: "select * from t limit:n offset:m"},
		{params: 1, sql: "with w as (select x, count(*) from t where day>=:from group by x)select * from w;"},
		{params: 1, sql: "select case when:ok then 1 else 2 end"},
		{params: 2, sql: "select x from t where n in (:n,:m)"},
		{params: 1, sql: "select x from t where x = any(string_to_array(:list, ','))"},
		{params: 2, sql: "select x from t where x = any(array[:x, :y])"},
		{params: 3, sql: "select array[[:x, 'b'], [:y, :z]]"},
		{params: 1, sql: "select a[1:n], a[:n], a[n:], a[:], \"array\"[:n], t.array[1:n], a[(:i)] from t"},
		{params: 2, sql: "select a[(:i):(:j)], (array['a', 'b'])[1:n] from t"},
		{params: 0, sql: "select (j->'a')::text, j ? 'a', j ?| array['a'], a::varchar(3)[] from t"},
		{params: 1, sql: "select j->:key, j#>>'{a,b}' from t"},
		{params: 1, sql: "select make_interval(days => :n), make_interval(days := 2)"},
		{params: 2, sql: "select make_interval(days:=:n::int, hours=>:h)"},
		{params: 1, sql: "select date_trunc('month', at at time zone :zone) from t"},
		{params: 1, sql: "select 'a'\n  ':p', E'a' -- it's\n  '\\':p', :x::text"},
		{params: 1, sql: "select date'2026-11-24', x'1f', b'01', n'a', u&'\\0041' uescape '\\', :x::text"},
		{params: 1, sql: "select json_build_object('a', n, 'b', :x::text) from t"},
		{params: 1, sql: "select json_object(array['a', :x])"},
		{params: 1, sql: "select json_object(string_to_array(:x, ','))"},
		{params: 1, sql: "select 1 +-- :p\n:n"},
		{params: 1, sql: "select n<:n, n>=:n, n<>:n, -:n, n!=:n, n%:n from t"},
		{params: 1, sql: "select x~:x, x!~*:x, x||:x from t"},
		{params: 1, sql: "select sum(amount)filter(where x=:x)over(order by day) from t"},
		{params: 2, sql: "select :größe::text, :_x::text"},
		{params: 1, since: 16, sql: "select json_object('a' : n, 'b' :x, 'c' : :p::text) from t"},
		{params: 2, since: 16, sql: "select json_object(:k::text : :v::text, x||'k':n) from t"},
		{params: 2, since: 16, sql: "select json_object('k' || :k : t.value, t.value :n, 'v' value :v::text) from t"},
		{params: 2, since: 16, sql: "select json_object('k' value at at time zone :z, 'l' : at at time zone :y, value :n, value||'m' :n) from t"},
		{params: 2, since: 16, sql: "select json_object(case when ok then :a else :b end:n absent on null returning text) from t"},
		{params: 1, since: 16, sql: "select json_objectagg(x:n), json_objectagg(x : :v::int8) from t"},
		{params: 1, since: 16, sql: "select json_object('k' : json_object('l':n, 'm' : (select :v::text)), 'o' :x) from t"},
		{params: 2, since: 16, sql: "select json_object('k' : array[:a, :b], 'l' :n, 'm' : a[1:n]) from t"},
	} {
		scanned, err := scanSQL(c.sql)
		if err != nil {
			t.Fatal(err)
		}
		description, err := conn.Prepare(t.Context(), "", scanned.text, nil)
		switch {
		case version(conn) < c.since:
			if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "42601" {
				t.Errorf("version %d read %s: %v", version(conn), scanned.text, err)
			}
		case err != nil:
			t.Errorf("%s\n%s\n%v", c.sql, scanned.text, err)
		case len(description.ParamOIDs) != c.params || len(scanned.names) != c.params:
			t.Errorf("%s\n%s\nhas %d parameters, %q, want %d", c.sql, scanned.text, len(description.ParamOIDs), scanned.names, c.params)
		}
	}
}

// However an expression is written, binding its parameters gives what writing their values into the SQL gives.
func TestBoundIsAsGoodAsWritten(t *testing.T) {
	t.Parallel()
	conn, ctx := connect(t), t.Context()
	query := func(t *rapid.T, sql string, args ...[]byte) string {
		r := conn.ExecParams(ctx, sql, args, nil, nil, nil).Read()
		if r.Err != nil {
			t.Fatalf("%s: %v", sql, r.Err)
		}
		return fmt.Sprintf("%q", r.Rows[0][0])
	}
	rapid.Check(t, func(t *rapid.T) {
		author, plain := drawExpression(t, version(conn), 4)
		const from = " from (values ('x', 'v', 2, array['a', 'b', 'c'], '{\"a\": 1}'::jsonb, 'c')) as t(x, value, n, a, j, \":p\")"
		scanned, err := scanSQL("select " + author + from)
		if err != nil {
			t.Fatal(err)
		}
		var args [][]byte
		for _, name := range scanned.names {
			args = append(args, []byte("value of "+name))
		}
		if got, want := query(t, scanned.text, args...), query(t, "select "+plain+from); got != want {
			t.Fatalf("%s\nsent as %s\nis %s, not %s", author, scanned.text, got, want)
		}
	})
}

// Expressions of type text: § is another one, @ a parameter, a blank is any blank or comment, and a ~ may be none.
var (
	leaves = []string{"@::text", "cast(@ as text)", "coalesce(@, '')", "@ ::varchar", "x", "t.value", "t . value", `":p"`, "a[n]", "a[1]",
		"(j->>'a')", "(j ? ':p')::text", "':p'", "'it''s:p'", `'\'`, `E'\':p'`, `e'\\'`, "E'it''s'--it's:p\n'\\':p'", "':p'\n':p'", "$$:p'$$",
		"$x1$$$:p'$x1$", `U&'\0041:p'`, "N':p'", "b'0'::text", "date'2026-11-24'::text", "1e3::text", "array_to_string(a[1:n], ':p')",
		"array_to_string(a[:n], '')", "array_to_string(a[n:], '')"}
	branches = []string{"§~||~§", "(~§~)", "coalesce(~§~,~§)", "concat(§, '::', §)", "case when § = § then § else § end",
		"case when(§)<(§)then(§)else''end", "(array[~§~,~§~])[(length(@)-length(@)+1)]", "array_to_string(array [ [§,§],[§, @] ], ',')",
		"array_to_string((array[§, §, §])[1:n],§)", "coalesce((array[§])[(length(§)):(n)]::text, §)", "format(§~, variadic array[§])",
		"(select § from t as u where u.x is not distinct from §)", "replace(§,~§, @)", "json_build_object('k', §)::text"}
	branches16 = []string{"json_object('k'~: §, coalesce(§, '')||'l' :x, 'm' value §)::text", "json_object(coalesce(§,'') : @::text, 'k':n)::text",
		"json_object('k' :a,'l'~: array[§, @])::text", "json_object(case when(§)>''then'a'else'b'end:t.value,'k' : json_object('l':n,'m': §))::text"}
	blanks = []string{" ", "\n", "\t ", " -- it's :p\n", "/* :p ' /* \" */ $$ */", "/**/ ", "\r\n"}
)

// drawExpression is one as an author writes it, and the same with values in place of parameters.
func drawExpression(t *rapid.T, version, depth int) (author, plain string) {
	forms := leaves
	if depth > 0 {
		forms = slices.Concat(leaves, branches, branches)
		if version >= 16 {
			forms = append(forms, slices.Concat(branches16, branches16)...)
		}
	}
	for _, r := range rapid.SampledFrom(forms).Draw(t, "form") {
		a, p := string(r), string(r)
		switch r {
		case '§':
			a, p = drawExpression(t, version, depth-1)
		case '@':
			name := rapid.SampledFrom([]string{"p", "q", "größe", "e"}).Draw(t, "name")
			a, p = ":"+name, "'value of "+name+"'"
		case ' ':
			a = rapid.SampledFrom(blanks).Draw(t, "blank")
			p = a
		case '~':
			a = rapid.SampledFrom(append(blanks, "", "")).Draw(t, "perhaps a blank")
			p = a
		}
		author, plain = author+a, plain+p
	}
	return author, plain
}

// What Postgres complains of is shown where the author wrote it.
func TestPostgresPointsAtTheAuthorsText(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	for _, sql := range []string{
		"select nix from t where x = :x",
		"select 'größe', x, nix from t where x = :x",
		"select x from t where x = :größe and value = :größe and nix = 1",
		"select x from t where x = :x limit:n + nix",
		"select :a::text,:b::text,:c::text,:d::text,:e::text,:f::text,:g::text,:h::text,:i::text,:j::text,:k::text, nix",
		"select a[(:i)], 'a' -- :x 日\n, :x::text, nix from t",
	} {
		scanned, err := scanSQL(sql)
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Prepare(t.Context(), "", scanned.text, nil)
		e, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || e.Code != "42703" {
			t.Fatalf("%s: %v", sql, err)
		}
		if got, want := scanned.posFunc()(int(e.Position)), character(sql, "nix"); got != want {
			t.Errorf("%s: points at %d, not at %d", sql, got, want)
		}
	}
}
