package sources

import (
	"context"
	"encoding/json"
	"fmt"

	"clipsheet/clips"
)

// Explain has the server plan a query, and run nothing of it. The query has to pass the gate, like one that is run.
func (f *Follower) Explain(ctx context.Context, q clips.Query) (clips.Plan, error) {
	if err := acceptable(q); err != nil {
		return clips.Plan{}, err
	}
	if err := f.sit(ctx); err != nil {
		return clips.Plan{}, err
	}
	defer f.stand()
	s, err := f.begin(ctx, q.TimeZone, 0, f.maxLag(q))
	if err != nil {
		return clips.Plan{}, err
	}
	defer s.hangUp()
	if err := s.gate(q); err != nil {
		return clips.Plan{}, err
	}
	if _, err := s.describe(q); err != nil {
		return clips.Plan{}, err
	}
	plan, err := s.plan(q)
	if err != nil {
		return clips.Plan{}, err
	}
	plan.Budget = f.cfg.MaxPlanCost
	if plan.Sizes, err = s.sizes(plan.Tables()); err != nil {
		return clips.Plan{}, err
	}
	return plan, s.end()
}

// sqlSizes is how many rows tables had when they were looked at last. A name that several schemas have is that of the
// one that needs no schema in front, or of none.
const sqlSizes = `
select c.relname,
	case when pg_catalog.count(*) = 1 then pg_catalog.max(c.reltuples)
		else pg_catalog.max(c.reltuples) filter (where pg_catalog.pg_table_is_visible(c.oid)) end::bigint
from pg_catalog.pg_class c
where c.relkind in ('r', 'm') and c.relname = any (select pg_catalog.json_array_elements_text($1))
group by c.relname`

// sizes finds how large tables are. Those that were never looked at are left out.
func (s *session) sizes(tables []string) (map[string]int64, error) {
	if len(tables) == 0 {
		return map[string]int64{}, nil
	}
	names, err := json.Marshal(tables)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.within(0)
	defer cancel()
	result := s.conn.ExecParams(ctx, sqlSizes, [][]byte{names}, []uint32{114}, nil, nil).Read() // 114: json
	if result.Err != nil {
		return nil, s.explain(result.Err)
	}
	all := map[string]int64{}
	for _, row := range result.Rows {
		var size int64
		if _, err := fmt.Sscan(string(row[1]), &size); err == nil && size >= 0 {
			all[string(row[0])] = size
		}
	}
	return all, nil
}
