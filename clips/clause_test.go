package clips

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inShort is a clause a line: its word, and its text with single blanks.
func inShort(all []Clause, indent string) (text string) {
	for _, c := range all {
		name := c.Word
		if c.Name != "" {
			name += " " + c.Name
		}
		text += fmt.Sprintf("%s%s: %s\n", indent, name, strings.Join(strings.Fields(c.Text), " "))
		text += inShort(c.Inner, indent+"  ")
	}
	return text
}

func TestClauses(t *testing.T) {
	for sql, want := range map[string]string{
		"":                           "",
		"select 'Hello' as greeting": "select: select 'Hello' as greeting\n",
		`select a, extract(year from b), left(c, 2) -- from here
from t -- the facts
-- only those that are paid
where a is distinct from b and c is not distinct from d
	and e = 'order by' and f = $x$ limit 1 $x$ /* having */
group by 1 having count(*) > 1 order by a, sum(b) over (order by c) limit 10 offset 5;`: `select: select a, extract(year from b), left(c, 2) -- from here
from: from t -- the facts
where: -- only those that are paid where a is distinct from b and c is not distinct from d and e = 'order by' and f = $x$ limit 1 $x$ /* having */
group by: group by 1
having: having count(*) > 1
order by: order by a, sum(b) over (order by c)
limit: limit 10
offset: offset 5;
`,
		`-- What is owed
with recursive "Due" (a) as materialized (select 1 union all select a + 1 from "Due"), late as (
	with x as (values (1)) table x) select * from "Due" natural left outer join late cross join (select 1) s inner join u using (a)`: `with Due: -- What is owed with recursive "Due" (a) as materialized (select 1 union all select a + 1 from "Due"),
  select: select 1
  union all: union all
  select: select a + 1
  from: from "Due"
with late: late as ( with x as (values (1)) table x)
  with x: with x as (values (1))
    values: values (1)
  table: table x
select: select *
from: from "Due"
natural left join: natural left outer join late
cross join: cross join (select 1) s
join: inner join u using (a)
`,
		"(select 1) union (select t.from, t.order from t)": ": (select 1)\nunion: union (select t.from, t.order from t)\n",
		"values (1), (2)": "values: values (1), (2)\n",
		"select ((":       "select: select ((\n",
	} {
		if diff := cmp.Diff(want, inShort(Clauses(sql), "")); diff != "" {
			t.Errorf("%s:\n%s", sql, diff)
		}
	}
}

func TestWords(t *testing.T) {
	if got := strings.Join(Words(`select "A b", 'no', Total from t -- never`), ","); got != `A b,from,select,t,total` {
		t.Error(got)
	}
}

// Nothing is lost, whatever people write: the clauses together are the query.
func FuzzClauses(f *testing.F) {
	for _, sql := range []string{"select 1", "with a as (select 1), b as (table a) select * from a, b where x = ')' group by 1",
		"with a(", "select $$ from $$ from e'\\'' /* /* */ */ where", "with with as (with", "a, b", "-- only\n", "with x as (select 1)"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) { wantWhole(t, sql, Clauses(sql)) })
}

func wantWhole(t *testing.T, sql string, all []Clause) {
	t.Helper()
	var b strings.Builder
	for _, c := range all {
		b.WriteString(c.Text)
		if len(c.Inner) > 0 {
			var inner strings.Builder
			for _, part := range c.Inner {
				inner.WriteString(part.Text)
			}
			if !strings.Contains(c.Text, inner.String()) {
				t.Errorf("%q is not in %q", inner.String(), c.Text)
			}
		}
	}
	if b.String() != sql {
		t.Errorf("%q became %q", sql, b.String())
	}
}
