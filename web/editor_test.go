package web_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// editor opens the editor of a new clip, and waits for the schema.
func editor(t *testing.T) (*world, *tab) {
	t.Helper()
	w := newWorld(t)
	if page := w.get("/clips/new"); !strings.Contains(page.body, `data-editor="/assets/`) {
		t.Fatal("this binary has no SQL editor: make bundle makes it")
	}
	page := w.tab("/clips/new")
	page.wait(`document.querySelector(".cm-content") && document.querySelector("#schema")`)
	return w, page
}

func TestTheEditorOffersNames(t *testing.T) {
	_, page := editor(t)
	page.write("select  from inv")
	page.offered("invoices")
	page.press(input.Tab)
	if got := page.sql(); got != "select  from invoices" {
		t.Fatalf("%q", got)
	}
	page.MustInsertText(" as i where i.")
	page.wait(`document.querySelector(".cm-tooltip-autocomplete li")?.textContent.includes("id") &&
		document.querySelector(".cm-tooltip-autocomplete").textContent.includes("bigint")`)
	page.wait(`document.querySelector(".cm-completionInfo")?.textContent.includes("what it is known by")`)
	page.press(input.Enter)
	page.MustInsertText(" > :least and i.id < :")
	page.offered(":least")
	page.press(input.Tab)
	if got := page.sql(); got != "select  from invoices as i where i.id > :least and i.id < :least" {
		t.Fatalf("%q", got)
	}
	// Columns of tables that are named need no table in front; Escape, then Tab leaves for the next field.
	page.write("select i from invoices")
	for range len(" from invoices") {
		page.press(input.ArrowLeft)
	}
	page.press(input.ControlLeft, input.Space)
	page.wait(`[...document.querySelectorAll(".cm-tooltip-autocomplete li")].some((li) => li.textContent.startsWith("id"))`)
	page.press(input.Escape)
	page.wait(`!document.querySelector(".cm-tooltip-autocomplete")`)
	page.press(input.Escape)
	page.press(input.Tab)
	page.wait(`document.activeElement.id === "run"`)
	if got := page.sql(); got != "select i from invoices" {
		t.Errorf("%q", got)
	}
	// A name that stands beside the SQL goes into it with the keys of a button.
	page.write("")
	page.MustEval(`() => { for (const table of document.querySelectorAll("#schema details")) table.open = true }`)
	var want string
	for _, key := range []input.Key{input.Space, input.Enter} {
		name := page.MustElement("#schema [data-insert]")
		name.MustFocus()
		page.press(key)
		want += name.MustText()
		page.wait(`document.getElementById("sql").value === ` + strconv.Quote(want))
	}
}

func TestTheEditorRunsWhatIsSelected(t *testing.T) {
	w, page := editor(t)
	page.write("select account from cash;\nselect :from")
	page.press(input.ControlLeft, input.Home)
	page.press(input.ShiftLeft, input.End)
	page.press(input.ControlLeft, input.Enter)
	page.wait(`document.getElementById("preview").textContent.includes("Ran the selection. 3 rows")`)
	if got := w.follow.last(); got != "select account from cash;" {
		t.Errorf("it ran %q", got)
	}
	page.MustElement("#explain").MustClick()
	page.wait(`document.querySelector("#preview .plan li")?.textContent.includes("1.2 million rows of invoices")`)
	page.write("select 'ü🙂' as smile,\n  nothing from cash")
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "nothing": correct it.`, Position: 25})
	page.press(input.ControlLeft, input.Enter)
	page.wait(`document.querySelector(".cm-wrong-line")?.textContent === "  nothing from cash"`)
	page.wait(`document.querySelector(".cm-wrong")?.textContent === "nothing"`)
	page.wait(`document.querySelector(".cm-wrong-words").textContent.startsWith("  ^There is no column")`)
	page.MustInsertText("x")
	page.wait(`!document.querySelector(".cm-wrong")`)
}

func TestTheEditorLaysOutSQL(t *testing.T) {
	_, page := editor(t)
	page.write("select a,:region from t where b=$x$ Two  'words' $x$ and c::date>:day -- the end")
	page.press(input.ShiftLeft, input.AltLeft, input.KeyF)
	want := "select\n  a,\n  :region\nfrom\n  t\nwhere\n  b = $x$ Two  'words' $x$\n  and c::date > :day -- the end"
	page.wait("document.getElementById('sql').value.includes('\\n')")
	if got := page.sql(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, unsure := range []string{"select 'never ends", "select 'a'\n'b'", "select 1 /* open", "select (((", "select $$ open"} {
		page.write(unsure)
		page.MustElement("#format").MustClick()
		page.wait(`document.getElementById("said").textContent.startsWith("This SQL is left as it is")`)
		if got := page.sql(); got != unsure {
			t.Errorf("%q became %q", unsure, got)
		}
		page.MustEval(`() => document.getElementById("said").textContent = ""`)
	}
}

// What a selection is wrong about is said at its place in the whole.
func TestASelectionIsTriedAlone(t *testing.T) {
	w := newWorld(t)
	form := overdue("do", "run", "sql", "select :day;\nselect x", "selected", "select x", "selected_at", "13")
	w.want(w.postForm("/clips/new", form), 200, "Ran the selection.", "select :day;", `value="Due before"`)
	if got := w.follow.last(); got != "select x" {
		t.Errorf("it ran %q", got)
	}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "x".`, Position: 8})
	w.want(w.postForm("/clips/new", form), 400, `data-position="21"`, "in line 2")
	form.Set("selected", "select $1")
	w.want(w.postForm("/clips/new", form), 400, `data-position="21"`, "numbered parameter")
}

