package sources

import (
	"testing"

	"clipsheet/clips"
)

func TestAPlanThatCostsTooMuchIsNotRun(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create table t as select generate_series(1, 10000) as id; create index on t (id); analyze t")
	f := newFollower(t, db.reader, func(c *Config) { c.MaxPlanCost = 1000 })
	mustAll(t, f, "select * from t where id = $1", arg(23, "7"))
	mustAll(t, f, "( select 1 ) -- the end")
	_, _, err := all(t.Context(), f, clips.Query{SQL: "select count(*) from t a, t b where a.id + b.id > $1", Args: []clips.Arg{arg(23, "7")}})
	wantError(t, err, clips.KindTooLarge, "was not run", "allows 1,000:", "for 1 rows", "sources.erp.max_plan_cost")
	err = f.Together(t.Context(), []clips.Query{{SQL: "select 1"}, {SQL: "select count(*) from t a, t b"}},
		func(i int, rows clips.Rows) error {
			if i == 1 {
				t.Error("it was run")
			}
			for rows.Next() {
			}
			return rows.Err()
		})
	wantError(t, err, clips.KindTooLarge, "max_plan_cost")
	_, _, err = all(t.Context(), f, clips.Query{SQL: "select 1 / 0"})
	wantError(t, err, clips.KindSQL) // planning it fails already
	wantNoBackends(t, db)
	mustAll(t, newFollower(t, db.reader), "select count(*) from t a, t b where a.id = b.id")
}
