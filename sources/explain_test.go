package sources

import (
	"strings"
	"testing"

	"clipsheet/clips"
)

// A query is planned, with the values it is to run with, and nothing of it runs.
func TestAQueryIsExplained(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, `create table orders as select i as id, i % 100 as customer, i * 1.5 as amount from generate_series(1, 20000) i;
		create index on orders (id); create table late (id int); analyze orders;
		create schema other; create table other.late as select 1 as x; analyze other.late`)
	f := newFollower(t, db.reader, func(c *Config) { c.MaxPlanCost = 5000 })
	for sql, want := range map[string]string{
		"select * from orders":                        "Reads all 20,000 rows of orders.",
		"select * from orders where amount > 29000":   "Reads all 20,000 rows of orders, since no index helps to find those where amount > '29000': about",
		"select * from orders where id = $1":          "Finds one row of orders by its index orders_id_idx, where id = 7.",
		"select 1 / 0 from orders":                    "",
		"select count(*) from late":                   "Reads the whole of late: about",
		"select pg_sleep(60)":                         "Works out one row without reading a table.",
		"( select customer from orders ) -- the end":  "Reads all 20,000 rows of orders.",
		"table other.late":                            "Reads the whole of late: one row.",
		"select * from orders a, orders b, orders c;": "Joins",
	} {
		q := clips.Query{SQL: sql}
		if strings.Contains(sql, "$1") {
			q.Args = []clips.Arg{arg(23, "7")}
		}
		plan, err := f.Explain(t.Context(), q)
		if want == "" {
			wantError(t, err, clips.KindSQL, "divides by zero")
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		} else if got := strings.Join(plan.Words(), " "); !strings.Contains(got, want) || plan.Budget != 5000 {
			t.Errorf("%s: %s, not %s", sql, got, want)
		}
	}
	_, err := f.Explain(t.Context(), clips.Query{SQL: "select * from ordres"})
	wantError(t, err, clips.KindSQL, "names a table that does not exist")
	if e := err.(*clips.Error); e.Position != 15 {
		t.Errorf("position %d", e.Position)
	}
	for _, sql := range []string{"delete from orders", "explain analyze select 1", "select 1; select 2", "select $1", "with d as (delete from orders returning 1) table d"} {
		if plan, err := f.Explain(t.Context(), clips.Query{SQL: sql}); err == nil {
			t.Errorf("%s was explained: %v", sql, plan.Words())
		}
	}
	wantNoBackends(t, db)
}