func TestAssetsAreCompressed(t *testing.T) {
	w := newWorld(t)
	page := w.get("/clips/new").body
	_, rest, _ := strings.Cut(page, `<link rel=stylesheet href="`)
	address, _, _ := strings.Cut(rest, `"`)
	plain := w.get(address)
	packed := w.get(address, "Accept-Encoding", "gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Vary") != "Accept-Encoding" || len(packed.body) >= len(plain.body)/2 {
		t.Errorf("%v, %d of %d bytes", packed.header, len(packed.body), len(plain.body))
	}
	if got := unpack(t, packed); got != plain.body {
		t.Errorf("it unpacks to %.200s", got)
	}
}

// Postgres answers what was laid out as it answers what was written.
func TestLaidOutSQLMeansTheSame(t *testing.T) {
	w, page := editor(t)
	written := []string{
		"select e'it\\'s -- \\\\', U&'d\\0061ta', x'1F'::int, $$ it's $$, $a$ $$ $a$, 'it''s', 'a -- b', '/* c */'",
		"select 1 -- two 'quotes' and \"more\n+ 2 /* a /* nested */ comment */ * 3--the end",
		"select - -1, 2 - -1, +1, 5-3, 5--3\n-1, @ -5, |/ 25, 2^3, 7%4, not true",
		"select '{\"a\":[1,{\"b\":2}]}'::jsonb->'a'->1->>'b', '{\"a\":1}'::jsonb ? 'a', '{\"a\":{\"b\":3}}'::jsonb #>> '{a,b}', array[1,2]@>array[1], 'ab' ~* '^A', 'a'||'b'",
		"select (array[1,2,3])[1:2], (array[[1,2],[3,4]])[2][1], 1.5e-3, .5, 1e3, '1 day'::interval*2",
		"with recursive n(i) as (select 1 union all select i+1 from n where i<5), m as materialized(select i from n) select i, sum(i)over(order by i rows between 1 preceding and current row) from m where i between 2 and 4 order by i desc nulls last limit 2 offset 1",
		"select count(*)filter(where i>2), string_agg(i::text, ', ' order by i desc), grouping(i%2) from generate_series(1,5) as g(i) group by rollup(i%2) having count(*)>1 order by 3, 1",
		"select case when a is distinct from b then 'x' else 'y' end as \"Odd \"\"name\", a, b from (values (1, null), (2, 2)) v(a, b) where (a, 1) in ((1, 1), (2, 1)) and exists(select from generate_series(1, a)) order by a",
		"SELECT Distinct ON (i/2) i FROM generate_series(1,6) i ORDER BY i/2, i DESC",
		"select extract(year from date '2026-11-25'), date_trunc('month', timestamp '2026-11-25 10:00')::date, interval '1 day' + timestamp '2026-01-01', cast('7' as numeric(10,2)), timestamp with time zone '2026-01-01 00:00+00' at time zone 'Asia/Tokyo'",
		"select * from (select 1 as \"from\", 2 as \"Select\") x natural join (select 1 as \"from\") y cross join lateral (select x.\"from\"+1) z(w) left join (select 3) q(v) on true;",
		"values (1, 'a'), (2, 'b') union all (select 3, 'c' except select 4, 'd') order by 1",
	}
	laidOut := page.MustEval(`async (all) => {
		const { format } = await import(document.getElementById("editor").dataset.format);
		return all.map(format);
	}`, written).Arr()
	for i, sql := range written {
		text := laidOut[i].Str()
		if text == sql || laidOut[i].Nil() {
			t.Errorf("%s is left as it is", sql)
			continue
		}
		rows := func(sql string) []string {
			return pgtest.Query(t, w.dsn, "select q::text from (\n"+strings.TrimSuffix(sql, ";")+"\n) q")
		}
		if got, want := rows(text), rows(sql); !slices.Equal(got, want) {
			t.Errorf("%s\nyields %q\n%s\nyields %q", sql, want, text, got)
		}
	}
}
